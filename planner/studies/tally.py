"""How far a study is: done of all, time left, and whether it should end."""

from __future__ import annotations

import time
from collections.abc import Callable

TELL = 0.5
"""Seconds between two tellings, but for a case that is done."""


class Tally:
    """Counts cases and tells the caller.

    cases     how many the study has; `known` of them need not be solved
    progress  called with {phase: 'study', done, cases, left (seconds, None until known), incumbent, bound, gap}
    stop      asked now and then; True ends the study
    """

    def __init__(self, cases: int, known: int, progress: Callable[[dict], None] | None,
                 stop: Callable[[], bool] | None):
        self.cases, self.done, self.known = cases, known, known
        self.progress, self._stop, self.ended = progress, stop, False
        self.start, self._told, self._case, self._last = time.perf_counter(), -TELL, {}, 0.0

    def stopped(self) -> bool:
        if not self.ended and self._stop is not None and self._stop():
            self.ended = True
        return self.ended

    def count(self) -> None:
        """A case more is done."""
        self.done, self._case, self._told = self.done + 1, {}, -TELL
        self._last = time.perf_counter() - self.start
        self.tell()

    @property
    def left(self) -> float | None:
        """Seconds left, at the pace so far (which counts what runs beside it); None before a case is done."""
        solved = self.done - self.known
        if solved == 0:
            return None
        whole = self._last / solved * (self.cases - self.known)
        return max(whole - (time.perf_counter() - self.start), 0.0)

    def inner(self, event: dict) -> None:
        """What the search of the running case tells, where only one runs."""
        self._case, self._told = {name: event.get(name) for name in ("incumbent", "bound", "gap")}, -TELL
        self.tell()

    def tell(self) -> None:
        now = time.perf_counter() - self.start
        if self.progress is not None and now - self._told >= TELL:
            self._told = now
            self.progress({"phase": "study", "time": now, "done": self.done, "cases": self.cases,
                           "left": self.left} | self._case)
