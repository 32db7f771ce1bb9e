"""Beyond simplex: interior point, blocks, whole numbers: proven bounds, feasible points, the monolith's optimum."""

from dataclasses import replace

import numpy as np
import pytest

from solvers import large, search
from solvers.around import Groups, around, moved, side_by_side
from solvers.crew import Threads
from solvers.highs import Answer, Live
from solvers.hunt import Hunt
from solvers.large import Large
from solvers.lazy import Lazy
from solvers.outcome import Stop
from solvers.vast import Interior, blocks_in, solve_vast
from tests.solvers.models import block_angular, model

INF = np.inf
SETTINGS = search.load_profile("balanced")


def vast(matrix, gap=0.0, limit=20.0, seed=0):
    hunt = Hunt(matrix, 1.0, gap, limit)
    crew = Threads(1)
    parts = Large(hunt, SETTINGS, None, 0, crew).parts()
    return solve_vast(hunt, SETTINGS, crew, np.random.default_rng(seed), parts), hunt


@pytest.mark.parametrize("seed", range(25))
def test_bound_and_incumbent_hold_the_optimum_between_them(seed):
    matrix = block_angular(seed, blocks=4)
    best = Live(matrix).solve_mip()
    ended, hunt = vast(matrix)
    assert ended in (None, best.stop)
    assert hunt.bound <= best.objective + 1e-6 * max(1, abs(best.objective))
    if hunt.x is not None:
        assert matrix.violation(hunt.x) <= 1e-6 and hunt.objective >= best.objective - 1e-6
        assert hunt.objective == pytest.approx(matrix.objective(hunt.x))


def test_most_models_get_a_solution_and_many_the_optimum():
    found = best = 0
    for seed in range(25):
        matrix = block_angular(seed, blocks=4)
        _, hunt = vast(matrix)
        found += hunt.x is not None
        best += hunt.x is not None and hunt.objective <= Live(matrix).solve_mip().objective + 1e-6
    assert found >= 20 and best >= 10


@pytest.mark.parametrize("seed", range(6))
def test_lazy_rows_are_kept_whether_held_mended_or_not(seed):
    matrix = block_angular(seed, blocks=4)
    matrix = replace(matrix, lazy=np.arange(matrix.n_rows) % 3)
    ended, hunt = vast(matrix)
    assert hunt.x is None or matrix.violation(hunt.x) <= 1e-6
    assert hunt.bound <= Live(matrix).solve_mip().objective + 1e-6


def test_the_search_goes_this_way_from_the_size_on_that_the_profile_names(monkeypatch):
    profile = replace(SETTINGS, small=0, vast=10)
    monkeypatch.setattr(search, "load_profile", lambda name: profile)
    matrix = block_angular(3, blocks=6)
    outcome = search.solve(matrix, gap=1e-6, time_limit=20)
    assert "neighbourhood" in outcome.times or outcome.gap <= 1e-6
    assert outcome.objective == pytest.approx(Live(matrix).solve_mip().objective, rel=1e-5)


def test_what_has_no_solution_is_said():
    matrix = replace(model([1, 1], [[1, 1], [1, 1]], [3, -INF], [INF, 1], upper=5, integer=True, maximise=False),
                     block=np.array([0, 1]))
    ended, hunt = vast(matrix)
    assert ended is Stop.INFEASIBLE and hunt.x is None


def test_a_root_lp_that_outlasts_patience_is_left_for_interior_point(monkeypatch):
    matrix = block_angular(3, blocks=6)
    slow = Answer(Stop.TIME_LIMIT, iterations=0, seconds=0.0)
    monkeypatch.setattr(large, "root_lp", lambda hunt, race, seconds: (Lazy(hunt.matrix.relaxed()), slow))
    settings = replace(SETTINGS, small=0, first=0.0)
    hunt = Hunt(matrix, 1.0, 1e-3, 20.0)
    Large(hunt, settings, None, 0, Threads(1)).search()
    assert hunt.x is not None and hunt.gap <= 0.2
    best = Live(matrix).solve_mip().objective
    assert hunt.bound <= best + 1e-6 <= hunt.objective + 2e-6


