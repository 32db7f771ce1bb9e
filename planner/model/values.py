"""The core's figures from tables alone: cell values, goals, and its own rules.

Written on numpy and pandas only; the audit rests on it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.compliance import read_at, rule, together, worst
from planner.model.figures import (
    autonomy_weight,
    curves,
    mean_difference,
    members,
    reference_per_head,
    returns,
    steering_floor,
)


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


def goal_values(tables: dict[str, pd.DataFrame], instance) -> dict[str, float]:
    """The core's goal terms recomputed from tables (formulation, section 2).

    tables  'allocations' with columns of `cell_values` and zone; 'dependence'
            with industry, year, owner, amount (share closed)
    Returns the goals that the tables allow: productivity, green, balance, autonomy.
    """
    out = {}
    spend = tables.get("allocations")
    rate = 1 + instance.setting("discount")
    if spend is not None and len(spend):
        dt = rate ** -(spend["year"].to_numpy(float) - instance.base_year)
        out["productivity"] = float(cell_values(instance, spend).sum())
        greenness = members(instance, "industry", "industries").set_index("industry")["greenness"]
        out["green"] = float((spend["industry"].map(greenness) * dt * spend["spend"]).sum())
        regions = instance.table("regions")
        if len(regions) > 1:
            population = regions.set_index("region")["population"]
            by_year = spend.groupby(["year", "region"])["spend"].sum()
            difference = {year: mean_difference(by_year[year], population) for year in instance.years}
            scale = reference_per_head(instance) * len(instance.years)
            out["balance"] = -sum(difference[year] * rate ** -(year - instance.base_year)
                                  for year in instance.years) / scale
    closed = tables.get("dependence")
    if closed is not None and len(closed):
        there = members(instance, "industry", "industries").set_index("industry")["import_dependence"]
        whole = closed.groupby(["industry", "year"], as_index=False)["amount"].sum()
        reached = np.clip(whole["amount"], -1.0, whole["industry"].map(there))
        out["autonomy"] = float((reached * autonomy_weight(instance, whole)).sum())
    return out


def measure_core(plan, data) -> pd.DataFrame:
    """Funding identity, absorption, steering, mobilised money and budgets, from tables."""
    spend, grants = plan.table("allocations"), plan.table("grants")
    parts = []
    if len(spend):
        most = data.setting("max_ratio") * _base(data, spend)
        parts.append(_worst_cells("absorption", spend, most, spend["spend"], "<="))
        parts.append(_worst_cells("not_negative", spend, 0.0, spend["spend"], ">=", domain=True))
    if len(grants):
        parts += _measure_funding(plan, data, spend, grants)
    if len(spend) and len(data.table("private")) and data.setting("steering") < 1:
        floor = steering_floor(data)
        reached = spend.groupby(["region", "industry", "year"])["spend"].sum()
        keys = ["region", "industry", "year"]
        parts.append(rule("steering", floor[keys], floor["floor"], read_at(reached, floor[keys]), ">="))
    parts.append(_measure_budgets(plan, data))
    return together(*parts, *_measure_capacities(plan), *_measure_kept_goals(plan, data))


def _measure_kept_goals(plan, data) -> list:
    """Epsilon mode: each goal keeps the value that table `goals` asks."""
    reached, asked = plan.table("goals"), data.table("goals").dropna(subset="at_least")
    if data.mode != "epsilon" or reached.empty:
        return []
    value = reached.groupby("goal")["value"].sum()
    return [rule(f"keep_{row.goal}", pd.DataFrame(index=[0]), row.at_least, value[row.goal], ">=", "goal")
            for row in asked.itertuples() if row.goal in value]


def _measure_capacities(plan):
    """People and platform capacity: draws are at most supplies, row by row."""
    for name, unit in (("talent", "FTE"), ("platform", "money"), ("zone_platform", "money")):
        table = plan.table(f"{name}_balance")
        if len(table):
            labels = [column for column in table if column not in ("owner", "side", "amount")]
            sides = table.pivot_table("amount", labels, "side", "sum", fill_value=0.0).reindex(
                columns=["draw", "supply"], fill_value=0.0)
            yield rule(name, sides.index.to_frame(index=False), sides["supply"], sides["draw"], "<=", unit)


def _base(data, spend: pd.DataFrame) -> np.ndarray:
    """Baseline spend of every row, from the instance (0 for a cell it does not list)."""
    keys = ["region", "industry", "category", "stage"]
    return read_at(data.table("baseline").set_index(keys)["spend"], spend[keys])


def _worst_cells(name: str, spend, required, reached, sense: str, domain: bool = False):
    """A rule over every cell, told by the worst cell of each region and year."""
    keys = ["region", "industry", "category", "stage", "year"]
    slack = (required - reached) if sense == "<=" else (reached - required)
    keep = worst(spend, slack, ["region", "year"])
    side = required[keep] if np.ndim(required) else required
    return rule(name, spend.loc[keep, keys], side, reached[keep], sense, domain=domain)


def _measure_funding(plan, data, spend, grants) -> list:
    table = data.table("leverage")
    leverage = table.set_index(["instrument", "stage"])["leverage"]
    rate = read_at(leverage, grants[["instrument", "stage"]])
    effective = grants["effective"] if "effective" in grants else grants["amount"]
    keys = ["region", "stage", "year"]
    given = (effective * (1 + rate)).groupby([grants[key] for key in keys]).sum()
    spent = spend.groupby(keys)["spend"].sum()
    private = data.table("private").set_index(keys)["private"]
    frame = spent.index.to_frame(index=False)
    given_to = ["region", "stage", "instrument", "level", "year"]
    keep = worst(grants, grants["amount"], ["region", "year"])
    parts = [rule("funding", frame, read_at(given, frame) + read_at(private, frame), spent.to_numpy(), "=="),
             rule("grant_not_negative", grants.loc[keep, given_to], 0.0, grants["amount"][keep], ">=",
                  domain=True)]
    capacity = data.table("private_capacity")
    if len(capacity):
        mobilised = (grants["amount"] * rate).groupby([grants["region"], grants["year"]]).sum()
        parts.append(rule("mobilised", capacity[["region", "year"]], capacity["capacity"],
                          read_at(mobilised, capacity[["region", "year"]]), "<="))
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
                          read_at(spent, central[["year"]]), "<="))
        carried = plan.item("central", "carried over")
        limit = data.setting("carry_limit") * central["central"]
        carry = carried.groupby("year")["amount"].sum()
        parts.append(rule("carry", central[["year"]], limit, read_at(carry, central[["year"]]), "<="))
        before = central[["year"]].assign(year=central["year"] - 1)
        brought = -plan.item("central", "brought forward").groupby("year")["amount"].sum()
        parts.append(rule("brought_forward", central[["year"]], read_at(carry, before),
                          read_at(brought, central[["year"]]), "=="))
    if len(local) and (sheet["level"] == "local").any():
        spent = sheet[sheet["level"] == "local"].groupby(["region", "year"])["amount"].sum()
        parts.append(rule("local_budget", local[["region", "year"]], local["local"],
                          read_at(spent, local[["region", "year"]]), "<="))
    if len(grants):
        for level, keys in (("central", ["year"]), ("local", ["region", "year"])):
            given = grants[grants["level"] == level].groupby(keys)["amount"].sum()
            item = plan.item(level, "core").groupby(keys)["amount"].sum()
            if len(item):
                frame = item.index.to_frame(index=False)
                parts.append(rule(f"{level}_grants", frame, read_at(given, frame), item.to_numpy(), "=="))
    return together(*parts)
