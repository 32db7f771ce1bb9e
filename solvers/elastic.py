"""How far rows must give way: relief of some rows, and how far one number of a model must move.

`relieved` adds relief columns to rows (elastic programming; Chinneck and Dravnieks, 1991). `nearest` moves
one number that shifts sides, bounds or coefficients in a straight line, as little as needed: where it only
shifts sides that is one model with one column more; where it also turns coefficients, the column's
coefficients are taken at the last solution and the model is solved again, which is Newton's method
(Dinkelbach, 1967, for ratios) and ends after few steps.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from solvers.highs import Answer, Live
from solvers.matrix import Matrix

SETTLED = 1e-7  # a number that moves by less than this, relative to its size, has settled
STEPS = 12
Solve = Callable[[Matrix, float], Answer]


def plain_solve(stop: Callable[[], bool] | None = None) -> Solve:
    """(matrix, seconds) -> Answer by HiGHS alone: the LP, or branch and bound where there are whole numbers."""
    def solve(matrix: Matrix, seconds: float) -> Answer:
        live = Live(matrix)
        return live.solve_mip(seconds, tick=stop) if matrix.integer.any() else live.solve_lp(seconds, tick=stop)
    return solve


def without_goal(matrix: Matrix) -> Matrix:
    """The same rows and bounds, nothing to aim at."""
    return replace(matrix, cost=np.zeros(matrix.n_columns), offset=0.0, maximise=False, lazy=None)


def freed(matrix: Matrix, rows: np.ndarray) -> Matrix:
    """The model in which some rows ask for nothing."""
    low, high = matrix.row_lower.copy(), matrix.row_upper.copy()
    low[rows], high[rows] = -np.inf, np.inf
    return replace(matrix, row_lower=low, row_upper=high)


def relieved(matrix: Matrix, rows: np.ndarray, weight: np.ndarray | float = 1.0) -> Matrix:
    """The model in which some rows may give way, to be minimised: sum of weight * relief.

    Two columns are appended per row in the order of `rows`: what its left side is short of the lower side,
    then what it is beyond the upper one (k columns each).
    """
    rows, base, n = np.asarray(rows, int), without_goal(matrix), matrix.n_columns
    k = len(rows)
    short = sparse.csr_matrix((np.ones(k), (rows, np.arange(k))), shape=(matrix.n_rows, k))
    weight = np.broadcast_to(np.asarray(weight, float), (k,))
    return replace(
        base, rows=sparse.hstack((base.rows, short, -short), format="csr"),
        cost=np.concatenate((base.cost, weight, weight)), lower=np.concatenate((base.lower, np.zeros(2 * k))),
        upper=np.concatenate((base.upper, np.where(np.isfinite(matrix.row_lower[rows]), np.inf, 0.0),
                              np.where(np.isfinite(matrix.row_upper[rows]), np.inf, 0.0))),
        integer=np.concatenate((base.integer, np.zeros(2 * k, bool))), block=None,
        column_name=lambda j: matrix.column_name(j) if j < n else f"relief[{(j - n) % k}]")


def relief_of(answer: Answer, matrix: Matrix, rows: np.ndarray) -> np.ndarray:
    """Relief of each row in an answer of `relieved`, short of the lower side or beyond the upper."""
    k, n = len(rows), matrix.n_columns
    return answer.x[n:n + k] + answer.x[n + k:n + 2 * k]


def given_way(matrix: Matrix, rows: np.ndarray, relief: np.ndarray, slack: float = 1e-6) -> Matrix:
    """The model with the sides of some rows moved by their relief, and a little more for the solver's tolerance."""
    low, high = matrix.row_lower.copy(), matrix.row_upper.copy()
    more = np.where(relief > 0, relief + slack * np.maximum(1.0, relief), 0.0)
    low[rows], high[rows] = low[rows] - more, high[rows] + more
    return replace(matrix, row_lower=low, row_upper=high)


@dataclass
class Moved:
    """Where a number came to lie. value: None where no value mends it, or none was proven in time."""

    value: float | None
    x: np.ndarray | None = None
    proven: bool = False  # settled at the nearest value (for whole-number models within the solver's gap)
    impossible: bool = False  # proven: no value between its limits mends it
    steps: int = 0