def test_blocks_in_rows():
    matrix = replace(model([0] * 4, [[1, 0, 0, 1], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]], 0, 1),
                     block=np.array([0, 0, 1, -1]))
    assert blocks_in(matrix, np.arange(5)).tolist() == [1, 1, 2, 0, 0]


def test_rows_inside_a_block_are_held_rows_between_blocks_stay_lazy():
    matrix = replace(model([0] * 3, [[1, 1, 0], [0, 1, 1], [0, 0, 1], [1, 0, 0]], 0, 1),
                     block=np.array([0, 0, 1]), lazy=np.array([1, 2, 3, 0]))
    interior = Interior(Hunt(matrix, 1.0, 0.0, 9.0), 1)
    assert interior.held.tolist() == [3]
    interior.hold_local()
    assert interior.held.tolist() == [0, 2, 3]
    assert interior.broken(np.array([0.0, 1.0, 1.0])).tolist() == [1]


def test_around_a_point_the_rest_is_held():
    """max x + 2y + 3z with x + y + z <= 4: with z held at 1, three are left for x and y."""
    matrix = model([-1, -2, -3], [[1, 1, 1]], -INF, 4, upper=2, maximise=False)
    part = around(matrix, np.array([0, 1]), np.array([0.0, 0.0, 1.0]))
    assert part.row_upper == pytest.approx(3) and part.offset == pytest.approx(-3)  # in distances from (0, 0, 1)
    assert Live(part).solve_lp().objective == pytest.approx(-3 - 2 * 2 - 1)


def solved(seed, blocks=4):
    """A random model and its optimum; those without one are left out."""
    matrix = block_angular(seed, blocks)
    x = Live(matrix).solve_mip().x
    return pytest.skip("no solution") if x is None else (matrix, x)


@pytest.mark.parametrize("seed", range(12))
def test_two_parts_that_go_as_far_as_they_may_keep_every_row_together(seed):
    matrix, x = solved(seed)
    outside = (matrix.block < 0) & ~matrix.integer
    frees = [np.flatnonzero(np.isin(matrix.block, names) | outside) for names in ([0, 1], [2, 3])]
    rng, together = np.random.default_rng(seed), x
    for free, part in zip(frees, side_by_side(matrix, frees, x)):
        assert part.violation(np.zeros(len(free))) <= 1e-6
        far = Live(replace(part, cost=rng.normal(size=len(free)))).solve_mip().x  # anywhere it is allowed to
        together = moved(matrix, together, free, far)
    assert matrix.violation(together) <= 1e-5


def test_of_a_shared_row_each_has_half_and_of_whole_columns_alone_the_first_has_all():
    """x + y <= 4 in money; u + v <= 1 in whole numbers: one of two may be chosen, and half of one is none."""
    matrix = model([0] * 4, [[1, 1, 0, 0], [0, 0, 1, 1]], -INF, np.array([4, 1]), upper=9,
                   integer=np.array([False, False, True, True]))
    first, second = side_by_side(matrix, [np.array([0, 2]), np.array([1, 3])], np.zeros(4))
    assert first.row_upper.tolist() == [2, 1] and second.row_upper.tolist() == [2, 0]
    assert np.isneginf(first.row_lower).all() and np.isneginf(second.row_lower).all()


def by_nodes(part, gap, beside):
    return Live(part).solve_mip(gap=gap).x


@pytest.fixture
def pairs(monkeypatch):
    monkeypatch.setattr("solvers.around.AT_ONCE", 2)
    monkeypatch.setattr("solvers.around.MANY", 3)


def worst(matrix):
    """A hunt that holds the worst solution there is, and knows the optimum for a bound."""
    hunt = Hunt(matrix, 1.0, 1e-6, 20.0)
    hunt.offer(Live(replace(matrix, cost=-matrix.cost)).solve_mip().x)
    hunt.raise_bound(Live(matrix).solve_mip().objective)
    return hunt


