"""Technology windows.

A window multiplies the return on money in an industry and category during its years; the core
applies it (`planner.model.figures.returns`) while this mechanism is on. A decisive window is
lost to those who come late: by its year `must_start_by` the nation's money there has begun to
grow.

    sum_{r,s} spend[r,i,k,s,T] >= (1 + start_growth) * sum_{r,s} baseline[r,i,k,s],   T = must_start_by

P3 I.2: new tracks open for a time, and whoever enters first sets the rules.

The papers say when to enter, not how much money is an entry: `start_growth` over the base year
is ours. A window due before the plan is due in its first year; one due after it asks nothing yet.
"""

from __future__ import annotations

import pandas as pd

from planner.model import tally
from planner.model.compliance import rule
from planner.vocabulary import Column, Example, Mechanism, Parameter, Problem, Source, Table
from planner.words import say

WINDOWS = Table("windows", "years in which money in a technology returns more", (
    Column("industry", "text", "the industry", refers="industries", key=True),
    Column("category", "text", "the technology category", refers="categories", key=True),
    Column("year", "integer", "a year of the window", "year", 1900, 2200, key=True),
    Column("multiplier", "number", "multiplier of the return on money in that year", "1", 0, 10, 1.0),
    Column("decisive", "flag", "lost unless begun by must_start_by", default=False),
    Column("must_start_by", "integer", "year by which money must have begun to grow", "year",
           1900, 2200, optional=True),
))


def _due(data) -> pd.DataFrame:
    """The decisive windows that are due inside the plan: industry, category, year, floor (money)."""
    windows = data.table("windows")
    due = windows[windows["decisive"] & windows["must_start_by"].notna()]
    due = due[["industry", "category"]].assign(
        year=due["must_start_by"].clip(lower=data.years[0]).astype(int))
    due = due[due["year"] <= data.years[-1]].drop_duplicates()
    base = data.table("baseline").groupby(["industry", "category"], as_index=False)["spend"].sum()
    due = due.merge(base[base["spend"] > 0], on=["industry", "category"])
    return due.assign(floor=(1 + data.parameter("technology_windows", "start_growth")) * due["spend"])


def add(block, core, data):
    due = _due(data)
    if core.has("cells") and len(due):
        index = core.space.frame(due[["industry", "category", "year"]])
        spent = core.spend_by("industry", "category", "year").on(index)
        block.require("start", spent, ">=", due["floor"].to_numpy())


def measure(plan, data):
    due, spend = _due(data), plan.table("allocations")
    if due.empty or spend.empty:
        return None
    keys = ["industry", "category", "year"]
    spent = spend.groupby(keys)["spend"].sum().reindex(pd.MultiIndex.from_frame(due[keys]), fill_value=0.0)
    return rule("start", due[keys], due["floor"], spent.to_numpy(), ">=")


def check(data):
    windows = data.table("windows")
    for at in windows.index[windows["decisive"] & windows["must_start_by"].isna()]:
        yield Problem("windows", say("problem.technology_windows.start"),
                      say("mend.technology_windows.start"), row=at + 2, column="must_start_by")


SUMS = {
    "start": tally.rule("industry category", tally.spend("industry", "category")),
}


MECHANISM = Mechanism(
    name="technology_windows", number=14,
    says="Money returns more while a technology window is open; decisive windows are entered in time.",
    formula="spend[i,k,must_start_by] >= (1 + start_growth) * baseline[i,k]",
    sources=(Source("P3", "I.2", "Breakthroughs have windows; entering a new track early decides who "
                    "sets its rules."),),
    parameters=(Parameter("start_growth", "growth over the base year that counts as having started", 0.1,
                          "share", 0, 10),),
    tables=(WINDOWS,), add=add, measure=measure, sums=SUMS, check=check,
    levers={"start": "technology_windows.start_growth"},
    example=Example(
        settings=("start_growth = 0.1",),
        tables=(("windows",
                 "industry,category,year,multiplier,decisive,must_start_by",
                 "chips,frontier,2025,1.5,true,2026",
                 "food,engineering,2026,1.2,false,"),),
        sets=("technology_windows.start_growth=0.5",),
        worked=("Money in frontier chips returns 1.5 times as much in 2025.",
                "The base year spent 40 there and the window is decisive: by 2026 it is at least 1.1 x 40 ="
                " 44 (with start_growth at 0.5: 60).")),
)
