"""Whole values that fit no more, mended: the nearest that do, found from the proofs that others do not.

The LP is asked with all whole columns fixed. Where it has no solution, its proof (Farkas multipliers) is a row over
whole columns that every solution keeps (feasibility cut: Benders, Numerische Mathematik 4, 1962). A small model of the
whole columns alone (`solvers.fitting`) gives the nearest values that keep all such rows so far; they are asked next.
"""

from __future__ import annotations

import numpy as np

from solvers.dive import Diver
from solvers.fitting import fitted
from solvers.lazy import Lazy
from solvers.outcome import Stop

ROUNDS = 20
NOISE = 1e-9  # of the largest part of a sum: less is an error of rounding


def mend(diver: Diver, wanted: np.ndarray, x: np.ndarray) -> bool:
    """Offers a solution with these whole values or some near; True if a new incumbent was found.

    wanted  array over the whole columns
    x       array over the whole columns: values of an LP, which say what wishes are cheap to turn down;
            columns of more than two values stay as wanted
    """
    hunt, cuts = diver.hunt, []
    low, high = diver.lower.copy(), diver.upper.copy()
    if not diver.propagator.tighten(low, high):
        return False
    wanted = values = np.clip(wanted, low, high)
    x = np.where(high - low > 1, wanted, x)
    for _ in range(ROUNDS):
        answer = diver.solve(values, values)
        if answer.stop is Stop.OPTIMAL:
            return diver.take(answer)
        found = None if hunt.over or answer.stop is not Stop.INFEASIBLE else cut(diver.live, diver.columns, values)
        if found is None:
            return False
        cuts.append(found)
        values = fitted(diver.propagator, wanted, x, low, high, hunt.left, hunt.tick, cuts)
        if values is None:
            return False
    return False


def cut(live: Lazy, columns: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, float] | None:
    """After an LP without solution: (coefficients over whole columns, what they must come to at least).

    columns, values  the whole columns and what they were fixed at, which the cut excludes
    None where there is no proof, or one that whole values cannot help.
    """
    ray, matrix = live.dual_ray(), live.all
    if ray is None:
        return None
    ray = np.where(np.abs(ray) > NOISE * np.abs(ray).max(), ray, 0.0)
    rows, lower, upper = matrix.rows[live.held], matrix.row_lower[live.held], matrix.row_upper[live.held]
    parts, sizes = ray @ rows, np.abs(ray) @ abs(rows)
    parts = np.where(np.abs(parts) > NOISE * sizes, parts, 0.0)
    others = np.setdiff1d(np.flatnonzero(parts), columns, assume_unique=True)
    for sign in (1.0, -1.0):  # solvers differ in the sign of a proof
        sides = np.where(sign * ray > 0, lower, upper)
        least = (sign * ray)[ray != 0] @ sides[ray != 0]
        part = sign * parts
        ends = np.where(part[others] > 0, matrix.upper[others], matrix.lower[others])
        least -= part[others] @ ends
        scale = np.abs(part[columns]).max(initial=0.0)
        if scale > 0 and np.isfinite(least) and part[columns] @ values < least - NOISE * abs(least):
            return part[columns] / scale, least / scale
    return None
