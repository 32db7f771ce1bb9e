"""The most that a grant can be: what bounds the yes-or-no decisions on grants.

Two limits hold in every plan, whatever else it does. A stage of a region absorbs no more than its
cells' `max_ratio`, of which private money takes its given part (the funding identity):

    grant <= (max spend[r, s] - private[r, s, t]) / ((1 + leverage[u, s]) * part that arrives)

and nobody gives more than the budget that pays holds: its own money, what may be carried over,
what instruments pay back, and for a region what donors may give in paired assistance.

Pandas only: the model is written from these figures and the audit recomputes with them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.compliance import read_at


def grant_room(data, grants: pd.DataFrame, arriving=1.0) -> np.ndarray:
    """What a stage can absorb through an instrument, per row of (region, stage, instrument, year).

    arriving  the part of a grant that arrives: a number or one per row, above 0
    """
    most = data.table("baseline").groupby(["region", "stage"])["spend"].sum() * data.setting("max_ratio")
    private = data.table("private").set_index(["region", "stage", "year"])["private"]
    leverage = data.table("leverage").set_index(["instrument", "stage"])["leverage"]
    room = read_at(most, grants[["region", "stage"]]) - read_at(private, grants[["region", "stage", "year"]])
    return room.clip(min=0) / ((1 + read_at(leverage, grants[["instrument", "stage"]])) * arriving)


def least_arriving(data) -> float:
    """The least part of a grant that arrives, over the levels of oversight; 1 without any."""
    levels = data.table("oversight")
    if not data.on("supervision") or levels.empty:
        return 1.0
    return float((1 - levels["loss"] - levels["cost"]).min())


def central_most(data) -> pd.Series:
    """The most central money that a plan year can hold, by year; infinite where nothing limits it."""
    budget, years = data.table("budget").set_index("year")["central"], list(data.years)
    if budget.empty or not data.setting("budgets"):
        return pd.Series(np.inf, index=years)
    own = budget.reindex(years, fill_value=0.0)
    own = own + data.setting("carry_limit") * own.shift(1, fill_value=0.0)
    return _with_returns(data, own.to_frame("all").T, "central").loc["all"]


def local_most(data) -> pd.Series:
    """The most local money that a region can hold, by (region, year); infinite where nothing limits it."""
    table = data.table("local_budget")
    regions = list(data.table("regions")["region"]) or list(data.table("baseline")["region"].unique())
    where = pd.MultiIndex.from_product([regions, data.years], names=["region", "year"])
    if table.empty or not data.setting("budgets"):
        return pd.Series(np.inf, index=where)
    own = table.set_index(["region", "year"])["local"]
    given = own.iloc[:0]
    if data.on("paired_assistance"):
        pairs = data.table("pairs").merge(table, left_on="donor", right_on="region", suffixes=("_pair", ""))
        given = pairs.groupby(["recipient", "year"])["local"].sum()
    money = own.reindex(where, fill_value=np.inf) + given.reindex(where, fill_value=0.0)
    return _with_returns(data, money.unstack("year"), "local").stack()


def _with_returns(data, money: pd.DataFrame, level: str) -> pd.DataFrame:
    """Money by payer (rows) and year (columns), with the most that grants given before pay back."""
    money = money.astype(float).copy()
    table = data.table("instruments")
    table = table[(table["return_rate"] > 0) & table["level"].isin([level, "both"])]
    if not data.on("instruments") or table.empty:
        return money
    for year in money.columns:
        for lag, rate in table.groupby("return_lag")["return_rate"].max().items():
            if year - lag in money.columns:
                money[year] += rate * money[year - lag]
    return money


def payable(data, grants: pd.DataFrame) -> np.ndarray:
    """What the budget that pays can hold, per row of (region, level, year)."""
    central = read_at(central_most(data), grants[["year"]], np.inf)
    local = read_at(local_most(data), grants[["region", "year"]], np.inf)
    return np.where(grants["level"] == "central", central, local)
