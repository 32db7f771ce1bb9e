"""Small models for the solver tests, and the honest way to solve them: by trying everything."""

import itertools
from dataclasses import replace

import numpy as np
from scipy import sparse

from solvers.dive import Diver
from solvers.hunt import Hunt
from solvers.lazy import Lazy
from solvers.matrix import Matrix
from solvers.propagation import Propagator


def model(cost, rows, row_lower, row_upper, lower=0.0, upper=1.0, integer=True, maximise=True, offset=0.0):
    """A Matrix from plain lists; scalars are repeated."""
    cost = np.array(cost, float)
    n, m = len(cost), len(rows)

    def fill(value, size, kind=float):
        return np.broadcast_to(np.asarray(value, kind), (size,)).copy()

    return Matrix(cost, offset, maximise, fill(lower, n), fill(upper, n), fill(integer, n, bool),
                  sparse.csr_matrix(np.array(rows, float).reshape(m, n)),
                  fill(row_lower, m), fill(row_upper, m))


def diver_of(matrix: Matrix, hunt: Hunt | None = None) -> Diver:
    """A diver on a live LP of its own; of a hunt to optimality within 20 s where none is given."""
    hunt = hunt or Hunt(matrix, 1.0, 0.0, 20.0)
    return Diver(hunt, Lazy(matrix.relaxed()), Propagator(matrix), np.random.default_rng(0))


def knapsacks(seed: int, n: int = 12, m: int = 3) -> Matrix:
    """A random knapsack under several limits, all columns binary."""
    rng = np.random.default_rng(seed)
    weight = rng.integers(5, 60, (m, n)).astype(float)
    value = rng.integers(10, 90, n).astype(float)
    return model(value, weight, -np.inf, np.floor(weight.sum(1) * 0.45))


def best_by_trying(matrix: Matrix) -> float:
    """The optimum of a model whose columns are all binary."""
    points = np.array(list(itertools.product((0.0, 1.0), repeat=matrix.n_columns)))
    activity = points @ matrix.rows.toarray().T
    fits = ((activity <= matrix.row_upper + 1e-9) & (activity >= matrix.row_lower - 1e-9)).all(1)
    values = points[fits] @ matrix.cost + matrix.offset
    return values.max() if matrix.maximise else values.min()


def plan_like(seed: int = 0, regions: int = 6, industries: int = 5, years: int = 3) -> Matrix:
    """A small relative of the national model: cells, focus with a scale, platforms, one budget a year.

    Columns: two response segments per cell, then focus and platform columns.
    """
    rng = np.random.default_rng(seed)
    cells = regions * industries * years
    cell = np.arange(cells).reshape(regions, industries, years)
    base = rng.lognormal(0.0, 0.6, (regions, industries, 1)) * np.ones(years)
    worth = rng.uniform(0.7, 1.5, (regions, industries, 1)) * np.ones(years)
    first, second = cell, cell + cells
    focus, opened = cell + 2 * cells, np.arange(regions * years).reshape(regions, years) + 3 * cells
    n = 3 * cells + regions * years
    rows, low, high = [], [], []

    def row(columns, values, at_least=-np.inf, at_most=np.inf):
        line = np.zeros(n)
        line[np.ravel(columns)] = np.ravel(values) if np.ndim(values) else values
        rows.append(line), low.append(at_least), high.append(at_most)

    for r, i, t in itertools.product(range(regions), range(industries), range(years)):
        spend, b = [first[r, i, t], second[r, i, t]], base[r, i, t]
        row([*spend, focus[r, i, t]], [1, 1, -1.4 * b], at_least=0)
        row([*spend, focus[r, i, t]], [1, 1, -1.8 * b], at_most=1.2 * b)
        if t:
            row([focus[r, i, t], focus[r, i, t - 1]], [1, -1], at_least=0)
    for r, t in itertools.product(range(regions), range(years)):
        row(focus[r, :, t], 1.0, at_most=2)
        use = np.concatenate((first[r, :, t], second[r, :, t], opened[r, :t + 1]))
        room = 0.7 * base[r, :, t].sum()
        row(use, [*[1.0] * (2 * industries), *[-0.5 * room] * (t + 1)], at_most=room)
    for i, t in itertools.product(range(industries), range(years)):
        row(focus[:, i, t], 1.0, at_least=1, at_most=3)
    for t in range(years):
        use = np.concatenate((first[:, :, t].ravel(), second[:, :, t].ravel(), opened[:, t]))
        row(use, [*[1.0] * (2 * regions * industries), *[0.6] * regions], at_most=1.05 * base[:, :, t].sum())
    cost = np.concatenate((1.6 * worth.ravel(), 0.8 * worth.ravel(), np.zeros(cells + regions * years)))
    upper = np.concatenate((base.ravel(), 2 * base.ravel(), np.ones(cells), np.full(regions * years, 2.0)))
    integer = np.arange(n) >= 2 * cells
    return model(cost, rows, low, high, upper=upper, integer=integer)


def block_angular(seed: int, blocks: int = 3, size: int = 4) -> Matrix:
    """A random feasible minimisation of small blocks, loose columns and coupling rows of every kind.

    Every second column of a block is whole; some have no upper bound of their own but for a row of theirs.
    """
    rng = np.random.default_rng(seed)
    label = np.append(np.repeat(np.arange(blocks), size), [-1, -1])
    n, inside = len(label), label >= 0
    upper = rng.integers(2, 6, n).astype(float)
    held = np.rint(upper * rng.random(n))
    rows, low, high = [], [], []

    def row(mask, values, kind):
        line = np.where(mask, values, 0.0)
        at = line @ held
        rows.append(line)
        low.append(-np.inf if kind == "<=" else at if kind == "==" else at - rng.integers(0, 4))
        high.append(np.inf if kind == ">=" else at if kind == "==" else at + rng.integers(0, 4))

    for block in range(blocks):
        here = label == block
        row(here, rng.integers(2, 9, n), "<=")
        row(here, rng.integers(-5, 6, n), rng.choice(["<=", ">=", "<=>"]))
    for kind in ("<=", ">=", "==", "<=>"):
        row(rng.random(n) < 0.8, rng.integers(-4, 8, n), kind)
    upper[inside & (rng.random(n) < 0.3)] = np.inf
    integer = inside & (np.arange(n) % 2 == 0)
    return replace(model(rng.integers(-9, 10, n), rows, low, high, upper=upper, integer=integer,
                         maximise=False, offset=3.0), block=label)
