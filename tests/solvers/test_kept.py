"""Solving again with other numbers: the same optimum as from scratch, whatever has changed."""

import re
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import solvers.search
from solvers.highs import Answer, Live
from solvers.kept import Kept
from solvers.lazy import Lazy
from solvers.outcome import Stop
from solvers.search import solve
from tests.solvers.models import block_angular, knapsacks, model, plan_like
from tests.solvers.test_lazy import left_out


@pytest.fixture
def large(tmp_path):
    """A profile by which every model with whole columns takes the way of the large ones."""
    text = (Path(solvers.search.__file__).parent / "profiles" / "balanced.toml").read_text(encoding="utf-8")
    for name, value in {"small": "0", "first": "0.0", "neighbourhoods": "6", "stall": "3"}.items():
        text = re.sub(f"(?m)^{name} = [^#]*", f"{name} = {value} ", text)
    path = tmp_path / "large.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def same_as_fresh(matrix, kept, profile):
    """Solves with what is kept; the optimum is that of plain branch and bound."""
    outcome = solve(matrix, gap=0, profile=profile, kept=kept)
    fresh = Live(matrix).solve_mip()
    if fresh.x is None:
        assert outcome.status == fresh.status and outcome.x is None
        return outcome
    assert outcome.status == "optimal" and matrix.violation(outcome.x) <= 1e-6
    assert outcome.objective == pytest.approx(fresh.objective, rel=1e-6, abs=1e-6)
    assert outcome.objective == pytest.approx(matrix.objective(outcome.x), rel=1e-9)
    sign = 1 if matrix.maximise else -1
    assert sign * outcome.bound >= sign * fresh.objective - 1e-6 * max(1, abs(fresh.objective))
    return outcome


def shaken(matrix, rng, what):
    """The matrix with some numbers of one kind changed a little; it may have no solution then."""
    def some(values):
        return values * np.where(rng.random(len(values)) < 0.3, rng.uniform(0.8, 1.25, len(values)), 1.0)

    if what == "cost":
        return replace(matrix, cost=some(matrix.cost), offset=matrix.offset + 5)
    if what == "sides":
        low, high = some(matrix.row_lower), some(matrix.row_upper)
        free = matrix.row_lower != matrix.row_upper
        return replace(matrix, row_lower=np.where(free, np.minimum(low, high), matrix.row_lower),
                       row_upper=np.where(free, np.maximum(low, high), matrix.row_upper))
    if what == "bounds":
        fixed = rng.random(matrix.n_columns) < 0.1
        return replace(matrix, upper=np.where(fixed, matrix.lower, matrix.upper))
    if what == "coefficients":
        rows = matrix.rows.copy()
        rows.data = some(rows.data)
        return replace(matrix, rows=rows)
    if what == "pattern":  # some coefficients go, others come where there was none
        rows = matrix.rows.tolil()
        for i, j in zip(rng.integers(0, matrix.n_rows, 12), rng.integers(0, matrix.n_columns, 12)):
            rows[i, j] = 0 if rows[i, j] else 0.1
        return replace(matrix, rows=rows.tocsr())
    assert what == "sense"
    return replace(matrix, maximise=not matrix.maximise)


KINDS = ("cost", "sides", "bounds", "coefficients", "pattern")


@pytest.mark.parametrize("seed", range(4))
def test_changed_plan_like_models(large, seed):
    matrix, rng, kept = plan_like(seed, 2, 3, 2), np.random.default_rng(seed), Kept()
    if seed % 2:
        matrix = left_out(matrix, seed=seed)
    same_as_fresh(matrix, kept, large)
    live, told = kept.live, []
    assert isinstance(live, Lazy)
    for what in KINDS:
        told.append(same_as_fresh(shaken(matrix, rng, what), kept, large).status)
        assert kept.live is live  # changed in place, not made again
    assert told.count("optimal") >= 3
    again = same_as_fresh(matrix, kept, large)  # back to the first numbers
    assert again.status == "optimal" and "lp" in again.times


