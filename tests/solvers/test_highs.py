"""The live model: what is changed in place answers as a model made anew."""

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from solvers.highs import Live
from solvers.outcome import Stop
from tests.solvers.models import best_by_trying, knapsacks, model, plan_like


def test_lp_by_hand_with_duals_in_the_models_own_sense():
    # max 3a + 2b, a + b <= 4, a <= 3: a = 3, b = 1; one more unit of the first row is worth 2.
    live = Live(model([3, 2], [[1, 1]], -np.inf, 4, upper=[3, np.inf], integer=False, offset=10))
    answer = live.solve_lp()
    assert answer.stop is Stop.OPTIMAL and answer.objective == pytest.approx(21)
    assert answer.x == pytest.approx([3, 1]) and answer.duals == pytest.approx([2])
    assert answer.reduced == pytest.approx([1, 0])


def same(live: Live, matrix) -> None:
    warm, cold = live.solve_lp(), Live(matrix).solve_lp()
    assert warm.stop is cold.stop is Stop.OPTIMAL
    assert warm.objective == pytest.approx(cold.objective, rel=1e-9)
    assert matrix.relaxed().violation(warm.x) < 1e-6


def test_live_resolve_equals_cold_solve_after_every_kind_of_change():
    matrix = plan_like()
    live = Live(matrix)
    first = live.solve_lp().objective
    matrix = replace(matrix, upper=matrix.upper.copy(), cost=matrix.cost.copy(),
                     row_upper=matrix.row_upper.copy(), rows=matrix.rows.copy())
    matrix.upper[:20] *= 0.5
    live.set_bounds(np.arange(20), matrix.lower[:20], matrix.upper[:20])
    same(live, matrix)
    matrix.cost[5:9] = 3.0
    live.set_cost(3.0, np.arange(5, 9))
    same(live, matrix)
    matrix.row_upper[-3:] *= 0.9
    live.set_row_bounds(np.arange(matrix.n_rows - 3, matrix.n_rows), -np.inf, matrix.row_upper[-3:])
    same(live, matrix)
    matrix.rows[0, 0] = 1.5
    live.change_coefficients([0], [0], [1.5])
    same(live, matrix)
    cost = np.roll(matrix.cost, 7)  # costs alone: the basis stays primal feasible
    live.set_cost(cost)
    same(live, replace(matrix, cost=cost))
    assert live.solve_lp().objective != pytest.approx(first, rel=1e-3)


def test_rows_can_be_added():
    matrix = model([1, 1], [[1, 1]], -np.inf, 2, integer=False)
    live = Live(matrix)
    assert live.solve_lp().objective == pytest.approx(2)
    live.add_rows(sparse.csr_matrix([[1.0, 0.0]]), [-np.inf], [0.25])
    assert live.solve_lp().objective == pytest.approx(1.25)


def test_relaxing_and_restoring():
    matrix = knapsacks(1)
    live = Live(matrix)
    whole, relaxed, again = live.solve_mip(), live.solve_lp(), live.solve_mip()
    assert whole.objective == again.objective == pytest.approx(best_by_trying(matrix))
    assert relaxed.objective > whole.objective


def test_infeasible_and_unbounded_are_told_apart():
    assert Live(model([1], [[1]], 2, 3, integer=False)).solve_lp().stop is Stop.INFEASIBLE
    open_ = model([1, 1], [[1, -1]], 0, 0, upper=np.inf, integer=False)
    assert Live(open_).solve_lp().stop is Stop.UNBOUNDED
    assert Live(replace(open_, integer=np.ones(2, bool))).solve_mip().stop is Stop.UNBOUNDED
    # Costs run away, but the rows contradict each other: infeasible comes first.
    both = model([1, 0], [[0, 1], [0, 1]], [2, -np.inf], [np.inf, 1], upper=np.inf, integer=False)
    assert Live(both).solve_lp().stop is Stop.INFEASIBLE


def test_a_model_without_rows():
    answer = Live(model([1, -1], [], 0, 1, integer=False)).solve_lp()
    assert answer.x == pytest.approx([1, 0]) and answer.objective == pytest.approx(1)


def test_cutoff_gives_up_and_says_so():
    matrix = plan_like()
    matrix = replace(matrix, cost=-matrix.cost, maximise=False)
    best = Live(matrix).solve_lp().objective
    live = Live(matrix)
    answer = live.solve_lp(cutoff=best - 1.0, presolve=False)
    assert answer.x is None or answer.objective >= best - 1e-6
    assert answer.cut or answer.stop is Stop.OPTIMAL
    assert live.solve_lp().objective == pytest.approx(best)


def test_start_is_used():
    matrix = knapsacks(2)
    best = Live(matrix).solve_mip()
    heard = []
    Live(matrix).solve_mip(start=best.x, callback=heard.append)
    assert any(event["x"] is not None and event["incumbent"] == pytest.approx(best.objective)
               for event in heard[:2])


def test_exception_of_a_tick_or_callback_reaches_the_caller():
    def broken(*_):
        raise RuntimeError("told")
    with pytest.raises(RuntimeError, match="told"):
        Live(knapsacks(3, 30, 5)).solve_mip(callback=broken)


def test_ctrl_c_stops_the_run_and_leaves_the_model_usable():
    def tick():
        raise KeyboardInterrupt
    matrix = knapsacks(4, 60, 15)  # hard enough to be still running when the tick comes
    live = Live(matrix)
    with pytest.raises(KeyboardInterrupt):
        live.solve_mip(time_limit=20, tick=tick)
    assert live.solve_lp().stop is Stop.OPTIMAL


def test_unknown_option():
    with pytest.raises(ValueError, match="no_such_option"):
        Live(knapsacks(1), {"no_such_option": 1})


@pytest.mark.parametrize("effort", [{}, {"method": "primal"}, {"method": "ipm"}, {"method": "interior"}])
def test_a_live_model_that_nobody_holds_is_gone(effort):
    """HiGHS keeps what it was told to call after some runs; that must not keep the model alive (24 GiB after 50 parts of a large one)."""
    live = Live(model([1, 2], [[1, 1]], 0, 1.5))
    live.solve_lp(tick=lambda: False, **effort)
    gone = weakref.ref(live)
    del live
    gc.collect()
    assert gone() is None
