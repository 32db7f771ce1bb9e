"""A solution's LP with whole columns fixed: duals, ranges, goal-wise worth, steps and forecasts."""

import numpy as np
import pytest
from scipy import sparse

from solvers.fixed import Fixed
from solvers.highs import Live
from solvers.matrix import Matrix


def random(seed, lazy=False, integers=0):
    """Maximise over 20 columns within 12 caps; the first `integers` columns are whole."""
    draw = np.random.default_rng(seed)
    m, n = 12, 20
    rows = sparse.random(m, n, 0.4, random_state=seed, data_rvs=lambda s: draw.uniform(0.1, 2, s)).tocsr()
    whole = np.arange(n) < integers
    return Matrix(cost=draw.uniform(0.1, 2, n), offset=3.0, maximise=True, lower=np.zeros(n),
                  upper=np.where(whole, 3.0, draw.uniform(1, 5, n)), integer=whole, rows=rows,
                  row_lower=np.full(m, -np.inf), row_upper=draw.uniform(2, 6, m),
                  lazy=np.where(np.arange(m) % 2, 1, 0) if lazy else None)


@pytest.mark.parametrize("lazy", [False, True])
def test_ranges_are_those_of_highs_and_duals_hold_inside_them(lazy):
    seen = 0
    for seed in range(12):
        matrix = random(seed, lazy)
        fixed, live = Fixed(matrix, np.zeros(20)), Live(random(seed))
        whole = live.solve_lp()
        low, high = live.row_ranging()
        assert np.allclose(fixed.answer.duals, whole.duals)
        assert fixed.answer.objective == pytest.approx(whole.objective)
        for row in np.flatnonzero(whole.duals):
            down, up = fixed.range(int(row))
            side = matrix.row_upper[row]
            assert [side + down, side + up] == pytest.approx([low[row], min(high[row], np.inf)])
            small = min(up, 1e-3) / 2
            assert fixed.step(int(row), small) == pytest.approx(small * whole.duals[row], abs=1e-9)
            seen += 1
    assert seen > 30


def test_outside_its_range_a_price_is_another():
    """max x + y, x <= 2, x + y <= side, y <= 1: from side 3 on nothing is gained."""
    matrix = Matrix(cost=np.ones(2), offset=0.0, maximise=True, lower=np.zeros(2), upper=np.array([2.0, 1.0]),
                    integer=np.zeros(2, bool), rows=sparse.csr_matrix(np.ones((1, 2))),
                    row_lower=np.array([-np.inf]), row_upper=np.array([2.5]))
    fixed = Fixed(matrix, np.zeros(2))
    assert fixed.answer.duals[0] == pytest.approx(1.0)
    assert fixed.range(0)[1] == pytest.approx(0.5)
    assert fixed.step(0, 0.4) == pytest.approx(0.4)
    assert fixed.step(0, 2.0) == pytest.approx(0.5)  # 2.0 by the dual: there is a kink at 3


def test_worth_in_parts_of_the_objective_sums_to_the_dual():
    matrix = random(5, integers=4)
    part = np.where(np.arange(20) < 10, matrix.cost, 0.0)
    x = Live(matrix).solve_mip().x
    fixed = Fixed(matrix, x)
    assert np.allclose(fixed.worth(part) + fixed.worth(matrix.cost - part), fixed.answer.duals)
    assert np.abs(fixed.worth(part)).max() > 0.01


def test_the_forecast_counts_sides_coefficients_bounds_and_costs():
    from dataclasses import replace
    matrix = random(3)
    fixed = Fixed(matrix, np.zeros(20))
    small, base = 1e-5, fixed.answer.objective
    changed = {"row_upper": matrix.row_upper + small, "cost": matrix.cost * (1 + small),
               "upper": matrix.upper + small, "rows": matrix.rows * (1 + small), "offset": 3.0 + small}
    for name, value in changed.items():
        other = replace(matrix, **{name: value})
        real = fixed.solve(other).objective - base
        assert abs(real) > 1e-7, name
        assert fixed.forecast(other) == pytest.approx(real, rel=1e-3), name


def test_asking_again_after_steps_gives_the_same():
    matrix = random(7)
    fixed = Fixed(matrix, np.zeros(20))
    row = int(np.flatnonzero(fixed.answer.duals)[0])
    before = fixed.range(row), fixed.worth(matrix.cost)
    fixed.step(row, 1.0)
    fixed.step(row, -1.0)
    after = fixed.range(row), fixed.worth(matrix.cost)
    assert before[0] == pytest.approx(after[0])
    assert np.allclose(before[1], after[1])


def test_no_solution_is_said():
    matrix = random(1)
    with pytest.raises(ValueError, match="no optimum"):
        Fixed(Matrix(**{**matrix.__dict__, "row_lower": matrix.row_upper + 1.0, "row_upper": matrix.row_upper * np.inf,
                        "upper": np.zeros(20)}), np.zeros(20))