@pytest.mark.parametrize("seed", range(3))
def test_changed_models_with_blocks_and_another_sense(large, seed):
    matrix, rng, kept = block_angular(seed), np.random.default_rng(seed), Kept()
    for what in ("sense", *KINDS, "sense"):
        matrix = shaken(matrix, rng, what)
        if what != "sense" and Live(matrix).solve_mip().x is None:
            assert same_as_fresh(matrix, kept, large).status == "infeasible"
            matrix = block_angular(seed)
        same_as_fresh(matrix, kept, large)


def test_the_way_back_from_a_contradiction(large):
    matrix, kept = knapsacks(3), Kept()
    same_as_fresh(matrix, kept, large)
    impossible = replace(matrix, row_lower=matrix.row_upper + 1e4, row_upper=matrix.row_upper + 2e4)
    assert solve(impossible, profile=large, kept=kept).stop is Stop.INFEASIBLE
    same_as_fresh(matrix, kept, large)


def test_the_live_lp_says_what_a_fresh_one_does():
    matrix, rng = left_out(plan_like(1)), np.random.default_rng(1)
    live = Lazy(matrix)
    live.solve_lp()
    for what in (*KINDS, *KINDS):
        other = shaken(matrix, rng, what)
        live.become(other)
        answer, fresh = live.solve_lp(), Live(other).solve_lp()
        assert answer.stop is fresh.stop
        if fresh.x is not None:
            assert answer.objective == pytest.approx(fresh.objective, rel=1e-7)
            assert answer.duals.shape == (matrix.n_rows,)


@pytest.mark.parametrize("seed", range(2))
def test_a_change_that_says_nothing_of_lazy_rows(large, seed):
    """The same model with all rows meant, or others lazy."""
    matrix, kept = plan_like(seed, 2, 3, 2), Kept()
    same_as_fresh(left_out(matrix, seed=1), kept, large)
    dearer = replace(matrix, cost=matrix.cost[::-1].copy())  # breaks rows absent so far
    same_as_fresh(dearer, kept, large)
    same_as_fresh(left_out(dearer, seed=2), kept, large)


def test_absent_rows_come_in_though_the_new_model_calls_none_lazy():
    """One unit goes to the dearest column that is free: each round breaks the next row x_i <= 0.1."""
    n = 9
    matrix = model(np.arange(n, 0, -1), [np.ones(n), *np.eye(n)], -np.inf, [1, *[0.1] * n], integer=False)
    live = Lazy(replace(matrix, lazy=np.array([0] + [1] * n)))
    live.become(matrix)
    assert live.solve_lp().objective == pytest.approx(0.1 * 45)


def test_another_shape_is_solved_from_scratch(large):
    kept = Kept()
    lives = []
    for matrix in (plan_like(0, 2, 3, 2), knapsacks(1), knapsacks(2), plan_like(1, 2, 2, 2), knapsacks(1),
                   replace(knapsacks(1), integer=np.arange(12) > 3)):  # fewer whole columns: another one too
        assert kept.fits(matrix) == (len(lives) == 2)
        same_as_fresh(matrix, kept, large)
        lives.append(kept.live)
    assert lives[1] is lives[2] and len({id(live) for live in lives}) == 5


def test_a_shape_without_a_solution_yet_takes_none_of_another(large):
    """No whole point in the second model, though its LP has an optimum; the third is like it."""
    kept = Kept()
    same_as_fresh(plan_like(0, 2, 3, 2), kept, large)
    odd = model([1, 1], [[2, 2]], 1, 1)
    assert solve(odd, profile=large, kept=kept).status == "infeasible"
    assert kept.x is None and kept.solution_basis is None
    same_as_fresh(replace(odd, row_upper=np.array([2.0])), kept, large)
    assert kept.x.shape == (2,)


