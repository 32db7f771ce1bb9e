"""The process of one job: `python -m planner.jobs.worker FOLDER`, started by the manager.

It reads job.json, appends to events.jsonl and writes result.json at its end. It ends when the pipe to
its parent closes, however the parent went: no solve is left behind.
"""

from __future__ import annotations

import json
import math
import os
import sys
import threading
import time
import traceback
from pathlib import Path

from planner.jobs.job import ASKED, EVENTS, FOUND, RESULT, STOP, read_json, write_json

OFTEN = 0.2
"""Seconds between two events of one phase that are written, and between two looks for the stop mark."""
MORE = {"what": str, "groups": int, "tests": int}
"""What an explanation tells beside: what is worked at, clauses left, tests made."""
ALONE = 3
"""Exit status of a worker whose parent has gone."""


class Recorder:
    """Progress events into a file: all new phases and plans, otherwise at most five a second."""

    def __init__(self, file: Path):
        self.stream = file.open("a", encoding="utf-8")
        self.start, self.told, self.phase, self.incumbent = time.perf_counter(), -math.inf, None, None

    def __call__(self, event: dict) -> None:
        now = time.perf_counter() - self.start
        phase, incumbent = event.get("phase"), finite(event.get("incumbent"))
        if (phase, incumbent) == (self.phase, self.incumbent) and now - self.told < OFTEN:
            return
        self.told, self.phase, self.incumbent = now, phase, incumbent
        line = {"clock": round(now, 3), "phase": str(phase or ""), "time": finite(event.get("time")),
                "incumbent": incumbent, "bound": finite(event.get("bound")), "gap": finite(event.get("gap")),
                **{name: kind(event[name]) for name, kind in MORE.items() if event.get(name)}}
        self.stream.write(json.dumps(line, allow_nan=False) + "\n")
        self.stream.flush()


class StopMark:
    """Asked by the search: is the stop mark there?"""

    def __init__(self, file: Path):
        self.file, self.looked, self.found = file, -math.inf, False

    def __call__(self) -> bool:
        now = time.perf_counter()
        if not self.found and now - self.looked >= OFTEN:
            self.looked, self.found = now, self.file.exists()
        return self.found


def finite(value) -> float | None:
    """A number that JSON can hold; None for the infinities that a search begins with."""
    return float(value) if value is not None and math.isfinite(value) else None


def end_with_parent() -> None:
    """Ends this process as soon as the parent's end of our standard input is closed."""
    def wait() -> None:
        while sys.stdin.buffer.read(1):
            pass
        os._exit(ALONE)
    threading.Thread(target=wait, daemon=True).start()


def main(folder: Path) -> int:
    end_with_parent()
    asked = read_json(folder / ASKED)
    progress = Recorder(folder / EVENTS)
    progress({"phase": "start"})
    from planner.jobs.kinds import KINDS
    from planner.jobs.refusals import result_of
    try:
        result = KINDS[asked["kind"]](asked, progress, StopMark(folder / STOP),
                                       lambda found: write_json(folder / FOUND, found))
    except Exception as error:  # noqa: BLE001 (whatever it is, the page gets a sentence and the log the rest)
        result = result_of(error)
        if result["state"] == "failed":
            traceback.print_exc()
    write_json(folder / RESULT, result)
    return 0


if __name__ == "__main__":
    code = main(Path(sys.argv[1]))
    sys.stdout.flush()
    os._exit(code)  # a solver thread that does not end is not waited for
