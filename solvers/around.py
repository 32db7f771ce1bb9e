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
SHORT = 0.2   # of its share of the distance to the bound: what a group may be short of its optimum
LEAST = 0.01  # of the distance to the bound: what a turn of all groups must gain for another

Search = Callable[[Matrix, float], np.ndarray | None]
"""Finds a solution of a matrix to a relative gap, or None."""


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
    body = matrix.rows[:, free]
    touched = np.flatnonzero(np.diff(body.indptr))
    activity = matrix.rows[touched] @ x
    blur = BLUR * np.maximum(1.0, np.abs(activity))
    low, high = matrix.row_lower[touched] - activity, matrix.row_upper[touched] - activity
    return Matrix(matrix.cost[free], matrix.objective(x), False, np.minimum(matrix.lower[free] - x[free], 0.0),
                  np.maximum(matrix.upper[free] - x[free], 0.0), matrix.integer[free], body[touched],
                  np.where((low > 0) & (low <= blur), 0.0, low), np.where((high < 0) & (high >= -blur), 0.0, high),
                  None if matrix.lazy is None else matrix.lazy[touched],
                  None if matrix.block is None else matrix.block[free])


class Groups:
    """The blocks of a hunt's matrix, to be solved some at a time, with the continuous columns outside blocks near them."""

    def __init__(self, hunt: Hunt):
        self.hunt, self.matrix = hunt, hunt.matrix
        block, rows = self.matrix.block, self.matrix.rows
        self.column, self.row = rows.indices, np.repeat(np.arange(rows.shape[0], dtype=np.int32), np.diff(rows.indptr))
        self.outside = (block < 0) & ~self.matrix.integer
        lazy = np.zeros(self.matrix.n_rows, bool) if self.matrix.lazy is None else self.matrix.lazy > 0
        self.common = self.outside & self._columns(~lazy)
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

    def better(self, rng: np.random.Generator, search: Search) -> None:
        """Solves group after group, chosen by chance, the rest held.

        Ends when the gap is reached, the time is over, or a whole turn has bettered the incumbent by next to nothing.
        """
        hunt = self.hunt
        while not hunt.over:
            before = hunt.objective
            count = -(-len(self.names) // AT_ONCE)
            for names in np.array_split(rng.permutation(self.names), count):
                if hunt.over:
                    return
                gap = SHORT * (hunt.objective - hunt.bound) / count / max(abs(hunt.objective), 1e-9)
                self._solve(self.free(names), gap, search)
            if hunt.objective >= before - max(LEAST * (before - hunt.bound), 1e-7 * abs(before)):
                return

    def _solve(self, free: np.ndarray, gap: float, search: Search) -> None:
        """Offers what a search finds with only some columns free; a rough find is smoothed by an LP."""
        hunt, x = self.hunt, self.hunt.x
        far = search(around(self.matrix, free, x), gap)
        if far is None:
            return
        found = moved(self.matrix, x, free, far)
        if not hunt.offer(found) and self.matrix.objective(found) < hunt.objective:
            whole = self.matrix.integer
            found[whole] = np.rint(found[whole])
            hunt.offer(again(self.matrix, found, free[~whole[free]], hunt))