def test_a_start_and_a_small_model_among_large_ones(large):
    matrix, kept = plan_like(2, 2, 3, 2), Kept()
    first = same_as_fresh(matrix, kept, large)
    dearer = replace(matrix, cost=1.1 * matrix.cost)
    outcome = solve(dearer, gap=0, profile=large, kept=kept, start=first.x)
    assert outcome.objective == pytest.approx(1.1 * first.objective, rel=1e-6)
    same_as_fresh(dearer, kept, "balanced")  # small there: straight to branch and bound
    same_as_fresh(knapsacks(5), kept, "balanced")
    same_as_fresh(matrix, kept, large)


def test_a_solve_that_is_stopped_leaves_the_kept_in_order(large):
    matrix, kept = plan_like(2), Kept()
    solve(matrix, gap=0.02, profile=large, kept=kept)
    for limit in (dict(time_limit=0), dict(stop=lambda: True)):
        outcome = solve(replace(matrix, cost=1.2 * matrix.cost), gap=0.02, profile=large, kept=kept, **limit)
        assert outcome.status in ("no_plan", "feasible")
    best = Live(matrix).solve_mip(gap=1e-6).objective
    outcome = solve(matrix, gap=0.02, profile=large, kept=kept)
    assert outcome.gap <= 0.02 and outcome.objective <= best * (1 + 1e-6) <= outcome.bound * (1 + 2e-6)


def test_costs_of_quite_another_size(large):
    matrix, kept = plan_like(4, 2, 3, 2), Kept()
    for scale in (1.0, 1e-3, 1e3, 1.0):
        same_as_fresh(replace(matrix, cost=scale * matrix.cost), kept, large)


def test_an_error_of_the_callers_leaves_no_half_kept_model(large):
    matrix, kept = plan_like(0, 2, 3, 2), Kept()

    def progress(event):
        if event["phase"] != "lp":
            raise RuntimeError("the caller's own")

    with pytest.raises(RuntimeError):
        solve(matrix, gap=0, profile=large, kept=kept, progress=progress)
    same_as_fresh(matrix, kept, large)


def test_a_solution_is_kept_where_no_root_lp_was_solved(large, monkeypatch):
    """Beyond simplex there is no live LP, but a plan; with another goal it is the first incumbent."""
    monkeypatch.setattr(solvers.search, "load_profile", lambda name, load=solvers.search.load_profile: replace(
        load(name), vast=1))
    matrix, kept = block_angular(3, blocks=6), Kept()
    first = solve(matrix, gap=1e9, profile=large, kept=kept, time_limit=20)
    assert first.x is not None and kept.live is None and kept.fits(matrix)
    other = replace(matrix, cost=-matrix.cost)
    assert solve(other, profile=large, kept=kept, time_limit=0.0).objective == pytest.approx(other.objective(first.x))


def test_a_mended_plan_within_the_gap_ends_the_root_lp(large, monkeypatch):
    """The bound was carried over, so that nothing waits for the root; what is kept serves the next solve all the same."""
    matrix, kept = block_angular(3, blocks=6), Kept()
    solve(matrix, gap=0.0, profile=large, kept=kept)

    def root(self, hunt, seconds):
        while not hunt.tick():
            time.sleep(0.01)
        return self.live, Answer(Stop.INTERRUPTED)

    some = np.isfinite(matrix.row_upper) & (matrix.row_lower < matrix.row_upper)
    above = np.where(some, 1e-3 * np.abs(matrix.row_upper, where=some, out=np.zeros(matrix.n_rows)), 0.0)
    harder = replace(matrix, row_upper=matrix.row_upper - above)
    assert harder.violation(kept.x) > 1e-6
    with monkeypatch.context() as patch:
        patch.setattr(Kept, "root", root)
        outcome = solve(harder, gap=0.9, profile=large, kept=kept, time_limit=20)
    assert outcome.stop is Stop.GAP_LIMIT and outcome.times["total"] < 15
    assert harder.violation(outcome.x) <= 1e-6
    assert outcome.bound <= Live(harder).solve_mip().objective + 1e-6
    same_as_fresh(shaken(matrix, np.random.default_rng(1), "cost"), kept, large)
