"""The innovation chain: results are converted, and industry grows on what was converted.

In each industry, nationally, conversion keeps pace with the development of the year before, and
industrialisation rests on the conversion accumulated so far:

    conversion[i, t]        >= alpha * development[i, t-1]
    industrialisation[i, t] <= beta * stock[i, t] + existing[i]
    stock[i, t]              = (1 - decay) * stock[i, t-1] + conversion[i, t]

In the first plan year the year before is the base year: development is the baseline's, and the
stock is the table's. P0 III.1 wants the chain from basic research to industry joined up, with
conversion as its weakest link; it names no numbers, alpha = 0.05 is the formulation's.

Departures. The stock, a sum over all earlier years in the formulation, is written as its
recursion, which is the same number in three terms. An industry without conversion cells is asked
for no conversion, and one that chain_base does not list starts from nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.compliance import rule, sum_at, together
from planner.model.figures import members, stages_with_role
from planner.vocabulary import Column, Example, Mechanism, Parameter, Source, Table
from planner.words import say

NAME = "innovation_chain"

BASE = Table("chain_base", "what the innovation chain starts from, by industry", (
    Column("industry", "text", "the industry", refers="industries", key=True),
    Column("conversion", "number", "conversion money accumulated before the plan, less what is outdated",
           "money", 0, None, 0.0),
    Column("industrialisation", "number", "yearly industrialisation that needs no new conversion",
           "money", 0, None, 0.0),
))


def _stages(data) -> dict[str, list[str]]:
    """The stages of each link of the chain that the rules speak of."""
    return {role: stages_with_role(data, role)
            for role in ("development", "conversion", "industrialisation")}


def _links(data) -> tuple[bool, bool]:
    """Which rules apply: conversion follows development, industrialisation follows conversion."""
    there = {role: bool(stages) for role, stages in _stages(data).items()}
    set_to = data.parameters(NAME)
    return (set_to["alpha"] is not None and there["development"] and there["conversion"],
            set_to["beta"] is not None and there["conversion"] and there["industrialisation"])


def _base(data, column: str) -> dict[str, float]:
    table = data.table("chain_base")
    return dict(zip(table["industry"], table[column]))


def add(block, core, data):
    if not core.has("cells"):
        return
    paced, rested = _links(data)
    stages, alpha = _stages(data), data.parameter(NAME, "alpha")
    if paced or rested:
        conversion = core.spend_by("industry", "year", stage=stages["conversion"])
    if paced:
        first = conversion.index.labels("year") == data.years[0]
        before = core.spend_by("industry", "year", stage=stages["development"]).shift("year", 1)
        base = core.baseline_by("industry", stage=stages["development"]).on(conversion.index)
        block.require("conversion", conversion - alpha * (before.on(conversion.index) + base.const * first),
                      ">=", lazy=True)
    if rested:
        _add_stock(block, core, data, conversion,
                   core.spend_by("industry", "year", stage=stages["industrialisation"]))


def _add_stock(block, core, data, conversion, industrialisation):
    index = core.space.index(industry=None, year=None)
    keep = 1 - data.parameter(NAME, "decay")
    stock = block.columns("stock", index)
    start = index.map("industry", _base(data, "conversion"), default=0.0)
    first = index.labels("year") == data.years[0]
    before = stock.shift("year", 1).on(index) + start * first
    block.define("stock_flow", stock - keep * before - conversion.on(index), "==")
    existing = industrialisation.map("industry", _base(data, "industrialisation"), default=0.0)
    block.require("industrialisation", industrialisation
                  - data.parameter(NAME, "beta") * stock.on(industrialisation.index), "<=", existing, lazy=True)
    block.report(NAME, stock=stock)


def measure(plan, data):
    spend = plan.table("allocations")
    if spend.empty:
        return None
    paced, rested = _links(data)
    stages = _stages(data)
    of = {role: spend[spend["stage"].isin(own)] for role, own in stages.items()}
    parts = []
    if paced:
        keys = of["conversion"][["industry", "year"]].drop_duplicates()
        base = data.table("baseline")
        base = base[base["stage"].isin(stages["development"])]
        before = np.where(keys["year"] == data.years[0], sum_at(base, "spend", keys[["industry"]]),
                          sum_at(of["development"], "spend", keys.assign(year=keys["year"] - 1)))
        parts.append(rule("conversion", keys, data.parameter(NAME, "alpha") * before,
                          sum_at(of["conversion"], "spend", keys), ">="))
    if rested:
        parts += _measure_stock(plan, data, of)
    return together(*parts)


def _measure_stock(plan, data, of):
    stock, told = _stock(data, of["conversion"]), plan.table(NAME)
    keys = stock[["industry", "year"]]
    yield rule("stock_flow", keys, stock["stock"], sum_at(told, "stock", keys), "==")
    keys = of["industrialisation"][["industry", "year"]].drop_duplicates()
    existing = keys["industry"].map(_base(data, "industrialisation")).fillna(0.0)
    most = data.parameter(NAME, "beta") * sum_at(stock, "stock", keys) + existing
    yield rule("industrialisation", keys, most, sum_at(of["industrialisation"], "spend", keys), "<=")


def _stock(data, conversion) -> pd.DataFrame:
    """industry, year, stock: the recursion from the table's start."""
    industries = members(data, "industry", "industries")[["industry"]]
    stock = industries["industry"].map(_base(data, "conversion")).fillna(0.0).to_numpy(float)
    parts = []
    for year in data.years:
        keys = industries.assign(year=year)
        stock = (1 - data.parameter(NAME, "decay")) * stock + sum_at(conversion, "spend", keys)
        parts.append(keys.assign(stock=stock))
    return pd.concat(parts, ignore_index=True)


