"""First solutions after blocks: what no block owns is settled before what the blocks say."""

from dataclasses import replace

import numpy as np
import pytest

from solvers.crew import Threads
from solvers.dive import Rule
from solvers.first import First
from solvers.highs import Live
from solvers.lagrange import Blocks
from solvers.outcome import Stop
from solvers.profiles import load_profile
from tests.solvers.models import block_angular, diver_of, model

SETTINGS = load_profile("balanced")


def shared_door():
    """min 0.1 z - 3 y1 - 3 y2 - 3 y3: each block may do 0.8 of y, and no more than the door z that all share is open."""
    rows = [[-1, 1, 0, 0], [-1, 0, 1, 0], [-1, 0, 0, 1]]
    return replace(model([0.1, -3, -3, -3], rows, -np.inf, 0.0, upper=[1, 0.8, 0.8, 0.8],
                         integer=[True, False, False, False], maximise=False), block=np.array([-1, 0, 1, 2]))


def at_root(matrix):
    """A diver, its root LP and its basis."""
    diver = diver_of(matrix)
    root = diver.live.solve_lp()
    return diver, root, diver.live.basis()


def test_the_blocks_say_nothing_of_what_is_outside_blocks():
    """At the LP's prices the door alone is worth as much shut as open; shut, there is nothing."""
    matrix = shared_door()
    diver, root, basis = at_root(matrix)
    assert root.x[0] == pytest.approx(0.8)
    apart = Blocks(matrix).relax(root.duals, diver.hunt, 1e-9, Threads(1))
    assert apart.known.tolist() == [False, True, True, True]
    assert np.isnan(apart.wishes(diver.columns, diver.lower, diver.upper)).all()
    First(diver, root, basis).dive(apart, SETTINGS, below=False)
    assert diver.hunt.objective == pytest.approx(0.1 - 3 * 2.4)


def test_a_short_dive_below_a_solution_takes_the_blocks_advice_and_ends_where_nothing_better_comes():
    matrix = shared_door()
    diver, root, basis = at_root(matrix)
    apart = Blocks(matrix).relax(root.duals, diver.hunt, 1e-9, Threads(1))
    diver.hunt.offer(np.array([1.0, 0.5, 0.5, 0.5]))
    First(diver, root, basis).dive(apart, SETTINGS, below=True)
    assert diver.hunt.objective == pytest.approx(0.1 - 3 * 2.4)
    spent, held = diver.live.iterations, diver.hunt.x
    assert not diver.follow(root, diver.lower, diver.upper, np.ones(1), cutoff=diver.hunt.objective)
    assert diver.hunt.x is held and diver.live.iterations <= spent + matrix.n_rows


def test_what_cannot_be_settled_at_once_is_settled_step_by_step(monkeypatch):
    diver, root, basis = at_root(shared_door())
    settle, tried = diver.settle, []
    monkeypatch.setattr(diver, "settle", lambda *given: None if tried.append(given[-1].share) or len(tried) < 2 else settle(*given))
    answer, low, high = First(diver, root, basis)._outside_first(diver.lower, diver.upper)
    assert tried == [1.0, 0.5] and low.tolist() == high.tolist() == [1.0] and answer.x[0] == 1


def test_settled_columns_are_whole_and_the_rest_is_left_open():
    matrix = block_angular(2, blocks=4)
    diver, root, _ = at_root(matrix)
    first = np.arange(0, len(diver.columns), 2)
    lower, upper = diver.lower.copy(), diver.upper.copy()
    answer = diver.settle(root, lower, upper, first, Rule(share=0.5))
    assert (lower[first] == upper[first]).all() and answer.x[diver.columns[first]] == pytest.approx(lower[first])
    assert answer.objective >= root.objective - 1e-9
    within = replace(matrix.relaxed(), lower=matrix.lower.copy(), upper=matrix.upper.copy())
    within.lower[diver.columns], within.upper[diver.columns] = lower, upper
    assert Live(within).solve_lp().objective == pytest.approx(answer.objective)


def test_what_cannot_be_settled_is_said():
    """x + y = 1.5 in whole numbers."""
    matrix = model([1, 2], [[1, 1]], 1.5, 1.5, maximise=False)
    diver, root, _ = at_root(matrix)
    assert root.stop is Stop.OPTIMAL
    assert diver.settle(root, diver.lower.copy(), diver.upper.copy(), np.arange(2), Rule()) is None


@pytest.mark.parametrize("seed", range(20))
def test_solutions_are_solutions_whatever_is_outside(seed):
    matrix = block_angular(seed, blocks=4)
    block = matrix.block.copy()
    block[np.random.default_rng(seed).choice(matrix.n_columns, 4, replace=False)] = -1
    matrix = replace(matrix, block=block)
    diver, root, basis = at_root(matrix)
    if root.stop is not Stop.OPTIMAL:
        pytest.skip("no solution")
    apart = Blocks(matrix).relax(root.duals, diver.hunt, 1e-9, Threads(1))
    diver.hunt.raise_bound(apart.bound)
    First(diver, root, basis).dive(apart, SETTINGS, below=False)
    best = Live(matrix).solve_mip()
    if diver.hunt.x is None:
        return
    assert matrix.violation(diver.hunt.x) <= 1e-6 and diver.hunt.bound <= best.objective + 1e-6 <= diver.hunt.objective + 2e-6
