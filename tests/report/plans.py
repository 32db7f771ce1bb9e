"""A plan of the tiny instance made by hand: everything stays as in the base year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.mechanisms import MECHANISMS
from planner.model.values import cell_values
from planner.plan import Plan, measure_all
from tests.helpers import tiny

GIVEN = [("coast", "research", "local", 30.0), ("inland", "research", "local", 10.0),
         ("inland", "research", "central", 25.0), ("inland", "application", "central", 15.0)]
"""Stable grants of each year: with the private money they make 40 in every region and stage."""


def by_hand(**instance) -> Plan:
    """The plan; keywords go to `tests.helpers.tiny`."""
    data = tiny(**instance)
    base, years = data.table("baseline"), list(data.years)
    spend = base.loc[base.index.repeat(len(years))].reset_index(drop=True)
    spend.insert(1, "zone", spend["region"].map({"coast": "east", "inland": "west"}))
    spend.insert(5, "year", np.tile(years, len(base)))
    spend.insert(6, "baseline", spend["spend"])
    spend["value"] = cell_values(data, spend)
    grants = pd.DataFrame([(region, stage, "stable_grant", level, year, amount)
                           for region, stage, level, amount in GIVEN for year in years],
                          columns=["region", "stage", "instrument", "level", "year", "amount"])
    drawn = grants.assign(item="core", region=grants["region"].where(grants["level"] == "local", ""))
    drawn = drawn.groupby(["level", "region", "year", "item"], as_index=False)["amount"].sum()
    goals = pd.DataFrame({"goal": ["productivity"], "owner": ["core"], "value": [spend["value"].sum()]})
    plan = Plan(data, {"allocations": spend, "grants": grants, "budget": drawn, "goals": goals}, {
        "instance": "tiny", "scenario": data.scenario, "instance_hash": data.hash, "status": "feasible",
        "stop": "gap_limit", "objective": 99.0, "bound": 100.0, "gap": 0.0101, "times": {"lp": 0.5},
        "options": {"gap": 0.02, "seed": 0}, "size": {"rows": 12}})
    plan.tables["compliance"] = measure_all(plan, MECHANISMS)
    return plan


HOSTILE = '<script>window.broken = 1</script>"\'><img src=x onerror="window.broken=1"></script><!--'


def hostile() -> Plan:
    """The same plan, with code in place of every name that an instance may choose."""
    plan = by_hand()
    frames = dict(plan.instance._frames)
    for name in ("regions", "industries", "stages", "instruments", "zones", "categories"):
        frame = frames[name].copy()
        frame["name_en"] = [f"{HOSTILE}{number}" for number in range(len(frame))]
        frames[name] = frame
    header = plan.instance.header | {"title": HOSTILE, "money_unit": HOSTILE, "talent_unit": HOSTILE}
    made = plan.instance.rebuilt("tiny", frames, header, {}, (), check=False)
    return Plan(made, plan.tables, plan.passport | {"solver": HOSTILE, "made": HOSTILE})


def with_names(plan: Plan, names: dict[str, list[str]]) -> Plan:
    """The plan with other names in its instance, in both languages: table -> a name for each row."""
    frames = dict(plan.instance._frames)
    for table, given in names.items():
        frames[table] = plan.instance.table(table).assign(name_en=given, name_zh=given)
    object.__setattr__(plan.instance, "_frames", frames)
    return plan
