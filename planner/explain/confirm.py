"""Confirming a repair on a large model by a plan: one without the rows that the repair moves, then live steps to it.

A search for any plan with the repaired number alone may not end: at the nearest value that a conflict's own rules
allow hardly any plan is left, or none, where other rules stand in the way too. So a plan is found with the moved
rows left aside; it meets them at some value of the number, which is then confirmed without a solve. From there
the number goes back towards the present value, half of the way each time, on the same live LP.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from planner.explain.clauses import Model
from planner.explain.conflicts import Budget
from planner.explain.levers import Lever
from solvers.elastic import freed
from solvers.hunt import ALLOWED
from solvers.kept import Kept
from solvers.matrix import Matrix
from solvers.outcome import Stop
from solvers.search import solve as search

ANY = 1e9  # relative gap at which any plan will do
ONE = 240.0  # seconds for one search
HALVINGS = 4
NEAR = 0.02  # of the whole move: values nearer to each other than this are not told apart


@dataclass
class Confirmed:
    """verdict: True: a plan exists at `to`; False: proven to have none at the value asked; None: neither in time."""

    verdict: bool | None
    to: float
    seconds: float


class Confirm:
    """Searches of one model whose numbers change, each going on from the last.

    written  changes -> Model or None, as `Desk.written`
    """

    def __init__(self, model: Model, written, budget: Budget, tell):
        self.model, self.written, self.budget, self.tell = model, written, budget, tell
        self.kept = Kept()

    def __call__(self, found: Lever, to: float) -> Confirmed:
        """Is there a plan with the lever at a value, or a little beyond?"""
        begin = time.perf_counter()

        def told(verdict, value) -> Confirmed:
            return Confirmed(verdict, value, time.perf_counter() - begin)
        there = self.written({found.key: to})
        if there is None:
            return told(None, to)
        if not _only_rows(self.model.matrix, there.matrix):
            return told(self._plan(there.matrix, f"{found.key}={to:g}")[0], to)
        exists, x = self._plan(freed(self.model.matrix, moved_rows(self.model.matrix, there.matrix)), "")
        if not exists:
            return told(exists, to)
        good = self._at(found, x, there.matrix, to)
        at_edge, _ = (True, x) if good == to else self._plan(there.matrix, f"{found.key}={to:g}")
        if at_edge:
            return told(True, to)
        if good is None:
            return told(at_edge, to)
        bad = to
        for _ in range(HALVINGS):
            middle = found.rounded((good + bad) / 2)
            if self.budget.over() or abs(good - bad) <= NEAR * abs(good - found.now) or middle in (good, bad):
                break
            here = self.written({found.key: middle})
            holds, x = (None, None) if here is None else self._plan(here.matrix, f"{found.key}={middle:g}")
            good, bad = (self._nearer(found, x, there.matrix, to, middle), bad) if holds else (good, middle)
        return told(True, good)

    def _plan(self, matrix: Matrix, what: str) -> tuple[bool | None, np.ndarray | None]:
        """(True, a plan), (False, None) when proven that there is none, or (None, None)."""
        if self.budget.over():
            return None, None
        answer = search(matrix, gap=ANY, time_limit=min(self.budget.left, ONE), profile="quick", kept=self.kept,
                        stop=self.budget.over, progress=lambda event: self.tell({"phase": "check", "what": what}))
        return True if answer.x is not None else False if answer.stop is Stop.INFEASIBLE else None, answer.x

    def _at(self, found: Lever, x: np.ndarray, there: Matrix, to: float) -> float | None:
        """The value nearest to the present one at which a plan holds as it is; None where there is none."""
        low, high = values(self.model.matrix, there, found.now, to, x)
        blur = ALLOWED * max(abs(to), abs(found.now))
        low, high = max(low, found.low), min(high, found.high)
        if low > high + blur:
            return None
        value = found.rounded(min(max(to, low), max(high, found.low)))
        here = self.written({found.key: value})
        return value if here is not None and here.matrix.violation(x) <= ALLOWED else None

    def _nearer(self, found, x, there, to, proven: float) -> float:
        """Where a plan found at a value holds too, if that is nearer to the present one."""
        own = self._at(found, x, there, to)
        return own if own is not None and abs(own - found.now) < abs(proven - found.now) else proven


def moved_rows(one: Matrix, two: Matrix) -> np.ndarray:
    """Numbers of the rows that differ between two models of one shape."""
    change = (two.rows - one.rows).tocsr()
    change.eliminate_zeros()
    moved = np.diff(change.indptr) > 0
    return np.flatnonzero(moved | (one.row_lower != two.row_lower) | (one.row_upper != two.row_upper))


def values(one: Matrix, two: Matrix, first: float, second: float, x: np.ndarray) -> tuple[float, float]:
    """(least, most) value of a number at which x meets the rows that it moves; the first above the second: none.

    one, two  the model with the number at `first` and at `second`; rows lie on the straight line through both
    """
    rows = moved_rows(one, two)
    low, high = -np.inf, np.inf
    ends = [(part.rows[rows] @ x, part.row_lower[rows], part.row_upper[rows]) for part in (one, two)]
    for side, sign in ((1, 1.0), (2, -1.0)):
        with np.errstate(invalid="ignore", divide="ignore"):
            room = [sign * (end[0] - end[side]) for end in ends]
            slope = (room[1] - room[0]) / (second - first)
            bound = first - room[0] / slope
        some = np.isfinite(room[0]) & np.isfinite(room[1])
        if (some & (slope == 0) & (room[0] < -ALLOWED)).any():
            return np.inf, -np.inf
        low = max(low, bound[some & (slope > 0)].max(initial=-np.inf))
        high = min(high, bound[some & (slope < 0)].min(initial=np.inf))
    return float(low), float(high)


def _only_rows(one: Matrix, two: Matrix) -> bool:
    """Do two models differ in their rows' numbers alone?"""
    return one.rows.shape == two.rows.shape and all(
        np.array_equal(getattr(one, name), getattr(two, name)) for name in ("lower", "upper", "integer"))
