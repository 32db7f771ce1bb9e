"""The gallery: explain names exactly what was planted, each clause is needed, and the cheapest repair mends."""

from functools import cache

import numpy as np
import pytest

from planner.explain import explain
from planner.explain.clauses import Model
from solvers.highs import Live
from solvers.outcome import Stop
from tests.explain.gallery import TINY
from tests.helpers import solved


@cache
def explained(number: int):
    return explain(TINY[number].make(), time_limit=120)


def each(function):
    return pytest.mark.parametrize("number", range(len(TINY)), ids=lambda n: TINY[n].name)(function)


@each
def test_names_exactly_what_was_planted(number):
    made = explained(number)
    assert made.status == "infeasible" and not made.stopped
    named = {frozenset(clause.name for clause in part.conflict.clauses) for part in made.conflicts}
    assert named == set(TINY[number].conflicts)
    assert all(part.conflict.smallest for part in made.conflicts)


@each
def test_some_show_only_with_whole_numbers(number):
    relaxed = Live(Model(TINY[number].make()).matrix.relaxed()).solve_lp(30)
    assert (relaxed.stop is not Stop.INFEASIBLE) == TINY[number].whole


@each
def test_no_clause_can_be_left_out(number):
    """Judged by solves of its own: the conflict has no solution, and has one without any one clause."""
    model = Model(TINY[number].make())
    rows = explained(number).conflicts[0].conflict.rows

    def stop(kept) -> Stop:
        return Live(model.matrix.with_only(np.concatenate((model.defined, kept)))).solve_mip(30, gap=1.0).stop
    assert stop(rows) is Stop.INFEASIBLE
    for row in rows:
        assert stop(rows[rows != row]) in (Stop.OPTIMAL, Stop.GAP_LIMIT)


@each
def test_the_cheapest_repair_makes_a_plan_exist(number):
    """The words are applied as a user would, solved by the planner itself and audited."""
    made = explained(number)
    assert made.mended and made.words
    assert made.conflicts[-1].taken.checked == "holds"
    for part in made.conflicts:
        assert [repair.share for repair in part.repairs] and part.taken in part.repairs
    solved(TINY[number].make().with_overrides(made.words))


def test_a_repair_is_the_nearest_value_that_will_do():
    """Manufacturing and food share one whole: beside a floor of 0.5 the other can be 0.5, no more."""
    number = next(n for n, case in enumerate(TINY) if case.name == "two floors that share one whole")
    told = {repair.key: (repair.now, repair.to) for repair in explained(number).conflicts[0].repairs}
    assert told == {"industry_portfolio.manufacturing_floor": (0.7, 0.5),
                    "industry_portfolio.upgrading_floor": (0.5, 0.3)}
