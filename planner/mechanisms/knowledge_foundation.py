"""Knowledge foundation of frontier work.

Basic research builds an industry's knowledge stock some years later, and the stock fades. Money
for frontier and disruptive technologies (the categories flagged `frontier`) can be absorbed only
in proportion to that stock.

    stock[i,t] = (1 - decay) stock[i,t-1] + sum_r spend[basic, i, t-lag]
    sum spend[frontier categories, i, t] <= kappa_i * stock[i,t]

P3 I.2: disruptive breakthroughs grow from a foundation of basic research laid long before.

Departures. Up to the base year, and in any year before the plan, basic spend is the baseline's.
An industry without a row in `knowledge` has no known stock and is left alone. The stock lies
between what it is with no and with the most basic spend that cells absorb (max_ratio times the
baseline) in every plan year: both bounds are valid, as the flow rises with spend.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.compliance import read_at, rule, together
from planner.model.figures import members, stages_with_role
from planner.vocabulary import Column, Example, Mechanism, Parameter, Source, Table

KEYS = ["industry", "year"]

KNOWLEDGE = Table("knowledge", "knowledge that basic research has built by the base year", (
    Column("industry", "text", "the industry", refers="industries", key=True),
    Column("stock", "number", "knowledge stock at the end of the base year", "money", 0),
    Column("kappa", "number", "frontier money per unit of knowledge and year; empty: the parameter",
           "1 per year", 0, optional=True),
))


def _frontier(data) -> list[str]:
    categories = members(data, "category", "categories")
    return list(categories.loc[categories["frontier"], "category"])


def _stocks(data, flow: pd.Series) -> pd.DataFrame:
    """Stock by industry and plan year: columns industry, year, stock, kappa.

    flow  basic money by (industry, year) of the plan; money before the plan is the baseline's
    """
    known, base = data.table("knowledge"), data.table("baseline")
    lag, decay = (data.parameter("knowledge_foundation", name) for name in ("lag", "decay"))
    basic = base[base["stage"].isin(stages_with_role(data, "basic"))].groupby("industry")["spend"].sum()
    before = known["industry"].map(basic).fillna(0.0)
    kappa = known["kappa"].fillna(np.nan if (default := data.parameter(
        "knowledge_foundation", "kappa")) is None else default)
    stock, parts = known["stock"], []
    for year in range(data.base_year + 1, data.years[-1] + 1):
        given = pd.MultiIndex.from_product([known["industry"], [year - lag]])
        built = flow.reindex(given).fillna(0.0).to_numpy() if year - lag >= data.years[0] else before
        stock = (1 - decay) * stock + built
        parts.append(pd.DataFrame({"industry": known["industry"], "year": year, "stock": stock,
                                   "kappa": kappa}))
    rows = pd.concat(parts, ignore_index=True)
    return rows[rows["year"] >= data.years[0]].reset_index(drop=True)


def _bounds(data) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Stocks with no basic money in the plan, and with the most that cells absorb."""
    base = data.table("baseline")
    basic = base[base["stage"].isin(stages_with_role(data, "basic"))].groupby("industry")["spend"].sum()
    most = pd.concat({year: basic * data.setting("max_ratio") for year in data.years}).swaplevel()
    return _stocks(data, 0.0 * most), _stocks(data, most)


def add(block, core, data):
    if not core.has("cells") or data.table("knowledge").empty:
        return
    lag, decay = (data.parameter("knowledge_foundation", name) for name in ("lag", "decay"))
    lowest, highest = _bounds(data)
    index = core.space.frame(lowest[KEYS])
    stock = block.columns("stock", index, lower=lowest["stock"], upper=highest["stock"])
    block.report("knowledge", stock=stock)
    # What the past builds is the stock without basic money in the plan; the plan adds the rest.
    past = lowest["stock"].to_numpy()
    built = core.spend_by(*KEYS, stage=stages_with_role(data, "basic")).shift("year", lag).on(index)
    more = stock - past
    block.define("stock_flow", more - more.shift("year", 1).on(index) * (1 - decay) - built, "==")
    frontier, kappa = _frontier(data), lowest["kappa"].to_numpy()
    if frontier:
        limited = np.isfinite(kappa)
        spent = core.spend_by(*KEYS, category=frontier).on(index)
        block.require("frontier", (spent - stock * np.where(limited, kappa, 0.0)).where(limited), "<=", lazy=True)


def measure(plan, data):
    spend, known = plan.table("allocations"), data.table("knowledge")
    if spend.empty or known.empty:
        return None
    flow = spend[spend["stage"].isin(stages_with_role(data, "basic"))].groupby(KEYS)["spend"].sum()
    rows = _stocks(data, flow)
    limited, told, parts = rows[rows["kappa"].notna()], plan.table("knowledge"), []
    if len(told):
        told = read_at(told.groupby(KEYS)["stock"].sum(), rows[KEYS])
        parts.append(rule("stock_flow", rows[KEYS], rows["stock"], told, "=="))
    if _frontier(data):
        spent = spend[spend["category"].isin(_frontier(data))].groupby(KEYS)["spend"].sum()
        parts.append(rule("frontier", limited[KEYS], limited["kappa"] * limited["stock"],
                          read_at(spent, limited[KEYS]), "<="))
    return together(*parts)


MECHANISM = Mechanism(
    name="knowledge_foundation", number=15,
    says="Frontier and disruptive technologies get only what the industry's knowledge can carry.",
    formula="stock_t = (1 - decay) stock_{t-1} + spend[basic, t-lag]; "
            "spend[frontier, i, t] <= kappa_i stock[i, t]",
    sources=(Source("P3", "I.2", "Disruptive breakthroughs grow out of basic research laid long before."),),
    parameters=(
        Parameter("decay", "part of the knowledge stock that fades each year", 0.1, "share", 0, 1),
        Parameter("lag", "years from basic money to knowledge", 2, "years", 0, 30, "integer"),
        Parameter("kappa", "frontier money per unit of knowledge where the table says nothing; not set: "
                  "no limit there", None, "1 per year", 0),
    ),
    tables=(KNOWLEDGE,), add=add, measure=measure,
    levers={"frontier": "knowledge[{industry}].kappa"},
    example=Example(
        settings=("decay = 0.1", "lag = 1", "kappa = 0.7"),
        tables=(("knowledge", "industry,stock,kappa", "chips,100,0.8", "food,100,"),),
        sets=("knowledge_foundation.kappa=0.5",),
        worked=("Chips know 100; a tenth fades and the base year's 40 of basic money arrives: 90 + 40 = 130"
                " in 2025.",
                "That carries 0.8 x 130 = 104 of frontier money in chips and, kappa being the parameter's, "
                "0.7 x 130 = 91 in food (with kappa at 0.5: 65).")),
)
