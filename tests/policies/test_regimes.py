"""The regimes: what they change, derived from an instance's tables alone."""

import ast

import pytest

from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.policies.regimes import REGIMES, apply, overrides
from tests.helpers import ROOT, solved, tiny

ON = ("stable_competitive", "instruments", "performers", "missions")


def shares(plan, **labels):
    """Sum of grants by nature (as tiny names its instruments), over some labels."""
    grants = plan.table("grants")
    for name, value in labels.items():
        grants = grants[grants[name] == value]
    return grants.groupby("instrument")["amount"].sum()


def test_planned_gives_central_stable_grants_only():
    plan = solved(apply(tiny(*ON), "planned"))
    grants = shares(plan)
    assert grants["stable_grant"] > 1
    assert grants.drop("stable_grant").abs().max() < 1e-6
    assert shares(plan, level="local").sum() == pytest.approx(0)


def test_planned_pools_the_money_and_loses_none():
    before, after = tiny(), apply(tiny(), "planned")
    assert after.table("local_budget")["local"].sum() == 0
    assert list(after.table("budget")["central"]) == [60 + 30 + 10] * 2
    assert before.table("budget")["central"].sum() == 120


def test_planned_means_the_same_money_by_shares_of_the_pooled_budget():
    """tiny: central 60 of 100; a floor of a tenth stays 6, and is not raised to 10."""
    before = tiny(*ON, "emergency_reserve", set={"missions.budget_low": 0.1, "missions.budget_high": 0.5,
                                                 "emergency_reserve.share": 0.05})
    after = apply(before, "planned")
    shares = [after.parameter("missions", "budget_low"), after.parameter("missions", "budget_high"),
              after.parameter("emergency_reserve", "share")]
    assert shares == pytest.approx([0.06, 0.3, 0.03])


def test_transition_keeps_competition_and_funds_in_their_bands():
    plan = solved(apply(tiny(*ON), "transition"))
    research = shares(plan, stage="research")
    share = research["stable_grant"] / (research["stable_grant"] + research["competitive_grant"])
    assert 0.5 - 1e-6 <= share <= 0.8 + 1e-6
    whole = shares(plan)
    assert whole["fund"] <= 0.1 * whole.sum() + 1e-6


def test_new_type_has_floors_of_competition_and_funds_and_rivals():
    instance = apply(tiny(*ON), "new_type")
    assert set(instance.table("missions")["rivals"]) == {2}
    plan = solved(instance)
    research, whole = shares(plan, stage="research"), shares(plan)
    assert research["competitive_grant"] >= research["stable_grant"] - 1e-6
    assert whole["fund"] >= 0.1 * whole.sum() - 1e-6
    spend = plan.allocations[plan.allocations["stage"] == "research"]["spend"].sum()
    assert research.sum() >= 0.5 * spend - 1e-6


@pytest.mark.parametrize("name", REGIMES)
@pytest.mark.parametrize("instance", ["split", "selection"])
def test_fits_any_instance(instance, name):
    """An instance without the tables gets fewer changes; none is turned down."""
    given = read(ROOT / "instances" / instance, MECHANISMS)
    changes = overrides(given, name)
    made = apply(given, name)
    assert len(made.overrides) == len(changes)
    if instance == "split":  # nothing but a budget, regions and cells
        assert not any(key.startswith(("instruments", "missions", "enterprise")) for key in changes)


def test_no_member_of_an_instance_is_named_in_code():
    members = set()
    for name in ("china-2022", "tiny"):
        instance = read(ROOT / "instances" / name, MECHANISMS)
        for table in ("regions", "zones", "industries", "instruments", "performers", "missions", "bids"):
            members |= set(instance.table(table).iloc[:, 0])
    members -= {"east", "west", "central", "fund"}  # also words of the vocabulary (levels, natures)
    for file in sorted((ROOT / "planner" / "policies").glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        words = {node.value for node in ast.walk(tree)
                 if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        assert not words & members, file.name


def test_unknown_regime():
    with pytest.raises(KeyError):
        apply(tiny(), "feudal")
