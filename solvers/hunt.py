"""What a running search holds: the clock, the best solution, the proven bound, who is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

import numpy as np

from solvers.matrix import Matrix
from solvers.outcome import relative_gap

ALLOWED = 1e-6  # largest violation of an incumbent, relative to max(1, |side|)


class Interrupted(Exception):
    """The caller's `stop` said so."""


class Hunt:
    """State shared by the parts of a search over one minimisation matrix.

    matrix    the model, minimising; an incumbent counts only if it meets it
    factor    the inner cost over the caller's: negative where the caller maximises, and a scale
    """

    def __init__(self, matrix: Matrix, factor: float, gap: float, time_limit: float,
                 progress: Callable[[dict], None] | None = None, stop: Callable[[], bool] | None = None):
        self.matrix, self.factor, self.target, self.time_limit = matrix, factor, gap, time_limit
        self.progress, self.stop = progress, stop
        self.started = time.perf_counter()
        self.x: np.ndarray | None = None
        self.objective, self.bound, self.root_bound = np.inf, -np.inf, None
        self.duals: np.ndarray | None = None
        self.trajectory: list[tuple[float, float | None, float | None]] = []
        self.times: dict[str, float] = {}
        self.iterations = 0
        self.slack = 0.0  # what settled blocks may be short of their optimum
        self.phase = "lp"
        self.interrupted = False
        self.settled = False  # has a branch and bound beside the search said its last word?
        self._told = -np.inf
        self._lock, self._owner = threading.RLock(), threading.get_ident()

    @property
    def clock(self) -> float:
        return time.perf_counter() - self.started

    @property
    def left(self) -> float:
        return max(self.time_limit - self.clock, 0.0)

    @property
    def gap(self) -> float:
        return relative_gap(self.objective, self.bound)

    @property
    def proven(self) -> bool:
        """Is the target gap reached?"""
        return self.gap <= self.target

    @property
    def over(self) -> bool:
        """Is there any reason to stop: proven, settled, out of time, interrupted?"""
        return self.proven or self.settled or self.left <= 0 or self.interrupted

    def offer(self, x: np.ndarray, duals: np.ndarray | None = None) -> bool:
        """Takes x as the incumbent if it is better and meets the matrix; says whether it did."""
        whole = self.matrix.integer
        if whole.any():
            x = np.where(whole, np.rint(x), x)
        objective = self.matrix.objective(x)
        with self._lock:
            if not objective < self.objective or self.matrix.violation(x) > ALLOWED:
                return False
            self.x, self.objective, self.duals = x, objective, duals
            self._note()
        return True

    def raise_bound(self, bound: float | None) -> None:
        """Takes a proven lower bound (minimisation) if it is better."""
        if bound is None or not np.isfinite(bound):
            return
        bound -= self.slack
        with self._lock:
            if self.x is not None:
                bound = min(bound, self.objective)  # no bound lies beyond a held solution
            if bound > self.bound:
                self.bound = bound
                self._note()

    def hear(self, event: dict) -> None:
        """Takes what a branch and bound tells: its bound, and its new incumbent `x` where there is one."""
        self.raise_bound(event["bound"])
        if event["x"] is not None:
            self.offer(event["x"])

    def tick(self) -> bool:
        """Called now and then: tells progress each second; True when the search should end.

        On other threads than the one that made the hunt, only the second.
        """
        if threading.get_ident() != self._owner:
            return self.over
        if self.stop is not None and not self.interrupted and self.stop():
            self.interrupted = True
        if self.clock - self._told >= 0.9:
            self.tell()
        return self.over

    def tell(self) -> None:
        """Tells the caller where the search stands."""
        self._told = self.clock
        if self.progress is not None:
            self.progress({"time": self.clock, "phase": self.phase,
                           "incumbent": self.outward(self.objective), "bound": self.outward(self.bound),
                           "gap": self.gap if np.isfinite(self.gap) else None})

    def outward(self, value: float | None) -> float | None:
        """A value in the caller's sense; None where there is none."""
        return None if value is None or not np.isfinite(value) else value / self.factor

    def enter(self, phase: str) -> _Phase:
        """`with hunt.enter("dive"):` names the phase and times it."""
        return _Phase(self, phase)

    @contextmanager
    def alongside(self, task: Callable, *args) -> Iterator[None]:
        """`with hunt.alongside(task, ...):` a second thread does the task meanwhile; its end is waited for.

        Raises what the task raised. What is raised inside ends the search, and with it the task.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="alongside") as pool:
            other = pool.submit(task, *args)
            try:
                yield
                while wait([other], timeout=0.2).not_done:
                    self.tick()
            except BaseException:
                self.interrupted = True  # leaving the pool waits for the task
                raise
            other.result()

    def _note(self) -> None:
        self.trajectory.append((self.clock, self.outward(self.objective), self.outward(self.bound)))
        self._told = min(self._told, self.clock - 0.7)  # told soon, by the searching thread


class _Phase:
    def __init__(self, hunt: Hunt, name: str):
        self.hunt, self.name = hunt, name

    def __enter__(self):
        self.start, self.before = time.perf_counter(), self.hunt.phase
        self.hunt.phase = self.name
        self.hunt.tell()

    def __exit__(self, *error):
        times = self.hunt.times
        times[self.name] = times.get(self.name, 0.0) + time.perf_counter() - self.start
        self.hunt.phase = self.before
