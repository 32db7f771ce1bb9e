"""Whole accounting units: a solved plan with its grants rounded, and audited again.

Every payer's grants of a year are rounded together by largest remainder: their sum is cut to whole
units, so that no budget is exceeded, and the units left over go to the amounts that lost most. What
follows from grants follows: effective grants, spend by the funding identity (spread over a region's
stage as before), who performs it, and the balance sheet. Other tables stay; where a rule was tight,
the new compliance shows what rounding broke, by up to a unit a grant.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from planner.mechanisms import MECHANISMS
from planner.model.values import cell_values
from planner.plan import Plan, measure_all

STAGE = ["region", "stage", "year"]


def rounded(plan: Plan, unit: float | None = None, mechanisms=MECHANISMS) -> Plan:
    """The plan with grants in whole units (money); by default `minimum_grant.unit`, or unchanged if not set.

    Its compliance is measured anew and its passport says `rounded_to`.
    """
    unit = plan.instance.parameter("minimum_grant", "unit") if unit is None else unit
    grants = plan.table("grants")
    if unit is None or grants.empty:
        return plan
    before = grants["amount"]
    payer = grants["region"].where(grants["level"] == "local", "")
    grants["amount"] = before.groupby([grants["level"], payer, grants["year"]], group_keys=False).transform(
        lambda amounts: largest_remainder(amounts.to_numpy(float), unit))
    share = (grants["amount"] / before.where(before > 0)).fillna(0.0)
    if "effective" in grants:
        grants["effective"] *= share
    tables = plan.tables | {"grants": grants, "budget": _sheet(plan.table("budget"), grants)}
    tables |= _spend(plan, grants)
    made = replace(plan, tables=tables, passport=plan.passport | {"rounded_to": unit})
    return replace(made, tables=made.tables | {"compliance": measure_all(made, mechanisms)})


def largest_remainder(amounts: np.ndarray, unit: float) -> np.ndarray:
    """Amounts in whole units whose sum is that of `amounts`, cut to whole units."""
    units = amounts / unit
    whole = np.floor(units + 1e-9)
    left = int(np.floor(units.sum() + 1e-9) - whole.sum())
    whole[np.argsort(whole - units, kind="stable")[:max(left, 0)]] += 1
    return whole * unit


def _sheet(budget: pd.DataFrame, grants: pd.DataFrame) -> pd.DataFrame:
    """The balance sheet with the grants as rounded."""
    payer = grants["region"].where(grants["level"] == "local", "")
    given = grants.groupby([grants["level"], payer, grants["year"]])["amount"].sum()
    if len(budget):
        keys = pd.MultiIndex.from_frame(budget[["level", "region", "year"]])
        budget["amount"] = budget["amount"].where(budget["item"] != "core",
                                                  given.reindex(keys).fillna(0.0).to_numpy())
    return budget


def _spend(plan: Plan, grants: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Allocations, and who performs them, as the rounded grants fund them."""
    spend, work = plan.table("allocations"), plan.table("performers")
    leverage = plan.instance.table("leverage").set_index(["instrument", "stage"])["leverage"]
    rate = leverage.reindex(pd.MultiIndex.from_frame(grants[["instrument", "stage"]])).to_numpy()
    paid = grants["effective"] if "effective" in grants else grants["amount"]
    given = (paid * (1 + rate)).groupby([grants[key] for key in STAGE]).sum()
    private = plan.instance.table("private").groupby(STAGE)["private"].sum()
    spent = spend.groupby(STAGE)["spend"].sum()
    funded = given.reindex(spent.index, fill_value=0.0) + private.reindex(spent.index, fill_value=0.0)
    ratio = (funded / spent.where(spent > 0)).fillna(1.0)
    spend["spend"] *= ratio.reindex(pd.MultiIndex.from_frame(spend[STAGE])).to_numpy()
    spend["value"] = cell_values(plan.instance, spend)
    out = {"allocations": spend}
    if len(work):
        work["perform"] *= ratio.reindex(pd.MultiIndex.from_frame(work[STAGE])).to_numpy()
        out["performers"] = work
    return out
