"""HiGHS's branch and bound on a thread of its own, beside our search.

Most files that people bring are none of our kind, and HiGHS closes them in seconds: it goes first.
Where it takes longer, its tree is not thrown away; our search works beside it and gives it what it finds.
"""

from __future__ import annotations

import threading

import numpy as np

from solvers.highs import Answer, Live
from solvers.hunt import Hunt
from solvers.outcome import Stop

MORE = 1e-9  # relative gain from which a solution of ours is worth handing over


class Beside:
    """Branch and bound over a hunt's matrix from now on; use as a context, which ends it.

    options  of HiGHS; start: a point of n numbers to begin from, or None
    Its incumbents and bounds go to the hunt, the hunt's incumbents to it.
    """

    def __init__(self, hunt: Hunt, options: dict, start: np.ndarray | None):
        self.hunt, self.start = hunt, start
        self.live = Live(hunt.matrix, options)
        self._answer: Answer | None = None
        self._error: BaseException | None = None
        self._held, self._quit = np.inf, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Beside:
        self._thread.start()
        return self

    def __exit__(self, *error) -> None:
        self._quit.set()
        self.live.interrupt()
        self._thread.join()

    def wait(self, seconds: float = np.inf) -> bool:
        """Waits while the hunt goes on, `seconds` at most; has branch and bound ended by itself?"""
        end = self.hunt.clock + seconds
        while self._thread.is_alive() and self.hunt.clock < end and not self.hunt.tick():
            self._thread.join(min(0.1, max(end - self.hunt.clock, 0.0)))
        return not self._thread.is_alive()

    def end(self) -> Answer:
        """Ends it; its last word. Raises what went wrong on its thread."""
        self.__exit__()
        if self._error is not None:
            raise self._error
        return self._answer

    def _run(self) -> None:
        hunt = self.hunt
        try:
            self._answer = self.live.solve_mip(
                hunt.left, gap=hunt.target, start=self.start, callback=self._hear, offers=self._offers,
                tick=lambda: self._quit.is_set() or hunt.over)
            hunt.settled = self._answer.stop not in (Stop.TIME_LIMIT, Stop.INTERRUPTED)
        except BaseException as error:
            self._error = error

    def _hear(self, event: dict) -> None:
        if event["incumbent"] is not None:
            self._held = min(self._held, event["incumbent"])
        self.hunt.hear(event)

    def _offers(self) -> np.ndarray | None:
        """The hunt's incumbent, once, where it is better than branch and bound's own."""
        x, objective = self.hunt.x, self.hunt.objective
        if x is None or not objective < self._held - MORE * max(1.0, abs(objective)):
            return None
        self._held = objective
        return x
