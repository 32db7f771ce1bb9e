"""Instances without a plan whose cause is known: what was planted, and the clauses that must be named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from planner.instance import read
from planner.mechanisms import MECHANISMS
from tests.helpers import ROOT, tiny


@dataclass(frozen=True)
class Case:
    """name; how the instance is made; the conflicts it must show, in any order; whether only whole numbers show it."""

    name: str
    make: Callable
    conflicts: tuple[frozenset, ...]
    whole: bool = False


def case(name, on, changes, *conflicts, whole=False, rules=None) -> Case:
    def make():
        made = tiny(*on.split(), set=changes)
        return made if rules is None else with_rules(made, rules)
    return Case(name, make, tuple(frozenset(clauses) for clauses in conflicts), whole)


def with_rules(instance, rows):
    """The instance with another table of tender rules: (rule, bid, kind, count)."""
    frames = {name: instance.table(name) for name in instance.table_names}
    frames["bid_rules"] = pd.DataFrame([(*row, "") for row in rows], columns=["rule", "bid", "kind", "count", "role"])
    frames["bid_rules"]["count"] = frames["bid_rules"]["count"].astype(float)
    return instance.rebuilt(instance.name, frames, {}, {}, ())


PAIRS = [("ab", ("light_a", "light_b")), ("bc", ("light_b", "line_a")), ("ca", ("light_a", "line_a"))]
AT_LEAST = [(f"some_{name}", bid, "at_least", 1) for name, pair in PAIRS for bid in pair]
AT_MOST = [(f"one_{name}", bid, "at_most", 1) for name, pair in PAIRS for bid in pair]
FREE = {"missions.budget_high": None, "mission_minimum.at_least": 0}

TINY = [
    # one clause
    case("west floor beyond what the west absorbs", "regional_balance", {"zone_bands[west].floor": 0.9},
         {"regional_balance.zone_floor[west, 2026]"}),
    case("basic floor against private money", "basic_research",
         {"basic_research.floor": 0.99, "basic_floors.floor": 0}, {"basic_research.floor[2026]"}),
    case("two missions won where there is one", "missions", {"mission_minimum[frontier].at_least": 2},
         {"missions.minimum[frontier]"}),
    case("a mission that cannot finish in time", "missions",
         {"missions[lithography].deadline": 2025, "bids[light_a].earliest": 2026, "bids[light_b].earliest": 2026},
         {"missions.minimum[frontier]"}, {"missions.rule_someone"}, {"missions.rule_second_source"}),
    case("autonomy beyond what missions can close", "autonomy_targets missions",
         {"autonomy_targets[chips,2026].target": 0.3}, {"autonomy_targets.target[chips, 2026]"}),
    # two
    case("people that can be neither had nor borrowed", "talent", {"talent_stock[inland,engineer].stock": 5},
         {"talent.borrow_cap[inland, engineer, 2025]", "core.talent[inland, engineer, 2025]"}),
    case("two floors that share one whole", "industry_portfolio",
         {"industry_portfolio.manufacturing_floor": 0.7, "industry_portfolio.upgrading_floor": 0.5,
          "class_bands[traditional].ceiling": None},
         {"industry_portfolio.manufacturing_floor[2026]", "industry_portfolio.upgrading_floor[2026]"}),
    case("backup against steered private money", "strategic_backup",
         {"core.steering": 0.0, "strategic_backup.share": 0.9},
         {"strategic_backup.share[chips, 2026]", "core.steering[coast, chips, 2026]"}),
    case("two zones in focus where one may be", "regional_fit strategic_backup",
         {"strategic_backup.zones": 2, "focus_bands[chips].most": 1},
         {"regional_fit.most[chips]", "strategic_backup.zones[chips]"}),
    case("a bid that a rule wants and a limit forbids", "missions",
         {"bid_limits[inland].count": 0, "missions.feasibility": 0.81, "bids[light_a].feasibility": 0.1,
          "bids[light_b].feasibility": 0.9, "mission_minimum.at_least": 0, "bid_rules[someone,*].count": 0},
         {"missions.rule_second_source", "missions.limit_inland"}),
    case("platforms against money", "platforms",
         {"platform_zones[east,lab].fewest": 2, "budget.central": 1, "platform_types[lab].capital": 10},
         {"platforms.zone_fewest[east, lab]", "core.central_budget[2025]"}),
    # three and more
    case("basic research against platforms", "basic_research platforms",
         {"basic_research.floor": 0.6, "basic_floors.floor": 0, "platform_stock[coast,lab].base_capacity": 20,
          "platform_stock[inland,lab].base_capacity": 10},
         {"basic_research.floor[2025]", "core.platform[coast, lab, 2025]", "core.platform[inland, lab, 2025]"}),
    case("east, backup in the west, and intensity", "industry_portfolio strategic_backup regional_balance",
         {"strategic_backup.share": 0.9, "zone_bands[west].floor": None, "zone_bands[east].floor": 0.6},
         {"regional_balance.zone_floor[east, 2026]", "regional_balance.intensity[2026]",
          "strategic_backup.share[chips, 2026]"}),
    case("intensity against all budgets", "regional_balance",
         {"budget[2026].central": 6, "zone_bands[west].floor": None, "zone_bands[east].ceiling": None,
          "regional_balance.gini": None, "regional_balance.intensity_floor": None},
         {"regional_balance.intensity[2026]", "core.central_budget[2026]", "core.local_budget[coast, 2026]",
          "core.local_budget[inland, 2026]"}),
    case("west floor and intensity against talent", "talent regional_balance",
         {"zone_bands[west].floor": 0.45, "regional_balance.gini": None, "talent_stock[inland,worker].stock": 40,
          "talent_stock[inland,worker].training": 0},
         {"regional_balance.zone_floor[west, 2025]", "regional_balance.intensity[2025]",
          "talent.borrow_cap[inland, worker, 2025]", "core.talent[inland, worker, 2025]"}),
    case("patient spend across years against next year's money", "patient_capital",
         {"patient_capital.drop": 0.0, "private[coast,application,2026].private": 30,
          "private[inland,application,2026].private": 0, "budget[2026].central": 1, "core.steering": 1,
          "patient_capital.stable_drop": 1},
         {"patient_capital.spend[inland, chips, 2025]", "patient_capital.spend[inland, chips, 2026]",
          "core.central_budget[2026]", "core.local_budget[inland, 2026]"}),
    # only whole numbers show it
    case("two of three bids, of which money pays one and a half", "missions",
         {"missions.budget_high": 0.12, "mission_minimum.at_least": 0, "bid_limits[inland].count": 4,
          "bids[light_b].local_share": 0},
         {"missions.budget_high[2025]", "missions.budget_high[2026]", "missions.rule_some_bc",
          "missions.rule_some_ca"}, whole=True, rules=AT_LEAST),
    case("each pair exactly once, around a triangle", "missions", FREE,
         {f"missions.rule_{kind}_{name}" for kind in ("some", "one") for name, _ in PAIRS},
         whole=True, rules=AT_LEAST + AT_MOST),
    case("half a person", "talent emergency_reserve",
         {"introduction[engineer,2025].quota": 0.5, "surge[engineer].surge": 272.8, "surge[worker].surge": 0},
         {"emergency_reserve.surge[engineer, 2025]"}, whole=True),
    # two conflicts at once
    case("two that have nothing to do with each other", "industry_portfolio basic_research",
         {"industry_portfolio.manufacturing_floor": 0.7, "industry_portfolio.upgrading_floor": 0.5,
          "class_bands[traditional].ceiling": None, "basic_research.floor": 0.99, "basic_floors.floor": 0},
         {"basic_research.floor[2026]"},
         {"industry_portfolio.manufacturing_floor[2026]", "industry_portfolio.upgrading_floor[2026]"}),
]


def flagship(**changes):
    return read(ROOT / "instances" / "china-2022", MECHANISMS, overrides=[
        f"{key}={value}" for key, value in changes.pop("set").items()])


FLAGSHIP = [
    Case("west floor beyond what the west absorbs", lambda: flagship(set={"zone_bands[west].floor": 0.3}),
         (frozenset({"regional_balance.zone_floor[west, 2027]"}),)),
    Case("west floor beyond it two years earlier", lambda: flagship(set={"zone_bands[west].floor": 0.6}),
         (frozenset({"regional_balance.zone_floor[west, 2025]"}),)),
    Case("more missions than there are", lambda: flagship(set={"mission_minimum.at_least": 40}),
         (frozenset({"missions.minimum[disruptive]"}),)),
    Case("intensity against the basic-research floor", lambda: flagship(set={"regional_balance.intensity": 0.06}),
         (frozenset({"basic_research.floor[2027]", "regional_balance.intensity[2027]"}),)),
]
"""The first conflict of each; further ones stand beside it."""