def nearest(one: Matrix, two: Matrix, first: float, second: float, x: np.ndarray, *, low: float = -np.inf,
            high: float = np.inf, solve: Solve, time_limit: float = np.inf) -> Moved:
    """The value nearest to `first` with which the model has a solution.

    one, two       the model with the number at `first` and at `second`; all rows, bounds and coefficients
                   between and beyond lie on the straight line through both. Same shape.
    x              a point near which coefficients are taken first (any)
    low, high      limits of the number
    """
    begin, span = time.perf_counter(), second - first
    change = (two.rows - one.rows).tocsr() / span
    moved = {name: _slope(getattr(one, name), getattr(two, name), span)
             for name in ("row_lower", "row_upper", "lower", "upper")}
    turning = bool(change.nnz and np.abs(change.data).max() > 0)
    value, best = first, None
    for step in range(1, STEPS + 1):
        # While coefficients turn, a step beyond the limits may come before one within: judged at the end.
        limits = (-np.inf, np.inf) if turning else (low, high)
        tried = _with_move(one, change, moved, value - first, x, first, *limits)
        answer = solve(tried, max(time_limit - (time.perf_counter() - begin), 0.0))
        if answer.x is None:
            if best is None:
                return Moved(None, impossible=str(answer.stop) == "infeasible" and not turning, steps=step)
            break
        n = one.n_columns
        x, new = answer.x[:n], first + answer.x[n] - answer.x[n + 1]
        settled = abs(new - value) <= SETTLED * max(abs(new), abs(span), 1e-6)
        best = Moved(new, x, proven=settled or not turning, steps=step)
        if settled or not turning:
            break
        value = new
    within = low - SETTLED <= best.value <= high + SETTLED
    return replace(best, value=min(max(best.value, low), high)) if within else Moved(None, steps=best.steps)


def _slope(one, two, span):
    with np.errstate(invalid="ignore"):
        both = np.isfinite(one) & np.isfinite(two)
        return np.where(both, (np.where(both, two, 0.0) - np.where(both, one, 0.0)) / span, 0.0)


def _with_move(one, change, moved, by, x, first, low, high) -> Matrix:
    """The model at `first + by` with two columns more, p and m: the number lies at first + p - m.

    Row i reads  A(by) x + (change x_old - its side's slope) (p - m - by)  against its sides at `by`.
    """
    rows = (one.rows + change * by).tocsr()
    side = np.where(np.isfinite(one.row_lower), moved["row_lower"], moved["row_upper"])
    turn = change @ x - side
    row_lower = one.row_lower + moved["row_lower"] * by + turn * by
    row_upper = one.row_upper + moved["row_upper"] * by + turn * by
    lower, upper = one.lower.copy(), one.upper.copy()
    extra, coefficients, least, most = [], [], [], []
    for name, bounds, sign in (("lower", lower, -1), ("upper", upper, 1)):
        for j in np.flatnonzero(moved[name]):  # x_j - slope * (p - m) against its bound at `first`
            extra.append(j)
            coefficients.append(-moved[name][j])
            least.append(bounds[j] if sign < 0 else -np.inf)
            most.append(bounds[j] if sign > 0 else np.inf)
            bounds[j] = sign * np.inf
    k, n = len(extra), one.n_columns
    column = sparse.csr_matrix(np.concatenate((turn, coefficients))[:, None])
    picked = sparse.csr_matrix((np.ones(k), (np.arange(k), extra)), shape=(k, n))
    body = sparse.hstack((sparse.vstack((rows, picked)), column, -column), format="csr")
    return replace(
        without_goal(one), rows=body, row_lower=np.concatenate((row_lower, least)),
        row_upper=np.concatenate((row_upper, most)), lower=np.concatenate((lower, [0.0, 0.0])),
        upper=np.concatenate((upper, [max(high - first, 0.0), max(first - low, 0.0)])),
        cost=np.concatenate((np.zeros(n), [1.0, 1.0])), block=None,
        integer=np.concatenate((one.integer, [False, False])))
