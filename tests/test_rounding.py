"""Grants in whole accounting units: everything follows, rules are kept, and what cannot be kept is told."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from planner.audit import audit
from planner.mechanisms import MECHANISMS
from planner.report.headline import rounding_words
from planner.rounding import by_payer, largest_remainder, told
from planner.solving import solve
from solvers.outcome import Outcome, Stop
from tests.helpers import cell, edited, tiny

ALL = [mechanism.name for mechanism in MECHANISMS]
HALF = {"instruments.fund_low": 0.2, "instruments.fund_high": 0.2, "minimum_grant.unit": 7.0}
"""Funds at exactly a fifth of all grants: no amounts in whole sevens keep that here."""


def broken(plan) -> pd.DataFrame:
    rows = audit(plan)
    return rows[rows["status"] == "broken"]


def in_units(plan, unit: float) -> bool:
    units = plan.table("grants")["amount"] / unit
    return bool(np.allclose(units, units.round(), atol=1e-9))


def test_largest_remainder():
    """3.4 + 3.4 + 3.2 is 10: three each, and the one left goes to the first of those that lost 0.4."""
    assert list(largest_remainder(np.array([3.4, 3.4, 3.2]), 1.0)) == [4, 3, 3]
    assert list(largest_remainder(np.array([0.25, 0.0, 0.5]), 0.5)) == [0, 0, 0.5]
    assert list(largest_remainder(np.array([0.3, 0.3, 0.3]), 0.1)) == [0.3] * 3


def test_payers_are_rounded_apart():
    """The centre's 1.6 give one unit, as do inland's 1.4: neither pays for the other."""
    grants = pd.DataFrame([("coast", "central"), ("inland", "central"), ("inland", "local"),
                           ("inland", "local")], columns=["region", "level"]).assign(year=2025)
    assert list(by_payer(grants, np.array([0.9, 0.7, 0.8, 0.6]), 1.0)) == [1, 0, 1, 0]


@pytest.fixture(scope="module", params=[0.1, 3.0])
def whole(request):
    """The instance with every mechanism on, in tenths and in threes."""
    return request.param, solve(tiny(*ALL, set={"minimum_grant.unit": request.param}), gap=1e-3)


def test_with_everything_on_every_table_follows_and_every_rule_is_kept(whole):
    unit, plan = whole
    assert in_units(plan, unit)
    assert broken(plan).empty, broken(plan).to_string()
    note = plan.passport["rounding"]
    assert plan.passport["rounded_to"] == note["unit"] == unit
    assert note["broken"] == 0 and note["rows"] == [] and 0 < note["moved"] <= unit + 1e-6


def test_the_objective_is_that_of_the_rounded_plan(whole):
    """Rounding costs something, and the gap told is that to the bound of the search."""
    plan = whole[1]
    assert plan.objective < plan.passport["rounding"]["objective_before"]
    assert plan.objective == pytest.approx(plan.goals.loc[
        plan.goals["goal"] == "productivity", "value"].sum(), rel=1e-6)
    assert plan.gap == pytest.approx((plan.passport["bound"] - plan.objective) / plan.objective)


def test_spend_stays_near_the_solved_plan():
    """All that may move a cell is a unit for each of the six ways to give, with what it mobilises."""
    instance = tiny("minimum_grant", "performers", set={"minimum_grant.unit": 3.0})
    before, after = (solve(instance, gap=1e-6, rounding=on).allocations["spend"] for on in (False, True))
    assert 0 < np.abs(after - before).max() <= 3 * 6 * 1.5


def test_whole_amounts_are_left_as_they_are():
    """The plan gives in tens and fives alone, so halves change nothing and it stays proven optimal."""
    plan = solve(tiny("minimum_grant", set={"minimum_grant.unit": 0.5}), gap=1e-6)
    assert plan.passport["rounding"] == {
        "unit": 0.5, "step": "largest_remainder", "moved": pytest.approx(0, abs=1e-6), "broken": 0,
        "most": 0.0, "rows": [], "objective_before": pytest.approx(854), "status_before": "optimal"}
    assert plan.status == "optimal" and plan.objective == pytest.approx(854)


def test_an_award_too_small_for_a_unit_ends():
    """Funds of 20 and 10 in units of 30: at most one is left, and none is an award of nothing."""
    plan = solve(tiny("minimum_grant", set={"minimum_grant.unit": 30.0}), gap=1e-6)
    assert in_units(plan, 30.0) and broken(plan).empty
    keys = ["region", "stage", "instrument", "year"]
    given = plan.table("grants").groupby(keys)["amount"].sum()
    used = plan.table("awards").set_index(keys)["used"]
    assert (used[given.reindex(used.index) == 0] == 0).all() and (used == 0).any()


@pytest.mark.parametrize("mode", ["lexicographic", "maximin", "leximin"])
def test_other_ways_to_trade_goals_are_rounded_too(mode):
    more = {"mode": mode, "minimum_grant.unit": 3.0, "goals[green].weight": 1.0}
    plan = solve(tiny("minimum_grant", "performers", set=more), gap=1e-4)
    assert in_units(plan, 3.0) and broken(plan).empty


def test_a_plan_that_cannot_be_rounded_stays_as_it_was(monkeypatch):
    monkeypatch.setattr("planner.rounding.search", lambda *_, **__: Outcome(Stop.TIME_LIMIT))
    plan = solve(tiny("minimum_grant", set={"minimum_grant.unit": 3.0}), gap=1e-6)
    assert plan.objective == pytest.approx(854) and "rounded_to" not in plan.passport
    assert rounding_words(plan.passport, "million") == (
        "Grants are not rounded: no plan in whole 3 million was found")


def test_what_rounding_breaks_is_told():
    """Only the tight rules are broken, no definition is, and the passport names each row."""
    plan = solve(tiny("minimum_grant", "instruments", set=HALF), gap=1e-6)
    bad, note = broken(plan), plan.passport["rounding"]
    assert in_units(plan, 7.0) and note["step"] == "rules_missed"
    assert len(bad) == note["broken"] > 0
    assert plan.status == "rounded" and plan.gap is None
    assert set(bad["mechanism"]) == {"instruments"} and "==" not in set(bad["sense"])
    assert [row[1] for row in note["rows"]] == list(bad["rule"])
    assert note["most"] == pytest.approx(-bad["slack"].min()) and 0 < note["most"] <= 7


def test_only_what_rounding_broke_is_laid_to_it():
    def rows(*status):
        return pd.DataFrame({"mechanism": "m", "rule": ["a", "b"], "where": "", "year": 0, "relief": 0.0,
                             "slack": [-2.0, -3.0], "status": status})
    assert told(rows("kept", "broken"), rows("broken", "broken")) == {
        "broken": 1, "most": 2.0, "rows": [["m", "a", "", 0]]}


def test_not_rounded_without_a_unit_or_the_mechanism():
    for instance in (tiny(), tiny("minimum_grant", set={"minimum_grant.on": False})):
        assert "rounded_to" not in solve(instance, gap=1e-6).passport


def test_the_audit_checks_that_amounts_are_whole(whole):
    unit, plan = whole
    first = plan.table("grants").iloc[0]
    off = edited(plan, *cell("grants", "amount", first["amount"] + unit / 2, **{
        key: first[key] for key in ("region", "stage", "instrument", "level", "year")}))
    assert "whole_units" in set(broken(off)["rule"])
    unsaid = replace(off, passport={key: value for key, value in off.passport.items() if key != "rounded_to"})
    assert "whole_units" not in set(broken(unsaid)["rule"])
