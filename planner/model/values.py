"""The core's figures from tables alone: cell values, goals, and its own rules.

Written on numpy and pandas only; the audit rests on it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.compliance import rule, together
from planner.model.figures import curves, returns, steering_floor


def cell_values(instance, allocations: pd.DataFrame) -> np.ndarray:
    """Discounted value of every row of `allocations` (region, industry, category, stage, year, spend).

    The piecewise response of section 2; its relative error against the smooth
    curve is at most the instance's `response_tolerance`.
    """
    cells = instance.table("baseline")
    keys = ["region", "industry", "category", "stage"]
    gain, discount = returns(instance)
    worth = pd.DataFrame(gain * discount, columns=list(instance.years))
    long = pd.concat([cells[keys + ["spend"]].rename(columns={"spend": "base"}), worth], axis=1).melt(
        id_vars=keys + ["base"], var_name="year", value_name="worth")
    long["year"] = long["year"].astype(int)
    rows = allocations[keys + ["year", "spend"]].merge(long, how="left", on=keys + ["year"])
    value = np.zeros(len(rows))
    ratio = (rows["spend"] / rows["base"].where(rows["base"] > 0)).fillna(0.0).to_numpy()
    for stage, curve in curves(instance).items():
        here = (rows["stage"] == stage).to_numpy()
        value[here] = curve(ratio[here])
    return value * (rows["worth"] * rows["base"]).to_numpy()


def measure_core(plan, data) -> pd.DataFrame:
    """Funding identity, absorption, steering, mobilised money and budgets, from tables."""
    spend, grants = plan.table("allocations"), plan.table("grants")
    parts = []
    if len(spend):
        whole = spend[["region", "industry", "category", "stage", "year"]]
        parts.append(rule("absorption", whole, data.setting("max_ratio") * spend["baseline"],
                          spend["spend"], "<="))
        parts.append(rule("not_negative", whole, 0.0, spend["spend"], ">="))
    if len(grants):
        parts += _measure_funding(plan, data, spend, grants)
    if len(spend) and len(data.table("private")) and data.setting("steering") < 1:
        floor = steering_floor(data)
        reached = spend.groupby(["region", "industry", "year"])["spend"].sum()
        keys = ["region", "industry", "year"]
        parts.append(rule("steering", floor[keys], floor["floor"], _at(reached, floor[keys]), ">="))
    parts.append(_measure_budgets(plan, data))
    return together(*parts)


def _at(series: pd.Series, keys: pd.DataFrame) -> np.ndarray:
    """Values of a grouped sum at the rows of a frame of keys; 0 where there are none."""
    index = (pd.MultiIndex.from_frame(keys) if keys.shape[1] > 1
             else pd.Index(keys.iloc[:, 0]))
    return series.reindex(index).fillna(0.0).to_numpy()


def _measure_funding(plan, data, spend, grants) -> list:
    table = data.table("leverage")
    leverage = table.set_index(["instrument", "stage"])["leverage"]
    rate = _at(leverage, grants[["instrument", "stage"]])
    effective = grants["effective"] if "effective" in grants else grants["amount"]
    keys = ["region", "stage", "year"]
    given = (effective * (1 + rate)).groupby([grants[key] for key in keys]).sum()
    spent = spend.groupby(keys)["spend"].sum()
    private = data.table("private").set_index(keys)["private"]
    frame = spent.index.to_frame(index=False)
    parts = [rule("funding", frame, _at(given, frame) + _at(private, frame), spent.to_numpy(), "=="),
             rule("grant_not_negative", grants[["region", "stage", "instrument", "level", "year"]],
                  0.0, grants["amount"], ">=")]
    capacity = data.table("private_capacity")
    if len(capacity):
        mobilised = (grants["amount"] * rate).groupby([grants["region"], grants["year"]]).sum()
        parts.append(rule("mobilised", capacity[["region", "year"]], capacity["capacity"],
                          _at(mobilised, capacity[["region", "year"]]), "<="))
    return parts


def _measure_budgets(plan, data):
    """Budgets hold, and the items 'core' of the balance sheet are the grants given."""
    sheet, grants = plan.table("budget"), plan.table("grants")
    if sheet.empty or not data.setting("budgets"):
        return None
    parts = []
    central, local = data.table("budget"), data.table("local_budget")
    spent = sheet[sheet["level"] == "central"].groupby("year")["amount"].sum()
    if len(central):
        parts.append(rule("central_budget", central[["year"]], central["central"],
                          _at(spent, central[["year"]]), "<="))
        carried = plan.item("central", "carried over")
        limit = data.setting("carry_limit") * central["central"]
        carry = carried.groupby("year")["amount"].sum()
        parts.append(rule("carry", central[["year"]], limit, _at(carry, central[["year"]]), "<="))
        before = central[["year"]].assign(year=central["year"] - 1)
        brought = -plan.item("central", "brought forward").groupby("year")["amount"].sum()
        parts.append(rule("brought_forward", central[["year"]], _at(carry, before),
                          _at(brought, central[["year"]]), "=="))
    if len(local) and (sheet["level"] == "local").any():
        spent = sheet[sheet["level"] == "local"].groupby(["region", "year"])["amount"].sum()
        parts.append(rule("local_budget", local[["region", "year"]], local["local"],
                          _at(spent, local[["region", "year"]]), "<="))
    if len(grants):
        for level, keys in (("central", ["year"]), ("local", ["region", "year"])):
            given = grants[grants["level"] == level].groupby(keys)["amount"].sum()
            item = plan.item(level, "core").groupby(keys)["amount"].sum()
            if len(item):
                frame = item.index.to_frame(index=False)
                parts.append(rule(f"{level}_grants", frame, _at(given, frame), item.to_numpy(), "=="))
    return together(*parts)
