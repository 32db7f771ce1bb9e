"""Tasks that only tests know, and the command line with one of them in the place of `plan`.

    STUDY_LOG=file STUDY_SLEEP=1 python -m tests.studies.slow sweep INSTANCE --grid ...
"""

import os
import sys
import time

from planner.studies import plans
from planner.studies.tasks import TASKS


def note(word, case):
    """One line of the log: word, case, process."""
    with open(os.environ["STUDY_LOG"], "a", encoding="utf-8") as file:
        file.write(f"{word} {case.name} {os.getpid()}\n")


def plan(session, case):
    """A plan that takes its time and leaves a trace."""
    note("begin", case)
    time.sleep(float(os.environ.get("STUDY_SLEEP", "0")))
    found = plans.plan(session, case)
    note("end", case)
    return found


def fragile(session, case):
    """Fails as the case's setting `how` says, unless the file STUDY_MENDED is there."""
    note("begin", case)
    if not os.path.exists(os.environ.get("STUDY_MENDED", "")):
        if case.settings["how"] == "raise":
            raise RuntimeError("a mistake made on purpose")
        if case.settings["how"] == "memory":
            raise MemoryError
        if case.settings["how"] == "die":
            os._exit(9)
    return plans.plan(session, case)


def lines(log):
    """[(word, case, process)] of a log."""
    return [tuple(line.split()) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


if __name__ == "__main__":
    from planner.cli import main
    TASKS["plan"] = "tests.studies.slow:plan"
    sys.exit(main())
