"""Iterative proportional fitting: exact margins, clear refusals, zeros kept."""

import numpy as np
import pytest

from planner.instance.calibration import ras


def test_two_dimensions_by_hand():
    """Of all tables with these margins the one without interaction is the product."""
    table = ras(np.ones((2, 3)), [([0], [40, 60]), ([1], [20, 30, 50])])
    assert np.allclose(table, [[8, 12, 20], [12, 18, 30]], rtol=1e-12)


def test_margins_met_and_interaction_of_the_seed_kept():
    seed = np.array([[1.0, 2.0], [3.0, 1.0]])
    table = ras(seed, [([0], [10.0, 20.0]), ([1], [18.0, 12.0])], tolerance=1e-12)
    assert np.allclose(table.sum(axis=1), [10, 20], rtol=1e-9)
    assert np.allclose(table.sum(axis=0), [18, 12], rtol=1e-9)
    odds = table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])
    assert odds == pytest.approx(1 / 6, rel=1e-9)


def test_three_dimensions_with_overlapping_margins():
    truth = np.random.default_rng(1).random((4, 3, 5))
    margins = [([0, 2], truth.sum(axis=1)), ([1], truth.sum(axis=(0, 2))), ([2, 1], truth.sum(axis=0).T)]
    table = ras(np.ones(truth.shape), margins)
    assert np.allclose(table.sum(axis=1), truth.sum(axis=1), rtol=1e-9)
    assert np.allclose(table.sum(axis=0), truth.sum(axis=0), rtol=1e-9)
    assert np.array_equal(table, ras(np.ones(truth.shape), margins))


def test_zeros_stay_zero():
    table = ras(np.array([[0.0, 1.0], [1.0, 1.0]]), [([0], [5.0, 10.0]), ([1], [4.0, 11.0])])
    assert table[0, 0] == 0.0
    assert np.allclose(table, [[0, 5], [4, 6]], rtol=1e-8)


def test_a_zero_margin_empties_its_row():
    table = ras(np.ones((2, 2)), [([0], [0.0, 3.0]), ([1], [1.0, 2.0])])
    assert np.allclose(table, [[0, 0], [1, 2]])


@pytest.mark.parametrize("seed, margins, words", [
    (np.ones((2, 2)), [([0], [1.0, 2.0]), ([1], [2.0, 2.0])],
     "margins 1 and 2 disagree in total: 3 against 4"),
    (np.ones((2, 2, 2)), [([0, 1], [[1, 1], [1, 1]]), ([0, 2], [[1, 0], [2, 1]])],
     r"margins 1 and 2 disagree on their common axes \[0\]"),
    (np.array([[0.0, 0.0], [1.0, 1.0]]), [([0], [1.0, 1.0])], "the whole seed is zero"),
    (np.eye(2), [([0], [1.0, 2.0]), ([1], [2.0, 1.0])], "no table with these zeros meets all margins"),
    (np.array([-1.0, 2.0]), [([0], [1.0, 1.0])], "at least 0"),
    (np.ones(2), [([0], [-1.0, 2.0])], "negative or missing total"),
])
def test_refusals(seed, margins, words):
    with pytest.raises(ValueError, match=words):
        ras(seed, margins)
