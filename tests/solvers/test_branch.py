"""The LP with whole values fixed, after all else: who may end it."""

import numpy as np
import pytest

from solvers.branch import fixed
from solvers.hunt import Hunt
from tests.solvers.models import diver_of, model


@pytest.mark.parametrize("stopped_before", [False, True])
def test_a_stop_ends_it_but_one_that_came_before_does_not(stopped_before, monkeypatch):
    """A search that was stopped still gets exact values for the plan it holds; a stop while it gets them ends that too."""
    matrix = model([1, 2], [[1, 1]], -np.inf, 1, maximise=False)
    hunt = Hunt(matrix, 1.0, 0.0, 20.0, stop=lambda: True)
    diver = diver_of(matrix, hunt)
    solve_lp, ticks = diver.live.solve_lp, []
    monkeypatch.setattr(diver.live, "solve_lp", lambda seconds, tick: ticks.append(tick()) or solve_lp(seconds))
    hunt.interrupted = stopped_before
    fixed(hunt, diver, np.array([1.0, 0.0]))
    assert ticks == [not stopped_before] and hunt.interrupted and hunt.objective == 1
