"""Minimum grant: money that is given is given in amounts that are worth the effort.

What a region gets through an instrument for a stage in a year is nothing, or at least the
instrument's least amount.

    given[r, s, u, t] = sum of grant[r, s, u, l, t] over the levels that pay
    least_u * used[r, s, u, t] <= given[r, s, u, t] <= U * used[r, s, u, t]         used binary

Public-money practice; P2 IV.1 deplores funds that are scattered. The papers give no amounts.

Departures. An amount is counted over central and local money together, for it is one award to the
region; so there is one binary per award, not two. U is the lesser of what the stage absorbs through
the instrument and what the budgets that pay hold (`planner.model.grant_bounds`), both valid in every
plan; where it is below the least amount, `used` is fixed to 0. Amounts are rounded to the accounting
unit after solving, by `planner.rounding`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.compliance import rule, sum_at, together
from planner.model.grant_bounds import grant_room, least_arriving, payable
from planner.vocabulary import Column, Example, Mechanism, Parameter, Problem, Source, Table
from planner.words import say
from solvers.algebra import total

NAME = "minimum_grant"
AWARD = ["region", "stage", "instrument", "year"]

LEAST = Table("minimum_grants", "least amounts; instruments not listed may give any amount", (
    Column("instrument", "text", "the instrument", refers="instruments", key=True),
    Column("least", "number", "least that a region gets through it for a stage in a year, if anything",
           "money per year", 0),
))


def _awards(data, grants: pd.DataFrame) -> pd.DataFrame:
    """region, stage, instrument, year of the instruments listed, with least and most (money)."""
    least = data.table("minimum_grants").set_index("instrument")["least"]
    rows = grants[grants["instrument"].isin(least.index)]
    rows = rows.assign(payable=payable(data, rows))
    rows = rows.groupby(AWARD, as_index=False, sort=False)["payable"].sum()
    most = np.minimum(grant_room(data, rows, least_arriving(data)), rows["payable"])
    return rows[AWARD].assign(least=rows["instrument"].map(least), most=most)


def add(block, core, data):
    if not core.has("grants") or data.table("minimum_grants").empty:
        return
    awards = _awards(data, core.grant.index.frame())
    if awards.empty:
        return
    index, most = core.space.frame(awards[AWARD]), awards["most"].to_numpy()
    enough = (awards["least"] <= awards["most"]).to_numpy(float)
    used = block.columns("used", index, upper=enough, integer=True)
    given = total(core.grant.where(instrument=list(awards["instrument"].unique())), AWARD).on(index)
    block.require("least", given - used * awards["least"].to_numpy(), ">=", lazy=True)
    block.define("only_if_used", given - used * most, "<=", lazy=True)
    block.report("awards", used=used)


def measure(plan, data):
    grants, table = plan.table("grants"), plan.table("awards")
    if grants.empty or data.table("minimum_grants").empty:
        return None
    awards = _awards(data, grants)
    if table.empty:
        table = pd.DataFrame({key: [] for key in [*AWARD, "used"]})
    given, used = sum_at(grants, "amount", awards[AWARD]), sum_at(table, "used", awards[AWARD])
    return together(
        rule("whole", table[AWARD], table["used"].round().clip(0, 1), table["used"], "==", "awards",
             domain=True),
        rule("least", awards[AWARD], awards["least"] * used, given, ">="),
        rule("only_if_used", awards[AWARD], awards["most"] * used, given, "<="))


def check(data):
    leverage, least = data.table("leverage"), data.table("minimum_grants")
    level = data.table("instruments").set_index("instrument")["level"]
    regions = list(data.table("regions")["region"]) or list(data.table("baseline")["region"].unique())
    for at, row in enumerate(least.itertuples()):
        stages = leverage.loc[leverage["instrument"] == row.instrument, "stage"]
        levels = ("central", "local") if level[row.instrument] == "both" else (level[row.instrument],)
        rows = pd.MultiIndex.from_product([regions, stages, [row.instrument], levels, data.years], names=[
            "region", "stage", "instrument", "level", "year"]).to_frame(index=False)
        most = _awards(data, rows)["most"].max() if len(rows) else 0.0
        if row.least > most:
            yield Problem("minimum_grants",
                          say("problem.minimum_grant.never", instrument=row.instrument, most=most),
                          say("mend.minimum_grant.never"), row=at + 2, column="least", value=row.least,
                          severity="warning")


MECHANISM = Mechanism(
    name=NAME, number=25,
    says="A region gets nothing through an instrument, or at least the instrument's least amount.",
    formula="least_u * used[r,s,u,t] <= grant[r,s,u,t] <= U * used[r,s,u,t], used in {0, 1}",
    sources=(Source("P2", "IV.1", "Funds that are scattered over many small grants are wasted."),),
    parameters=(Parameter("unit", "accounting unit to which grants are rounded after solving; not set: "
                          "no rounding", None, "money", 1e-9),),
    tables=(LEAST,), add=add, measure=measure, check=check,
    levers={"least": "minimum_grants[{instrument}].least"},
    example=Example(
        settings=("unit = 0.1",),
        tables=(("minimum_grants", "instrument,least", "competitive_grant,1", "fund,1"),),
        sets=("minimum_grants[fund].least=5",),
        worked=("Through the fund a region gets nothing for a stage in a year, or at least 1 (with the "
                "change: 5).",
                "Inland's fund gives at most 10, all that inland's own budget holds.",
                "After solving, 3.14 becomes 3.1 or 3.2, and the sums stay.")),
)