@pytest.mark.parametrize("seed", range(8))
def test_groups_of_blocks_only_better_a_solution(seed, pairs):
    matrix, _ = solved(seed, blocks=6)
    hunt = worst(matrix)
    before = hunt.objective
    Groups(hunt, 2).better(np.random.default_rng(seed), by_nodes)
    assert matrix.violation(hunt.x) <= 1e-6
    assert hunt.bound - 1e-6 <= hunt.objective <= before


def test_blocks_that_nothing_joins_reach_the_optimum_in_one_turn(pairs):
    """Five blocks, each the choice of 0 or 2 of something that is worth 1."""
    matrix = replace(model([-1.0] * 5, 2 * np.eye(5), -INF, 5, upper=9, integer=True, maximise=False), block=np.arange(5))
    hunt = worst(matrix)
    assert hunt.x.tolist() == [0] * 5
    Groups(hunt, 2).better(np.random.default_rng(0), by_nodes)
    assert hunt.x.tolist() == [2] * 5


@pytest.mark.parametrize("seed", range(4))
def test_groups_give_the_same_on_one_thread_and_on_two(seed, pairs):
    matrix = block_angular(seed, blocks=7)
    points = []
    for threads in (1, 2):
        hunt = worst(matrix)
        Groups(hunt, threads).better(np.random.default_rng(seed), by_nodes)
        points.append(hunt.x.tolist())
    assert points[0] == points[1]


def test_where_two_at_a_time_win_nothing_one_goes_on(pairs):
    """Six whole columns, at most one of them at 1, and a search that finds nothing: a turn of pairs, then one of single groups."""
    seen = []
    matrix = replace(model([-1.0, -1, -1, -1, -1, -1], [[1] * 6], -INF, 1, integer=True, maximise=False), block=np.arange(6))
    hunt = Hunt(matrix, 1.0, 1e-9, 20.0)
    hunt.offer(np.eye(6)[0])
    Groups(hunt, 2).better(np.random.default_rng(0), lambda part, gap, beside: seen.append(beside))
    assert seen == [2, 2, 1, 1, 1, 1] and hunt.x.tolist() == np.eye(6)[0].tolist()


def test_a_group_frees_what_is_outside_blocks_and_near(pairs):
    """Columns 0, 1 in blocks; 2 in a row with block 0 that is lazy, 3 in one with block 1, 4 in one that is not."""
    rows = [[1, 0, 1, 0, 0], [0, 1, 0, 1, 0], [0, 0, 0, 0, 1]]
    matrix = replace(model([0] * 5, rows, 0, 1, integer=False), block=np.array([0, 1, -1, -1, -1]), lazy=np.array([1, 1, 0]))
    groups = Groups(Hunt(matrix, 1.0, 0.0, 9.0), 1)
    assert groups.free(np.array([0])).tolist() == [0, 2, 4] and not groups.several


def test_a_rough_find_of_a_group_is_smoothed(pairs):
    """min y with x + y >= 1.5, x whole: a find that misses the row by more than allowed is put right by its whole part."""
    matrix = replace(model([0.0, 1.0], [[1, 1]], 1.5, INF, upper=9, maximise=False), integer=np.array([True, False]),
                     block=np.array([0, 0]))
    hunt = Hunt(matrix, 1.0, 1e-9, 9.0)
    hunt.offer(np.array([0.0, 1.5]))
    Groups(hunt, 2).better(np.random.default_rng(0), lambda part, gap, beside: np.array([1.0, -1.0 - 1e-4]))
    assert hunt.x == pytest.approx([1.0, 0.5])


@pytest.mark.parametrize("seed", range(12))
def test_a_part_is_never_left_worse_than_it_was(seed):
    """From the optimum, and without any neighbourhood, a dive alone would."""
    matrix, x = solved(seed)
    settings = replace(SETTINGS, small=0, first=0.0)
    search_part = Large(Hunt(matrix, 1.0, 1e-9, 20.0), settings, None, 0, Threads(1)).parts()
    part = around(matrix, np.arange(matrix.n_columns), x)
    far = search_part(part, 0.0, 1)
    assert part.violation(far) <= 1e-6 and part.objective(far) == pytest.approx(part.offset, abs=1e-6)
