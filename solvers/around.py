"""A solution bettered in a part of its columns, all others held: to mend rows, and group of blocks by group of blocks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from solvers.highs import Live
from solvers.hunt import Hunt
from solvers.matrix import Matrix

UNSCALED = {"primal_feasibility_tolerance": 1e-9, "simplex_scale_strategy": 0}  # scaled, it missed rows by 2e-5
BLUR = 1e-9   # of a row's activity: a row that x breaks by no more is one that it keeps
AT_ONCE = 10  # blocks in a group: simplex needs 3 s for ten regions, 12 s for twenty
MANY = 8      # groups from which two are solved side by side; fewer lose more by sharing than two threads win
SHORT = 0.2   # of its share of the distance to the bound: what a group may be short of its optimum
LEAST = 0.01  # of the distance to the bound: what a turn of all groups must gain for another

Search = Callable[[Matrix, float, int], np.ndarray | None]
"""Finds a solution of a matrix to a relative gap, or None; how many searches run side by side comes last."""


def again(matrix: Matrix, x: np.ndarray, free: np.ndarray, hunt: Hunt) -> np.ndarray:
    """x with the free continuous columns (index array) chosen anew and all others held; x itself where that fails."""
    answer = Live(around(matrix, free, x).relaxed(), UNSCALED).solve_lp(hunt.left, tick=hunt.tick)
    return x if answer.x is None else moved(matrix, x, free, answer.x)


def moved(matrix: Matrix, x: np.ndarray, free: np.ndarray, far: np.ndarray) -> np.ndarray:
    """x with its free columns moved so far."""
    x = x.copy()
    x[free] = np.clip(x[free] + far, matrix.lower[free], matrix.upper[free])
    return x


def around(matrix: Matrix, free: np.ndarray, x: np.ndarray) -> Matrix:
    """The model of how far the free columns go from x, all others held. Rows that x keeps stay within reach.

    In distances from x, sides are slacks: a solver's tolerances count from these, not from sums of millions.
    """
    return side_by_side(matrix, [free], x)[0]


def side_by_side(matrix: Matrix, frees: list[np.ndarray], x: np.ndarray) -> list[Matrix]:
    """As `around` for several sets of columns, such that all of them may go as far as their models allow at once.

    Of a row or a column that k of them share, each has a k-th of the way to either side; of a row of whole columns
    alone, which halves would close, the first has all of it.
    """
    bodies = [matrix.rows[:, free] for free in frees]
    touched = [np.flatnonzero(np.diff(body.indptr)) for body in bodies]
    rows = np.bincount(np.concatenate(touched), minlength=matrix.n_rows)
    columns = np.bincount(np.concatenate(frees), minlength=matrix.n_columns)
    shared, lumps = np.flatnonzero(rows > 1), np.zeros(matrix.n_rows, bool)
    lumps[shared] = (abs(matrix.rows[shared]) @ ~matrix.integer) == 0
    activity = matrix.rows @ x
    blur = BLUR * np.maximum(1.0, np.abs(activity))
    low, high = matrix.row_lower - activity, matrix.row_upper - activity
    low, high = np.where((low > 0) & (low <= blur), 0.0, low), np.where((high < 0) & (high >= -blur), 0.0, high)
    parts = []
    for free, body, met in zip(frees, bodies, touched):
        share = np.where(lumps[met], 1.0, rows[met])
        parts.append(Matrix(
            matrix.cost[free], matrix.objective(x), False, np.minimum(matrix.lower[free] - x[free], 0.0) / columns[free],
            np.maximum(matrix.upper[free] - x[free], 0.0) / columns[free], matrix.integer[free],
            body[met], low[met] / share, high[met] / share, None if matrix.lazy is None else matrix.lazy[met],
            None if matrix.block is None else matrix.block[free]))
        gone = met[lumps[met]]  # what the first had, the others have no more
        for side in (low, high):
            side[gone] = np.where(np.isinf(side[gone]), side[gone], 0.0)
    return parts


class Groups:
    """The blocks of a hunt's matrix, to be solved some at a time, with the continuous columns outside blocks near them."""

    def __init__(self, hunt: Hunt, threads: int):
        self.hunt, self.matrix, self.threads = hunt, hunt.matrix, threads
        block, rows = self.matrix.block, self.matrix.rows
        self.column, self.row = rows.indices, np.repeat(np.arange(rows.shape[0], dtype=np.int32), np.diff(rows.indptr))
        self.outside = (block < 0) & ~self.matrix.integer
        self.common = self.outside & self._columns(self.matrix.family == 0)
        self.names = np.unique(block[block >= 0])

    @property
    def several(self) -> bool:
        """Are there more blocks than one group takes?"""
        return len(self.names) > AT_ONCE

    def _columns(self, rows: np.ndarray) -> np.ndarray:
        """Which columns meet any of some rows (bool array of m)."""
        met = np.zeros(self.matrix.n_columns, bool)
        met[self.column[rows[self.row]]] = True
        return met

    def free(self, names: np.ndarray) -> np.ndarray:
        """The columns of some blocks, and those outside that share a row with them, or one that is not lazy."""
        inside = np.isin(self.matrix.block, names)
        rows = np.zeros(self.matrix.n_rows, bool)
        rows[self.row[inside[self.column]]] = True
        return np.flatnonzero(inside | self.common | (self.outside & self._columns(rows)))

    def better(self, rng: np.random.Generator, search: Search, smooth: Callable[[], None] = lambda: None) -> None:
        """Solves groups chosen by chance, one after the other, or many two at a time, the rest held.

        smooth  called after every turn: to choose the continuous columns of all groups together
        Ends when the gap is reached, the time is over, or a whole turn of single groups has bettered next to nothing.
        """
        hunt, count = self.hunt, -(-len(self.names) // AT_ONCE)
        width = 1 if count < MANY else 2  # whatever threads there are: they change nothing in the plan
        while not hunt.over:
            before = hunt.objective
            groups = np.array_split(rng.permutation(self.names), count)
            for at in range(0, count, width):
                if hunt.over:
                    return
                gap = SHORT * (hunt.objective - hunt.bound) / count / max(abs(hunt.objective), 1e-9)
                self._solve([self.free(names) for names in groups[at:at + width]], gap, search)
            if not hunt.over:
                smooth()
            if hunt.objective >= before - max(LEAST * (before - hunt.bound), 1e-7 * abs(before)):
                if width == 1:
                    return
                width = 1  # each with all that the rest leaves

    def _solve(self, frees: list[np.ndarray], gap: float, search: Search) -> None:
        """Offers what a search finds with only some columns free, for one set or two side by side.

        A rough find is smoothed by an LP.
        """
        hunt, x = self.hunt, self.hunt.x
        parts, fars = side_by_side(self.matrix, frees, x), [None] * len(frees)

        def find(number: int) -> None:
            fars[number] = search(parts[number], gap, len(parts))
        if self.threads > 1 and len(parts) > 1:
            with hunt.alongside(find, 1):
                find(0)
        else:
            for number in range(len(parts)):
                find(number)
        found = x
        for free, far in zip(frees, fars):
            found = found if far is None else moved(self.matrix, found, free, far)
        if not hunt.offer(found) and self.matrix.objective(found) < hunt.objective:
            whole, free = self.matrix.integer, np.unique(np.concatenate(frees))
            found[whole] = np.rint(found[whole])
            hunt.offer(again(self.matrix, found, free[~whole[free]], hunt))
