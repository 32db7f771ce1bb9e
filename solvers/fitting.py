"""Whole values that fit together: of all that the rows allow among whole columns alone, those nearest to wishes.

Blocks solved apart each say how to round; together they may ask for thirteen where the nation allows twelve.
A small model of the whole columns only, the others at their best for each row, mends that before any LP.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from solvers.highs import Live
from solvers.matrix import Matrix
from solvers.propagation import Propagator

NODES = 200
LEAST = 0.05  # what it costs to turn a wish down that the LP is against altogether; 1 where it agrees


def fitted(propagator: Propagator, wanted: np.ndarray, x: np.ndarray, lower: np.ndarray, upper: np.ndarray,
           seconds: float, tick=None, cuts=()) -> np.ndarray | None:
    """Whole values that break no row whatever the other columns do; None where none was found in time.

    cuts  further rows over the whole columns: (coefficients, what they must come to at least)

    wanted, x, lower, upper  arrays over the whole columns: wishes, values of an LP, bounds. A column of
                             more than two values stays next to its LP value, and as near to that as can be.
    """
    x = np.clip(x, lower, upper)
    wide = upper - lower > 1
    lower = np.where(wide, np.floor(x + 1e-6), lower)
    upper = np.where(wide, np.ceil(x - 1e-6), upper)
    wanted = np.clip(np.rint(np.where(wide, x, wanted)), lower, upper)
    weight = np.maximum(1 - np.abs(wanted - x), LEAST)
    keep = np.bincount(propagator.row, minlength=propagator.m) > 0
    place = np.cumsum(keep) - 1
    rows = sparse.csr_matrix((propagator.value, (place[propagator.row], propagator.place)),
                             (int(keep.sum()), len(x)))
    least = (propagator.lower_side - propagator.rest_high)[keep]
    most = (propagator.upper_side - propagator.rest_low)[keep]
    if cuts:
        rows = sparse.vstack((rows, *(sparse.csr_matrix(row) for row, _ in cuts)), format="csr")
        least = np.concatenate((least, [side for _, side in cuts]))
        most = np.concatenate((most, np.full(len(cuts), np.inf)))
    answer = Live(Matrix(
        np.where(wanted > lower, -weight, weight), 0.0, False, lower, upper, np.ones(len(x), bool), rows, least, most,
    )).solve_mip(seconds, gap=0.01, node_limit=NODES, tick=tick)
    return None if answer.x is None else np.rint(answer.x)
