"""Which rows of a large LP contradict each other: a hint by interior point, proven on those few rows alone.

Some rows may give way at a price (elastic programming; Chinneck and Dravnieks, 1991). That LP always has a
solution, which interior point finds without a vertex. Where something must give way, the multipliers of its
optimum prove it (Farkas' lemma): a row with none takes no part. They are inexact, so only a hint: the rows with the
largest are solved by themselves, by bounds or by an exact LP, and count when that has no solution.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from solvers.elastic import relieved, without_goal
from solvers.highs import Live
from solvers.intervals import tighten
from solvers.matrix import Matrix
from solvers.outcome import Stop

GIVES = 1e-7  # relief, relative to the rows' sides, from which a proof is looked for
SHARES = (1e-2, 1e-4, 1e-6, 1e-8)  # of the largest multiplier: rows from there on are taken for the proof
PROOF = 60.0  # seconds for the LP of one proof


def certificate(matrix: Matrix, may_give: np.ndarray, time_limit: float = np.inf,
                tick: Callable[[], bool] | None = None) -> np.ndarray | None:
    """Numbers of rows that have no solution together (proven), or None where no such proof is found.

    may_give  numbers of the rows that may give way; the others must have a solution by themselves
    Lazy rows are left aside: what contradicts without them contradicts with them.
    """
    begin = time.perf_counter()
    base = without_goal(matrix.relaxed())
    here = np.arange(matrix.n_rows) if matrix.lazy is None else np.flatnonzero(matrix.lazy == 0)
    giving = np.flatnonzero(np.isin(here, may_give))
    if not len(giving):
        return None
    held = base.with_only(here)
    sides = np.where(np.isfinite(held.row_lower), held.row_lower, held.row_upper)[giving]
    size = np.maximum(np.abs(np.where(np.isfinite(sides), sides, 0.0)), 1.0)
    answer = Live(relieved(held, giving, 1.0 / size)).solve_lp(time_limit, method="interior", tick=tick)
    if answer.duals is None or answer.objective <= GIVES:
        return None
    weight = np.abs(answer.duals)
    before = 0
    for share in SHARES:
        rows = here[weight > share * weight.max()]
        if len(rows) == before:
            continue
        before, few = len(rows), base.with_only(rows)
        if tighten(few).contradiction is not None:
            return rows
        left = min(max(time_limit - (time.perf_counter() - begin), 0.0), PROOF)
        if Live(few).solve_lp(left, tick=tick).stop is Stop.INFEASIBLE:
            return rows
    return None
