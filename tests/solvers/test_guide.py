"""What a dive reads from an LP solution, worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from solvers.dive import Rule
from solvers.guide import Guide, choices
from tests.solvers.models import diver_of, model


def test_rounding_that_breaks_no_inequality_is_free():
    """x0 <= 10 x1 and x0 >= 2 x1 with x0 = 4 (whole by chance): x1 = 0.4 may go up, not down."""
    matrix = model([1, 0], [[1, -10], [1, -2]], [-np.inf, 0], [0, np.inf], upper=[9, 1], integer=[False, True])
    point = Guide(matrix).point(np.array([4.0, 0.4]))
    assert point.up.tolist() == [True] and point.down.tolist() == [False]
    point = Guide(matrix).point(np.array([1.0, 0.4]))  # 1 >= 2 * 1 fails: neither way is free
    assert point.up.tolist() == point.down.tolist() == [False]
    point = Guide(matrix).point(np.array([0.0, 0.4]))
    assert point.up.tolist() == [False] and point.down.tolist() == [True]


def test_in_a_choice_the_member_that_is_used_is_meant():
    """One of y1, y2, y3; x <= 20 y1 needs y1 >= 0.25 at x = 5; y2 takes the rest, used by nothing."""
    matrix = model([1, 0, 0, 0], [[0, 1, 1, 1], [1, -20, 0, 0]], [1, -np.inf], [1, 0],
                   upper=[9, 1, 1, 1], integer=[False, True, True, True])
    assert choices(matrix).tolist() == [0, 0, 0]
    point = Guide(matrix).point(np.array([5.0, 0.25, 0.75, 0.0]))
    assert point.guide == pytest.approx([1, 0, 0], abs=1e-5)
    assert point.x.tolist() == [0.25, 0.75, 0.0] and not (point.up | point.down).any()


def test_rows_that_are_no_choice_make_none():
    body = [[1, 1, 0, 0], [1, 2, 0, 0], [0, 0, 1, 1]]
    matrix = model([1] * 4, body, [1, 1, 2], [1, 1, 2], integer=[True, True, True, False])
    assert choices(matrix).tolist() == [0, 0, -1]
    matrix = model([1] * 4, body, [1, 1, 1], [1, 1, 1], integer=[True, True, True, False])
    assert choices(matrix).tolist() == [0, 0, -1]  # a column that need not be whole is no member


def test_a_guide_leans_to_what_is_wanted_where_something_is():
    matrix = model([1, 1, 1], [[1, 1, 1]], -np.inf, 1.5)
    point = Guide(matrix).point(np.array([0.6, 0.4, 0.5]), np.array([0.0, 1.0, np.nan]))
    assert point.guide == pytest.approx([0.24, 0.76, 0.5]) and point.x.tolist() == [0.6, 0.4, 0.5]


def test_a_dive_rounds_to_what_is_wanted_where_the_LP_is_fractional():
    """Of two that are worth the same and do not both fit, the one that is wanted; alone, the one with more in the LP."""
    matrix = model([-2, -2], [[2, 2]], -np.inf, 2, maximise=False)
    for wanted, taken in ((None, [1, 0]), (np.array([0.0, 1.0]), [0, 1])):
        diver = diver_of(matrix)
        root = replace(diver.live.solve_lp(), x=np.array([0.6, 0.4]))
        assert diver.dive(root, diver.lower, diver.upper, Rule(), wanted=wanted)
        assert diver.hunt.x.tolist() == taken
