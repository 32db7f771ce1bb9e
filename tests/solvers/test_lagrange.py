"""Blocks at prices: every bound holds, at LP prices it beats the LP, and nothing is claimed too early."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from solvers.crew import Threads
from solvers.highs import Live
from solvers.hunt import Hunt
from solvers.lagrange import Blocks, narrower
from solvers.outcome import Stop
from solvers.propagation import implied_bounds
from tests.solvers.models import block_angular, knapsacks, model

INF = np.inf


def relax(matrix, prices, hunt=None, threads=1):
    """The blocks at prices (one number or one per row), all but exactly."""
    prices = np.broadcast_to(np.asarray(prices, float), (matrix.n_rows,))
    return Blocks(matrix).relax(prices, hunt or Hunt(matrix, 1.0, 0.0, 60.0), 1e-9, Threads(threads))


def pair(side_low=-INF, side_high=1.0):
    """Per block max 2a + b with 2a + 2b <= 3; a1 + a2 between the sides joins them (minimised)."""
    return replace(model([-2, -1, -2, -1], [[2, 2, 0, 0], [0, 0, 2, 2], [1, 0, 1, 0]], [-INF, -INF, side_low],
                         [3, 3, side_high], maximise=False), block=np.array([0, 0, 1, 1]))


def stacked(matrices):
    """Several models side by side, as one."""
    def joined(what):
        return np.concatenate([getattr(matrix, what) for matrix in matrices])
    rows = sparse.block_diag([matrix.rows for matrix in matrices], "csr")
    return replace(matrices[0], rows=rows, **{what: joined(what) for what in (
        "cost", "lower", "upper", "integer", "row_lower", "row_upper")})


def test_rows_go_to_their_block_and_what_joins_is_priced():
    matrix = replace(model(
        [1] * 5, [[1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 1], [0, 0, 1, 0, 1],
                  [0, 0, 0, 0, 0]], 0, [10, 11, 12, 13, 14, 15], upper=9),
        block=np.array([7, 7, 2, -1, -1]))  # numbers need not follow each other
    blocks = Blocks(matrix)
    assert blocks.coupling.tolist() == [False, True, False, False, True, True]
    assert [columns.tolist() for columns, _ in blocks.parts] == [[3, 4], [2], [0, 1]]
    assert [part.row_upper.tolist() for _, part in blocks.parts] == [[13], [12], [10]]
    assert [part.rows.toarray().tolist() for _, part in blocks.parts] == [[[1, 1]], [[1]], [[1, 1]]]
    with pytest.raises(ValueError, match="which block"):
        Blocks(replace(matrix, block=None))


def test_bound_worked_by_hand():
    """Whole: one a, then b of the other block: -3. LP: a1 = a2 = 1/2, b1 = b2 = 1: -4."""
    matrix = pair()
    assert Live(matrix).solve_lp().objective == pytest.approx(-4)
    assert Live(matrix).solve_mip().objective == pytest.approx(-3)
    priced = relax(matrix, [5, 5, -1])  # prices of rows inside a block do not count
    assert priced.bound == pytest.approx(-3) and priced.stop is Stop.OPTIMAL and priced.known.all()
    assert relax(matrix, 0).bound == pytest.approx(-4)  # each block takes its a
    assert relax(matrix, [0, 0, -2]).bound == pytest.approx(-4)  # too dear: each takes its b, 2 back
    assert relax(matrix, [0, 0, 1]).bound == pytest.approx(-4)  # asks for a lower side; there is none
    assert relax(pair(0, 1), [0, 0, 1]).bound == pytest.approx(-6)  # there is one: 3 for each a, 0 back
    assert relax(pair(1, 1), [0, 0, -1]).bound == pytest.approx(-3)


@pytest.mark.parametrize("seed", range(30))
def test_no_price_lifts_the_bound_above_the_optimum_and_lp_prices_reach_the_lp(seed):
    matrix = block_angular(seed)
    best, lp = Live(matrix).solve_mip(), Live(matrix).solve_lp()
    assert best.stop is lp.stop is Stop.OPTIMAL
    rng, slip = np.random.default_rng(seed), 1e-6 * max(1.0, abs(best.objective))
    wild = 4 * rng.standard_normal((2, matrix.n_rows))
    inside = matrix.with_only(np.flatnonzero(~Blocks(matrix).coupling))
    for prices in (lp.duals, np.zeros(matrix.n_rows), -lp.duals, lp.duals + wild[0], wild[1]):
        priced = relax(matrix, prices)
        assert priced.stop is Stop.OPTIMAL and priced.known[matrix.block >= 0].all()
        assert -INF < priced.bound <= best.objective + slip
        assert prices is not lp.duals or priced.bound >= lp.objective - slip
        assert inside.violation(priced.x) < 1e-6  # side by side the solutions keep the rows of their blocks


def test_lp_prices_mostly_beat_the_lp():
    """Whole columns inside the blocks: the bound rises in a good part of the random models."""
    risen = 0
    for seed in range(12):
        lp = Live(block_angular(seed)).solve_lp()
        risen += relax(block_angular(seed), lp.duals).bound > lp.objective + 1e-4
    assert risen >= 4


@pytest.mark.parametrize("low, high, price, bound", [
    (2, INF, 1, 2),     # min x + y, x + y >= 2: at price 1 nothing costs, 2 for the side
    (2, INF, -1, 0),    # no upper side to be paid for: as without a price
    (2, 2, 1, 2), (2, 2, -1, -2),  # an equality takes either sign
    (2, 5, 1, 2), (2, 5, -1, -5),  # ranged: each sign its own side
    (-INF, 5, -1, -5), (-INF, 5, 1, 0)])
def test_every_kind_of_coupling_row(low, high, price, bound):
    matrix = replace(model([1, 1], [[1, 1]], low, high, upper=5, maximise=False), block=np.array([0, 1]))
    assert relax(matrix, price).bound == pytest.approx(bound)


def test_columns_without_bounds_take_those_of_coupling_rows():
    open_ = model([-1, -1], [[1, 1]], -INF, 4, upper=INF, integer=False, maximise=False)
    open_ = replace(open_, block=np.array([0, 1]))
    assert relax(open_, 0).bound == pytest.approx(-12)  # x, y <= 4, as x, y >= 0, and with room 6
    assert relax(open_, -1).bound == pytest.approx(-4)
    free = replace(open_, lower=np.full(2, -INF))  # here the row implies nothing
    assert relax(free, 0).bound == -INF and relax(free, -1).bound == pytest.approx(-4)
    whole = replace(free, integer=np.ones(2, bool))
    assert relax(whole, 0).bound == -INF and relax(whole, 0).stop is not Stop.INFEASIBLE


@pytest.mark.parametrize("integer", [True, False])
def test_one_block_without_a_solution_is_enough(integer):
    rows = [[2, 2, 0], [1, 0, 1]]
    matrix = model([1, 1, 1], rows, [1, -INF], [1, 2], integer=True, maximise=False)  # 2a + 2b = 1
    if not integer:
        matrix = replace(matrix, integer=np.zeros(3, bool), row_lower=np.array([5, -INF]),
                         row_upper=np.array([INF, 2]))
    priced = relax(replace(matrix, block=np.array([0, 0, 1])), 0)
    assert priced.stop is Stop.INFEASIBLE and priced.known.tolist() == [False, False, True]


def test_bounds_that_cross_are_a_contradiction():
    matrix = model([1, 1], [[1, 0], [1, 1]], -INF, [3, 9], lower=[5, 0], upper=[INF, 1], maximise=False)
    assert relax(replace(matrix, block=np.array([0, 1])), 0).stop is Stop.INFEASIBLE


@pytest.mark.parametrize("seed", range(4))
def test_the_number_of_threads_changes_nothing(seed):
    matrix = block_angular(seed, blocks=6)
    prices = Live(matrix).solve_lp().duals
    one, two = (relax(matrix, prices, threads=threads) for threads in (1, 2))
    assert one.bound == two.bound and np.array_equal(one.x, two.x) and one.stop is two.stop


def hard():
    """Two knapsacks that take seconds without a limit of nodes, and a row over both."""
    part = knapsacks(4, 120, 30)
    body, nothing = part.rows.toarray(), np.zeros(part.rows.shape)
    rows = np.vstack([np.hstack([body, nothing]), np.hstack([nothing, body]), np.ones(240)])
    return replace(model(-np.tile(part.cost, 2), rows, -INF, [*part.row_upper, *part.row_upper, 60],
                         maximise=False), block=np.repeat([0, 1], 120))


def test_a_hunt_that_is_stopped_claims_nothing(monkeypatch):
    monkeypatch.setattr("solvers.lagrange.NODES", 10**6)
    matrix = hard()
    out_of_time = relax(matrix, 0, Hunt(matrix, 1.0, 0.0, 0.0))
    assert out_of_time.bound == -INF and out_of_time.stop is Stop.TIME_LIMIT
    near = Live(knapsacks(4, 120, 30)).solve_mip(gap=0.1).objective  # without a price nothing joins
    for threads in (1, 2):
        hunt = Hunt(matrix, 1.0, 0.0, 60.0, stop=lambda: True)
        stopped = relax(matrix, 0, hunt, threads)
        assert stopped.stop is Stop.INTERRUPTED and hunt.interrupted and hunt.clock < 5
        assert stopped.bound <= -2 * near


def test_ctrl_c_ends_the_blocks_and_is_told(monkeypatch):
    monkeypatch.setattr("solvers.lagrange.NODES", 10**6)
    matrix = hard()

    def progress(event):
        raise KeyboardInterrupt

    hunt = Hunt(matrix, 1.0, 0.0, 60.0, progress=progress)
    with pytest.raises(KeyboardInterrupt):
        relax(matrix, 0, hunt)
    assert hunt.clock < 3


# --- bounds implied by rows ---------------------------------------------------------


@pytest.mark.parametrize("row, low, high, lower, upper, implied", [
    ([1, 2], -INF, 8, [0, 0], [INF, INF], ([0, 0], [8, 4])),
    ([1, -2], -INF, 8, [0, 0], [INF, 3], ([0, 0], [14, 3])),     # x <= 8 + 2y
    ([-1, 2], -4, INF, [0, 0], [INF, 3], ([0, 0], [10, 3])),     # x <= 4 + 2y
    ([1, 1], 6, INF, [-INF, 0], [9, 2], ([4, 0], [9, 2])),       # x >= 6 - y
    ([1, 1], 6, 6, [-INF, -1], [INF, 2], ([4, -1], [7, 2])),     # an equality gives both
    ([1, 1], -INF, 8, [-INF, -INF], [INF, INF], ([-INF, -INF], [INF, INF])),  # two open: nothing
    ([1, -1], 0, 0, [0, 0], [INF, INF], ([0, 0], [INF, INF])),
    ([1, 1], -INF, 2, [0, 0], [5, 5], ([0, 0], [5, 5])),         # bounds that are there stay
])
def test_implied_bounds_worked_by_hand(row, low, high, lower, upper, implied):
    found = implied_bounds(model([0, 0], [row], low, high, lower=lower, upper=upper, integer=False))
    np.testing.assert_allclose(found, implied)


def test_implied_bounds_go_from_row_to_row():
    """z <= 4, y <= z + 1 = 5, x <= 2y = 10."""
    rows = [[1, -2, 0], [0, 1, -1], [0, 0, 1]]
    lower, upper = implied_bounds(model([0] * 3, rows, -INF, [0, 1, 4], upper=INF, integer=False))
    np.testing.assert_allclose(upper, [10, 5, 4])
    assert lower.tolist() == [0, 0, 0]


def test_a_zero_that_is_stored_implies_nothing():
    matrix = model([0, 0], [[1, 3]], -INF, 4, upper=INF, integer=False)
    matrix.rows.data[1] = 0
    np.testing.assert_allclose(implied_bounds(matrix), ([0, 0], [4, INF]))


def test_a_wide_bound_does_not_blur_the_other_side():
    """x >= -1e15, x + z <= 10, z >= 3.35: x <= 6.65, but 1e15 swallows the digits."""
    _, upper = implied_bounds(model([0, 0], [[1, 1]], -INF, 10, lower=[-1e15, 3.35], upper=[INF, 5],
                                    integer=False))
    assert upper[0] >= 6.65
    lower, _ = implied_bounds(model([0, 0], [[-1, 1]], -INF, 10, lower=[-INF, 3.35], upper=[1e15, 5],
                                    integer=False))
    assert lower[0] <= -6.65


@pytest.mark.parametrize("seed", range(15))
def test_implied_bounds_cut_off_nothing(seed):
    rng = np.random.default_rng(seed)
    matrix = block_angular(seed).relaxed()
    matrix.upper[rng.random(matrix.n_columns) < 0.5] = INF
    matrix.lower[rng.random(matrix.n_columns) < 0.3] = -INF
    lower, upper = implied_bounds(matrix)
    live = Live(matrix)
    for column in range(matrix.n_columns):
        for sign, side in ((1, lower), (-1, upper)):
            live.set_cost(sign * (np.arange(matrix.n_columns) == column))
            answer = live.solve_lp()
            reach = -INF if answer.stop is Stop.UNBOUNDED else answer.objective - matrix.offset
            assert sign * side[column] <= reach + 1e-6


@pytest.mark.parametrize("seed", range(20))
def test_a_bound_carried_over_holds_for_the_changed_model(seed):
    """Sides between blocks move: every block keeps its bound, and their sum is what solving them anew gives."""
    matrix, rng = block_angular(seed), np.random.default_rng(seed)
    lp, crew = Live(matrix).solve_lp(), Threads(1)
    before = relax(matrix, lp.duals)
    joins = Blocks(matrix).coupling
    factor = np.where(joins, rng.uniform(0.8, 1.2, matrix.n_rows), 1.0)
    changed = replace(matrix, row_lower=matrix.row_lower * factor, row_upper=matrix.row_upper * factor)
    told = Blocks(changed).carried(before, Hunt(changed, 1.0, 0.0, 60.0), 1e-9, crew)
    assert told == pytest.approx(relax(changed, before.price).bound, rel=1e-6, abs=1e-6)
    best = Live(changed).solve_mip()
    if best.objective is not None:
        assert told <= best.objective + 1e-6 * max(1.0, abs(best.objective))


def test_what_is_carried_over_and_what_is_not():
    matrix, crew = pair(), Threads(1)
    before, hunt = relax(matrix, [0, 0, -1]), Hunt(matrix, 1.0, 0.0, 60.0)
    assert Blocks(matrix).carried(before, hunt, 1e-9, crew) == pytest.approx(-3) == before.bound
    narrow = replace(matrix, upper=np.array([1.0, 1, 1, 0]))  # a block that may do less keeps its bound
    assert narrower(narrow, matrix) and not narrower(matrix, narrow)
    assert Blocks(narrow).carried(before, hunt, 1e-9, crew) == pytest.approx(-3)
    wide = replace(matrix, row_upper=np.array([3.0, 4, 1]))  # half of the columns would have to be solved: too many
    assert Blocks(wide).carried(before, hunt, 1e-9, crew) == -INF
    assert Blocks(replace(matrix, cost=2 * matrix.cost)).carried(before, hunt, 1e-9, crew) == -INF
    open_ = replace(matrix, row_upper=np.array([3.0, 3, INF]))  # the side that was priced is gone
    assert Blocks(open_).carried(before, hunt, 1e-9, crew) == -INF


def test_a_few_blocks_that_changed_are_solved():
    parts = [pair() for _ in range(4)]  # eight blocks
    matrix = replace(stacked(parts), block=np.repeat(np.arange(8), 2))
    before = relax(matrix, np.tile([0, 0, -1], 4))
    more = matrix.row_upper.copy()
    more[0] = 4.0  # the first block may take both: 1 better at that price
    changed = replace(matrix, row_upper=more)
    told = Blocks(changed).carried(before, Hunt(changed, 1.0, 0.0, 60.0), 1e-9, Threads(1))
    assert before.bound == pytest.approx(-12) and told == pytest.approx(-13)
    assert told == pytest.approx(relax(changed, before.price).bound)