def check(data):
    """A chain that is asked to rest on nothing."""
    if not _links(data)[1]:
        return
    base, stages = data.table("baseline"), _stages(data)
    listed = {role: set(base.loc[base["stage"].isin(stages[role]), "industry"]) for role in stages}
    bare = sorted(listed["industrialisation"] - listed["conversion"]
                  - set(data.table("chain_base")["industry"]))
    if bare:
        yield data.problem("chain_base", say("problem.innovation_chain.bare", names=", ".join(bare)),
                           say("mend.innovation_chain.bare"), column="industry")


MECHANISM = Mechanism(
    name=NAME, number=3,
    says="Conversion keeps pace with development, and industrialisation rests on accumulated conversion.",
    formula="conversion[i,t] >= alpha * development[i,t-1]; "
            "industrialisation[i,t] <= beta * sum_{tau<=t} conversion[i,tau] (1-decay)^(t-tau) + existing[i]",
    sources=(
        Source("P0", "III.1", "Mobilised resources must reach the whole chain, from research through "
                              "conversion to industry."),
    ),
    parameters=(
        Parameter("alpha", "conversion money per unit of the development money of the year before", 0.05,
                  "ratio", 0, 10),
        Parameter("beta", "yearly industrialisation that a unit of accumulated conversion carries; "
                  "not set: no limit", None, "ratio", 0, 100),
        Parameter("decay", "share of accumulated conversion that is outdated after a year", 0.1,
                  "share", 0, 1),
    ),
    tables=(BASE,), add=add, measure=measure, check=check,
    levers={"conversion": "innovation_chain.alpha", "industrialisation": "innovation_chain.beta"},
    example=Example(
        settings=("alpha = 0.2", "beta = 2.0", "decay = 0.5"),
        tables=(("chain_base", "industry,conversion,industrialisation", "chips,10,80", "food,10,40"),),
        sets=("innovation_chain.alpha=0.1",),
        worked=("Food developed for 40 in the base year, so its conversion in 2025 is at least 0.2 x 40 = 8"
                " (with alpha at 0.1: 4); if 80 is developed in 2025, it is 16 in 2026.",
                "Of food's 10 converted before the plan half is left after a year; 15 converted in 2025 "
                "make a stock of 20.",
                "That stock carries 2 x 20 = 40 of industrialisation beside the 40 that need no new "
                "conversion: 80 in all.")),
)
