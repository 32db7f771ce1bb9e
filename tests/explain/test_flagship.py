"""Slow: instances without a plan on the flagship, whose first conflict is named and proven smallest."""

import pytest

from planner.explain.checks import impossible
from planner.explain.clauses import Model
from planner.explain.conflicts import Budget, find_conflict
from tests.explain.gallery import FLAGSHIP


@pytest.mark.slow
@pytest.mark.parametrize("case", FLAGSHIP, ids=lambda case: case.name)
def test_the_first_conflict_is_named(case):
    found, _ = find_conflict(Model(case.make()), Budget(600))
    assert {frozenset(clause.name for clause in found.clauses)} == set(case.conflicts)
    assert found.smallest


@pytest.mark.slow
def test_arithmetic_alone_finds_the_first():
    assert impossible(Model(FLAGSHIP[0].make()))[0].clauses == list(FLAGSHIP[0].conflicts[0])
