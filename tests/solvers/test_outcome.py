"""How a solve stopped and whether a solution is held are two answers."""

import numpy as np
import pytest

from solvers.outcome import Outcome, Stop, relative_gap

X = np.zeros(1)


@pytest.mark.parametrize("outcome, status", [
    (Outcome(Stop.OPTIMAL, X, 5.0, 5.0), "optimal"),
    (Outcome(Stop.GAP_LIMIT, X, 5.0, 5.04), "feasible"),
    (Outcome(Stop.TIME_LIMIT, X, 5.0, None), "feasible"),
    (Outcome(Stop.TIME_LIMIT, X, 5.0, 5.0), "optimal"),
    (Outcome(Stop.TIME_LIMIT, None, None, 5.0), "no_plan"),
    (Outcome(Stop.INTERRUPTED), "no_plan"),
    (Outcome(Stop.OPTIMAL), "no_plan"),
    (Outcome(Stop.INFEASIBLE), "infeasible"),
    (Outcome(Stop.UNBOUNDED), "unbounded"),
    (Outcome(Stop.FAILED), "failed"),
    (Outcome(Stop.FAILED, X, 5.0, 6.0), "feasible"),
])
def test_status_needs_a_held_solution(outcome, status):
    assert outcome.status == status


def test_gap_is_relative_to_the_objective_and_unknown_without_a_solution():
    assert Outcome(Stop.GAP_LIMIT, X, 200.0, 202.0).gap == pytest.approx(0.01)
    assert Outcome(Stop.GAP_LIMIT, X, -200.0, -202.0).gap == pytest.approx(0.01)
    assert Outcome(Stop.TIME_LIMIT, None, 200.0, 202.0).gap == np.inf
    assert relative_gap(0.0, 0.0) == 0.0
    assert relative_gap(1.0, np.inf) == np.inf
