"""What goes on under a rule of thumb though it decides nothing about it: people, platforms, oversight.

A rule hands out money and no more. Platforms that stand keep running, training places are filled,
everybody performs the part of the base year, and oversight is the kind with the cheapest office.
What that costs is taken from the budgets first, as in the model, so that a rule and an optimum
spend the same money. Nothing is opened, introduced, lent or reserved.
"""

from __future__ import annotations

import pandas as pd

from planner.model.facilities import places
from planner.model.figures import members, rd_stages

ITEM = ["level", "region", "year", "item", "amount"]


def cheapest_oversight(instance) -> pd.Series | None:
    """The level of oversight with the cheapest office (of those, the least loss); None without any."""
    if not instance.on("supervision") or instance.table("oversight").empty:
        return None
    table = instance.table("oversight")
    order = table.assign(part=table["loss"] + table["cost"]).sort_values(["office", "part"], kind="stable")
    return order.iloc[0]


def platforms(instance) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(table `platforms` with nothing opened, budget items of running what stands)."""
    if not instance.on("platforms") or instance.table("regions").empty:
        return pd.DataFrame(), pd.DataFrame(columns=ITEM)
    place = places(instance)
    if place.empty:
        return pd.DataFrame(), pd.DataFrame(columns=ITEM)
    rows = place.merge(pd.DataFrame({"year": list(instance.years)}), how="cross")
    table = rows[["region", "platform", "year"]].assign(open=0, stock=rows["existing"])
    cost = rows["running"] * rows["existing"]
    local = rows.assign(level="local", amount=cost * rows["local_share"])
    central = rows.assign(level="central", region="", amount=cost * (1 - rows["local_share"]))
    items = pd.concat([central, local]).groupby(["level", "region", "year"], as_index=False)["amount"].sum()
    return table, items.assign(item="platforms")[ITEM]


def people(instance) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(table `talent` with every training place filled, budget items of the training)."""
    stock, types = instance.table("talent_stock"), instance.table("talent_types")
    if not instance.on("talent") or stock.empty:
        return pd.DataFrame(), pd.DataFrame(columns=ITEM)
    rows = stock.merge(types.drop(columns=["name_en", "name_zh"]), on="talent_type")
    rate = (1 - rows["attrition"] + rows["drift"]).clip(lower=0.0)
    there, parts = rows["stock"].astype(float), []
    for year in instance.years:
        arrived = rows["training"].where(year - rows["training_lag"] >= instance.years[0], 0.0)
        there = rate * there + arrived
        parts.append(rows[["region", "talent_type"]].assign(
            year=year, stock=there, train=rows["training"], introduce=0.0, retain=0.0, borrowed=0.0))
    cost = float((rows["training"] * rows["training_cost"]).sum())
    items = [("central", "", year, "talent", cost) for year in instance.years]
    return pd.concat(parts, ignore_index=True), pd.DataFrame(items, columns=ITEM)


def talent_balance(instance, talent: pd.DataFrame, spend: pd.DataFrame, mission: pd.DataFrame):
    """Table `talent_balance`: who needs and who supplies people.

    mission  region (where there are regions), talent_type, year, fte: what missions tie up
    """
    parts, keys = [], ["region", "talent_type", "year"]
    if instance.table("regions").empty:
        keys = keys[1:]
    if len(talent):
        need = instance.table("talent_need").merge(instance.table("talent_stock"), on="talent_type")
        if len(spend) and len(need):
            spent = spend.groupby(["region", "stage", "year"], as_index=False)["spend"].sum()
            spent = spent.merge(need, on=["region", "stage"])
            spent["amount"] = spent["spend"] * spent["fte"] * spent["need_factor"]
            parts.append(spent[[*keys, "amount"]].assign(owner="talent", side="draw"))
        parts.append(talent[keys].assign(amount=talent["stock"], owner="talent", side="supply"))
    elif len(mission) and len(instance.table("talent_stock")):
        stock = instance.table("talent_stock").groupby(keys[:-1], as_index=False)["stock"].sum()
        stock = stock.merge(pd.DataFrame({"year": list(instance.years)}), how="cross")
        parts.append(stock[keys].assign(amount=stock["stock"], owner="missions", side="supply"))
    if parts and len(mission):
        parts.append(mission[keys].assign(amount=mission["fte"], owner="missions", side="draw"))
    if not parts:
        return pd.DataFrame()
    out = pd.concat(parts, ignore_index=True)
    return out.groupby([*keys, "owner", "side"], as_index=False)["amount"].sum()


def performers(instance, spend: pd.DataFrame) -> pd.DataFrame:
    """Table `performers`: everybody performs the part that they can do in the region, in every stage.

    Where capacities are not known for all kinds, the part is the national one of the base year.
    """
    table = instance.table("performers") if instance.on("performers") else pd.DataFrame()
    if table.empty or spend.empty:
        return pd.DataFrame()
    parts = spend[["region"]].drop_duplicates().merge(table[["performer", "base_share"]], how="cross").merge(
        instance.table("performer_capacity"), how="left", on=["region", "performer"])
    known = parts["capacity"].notna().groupby(parts["region"]).transform("all")
    parts["share"] = parts["capacity"].where(known, parts["base_share"]).astype(float)
    whole = parts.groupby("region")["share"].transform("sum")
    parts["share"] = (parts["share"] / whole.where(whole > 0)).fillna(1.0 / len(table))
    spent = spend.groupby(["region", "stage", "year"], as_index=False)["spend"].sum()
    out = spent.merge(parts[["region", "performer", "share"]], on="region")
    out["perform"] = out["spend"] * out["share"]
    return out[["region", "stage", "performer", "year", "perform"]]


def closed_by_spend(instance, spend: pd.DataFrame) -> pd.DataFrame:
    """Import dependence closed by R&D money beyond the base year (industry, year, owner, amount)."""
    table = members(instance, "industry", "industries")
    table = table[table["import_dependence"] > 0] if len(table) else table
    if table.empty:
        return pd.DataFrame()
    rows = table[["industry", "dependence_cut"]].merge(
        pd.DataFrame({"year": list(instance.years)}), how="cross")
    amount = 0.0
    if len(spend):
        rd, base = rd_stages(instance), instance.table("baseline")
        before = base[base["stage"].isin(rd)].groupby("industry")["spend"].sum()
        now = spend[spend["stage"].isin(rd)].groupby(["industry", "year"])["spend"].sum()
        before = rows["industry"].map(before).fillna(0.0).to_numpy(float)
        now = now.reindex(pd.MultiIndex.from_frame(rows[["industry", "year"]])).fillna(0.0).to_numpy(float)
        growth = pd.Series(now / before - 1.0 if (before > 0).all() else [
            n / b - 1.0 if b > 0 else 0.0 for n, b in zip(now, before)])
        amount = growth * rows["dependence_cut"]
    return rows[["industry", "year"]].assign(owner="core", amount=amount)
