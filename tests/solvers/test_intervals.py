"""Bounds carried through rows: what they prove is true, and the rows they name suffice."""

import numpy as np
import pytest
from scipy import sparse

from solvers.highs import Live
from solvers.intervals import tighten
from solvers.matrix import Matrix
from solvers.outcome import Stop


def matrix(rows, low, high, lower, upper, integer=None) -> Matrix:
    rows = sparse.csr_matrix(np.array(rows, float))
    n = rows.shape[1]
    return Matrix(cost=np.zeros(n), offset=0.0, maximise=False, lower=np.array(lower, float),
                  upper=np.array(upper, float), integer=np.zeros(n, bool) if integer is None else np.array(integer),
                  rows=rows, row_lower=np.array(low, float), row_upper=np.array(high, float))


def drawn(seed: int) -> Matrix:
    """A small model of equalities, floors and ceilings; about half have a solution."""
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(2, 9)), int(rng.integers(2, 8))
    rows = np.where(rng.random((m, n)) < 0.5, rng.integers(-3, 4, (m, n)), 0)
    upper = rng.integers(0, 6, n).astype(float)
    at = rows @ (rng.random(n) * upper) + rng.normal(0, 1.5, m)
    kind = rng.integers(0, 3, m)
    return matrix(rows, np.where(kind == 1, -np.inf, at), np.where(kind == 0, np.inf, at), np.zeros(n),
                  np.where(rng.random(n) < 0.2, np.inf, upper), rng.random(n) < 0.4)


def test_a_floor_above_what_is_there_names_its_rows():
    """x + y = z, z <= 4 by a row, x >= 3 and y >= 3: the three rows, and not the one on w."""
    made = matrix([[1, 1, -1, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]],
                  [0, -np.inf, 3, 3, 0], [0, 4, np.inf, np.inf, 9], [0] * 4, [np.inf] * 4)
    found = tighten(made).contradiction
    assert set(found.rows) == {0, 1, 2, 3}


def test_a_share_of_a_whole_closes_in_round_by_round():
    """west >= 0.5 whole, whole = west + east, west <= 10, east >= 11: no single round shows it."""
    rows = [[1, 0, -0.5], [1, 1, -1]]
    assert tighten(matrix(rows, [0, 0], [np.inf, 0], [0, 11, 0], [10, 50, np.inf])).contradiction is not None
    assert tighten(matrix(rows, [0, 0], [np.inf, 0], [0, 10, 0], [10, 50, np.inf])).contradiction is None


@pytest.mark.parametrize("seed", range(300))
def test_it_never_condemns_what_has_a_solution(seed):
    made = drawn(seed)
    found, answer = tighten(made), Live(made).solve_mip(10)
    if found.contradiction is None:
        if answer.x is not None:
            slack = 1e-6 * np.maximum(1, np.abs(answer.x))
            # A solution of the model lies within the bounds that were carried through its rows.
            assert (answer.x >= found.lower - slack).all() and (answer.x <= found.upper + slack).all()
        return
    assert answer.stop is Stop.INFEASIBLE
    assert Live(made.with_only(found.contradiction.rows)).solve_mip(10).stop is Stop.INFEASIBLE


def test_many_of_them_are_condemned():
    """The test before is not an empty one."""
    found = [tighten(drawn(seed)).contradiction is not None for seed in range(300)]
    assert 30 < sum(found) < 270
