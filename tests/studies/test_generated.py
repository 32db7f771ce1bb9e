"""Ladder and replan on a generated instance: six regions, the mechanisms of the flagship's base on."""

import numpy as np
import pytest

import planner
from planner.generate import generate
from planner.generate.draw import Size
from planner.solving import load
from planner.studies import Options
from planner.studies.ladder import GIVE
from tests.helpers import ROOT

KEYS = ["region", "industry", "category", "stage", "year"]


@pytest.fixture(scope="module")
def made():
    return generate(load(ROOT / "instances" / "china-2022"), Size(6, 3, 2, 2), "six")


@pytest.fixture(scope="module")
def ladder(made):
    return planner.ladder(made, (1.0, 1.05), free=False, options=Options(gap=0.02))


def test_more_money_has_a_plan_in_which_what_is_funded_stays_funded(ladder):
    assert ladder.rungs["message"].tolist() == ["", ""] and list(ladder.plans) == [1.0, 1.05]
    low, high = (plan.allocations.set_index(KEYS)["spend"] for plan in ladder.plans.values())
    least = (1 - GIVE) * low - 2e-5 * np.maximum(1.0, low)
    assert (high.reindex(low.index) >= least).all() and len(low) == 360
    assert not any((plan.compliance["status"] == "broken").any() for plan in ladder.plans.values())


def test_a_smaller_budget_has_a_plan_after_an_executed_year(ladder):
    """The past is held to figures of a solved plan, tied to one another by balances and whole decisions."""
    approved = ladder.plans[1.0]
    made = planner.replan(approved, overrides={"budget.central*": 0.97}, cap=0.05, gap=0.02)
    assert 0 <= made.share <= 0.05 + 1e-6
    old, new = (plan.allocations.set_index(KEYS)["spend"].sort_index() for plan in (approved, made.plan))
    first = old.index.get_level_values("year") == 2023
    assert first.sum() == 180 and np.allclose(new[first], old[first], rtol=2e-5, atol=2e-5)
    coming = made.plan.compliance.query("year >= 2024")
    assert len(coming) and not (coming["status"] == "broken").any()
