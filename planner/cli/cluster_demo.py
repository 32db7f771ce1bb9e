"""`make cluster-demo`: a Dask scheduler and two workers on 127.0.0.1 run a real sweep; the table against a local one.

The same commands on several machines: `dask scheduler` on one, `dask worker tcp://HOST:8786` on the others.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.text import Text

from planner.cli.language import language
from planner.cli.statuses import DONE, FAILED, INTERRUPTED
from planner.cli.sweep import show
from planner.cli.terminal import Watch
from planner.report.words import word

GRID = {"basic_research.floor": [0.1, 0.12, 0.14], "budget.central*": [0.95, 1.05]}
WAIT = 60.0
"""Seconds that the scheduler may take to start."""


def main() -> int:
    """Starts, runs, compares, stops; the exit status of a command."""
    from planner.cli.commands import example
    from planner.studies.sweep import sweep
    lang, out = language(), Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cluster-demo.")))
        stack.callback(lambda: out.print(Text(word("demo.stopped", lang))))
        file = folder / "scheduler.json"
        started(stack, "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
        address = listening(file)
        out.print(Text(word("demo.scheduler", lang, address=address)), soft_wrap=True)
        for number in (1, 2):
            worker = started(stack, "dask_worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--name",
                             f"worker-{number}", "--local-directory", str(folder))
            out.print(Text(word("demo.worker", lang, number=number, process=worker.pid)))
        begin = time.perf_counter()
        with Watch(out, 0.01, lang) as watch:
            far = sweep(example(), GRID, cluster=address, folder=folder / "study", progress=watch)
        out.print(Text(word("demo.ran", lang, cases=len(far.cases), seconds=f"{time.perf_counter() - begin:.0f}")))
        show(far, out, lang)
        near = sweep(example(), GRID, jobs=1)
        same = [name for name in near.cases if name != "seconds" and not equal(near.cases[name], far.cases[name])]
        out.print(Text(word("demo.differs", lang, names=", ".join(same)) if same else word("demo.same", lang)))
    return FAILED if same else DONE


def started(stack: ExitStack, module: str, *options: str) -> subprocess.Popen:
    """A process of Dask that ends with the stack, at the latest."""
    made = subprocess.Popen([sys.executable, "-m", f"distributed.cli.{module}", *options, "--no-dashboard"],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end() -> None:
        made.terminate()
        try:
            made.wait(15)
        except subprocess.TimeoutExpired:
            made.kill()
            made.wait()
    stack.callback(end)
    return made


def listening(file: Path) -> str:
    """The scheduler's address, when it has written it. Raises TimeoutError."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        try:
            return json.loads(file.read_text(encoding="utf-8"))["address"]
        except (OSError, ValueError):
            time.sleep(0.1)
    raise TimeoutError(file)


def equal(one, other) -> bool:
    return np.array_equal(one.to_numpy(object)[one.notna()], other.to_numpy(object)[other.notna()])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
