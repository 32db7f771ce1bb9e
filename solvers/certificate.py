"""Which rows of a large LP contradict each other: wishes come in as they are broken, and the last ray is proven.

An infeasible LP of hundreds of thousands of columns solved at once may not end (measured on 250,000 columns: none in
300 s). Without the rows that may give way it is an ordinary LP; those that its optimum breaks are added, and dual
simplex goes on from its basis, until no solution is left (row generation; Dantzig, Fulkerson and Johnson, 1954). The
multipliers of that contradiction (Farkas' lemma) are inexact, so only a hint: the rows with the largest are solved
by themselves, by bounds or by an exact LP, and count when these have no solution.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from solvers.elastic import without_goal
from solvers.highs import Live
from solvers.intervals import tighten
from solvers.lazy import Lazy
from solvers.matrix import Matrix
from solvers.outcome import Stop

SHARES = (1e-3, 1e-6, 1e-9)  # of the largest multiplier: rows from there on are taken for the proof
PROOF = 60.0  # seconds for the LP of one proof


def certificate(matrix: Matrix, give_way: np.ndarray, families: np.ndarray, time_limit: float = np.inf,
                tick: Callable[[], bool] | None = None) -> tuple[Stop, np.ndarray | None]:
    """(Stop.INFEASIBLE, numbers of rows proven to have no solution together), or how the LP ended and None.

    matrix    an LP to be minimised, its costs scaled (see `matrix.cost_scale`): its goal keeps dual simplex on its way
    give_way  numbers of the rows left aside at first; the others must have a solution by themselves
    families  per such row a positive number of its family: after some rounds families come in whole
    """
    begin = time.perf_counter()
    lazy = matrix.family.astype(int)
    lazy[give_way] = lazy.max(initial=0) + families
    live = Lazy(replace(matrix, lazy=lazy))
    answer = live.solve_lp(time_limit, tick=tick)
    if answer.stop is not Stop.INFEASIBLE:
        return answer.stop, None
    ray = live.dual_ray()
    weight = np.ones(len(live.held)) if ray is None else np.abs(ray)
    base, before = without_goal(matrix), 0
    for share in SHARES:
        rows = np.sort(live.held[weight > share * weight.max()])
        if len(rows) == before:
            continue
        before, few = len(rows), base.with_only(rows)
        if tighten(few).contradiction is not None:
            return Stop.INFEASIBLE, rows
        left = min(max(time_limit - (time.perf_counter() - begin), 0.0), PROOF)
        if Live(few).solve_lp(left, tick=tick).stop is Stop.INFEASIBLE:
            return Stop.INFEASIBLE, rows
    return Stop.INFEASIBLE, np.sort(live.held)
