"""Whole values that fit together: the nearest to the wishes, and only what rows of whole columns allow."""

import itertools

import numpy as np
import pytest

from solvers.fitting import fitted
from solvers.propagation import Propagator
from tests.solvers.models import block_angular, model

INF = np.inf


def fit(matrix, wanted, x=None):
    propagator = Propagator(matrix)
    whole = propagator.columns
    x = np.asarray(wanted if x is None else x, float)
    return fitted(propagator, np.asarray(wanted, float), x, matrix.lower[whole], matrix.upper[whole], 9.0)


def test_wishes_that_fit_stay():
    matrix = model([0, 0, 0], [[1, 1, 1]], -INF, 2, integer=True)
    assert fit(matrix, [1, 0, 1]).tolist() == [1, 0, 1]


def test_where_too_many_wish_the_least_sure_gives_way():
    """Three want in where two are allowed; the LP is least sure of the second."""
    matrix = model([0, 0, 0], [[1, 1, 1]], -INF, 2, integer=True)
    assert fit(matrix, [1, 1, 1], x=[0.9, 0.2, 0.9]).tolist() == [1, 0, 1]


def test_other_columns_are_taken_at_their_best():
    """x0 + y >= 2 with y up to 1 asks for x0; with y up to 2 it asks for nothing."""
    for top, value in ((1, 1), (2, 0)):
        matrix = model([0, 0], [[1, 1]], 2, INF, upper=[1, top], integer=[True, False])
        assert fit(matrix, [0]).tolist() == [value]


def test_wide_columns_stay_next_to_the_lp():
    matrix = model([0, 0], [[1, 1]], -INF, 9, upper=20, integer=True)
    assert fit(matrix, [20, 0], x=[4.3, 4.6]).tolist() == [4, 5]


def test_what_cannot_fit_is_told():
    assert fit(model([0, 0], [[1, 1]], 3, INF, integer=True), [1, 1]) is None


@pytest.mark.parametrize("seed", range(12))
def test_no_other_values_are_nearer(seed):
    rng = np.random.default_rng(seed)
    matrix = model(np.zeros(6), rng.integers(-3, 6, (3, 6)), -INF, rng.integers(1, 9, 3), integer=True)
    wanted = rng.integers(0, 2, 6)
    possible = [np.array(v) for v in itertools.product((0, 1), repeat=6)
                if (matrix.rows @ np.array(v) <= matrix.row_upper + 1e-9).all()]
    found = fit(matrix, wanted)
    if not possible:
        assert found is None
        return
    least = min(np.abs(v - wanted).sum() for v in possible)
    assert matrix.violation(found) <= 1e-9 and np.abs(found - wanted).sum() <= least + 1e-6


def test_of_a_mixed_model_the_values_pass_propagation():
    matrix = block_angular(3)
    propagator = Propagator(matrix)
    low, high = matrix.lower[propagator.columns], matrix.upper[propagator.columns]
    assert propagator.tighten(low, high)
    found = fitted(propagator, high, (low + high) / 2, low, high, 9.0)
    assert propagator.tighten(found.copy(), found.copy())
