"""Each mechanism alone, and all but one: there is a plan, and it passes its own audit.

On `tiny` at every run; on the flagship with `make test-slow` (an hour on 2 cores).
"""

from functools import cache

import pytest

from planner.audit import audit
from planner.mechanisms import MECHANISMS
from planner.solving import load, solve
from tests.helpers import ROOT, tiny

NAMES = [mechanism.name for mechanism in MECHANISMS]


@cache
def flagship():
    return load(ROOT / "instances" / "china-2022")


def switches(name: str, way: str) -> dict[str, bool]:
    """Overrides: `alone` has only this mechanism on, `without` all the others."""
    return {f"{other}.on": (other == name) == (way == "alone") for other in NAMES}


def assert_sound(plan) -> None:
    """Every rule, re-computed from the plan's tables, is kept."""
    rows = audit(plan)
    broken = rows[rows["status"] == "broken"]
    assert broken.empty, broken.to_string()


@pytest.mark.parametrize("way", ["alone", "without"])
@pytest.mark.parametrize("name", NAMES)
def test_on_tiny(name, way):
    assert_sound(solve(tiny(set=switches(name, way)), gap=1e-4))


@pytest.mark.slow
@pytest.mark.parametrize("way", ["alone", "without"])
@pytest.mark.parametrize("name", NAMES)
def test_on_the_flagship(name, way):
    plan = solve(flagship().with_overrides(switches(name, way)), gap=0.03, time_limit=900)
    print(f"{name} {way}: {plan.status}, gap {plan.gap:.2%}, {plan.passport['times']['total']:.0f} s")
    assert_sound(plan)
