"""Slow: instances without a plan on the flagship, each with its cause, and its cheapest repair solved."""

import pytest

from planner.explain import explain
from planner.explain.checks import impossible
from planner.explain.clauses import Model
from tests.explain.gallery import FLAGSHIP


@pytest.mark.slow
@pytest.mark.parametrize("case", FLAGSHIP, ids=lambda case: case.name)
def test_the_conflict_is_named_and_mended(case):
    made = explain(case.make(), time_limit=1800)
    assert made.status == "infeasible"
    named = {frozenset(clause.name for clause in part.conflict.clauses) for part in made.conflicts}
    assert set(case.conflicts) <= named, named
    assert made.words and made.mended


@pytest.mark.slow
def test_arithmetic_alone_finds_the_first():
    assert impossible(Model(FLAGSHIP[0].make()))[0].clauses == list(FLAGSHIP[0].conflicts[0])
