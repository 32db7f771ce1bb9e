"""Irreducible conflicts, against trying every subset; and ranges of one number."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from solvers.attribution import attribute
from solvers.conflict import ByBounds, ByLP, ByMip, shrink
from solvers.elastic import given_way, nearest, plain_solve, relief_of, relieved
from solvers.highs import Live
from solvers.outcome import Stop
from tests.solvers.test_intervals import drawn, matrix


def stop(made, rows):
    return Live(made.with_only(np.array(sorted(rows), int))).solve_mip(10).stop


def without_solution(count: int, whole: bool):
    found = []
    for seed in range(2000):
        made = drawn(seed) if whole else drawn(seed).relaxed()
        if Live(made).solve_mip(10).stop is Stop.INFEASIBLE:
            found.append(seed)
        if len(found) == count:
            return found
    raise AssertionError("too few")


@pytest.mark.parametrize("seed", without_solution(40, False))
@pytest.mark.parametrize("background", [0, 1])
def test_by_lp_the_conflict_is_one_and_every_part_is_needed(seed, background):
    made = drawn(seed).relaxed()
    candidates = np.arange(background, made.n_rows)
    oracle = ByLP(made, candidates)
    found = shrink(oracle, [("family", i % 2, i) for i in candidates])
    rows = set(range(background)) | set(candidates[found.kept].tolist())
    assert found.smallest and stop(made, rows) is Stop.INFEASIBLE
    for row in candidates[found.kept]:
        assert stop(made, rows - {int(row)}) is Stop.OPTIMAL


@pytest.mark.parametrize("seed", without_solution(40, True))
def test_with_whole_numbers_it_is_among_all_smallest_sets(seed):
    made = drawn(seed)
    found = shrink(ByMip(made, np.arange(made.n_rows)), [(i,) for i in range(made.n_rows)])
    assert stop(made, found.kept.tolist()) is Stop.INFEASIBLE
    for fewer in range(len(found.kept)):  # no smaller part of it is infeasible: every subset tried
        for part in combinations(found.kept.tolist(), fewer):
            assert not part or stop(made, part) is not Stop.INFEASIBLE


def test_by_bounds_nothing_is_called_feasible():
    made = matrix([[1, 1], [1, -1]], [1.5, 0], [1.5, 0], [0, 0], [1, 1], [True, True])
    assert ByBounds(made, np.arange(2))(np.ones(2, bool)).infeasible is not False
    assert shrink(ByBounds(made.relaxed(), np.arange(2)), [(0,), (1,)]) is None


def test_a_stop_gives_the_conflict_proven_so_far():
    made = matrix(np.vstack([np.eye(6), np.eye(6)]), [1] * 6 + [-np.inf] * 6, [np.inf] * 6 + [0.5] * 6,
                  [0] * 6, [2] * 6)
    told = []
    found = shrink(ByMip(made, np.arange(12)), [(i,) for i in range(12)], tell=told.append,
                   stop=lambda: len(told) > 3)
    assert not found.smallest and found.unproven
    assert stop(made, found.kept.tolist()) is Stop.INFEASIBLE
    assert told[-1]["groups"] <= told[0]["groups"]


def test_a_test_without_a_proof_keeps_its_rows():
    """Branch and bound without any time says nothing: the clause stays, and that is said."""
    class Unsure(ByLP):
        def test(self, kept):
            verdict = super().test(kept)
            return verdict if kept[0] else replace(verdict, infeasible=None, x=None)
    made = matrix([[1], [1], [1]], [2, 3, -np.inf], [np.inf, np.inf, 1], [0], [9])
    found = shrink(Unsure(made, np.arange(3)), [(0,), (1,), (2,)])
    assert 0 in found.kept and not found.smallest and (0,) in found.unproven


def test_relief_is_the_least_and_giving_way_by_it_is_enough():
    made = matrix([[1], [1]], [5, -np.inf], [np.inf, 3], [0], [9])
    answer = Live(relieved(made, np.array([0]))).solve_lp()
    relief = relief_of(answer, made, np.array([0]))
    assert relief == pytest.approx([2])
    assert Live(given_way(made, np.array([0]), relief)).solve_lp().stop is Stop.OPTIMAL
    assert Live(given_way(made, np.array([0]), 0.9 * relief)).solve_lp().stop is Stop.INFEASIBLE


def test_nearest_share_of_a_whole():
    """west >= share (west + east), west <= 10, east >= 30: 10 / 40 is the most, wherever it begins."""
    def at(share):
        return matrix([[1 - share, -share]], [0], [np.inf], [0, 30], [10, 90])
    for first in (0.9, 0.5, 0.3):
        found = nearest(at(first), at(first - 0.01), first, first - 0.01, np.array([10.0, 60.0]), low=0, high=1,
                        solve=plain_solve())
        assert found.proven and found.value == pytest.approx(0.25, abs=1e-6)


def test_nearest_side_and_bound():
    """A capacity that stands as a bound of one column and as the side of a row, moved as one number."""
    def at(size):
        return matrix([[1, 1], [0, 1]], [12, -np.inf], [np.inf, size], [0, 0], [size, 99])
    found = nearest(at(2.0), at(3.0), 2.0, 3.0, np.zeros(2), solve=plain_solve())
    assert found.value == pytest.approx(6.0)
    assert nearest(at(2.0), at(3.0), 2.0, 3.0, np.zeros(2), high=5.0, solve=plain_solve()).impossible


def test_attribution_sums_to_the_reduced_cost_and_names_the_limit():
    """maximise a + 3 b with total = a + b (a definition) and total <= 10: a is priced out by the limit."""
    made = replace(matrix([[1, 1, -1], [0, 0, 1]], [0, -np.inf], [0, 10], [0, 0, 0], [8, 20, np.inf]),
                   cost=np.array([1.0, 3.0, 0.0]), maximise=True)
    duals = np.array([3.0, 3.0])  # of an optimum with b = total = 10, where total lies between its bounds
    gain, costs = attribute(replace(made, upper=np.array([8.0, 10.0, np.inf])), np.array([0.0, 10.0, 10.0]), duals, 0,
                            np.array([True, False]))
    assert gain == pytest.approx(1.0) and costs == {1: pytest.approx(3.0)}


@pytest.mark.parametrize("seed", range(40))
def test_attribution_sums_to_the_reduced_cost(seed):
    rng = np.random.default_rng(seed)
    made = replace(drawn(seed).relaxed(), cost=rng.normal(size=drawn(seed).n_columns), maximise=True)
    answer = Live(made).solve_lp()
    if answer.x is not None:
        passing = rng.random(made.n_rows) < 0.6
        gain, costs = attribute(made, answer.x, answer.duals, 0, passing)
        assert gain - sum(costs.values()) == pytest.approx(answer.reduced[0], abs=1e-5)
