"""The rules of thumb on tiny, by hand: 60 central, 30 and 10 local a year; private money 10 and 40."""

import numpy as np
import pytest

from planner.mechanisms import MECHANISMS
from planner.model.compliance import broken
from planner.plan import measure_all
from planner.policies.handing import CannotApply
from planner.policies.rules import RULES, hull, plan_by
from tests.helpers import _tiny, tiny


def central(plan, year=2025):
    grants = plan.table("grants")
    grants = grants[(grants["level"] == "central") & (grants["year"] == year)]
    return grants.groupby("region")["amount"].sum()


def productivity(plan):
    return plan.goals.set_index("goal")["value"]["productivity"]


def test_per_capita_shares_are_population_shares():
    assert central(plan_by(tiny(), "per_capita")).to_dict() == pytest.approx({"coast": 36, "inland": 24})


def test_by_gdp():
    """4000 and 1000. Half of the central money: of all 60 the coast could not absorb its 48."""
    half = tiny(set={"budget.central": 30.0})
    assert central(plan_by(half, "by_gdp")).to_dict() == pytest.approx({"coast": 24, "inland": 6})


def test_what_a_region_cannot_absorb_goes_to_the_others():
    """Application on the coast has room for 40, of which local money of 15 takes 15 * 1.25."""
    got = central(plan_by(tiny(), "by_gdp"))
    assert got.sum() == pytest.approx(60) and got["coast"] < 48
    spend = plan_by(tiny(), "by_gdp").allocations.groupby(["region", "stage", "year"])["spend"].sum()
    assert spend["coast", "application", 2025] == pytest.approx(80)


def test_formula_is_two_thirds_fiscal_capacity():
    """Local budgets 30 and 10, people 60 and 40: coast has 2/3 * 3/4 + 1/3 * 3/5 = 0.7."""
    assert central(plan_by(tiny(), "formula")).to_dict() == pytest.approx({"coast": 42, "inland": 18})


def test_status_quo_is_even_where_all_cells_are():
    """Every cell of tiny starts at 10: central money is 30 and 30."""
    assert central(plan_by(tiny(), "status_quo")).to_dict() == pytest.approx({"coast": 30, "inland": 30})


@pytest.mark.parametrize("rule", RULES)
def test_money_adds_up(rule):
    """Budgets, funding, absorption and mobilised money hold under every rule (greedy may not steer)."""
    plan = plan_by(tiny("missions"), rule)
    core = plan.compliance[plan.compliance["mechanism"] == "core"]
    bad = set(core.loc[broken(core), "rule"])
    assert bad <= ({"steering"} if rule == "greedy" else set())
    assert {"funding", "central_budget", "local_budget", "mobilised"} <= set(core["rule"])


def test_what_firms_cannot_match_is_given_otherwise():
    """No private capacity: funds for application (leverage 0.5) give way to plain grants."""
    plan = plan_by(tiny(set={"private_capacity[*,*].capacity": 0.0}), "status_quo")
    grants = plan.table("grants")
    lever = grants[(grants["instrument"] == "fund") & (grants["stage"] == "application")]
    assert lever["amount"].abs().max() == 0
    assert grants.loc[grants["year"] == 2025, "amount"].sum() == pytest.approx(100)


def test_greedy_is_never_worse_than_the_status_quo():
    for factor in (0.3, 1.5):
        instance = tiny(set={"budget.central*": factor})
        even = productivity(plan_by(instance, "status_quo"))
        assert productivity(plan_by(instance, "greedy")) >= even - 1e-9


def test_greedy_takes_the_best_return_first():
    """Application returns twice as much as research, and chips on the coast most of all (fit 1.5)."""
    spend = plan_by(tiny(), "greedy").allocations
    best = spend[(spend["region"] == "coast") & (spend["industry"] == "chips")
                 & (spend["stage"] == "application") & (spend["year"] == 2025)]
    assert list(best["spend"]) == pytest.approx([20, 20])


def test_a_rule_that_breaks_a_floor_shows_it():
    """All four halves are even, so research is half of all: a floor of 60 % is broken, one of 40 % kept."""
    def told(floor):
        plan = plan_by(tiny("basic_research", set={"basic_research.floor": floor}), "status_quo")
        rows = plan.compliance[plan.compliance["mechanism"] == "basic_research"]
        return set(rows.loc[rows["status"] == "broken", "year"])
    assert 2026 in told(0.9)
    assert not told(0.05)


def test_peer_rank_takes_bids_by_score():
    """light_a (13/15) beats light_b (23/30); line_a and line_b tie at 0.8, the first in the alphabet wins."""
    plan = plan_by(tiny("missions"), "peer_rank")
    won = plan.table("missions").query("start == 1")
    assert list(zip(won["bid"], won["year"])) == [("light_a", 2025), ("line_a", 2025)]
    poor = plan_by(tiny("missions", set={"budget.central": 8.0}), "peer_rank").table("missions")
    assert list(poor.query("start == 1")["bid"]) == ["light_a"]  # 10 for line_a is not there
    assert "missions" in set(plan.table("budget")["item"])


def test_peer_rank_does_the_bookkeeping():
    plan = plan_by(tiny("missions"), "peer_rank")
    rows = measure_all(plan, MECHANISMS)
    bad = rows[(rows["mechanism"] == "missions") & (rows["status"] == "broken") & (rows["sense"] == "==")]
    assert bad.empty, bad.to_string()


def test_with_every_mechanism_on_only_clauses_are_told():
    plan = plan_by(_tiny(), "status_quo")
    bad = plan.compliance[plan.compliance["status"] == "broken"]
    assert "core" not in set(bad["mechanism"]) and "==" not in set(bad["sense"])
    assert ("emergency_reserve", "floor") in set(zip(bad["mechanism"], bad["rule"]))
    assert len(plan.table("talent")) and len(plan.table("platforms")) and len(plan.table("performers"))


def test_a_rule_claims_no_gap():
    plan = plan_by(tiny(), "by_gdp")
    assert plan.status == "rule" and plan.gap is None and plan.passport["bound"] is None


def test_what_a_rule_needs_is_told():
    with pytest.raises(CannotApply, match="no tender"):
        plan_by(tiny(), "peer_rank")
    with pytest.raises(CannotApply, match="no central budget"):
        plan_by(tiny(core__budgets=False), "status_quo")
    with pytest.raises(KeyError):
        plan_by(tiny(), "by_lot")


def test_hull_skips_what_lies_below():
    x, y = hull(np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 0.2, 2.0, 2.5]))
    assert list(x) == [0, 2, 3] and list(y) == [0, 2, 2.5]
