"""The search: right optima, honest stops, incumbents kept, bounds valid."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

import solvers.search
from solvers.beside import Beside
from solvers.blocks import components
from solvers.highs import Live
from solvers.matrix import Matrix
from solvers.outcome import Stop
from solvers.profiles import load_profile
from solvers.search import solve
from tests.solvers.models import best_by_trying, knapsacks, model, plan_like


@pytest.fixture
def large(monkeypatch):
    """Lets every model with whole columns take the way of the large ones."""
    def load(name):
        return replace(load_profile(name), small=0, first=0, neighbourhoods=20, stall=6)
    monkeypatch.setattr(solvers.search, "load_profile", load)


def honest(matrix: Matrix, outcome, best: float) -> None:
    """The solution holds, its value is its own, and the optimum lies between it and the bound."""
    assert matrix.violation(outcome.x) <= 1e-6
    assert outcome.objective == pytest.approx(matrix.objective(outcome.x), rel=1e-9)
    slip = 1e-6 * max(1.0, abs(best))
    if matrix.maximise:
        assert outcome.objective - slip <= best <= outcome.bound + slip
    else:
        assert outcome.bound - slip <= best <= outcome.objective + slip


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("maximise", [True, False])
def test_small_models_reach_the_optimum_by_trying(seed, maximise):
    matrix = knapsacks(seed)
    if not maximise:  # covering: the same numbers the other way round
        matrix = replace(matrix, maximise=False, row_lower=matrix.row_upper,
                         row_upper=np.full(matrix.n_rows, np.inf))
    outcome = solve(matrix, gap=0)
    assert outcome.status == "optimal" and outcome.stop is Stop.OPTIMAL
    assert outcome.objective == pytest.approx(best_by_trying(matrix))
    honest(matrix, outcome, best_by_trying(matrix))


@pytest.mark.parametrize("seed", range(6))
def test_large_way_is_honest_and_reaches_the_optimum(large, seed):
    matrix = knapsacks(seed, 14, 4)
    best = best_by_trying(matrix)
    honest(matrix, solve(matrix, gap=0.2), best)
    assert solve(matrix, gap=0).objective == pytest.approx(best)


@pytest.mark.parametrize("seed", range(3))
def test_large_way_on_a_plan_like_model(large, seed):
    matrix = plan_like(seed)
    best = Live(matrix).solve_mip(gap=1e-7).objective
    outcome = solve(matrix, gap=0.02)
    honest(matrix, outcome, best)
    assert outcome.gap <= 0.02 and outcome.stop is Stop.GAP_LIMIT
    assert outcome.root_bound >= outcome.bound - 1e-9
    assert outcome.duals.shape == (matrix.n_rows,) and outcome.lp_iterations > 0
    proven = solve(matrix, gap=0)
    assert proven.status == "optimal" and proven.objective == pytest.approx(best, rel=1e-6)


def test_duals_say_what_a_budget_is_worth(large):
    matrix = plan_like(1)
    outcome = solve(matrix, gap=0.02)
    step, last = 1e-4, matrix.n_rows - 1
    whole = np.rint(outcome.x[matrix.integer])

    def value(side):
        live = Live(replace(matrix, row_upper=np.where(np.arange(last + 1) == last, side, matrix.row_upper)))
        live.set_bounds(np.flatnonzero(matrix.integer), whole, whole)
        return live.solve_lp().objective

    side = matrix.row_upper[last]
    gain, loss = (value(side + step) - value(side)) / step, (value(side) - value(side - step)) / step
    assert loss > 0.1 and gain - 1e-3 <= outcome.duals[last] <= loss + 1e-3


@pytest.mark.parametrize("way", ["small", "large"])
def test_infeasible_is_proven_and_holds_nothing(way, request):
    if way == "large":
        request.getfixturevalue("large")
    matrix = model([1, 1], [[2, 2]], 1, 1)  # no whole point, though the relaxation has one
    outcome = solve(matrix)
    assert outcome.status == "infeasible" and outcome.x is None and outcome.objective is None
    assert solve(model([1], [[1]], 2, 3)).status == "infeasible"
    assert solve(model([1], [[1]], 2, 3, integer=False)).status == "infeasible"


@pytest.mark.parametrize("integer", [True, False])
def test_unbounded(integer):
    matrix = model([1, 1], [[1, -1]], 0, 0, upper=np.inf, integer=integer)
    outcome = solve(matrix)
    assert outcome.status == "unbounded" and outcome.x is None


@pytest.mark.parametrize("way", ["small", "large"])
def test_time_limit_before_a_solution(way, request):
    if way == "large":
        request.getfixturevalue("large")
    outcome = solve(knapsacks(4, 60, 15), gap=0, time_limit=0)
    assert outcome.stop is Stop.TIME_LIMIT
    assert outcome.status == ("no_plan" if outcome.x is None else "feasible")


@pytest.mark.parametrize("way", ["small", "large"])
def test_interrupt_and_time_limit_keep_the_incumbent(way, request):
    if way == "large":
        request.getfixturevalue("large")
    matrix = knapsacks(4, 60, 15)
    held = []
    outcome = solve(matrix, gap=0, time_limit=30, progress=held.append,
                    stop=lambda: any(event["incumbent"] is not None for event in held))
    assert outcome.stop is Stop.INTERRUPTED and outcome.status == "feasible"
    assert matrix.violation(outcome.x) <= 1e-6 and outcome.objective <= outcome.bound + 1e-6
    limited = solve(matrix, gap=0, time_limit=0.7, start=outcome.x)
    assert limited.stop is Stop.TIME_LIMIT and limited.status == "feasible"
    assert limited.objective >= outcome.objective - 1e-6


def test_ctrl_c_keeps_the_incumbent():
    matrix, held = knapsacks(4, 60, 15), []

    def progress(event):
        held.append(event)
        if event["incumbent"] is not None and event["phase"] == "mip":
            raise KeyboardInterrupt

    outcome = solve(matrix, gap=0, time_limit=30, progress=progress)
    assert outcome.stop is Stop.INTERRUPTED and outcome.x is not None


def test_start_is_kept_when_nothing_better_is_found(large):
    matrix = plan_like(2)
    start = solve(matrix, gap=0.02)
    again = solve(matrix, gap=0.02, start=start.x)
    assert again.objective >= start.objective - 1e-6
    assert again.gap <= 0.02


def test_gap_target_stops_early_and_is_told_as_such(large):
    outcome = solve(plan_like(0), gap=0.5)
    assert outcome.stop is Stop.GAP_LIMIT and outcome.status == "feasible"
    assert "neighbourhood" not in outcome.times and "mip" not in outcome.times


def test_progress_tells_phases_in_the_models_own_sense(large):
    events = []
    outcome = solve(plan_like(0), gap=0, progress=events.append)
    assert {"lp", "dive", "mip"} <= {event["phase"] for event in events}
    last = events[-1]
    assert last["incumbent"] == outcome.objective and last["bound"] == outcome.bound
    bounds = [event["bound"] for event in events if event["bound"] is not None]
    assert all(a >= b - 1e-9 for a, b in itertools.pairwise(bounds))
    kept = [point[1] for point in outcome.trajectory if point[1] is not None]
    assert kept == sorted(kept) and len(kept) > 0


def test_reproducible_profile_gives_the_same_numbers_twice(large):
    matrix = plan_like(3)
    first, second = (solve(matrix, gap=0.005, profile="reproducible", seed=5) for _ in range(2))
    assert first.objective == second.objective and np.array_equal(first.x, second.x)


def test_profiles_are_all_readable_and_unknown_ones_refused(tmp_path):
    for name in ("quick", "balanced", "proof", "reproducible"):
        assert load_profile(name).time_limit > 0
    assert load_profile("reproducible").threads == 1 and not load_profile("reproducible").race
    with pytest.raises(ValueError, match="unknown profile 'swift'; known: balanced, proof"):
        load_profile("swift")
    path = tmp_path / "mine.toml"
    path.write_text("gap = 0.1\nspeed = 3\n")
    with pytest.raises(ValueError, match="missing or unknown settings: .*speed"):
        load_profile(str(path))


def test_a_model_that_makes_no_sense_is_refused():
    matrix = model([1, 1], [[1, 1]], 0, 1)
    matrix.cost[0] = np.nan
    with pytest.raises(ValueError, match=r"cost\[0\] is not a number"):
        solve(matrix)


def side_by_side(*parts: Matrix) -> Matrix:
    """One model of several that share nothing."""
    join = np.concatenate
    return Matrix(join([p.cost for p in parts]), sum(p.offset for p in parts), parts[0].maximise,
                  join([p.lower for p in parts]), join([p.upper for p in parts]),
                  join([p.integer for p in parts]), sparse.block_diag([p.rows for p in parts], format="csr"),
                  join([p.row_lower for p in parts]), join([p.row_upper for p in parts]))


def test_independent_blocks_are_settled_exactly(large):
    parts = [knapsacks(1), knapsacks(2), knapsacks(3)]
    matrix = side_by_side(*parts)
    outcome = solve(matrix, gap=0.3)
    best = sum(best_by_trying(part) for part in parts)
    assert outcome.objective == pytest.approx(best)  # far better than the gap asked for
    honest(matrix, outcome, best)
    assert components(matrix).tolist() == [0] * 12 + [1] * 12 + [2] * 12


def test_an_infeasible_block_makes_the_whole_infeasible(large):
    matrix = side_by_side(knapsacks(1), model([1, 1], [[2, 2]], 1, 1))
    assert solve(matrix).status == "infeasible"


def test_a_start_that_keeps_every_row_is_a_solution_before_anything_is_solved(large):
    matrix = plan_like(1)
    best = Live(matrix).solve_mip()
    outcome = solve(matrix, start=best.x, time_limit=0.0)
    assert outcome.objective == pytest.approx(best.objective) and outcome.stop is Stop.TIME_LIMIT
    broken = solve(matrix, start=np.full(matrix.n_columns, 1e6), time_limit=0.0)
    assert broken.x is None


def test_a_rival_that_ends_just_before_it_is_ended_has_the_last_word(monkeypatch):
    end = Beside.end
    monkeypatch.setattr(solvers.search, "load_profile", lambda name: replace(load_profile(name), small=0, first=0.01))
    monkeypatch.setattr(Beside, "wait", lambda self, seconds=np.inf: False)
    monkeypatch.setattr(Beside, "end", lambda self: self._thread.join() or end(self))
    monkeypatch.setattr(solvers.search, "_blocks", lambda matrix: 2)
    matrix = knapsacks(3)
    outcome = solve(matrix, gap=0, time_limit=20)
    assert outcome.stop is Stop.OPTIMAL and outcome.objective == pytest.approx(best_by_trying(matrix))
