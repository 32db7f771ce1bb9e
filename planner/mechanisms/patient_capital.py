"""Patient capital.

New industries and the regions that build them can count on their money: it does not fall fast
from one year to the next, stable grants hardly fall at all, and a mission once started is paid
for to its end.

    spend[r,i,t] >= (1 - drop) * spend[r,i,t-1]              i emerging or future, every region
    stable[r,t] >= (1 - stable_drop) * stable[r,t-1]         all grants of stable nature, from the 2nd year

P3 II.1 asks for patient capital that bears early losses, P3 IV.2 for support that lasts through
the long cultivation of future industries.

Departures. The year before the plan is the baseline. Stable grants of the base year are not
known, so they may start anywhere. That a started mission is paid for to its end holds by the way
missions draw on the budgets, so no row is written; it is measured, as `mission_funded`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model import tally
from planner.model.compliance import rule, together
from planner.model.figures import members
from planner.vocabulary import Example, Mechanism, Parameter, Source
from solvers.algebra import total

NEW = ("emerging", "future")
"""Classes of industry whose money is patient."""

KEYS = ["region", "industry", "year"]


def _new_industries(data) -> list[str]:
    industries = members(data, "industry", "industries")
    return list(industries.loc[industries["class"].isin(NEW), "industry"])


def _stable(data) -> list[str]:
    """Instruments of stable nature; none when their grants may fall to nothing."""
    table = data.table("instruments")
    if data.parameter("patient_capital", "stable_drop") == 1:
        return []
    return list(table.loc[table["nature"] == "stable", "instrument"])


def add(block, core, data):
    new, stable = _new_industries(data), _stable(data)
    if core.has("cells") and new:
        keep = 1 - data.parameter("patient_capital", "drop")
        spent = core.spend_by(*KEYS, industry=new)
        start = core.baseline_by("region", "industry", industry=new).on(spent.index)
        start = start.const * (spent.index.code("year") == 0)
        before = spent.shift("year", 1).on(spent.index)
        block.require("spend", spent - before * keep, ">=", keep * start, lazy=True)
    if core.has("grants") and stable:
        given = total(core.grant.where(instrument=stable), ("region", "year"))
        before = given.shift("year", 1)
        keep = 1 - data.parameter("patient_capital", "stable_drop")
        block.require("stable_grants", given.on(before.index) - before * keep, ">=", lazy=True)


def measure(plan, data):
    return together(_measure_spend(plan, data), _measure_grants(plan, data), *_measure_missions(plan, data))


def _measure_spend(plan, data):
    spend, base, new = plan.table("allocations"), data.table("baseline"), _new_industries(data)
    if spend.empty or not new:
        return None
    before = base[base["industry"].isin(new)].assign(year=data.years[0] - 1)
    return _falls("spend", pd.concat([before, spend[spend["industry"].isin(new)]]), KEYS, "spend",
                  data.parameter("patient_capital", "drop"))


def _measure_grants(plan, data):
    grants, stable = plan.table("grants"), _stable(data)
    if grants.empty or not stable:
        return None
    return _falls("stable_grants", grants[grants["instrument"].isin(stable)], ["region", "year"], "amount",
                  data.parameter("patient_capital", "stable_drop"))


def _falls(name: str, rows: pd.DataFrame, keys: list[str], money: str, drop: float) -> pd.DataFrame:
    """Each year's money against that of the year before, from the second year there is."""
    reached = rows.groupby(keys)[money].sum()
    frame = reached.index.to_frame(index=False)
    frame = frame[frame["year"] > frame["year"].min()].reset_index(drop=True)
    before = frame.assign(year=frame["year"] - 1)
    return rule(name, frame, (1 - drop) * _at(reached, before), _at(reached, frame), ">=")


def _measure_missions(plan, data):
    """The budgets show at least what the started bids are due, by level and year."""
    starts, sheet = plan.table("missions"), plan.table("budget")
    if starts.empty or sheet.empty:
        return
    due = starts[["bid", "year", "start"]].merge(data.table("bids")[["bid", "region", "local_share"]]).merge(
        data.table("bid_money"))
    local = due["local_share"].where(due["region"] != "", 0.0)
    due["year"] += due["offset"]
    for level, share in (("central", 1 - local), ("local", local)):
        if (sheet["level"] == level).any():
            owed = (due["start"] * due["money"] * share).groupby(due["year"]).sum()
            paid = plan.item(level, "missions").groupby("year")["amount"].sum()
            frame = owed[owed > 0].index.to_frame(index=False).assign(level=level)
            yield rule("mission_funded", frame, owed[owed > 0].to_numpy(),
                       paid.reindex(frame["year"]).fillna(0.0).to_numpy(), ">=", domain=True)


def _at(series: pd.Series, rows: pd.DataFrame) -> np.ndarray:
    """Values of a sum at the rows of a frame of labels; 0 where there are none."""
    return series.reindex(pd.MultiIndex.from_frame(rows)).fillna(0.0).to_numpy()


SUMS = {
    "spend": tally.rule("region industry", tally.spend("region", "industry"),
        tally.spend("region", "industry", shift=1)),
    "stable_grants": tally.rule("region", tally.grants("region", instrument="stable"),
                          tally.grants("region", instrument="stable", shift=1)),
}


MECHANISM = Mechanism(
    name="patient_capital", number=16,
    says="Money for new industries, stable grants and started missions is not withdrawn early.",
    formula="spend[r,i,t] >= (1 - drop) spend[r,i,t-1]; stable[r,t] >= (1 - stable_drop) stable[r,t-1]",
    sources=(
        Source("P3", "II.1", "Innovation needs patient capital that bears early losses."),
        Source("P3", "IV.2", "Future industries need support that lasts through their cultivation."),
    ),
    parameters=(
        Parameter("drop", "most that a new industry's money in a region may fall in a year", 0.1, "share",
                  0, 1),
        Parameter("stable_drop", "most that a region's stable grants may fall in a year; 1: no such rule",
                  0.05, "share", 0, 1),
    ),
    add=add, measure=measure, sums=SUMS,
    levers={"spend": "patient_capital.drop", "stable_grants": "patient_capital.stable_drop"},
    example=Example(
        settings=("drop = 0.5", "stable_drop = 0.9"),
        sets=("patient_capital.drop=0.1",),
        worked=("The coast spent 40 on chips in the base year: in 2025 it spends at least (1 - 0.5) x 40 = "
                "20 (with drop at 0.1: 36).",
                "If a region's stable grants are 30 in 2025, they are at least (1 - 0.9) x 30 = 3 in 2026.")),
)
