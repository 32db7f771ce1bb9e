"""The way of large models, gone on the small gallery: the same conflicts, and repairs that a plan confirms."""

from itertools import pairwise

import numpy as np
import pytest

from planner.explain import conflicts, explain, repairs
from planner.explain.clauses import Model
from planner.explain.confirm import Confirm, moved_rows, values
from planner.explain.conflicts import Budget
from planner.explain.levers import find
from solvers.certificate import certificate
from solvers.highs import Live
from solvers.outcome import Stop
from tests.explain.gallery import TINY
from tests.helpers import solved, tiny

SOME = [1, 6, 7, 13, 14, 16, 18]


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(conflicts, "LARGE", 0)
    monkeypatch.setattr(repairs, "LARGE", 0)


@pytest.mark.parametrize("number", SOME, ids=lambda n: TINY[n].name)
def test_the_same_conflicts_are_named_and_mended(number, large):
    made = explain(TINY[number].make(), time_limit=120)
    assert {frozenset(clause.name for clause in part.conflict.clauses) for part in made.conflicts} == set(
        TINY[number].conflicts)
    assert all(part.conflict.smallest for part in made.conflicts)
    assert made.mended
    assert any(repair.seconds is not None for part in made.conflicts for repair in part.repairs)
    solved(TINY[number].make().with_overrides(made.words))


@pytest.mark.parametrize("number", [n for n, case in enumerate(TINY) if not case.whole][::3],
                         ids=lambda n: TINY[n].name)
def test_a_certificate_has_no_solution(number):
    """Judged by an LP of its own: the rows told contradict each other."""
    model = Model(TINY[number].make())
    stop, rows = certificate(model.matrix.relaxed(), model.ruled, np.ones(len(model.ruled), int), 60)
    assert stop is Stop.INFEASIBLE
    assert Live(model.matrix.relaxed().with_only(rows)).solve_lp(30).stop is Stop.INFEASIBLE


def test_what_holds_has_no_certificate():
    model = Model(tiny("regional_balance", "missions"))
    assert certificate(model.matrix.relaxed(), model.ruled, np.ones(len(model.ruled), int), 60) == (Stop.OPTIMAL, None)


KEY = "zone_bands[west].floor"


def desk(most: float = 0.9):
    instance = tiny("regional_balance", set={KEY: most})
    model, made = Model(instance), {}

    def written(changes):
        key = tuple(changes.values())
        made.setdefault(key, Model(instance.with_overrides(changes)))
        return made[key]
    return model, written, Confirm(model, written, Budget(60), lambda event: None), find(instance, KEY)


def test_a_value_that_no_plan_keeps_gives_way_to_one_that_a_plan_confirms():
    """0.6363 is the most that the west absorbs; asked at 0.8, a value from there on is confirmed, and no better one."""
    _, written, confirm, lever = desk()
    made = confirm(lever, 0.8)
    assert made.verdict and made.to < 0.6364 and made.seconds > 0
    assert Live(written({KEY: made.to}).matrix).solve_mip(30, gap=1.0).stop in (Stop.OPTIMAL, Stop.GAP_LIMIT)
    exact = confirm(lever, 0.6363)
    assert exact.verdict and exact.to == 0.6363


def test_a_point_tells_at_which_values_it_holds():
    model, written, _, _ = desk()
    other = written({KEY: 0.5}).matrix
    x = Live(written({KEY: 0.4}).matrix).solve_mip(30).x
    low, high = values(model.matrix, other, 0.9, 0.5, x)
    assert len(moved_rows(model.matrix, other)) and low < 0.4 <= high + 1e-9
    for value, fits in ((high - 1e-4, True), (high + 1e-3, False)):
        assert (written({KEY: value}).matrix.violation(x) <= 1e-6) == fits


def test_the_value_comes_back_to_the_present_one_as_far_as_plans_are_found():
    """Four halvings from the first plan's own value leave less than an eighth of the way."""
    _, written, confirm, lever = desk()
    exists, x = confirm._plan(written({KEY: 0.0}).matrix, "")
    first = confirm._at(lever, x, written({KEY: 0.8}).matrix, 0.8)
    made = confirm(lever, 0.8)
    assert exists and made.to >= first
    assert 0.6363 - made.to <= (0.8 - first) / 8 + 1e-9
    assert all(a <= b for a, b in pairwise([first, made.to, 0.6364]))
