"""Lazy rows: the answer is that of the whole LP, whatever is left out at first."""

from dataclasses import replace

import numpy as np
import pytest

from solvers.highs import Live
from solvers.lazy import Lazy
from solvers.outcome import Stop
from solvers.profiles import load_profile
from solvers.search import solve
from tests.solvers.models import model, plan_like


def left_out(matrix, families: int = 4, seed: int = 1):
    """The matrix with four fifths of its inequalities lazy, in some families."""
    rng = np.random.default_rng(seed)
    free = (matrix.row_lower != matrix.row_upper) & (rng.random(matrix.n_rows) < 0.8)
    return replace(matrix, lazy=np.where(free, rng.integers(1, families + 1, matrix.n_rows), 0))


@pytest.mark.parametrize("seed", range(8))
def test_answer_duals_and_reduced_costs_are_those_of_the_whole_lp(seed):
    matrix = left_out(plan_like(seed), seed=seed)
    live, whole = Lazy(matrix), Live(matrix)
    absent = len(live.absent)
    answer, other = live.solve_lp(), whole.solve_lp()
    assert absent > 10 and answer.stop is other.stop is Stop.OPTIMAL
    assert answer.objective == pytest.approx(other.objective, rel=1e-8)
    assert matrix.relaxed().violation(answer.x) < 1e-6
    assert sorted([*live.held, *live.absent]) == list(range(matrix.n_rows))
    np.testing.assert_allclose(matrix.cost - matrix.rows.T @ answer.duals, answer.reduced, atol=1e-6)


def test_bounds_of_every_round_are_proven_and_improve():
    matrix = left_out(plan_like(3))
    bounds = []
    best = Lazy(matrix).solve_lp(heard=bounds.append).objective
    sign = -1 if matrix.maximise else 1
    assert len(bounds) > 1 and bounds[-1] == pytest.approx(best)
    assert all(sign * a <= sign * b + 1e-7 for a, b in zip(bounds, bounds[1:]))


def test_a_basis_from_before_rows_came_in_still_serves():
    matrix = left_out(plan_like(5))
    live = Lazy(matrix)
    live.solve_lp(iteration_limit=1)
    basis = live.basis()
    best = live.solve_lp().objective
    live.set_basis(basis)
    assert live.solve_lp().objective == pytest.approx(best, rel=1e-9)


def test_contradiction_and_unbounded_by_absent_rows_alone():
    matrix = model([1, 1], [[1, 1], [1, 0], [0, 1]], [-np.inf, 1.5, 1.5], [2, np.inf, np.inf], upper=9,
                   integer=False)
    assert Lazy(replace(matrix, lazy=np.array([0, 1, 1]))).solve_lp().stop is Stop.INFEASIBLE
    open_ = model([1, 1], [[1, 1]], -np.inf, 2, upper=np.inf, integer=False)
    answer = Lazy(replace(open_, lazy=np.array([1]))).solve_lp()
    assert answer.stop is Stop.OPTIMAL and answer.objective == pytest.approx(2)
    free = model([1], [[-1]], -np.inf, 2, upper=np.inf, integer=False)
    assert Lazy(replace(free, lazy=np.array([1]))).solve_lp().stop is Stop.UNBOUNDED


def test_whole_families_come_in_when_rounds_go_on():
    """Rows 1..9 say x <= 10 - i in one family; each round breaks the next until the family is taken."""
    steps = 9
    rows = [[1.0, 0.0]] + [[1.0, (i + 1) / 100] for i in range(steps)]
    matrix = model([1, 0.5], rows, -np.inf, [100, *[10 - i for i in range(steps)]], upper=50, integer=False)
    live = Lazy(replace(matrix, lazy=np.array([0] + [1] * steps)))
    assert live.solve_lp().objective == pytest.approx(Live(matrix).solve_lp().objective)


def test_search_over_lazy_rows_ends_at_the_same_optimum(monkeypatch):
    monkeypatch.setattr("solvers.root.RACE_FROM", 0)
    monkeypatch.setattr("solvers.search.load_profile", lambda name: replace(load_profile(name), small=0))
    matrix = plan_like(2)
    outcomes = [solve(m, gap=0.0, profile=profile) for m in (matrix, left_out(matrix))
                for profile in ("balanced", "proof")]
    assert {outcome.stop for outcome in outcomes} == {Stop.OPTIMAL}
    assert np.ptp([outcome.objective for outcome in outcomes]) < 1e-6 * abs(outcomes[0].objective)
    with pytest.raises(TypeError):
        Lazy(matrix).solve_mip()
