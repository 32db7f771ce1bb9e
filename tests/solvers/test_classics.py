"""Ordinary models of classic kinds: the search ends as plain HiGHS does, by whichever way it goes."""

from dataclasses import replace

import numpy as np
import pytest

import solvers.search
from solvers.highs import Live
from solvers.outcome import Stop
from solvers.profiles import load_profile
from solvers.search import solve
from tests.solvers.classics import KINDS
from tests.solvers.models import knapsacks, model

WAYS = {"small": {}, "ordinary": {"small": 0, "first": 0.03},
        "large": {"small": 0, "first": 0.0, "neighbourhoods": 8, "stall": 3}}


def take(way, monkeypatch):
    monkeypatch.setattr(solvers.search, "load_profile", lambda name: replace(load_profile(name), **WAYS[way]))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", KINDS)
def test_same_end_as_highs(kind, seed, way, monkeypatch):
    take(way, monkeypatch)
    matrix = KINDS[kind](np.random.default_rng(seed))
    plain = Live(matrix).solve_mip(20)
    outcome = solve(matrix, gap=0, time_limit=20)
    assert outcome.stop is plain.stop
    if plain.x is not None:
        slip = 1e-6 * max(1.0, abs(plain.objective))
        assert outcome.objective == pytest.approx(plain.objective, abs=slip)
        assert outcome.bound == pytest.approx(plain.objective, abs=slip)
        assert matrix.violation(outcome.x) <= 1e-6
        for _, incumbent, bound in outcome.trajectory:  # neither side ever promised too much
            for value, sign in ((incumbent, 1), (bound, -1)):
                if value is not None:
                    assert sign * (-1 if matrix.maximise else 1) * (value - plain.objective) >= -slip
    else:
        assert outcome.status == str(plain.stop)


def test_relaxations_end_as_highs_does():
    for kind in KINDS:
        matrix = KINDS[kind](np.random.default_rng(3)).relaxed()
        plain, outcome = Live(matrix).solve_lp(), solve(matrix, gap=0)
        assert outcome.stop is plain.stop, kind
        if plain.x is not None:
            assert outcome.objective == pytest.approx(plain.objective, rel=1e-7, abs=1e-7), kind


@pytest.mark.parametrize("seed", [1, 4])
def test_search_and_branch_and_bound_side_by_side_end_in_a_proof(seed, monkeypatch):
    take("ordinary", monkeypatch)
    matrix, events = KINDS["knapsack"](np.random.default_rng(seed)), []
    outcome = solve(matrix, gap=0.0, time_limit=20, progress=events.append)
    assert outcome.stop is Stop.OPTIMAL
    assert {"mip", "lp", "dive"} <= {event["phase"] for event in events}
    assert outcome.objective == pytest.approx(Live(matrix).solve_mip(20).objective)
    assert outcome.duals.shape == (matrix.n_rows,)


def test_what_stops_the_search_stops_branch_and_bound_beside_it(monkeypatch):
    take("ordinary", monkeypatch)
    matrix, events = knapsacks(4, 90, 25), []
    limited = solve(matrix, gap=0, time_limit=1.0)
    assert limited.stop is Stop.TIME_LIMIT and limited.x is not None and limited.times["total"] < 3
    stopped = solve(matrix, gap=0, time_limit=20, progress=events.append,
                    stop=lambda: any(event["phase"] == "dive" for event in events))
    assert stopped.stop is Stop.INTERRUPTED and stopped.x is not None and stopped.times["total"] < 5
    reached = solve(matrix, gap=0.1, time_limit=20)
    assert reached.stop is Stop.GAP_LIMIT and reached.gap <= 0.1


def test_a_solution_offered_to_branch_and_bound_is_taken():
    matrix = KINDS["knapsack"](np.random.default_rng(7), 20)
    best, offers = Live(matrix).solve_mip(20, gap=0.01), []

    def offer():
        offers.append(1)
        return best.x if len(offers) == 1 else None
    events = []
    Live(matrix).solve_mip(20, gap=0.01, offers=offer, callback=events.append)
    told = [event["incumbent"] for event in events if event["incumbent"] is not None]
    assert offers and min(told) >= best.objective - 1e-6


@pytest.mark.parametrize("way", WAYS)
def test_ends_without_a_solution_are_told_as_such(way, monkeypatch):
    take(way, monkeypatch)
    nothing = solve(KINDS["lot_sizing"](np.random.default_rng(1), 20), gap=0, time_limit=0.0)
    assert nothing.stop is Stop.TIME_LIMIT and nothing.x is None
    empty = model([], [], [], [])
    assert solve(empty).status == "optimal"
