"""How far a plan lies from an approved one, in money: see `planner.studies.replan`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.instance import Instance
from planner.plan import Plan

LEVEL = ["region", "industry", "stage", "year"]
"""Where a change of spend is counted."""


def capital(instance: Instance, index) -> np.ndarray:
    """What opening a platform costs, by row of an index."""
    table = instance.table("platform_types")
    return index.map("platform", dict(zip(table["platform"], table["capital"])), default=0.0)


def bid_money(instance: Instance, index) -> np.ndarray:
    """The money of a bid over all its years, by row of an index."""
    money = instance.table("bid_money").groupby("bid")["money"].sum()
    return index.map("bid", money.to_dict(), default=0.0)


# --- from tables alone --------------------------------------------------------------


def changes_of(approved: Plan, plan: Plan, first: int) -> pd.DataFrame:
    """region, industry, stage, year, approved, amount, difference, from the tables of both plans."""
    sums = [one.allocations.groupby(LEVEL)["spend"].sum() for one in (approved, plan)]
    both = pd.concat(sums, axis=1, keys=["approved", "amount"], join="inner").reset_index()
    both = both[both["year"] >= first].reset_index(drop=True)
    return both.assign(difference=both["amount"] - both["approved"])


def distance(approved: Plan, plan: Plan, first: int) -> float:
    """`moved` of `planner.studies.replan`, from the tables of both plans alone."""
    found = changes_of(approved, plan, first)["difference"].abs().sum()
    instance, years = plan.instance, set(plan.instance.years) & set(approved.instance.years)
    for table, name, keys, worth in (
            ("platforms", "open", ["region", "platform", "year"],
             instance.table("platform_types").set_index("platform")["capital"]),
            ("missions", "start", ["bid", "year"], instance.table("bid_money").groupby("bid")["money"].sum())):
        one, other = (side.table(table) for side in (approved, plan))
        if one.empty or other.empty:
            continue
        both = other.groupby(keys)[name].sum().sub(one.groupby(keys)[name].sum(), fill_value=0.0)
        both = both.reset_index()
        both = both[(both["year"] >= first) & both["year"].isin(years)]
        found += (both[name].abs() * both[keys[-2]].map(worth).astype(float).fillna(0.0)).sum()  # no row: map gives text
    return float(found) / 2
