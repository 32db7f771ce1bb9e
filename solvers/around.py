"""A point bettered in a part of its columns, all others held: to mend rows, and block after block."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solvers.highs import Live
from solvers.hunt import Hunt
from solvers.matrix import Matrix

UNSCALED = {"primal_feasibility_tolerance": 1e-9, "simplex_scale_strategy": 0}  # scaled, it missed rows by 2e-5
BLUR = 1e-9   # of a row's activity: what holding columns at their values may lose
AT_ONCE = 2   # blocks solved together
NODES = 20    # of their branch and bound


def again(matrix: Matrix, x: np.ndarray, free: np.ndarray, hunt: Hunt, whole: bool = False,
          **effort) -> np.ndarray:
    """x with the free columns (index array) chosen anew and all others held; x itself where that fails.

    whole   whole columns may move too; `effort` then goes to `Live.solve_mip`
    """
    part = around(matrix, free, x)
    if whole:
        answer = Live(part).solve_mip(start=np.zeros(len(free)), tick=hunt.tick, **effort)
        if answer.x is None:
            return x
        held = np.where(part.integer, np.rint(answer.x), np.nan)  # the rest comes cleaner from an LP
        part = replace(part, lower=np.fmax(part.lower, held), upper=np.fmin(part.upper, held))
    answer = Live(part.relaxed(), UNSCALED).solve_lp(hunt.left, tick=hunt.tick)
    if answer.x is None:
        return x
    x = x.copy()
    x[free] = np.clip(x[free] + answer.x, matrix.lower[free], matrix.upper[free])
    return x


def around(matrix: Matrix, free: np.ndarray, x: np.ndarray) -> Matrix:
    """The model of how far the free columns go from x, all others held. Rows that x keeps stay within reach.

    In distances from x, sides are slacks: a solver's tolerances count from these, not from sums of millions.
    """
    body = matrix.rows[:, free]
    touched = np.flatnonzero(np.diff(body.indptr))
    activity = matrix.rows[touched] @ x
    blur = BLUR * np.maximum(1.0, np.abs(activity))
    return Matrix(matrix.cost[free], matrix.objective(x), False, np.minimum(matrix.lower[free] - x[free], 0.0),
                  np.maximum(matrix.upper[free] - x[free], 0.0), matrix.integer[free], body[touched],
                  matrix.row_lower[touched] - activity - blur, matrix.row_upper[touched] - activity + blur)


def block_by_block(hunt: Hunt, rng: np.random.Generator) -> None:
    """Solves a few blocks at a time, with continuous columns outside blocks; the rest stays as it is.

    Ends when the gap is reached, the time is over, or no block of a whole turn has bettered the incumbent.
    """
    matrix = hunt.matrix
    common = np.flatnonzero((matrix.block < 0) & ~matrix.integer)
    inside = [np.flatnonzero(matrix.block == name) for name in np.unique(matrix.block[matrix.block >= 0])]
    while not hunt.over:
        before = hunt.objective
        order = rng.permutation(len(inside))
        for at in range(0, len(order), AT_ONCE):
            if hunt.over:
                return
            free = np.concatenate([common, *(inside[k] for k in order[at:at + AT_ONCE])])
            room = (hunt.objective - hunt.bound) / len(inside)
            hunt.offer(again(matrix, hunt.x, np.sort(free), hunt, whole=True, time_limit=hunt.left,
                             absolute_gap=max(0.2 * room, 1e-9), node_limit=NODES))
        if hunt.objective >= before - max(1e-4 * (before - hunt.bound), 1e-7 * abs(before)):
            return
