"""Balance between technology categories.

Each category keeps its share of all money within a band, and no key industry neglects any
category that it has cells in.

    floor_kt * S[t] <= spend[k, t] <= ceiling_kt * S[t],                    S[t] all spend
    spend[i, k, t] >= epsilon_ikt * spend[i, t]     for key industries i

P3 I.1 names key common, frontier, engineering and disruptive technologies and wants all four.

Departures. Bands move in a straight line from the base-year share. So does epsilon where the
industry stands below `key_share` in the base year; where it stands above, `key_share` holds at
once. Categories without cells in an industry cannot get money and are left out.
"""

from __future__ import annotations

import pandas as pd

from planner.model import tally
from planner.model.compliance import rule, together
from planner.model.figures import members, path
from planner.model.shares import BAND, band_problems, measure_bands, require_bands
from planner.vocabulary import Column, Example, Mechanism, Parameter, Source, Table
from planner.words import say
from solvers.algebra import total

NAME = "category_portfolio"

BANDS = Table("category_bands", "least and most share of all spend by technology category", (
    Column("category", "text", "the category", refers="categories", key=True), *BAND))


def _key_shares(data) -> pd.DataFrame:
    """industry, category, year, share: least share of a key industry's money, for pairs with cells."""
    share, industries = data.parameter(NAME, "key_share"), members(data, "industry", "industries")
    key = industries.loc[industries["key"], "industry"] if len(industries) else []
    rows = []
    if share:
        base = data.table("baseline")
        base = base[base["industry"].isin(key)].groupby(["industry", "category"])["spend"].sum()
        whole = base.groupby("industry").transform("sum")
        for pair, start in (base / whole).fillna(0.0).items():
            rows += [(*pair, year, least) for year, least in path(data, min(start, share), share).items()]
    return pd.DataFrame(rows, columns=["industry", "category", "year", "share"])


def add(block, core, data):
    if not core.has("cells"):
        return
    require_bands(block, core, data, "category_bands", "category")
    shares = _key_shares(data)
    if len(shares):
        index = core.space.frame(shares[["industry", "category", "year"]])
        spend = core.spend_by("industry", "category", "year")
        whole = total(spend, ("industry", "year")).on(index)
        block.require("key_share", spend.on(index) - whole * shares["share"].to_numpy(), ">=", lazy=True)


def measure(plan, data):
    spend = plan.table("allocations")
    if spend.empty:
        return None
    parts = [measure_bands(spend, data, "category_bands", "category")]
    shares = _key_shares(data)
    if len(shares):
        keys = shares[["industry", "category", "year"]]
        part = spend.groupby(["industry", "category", "year"])["spend"].sum()
        whole = part.groupby(["industry", "year"]).sum()
        whole = whole.reindex(pd.MultiIndex.from_frame(keys[["industry", "year"]]), fill_value=0.0)
        parts.append(rule("key_share", keys, shares["share"].to_numpy() * whole.to_numpy(),
                          part.reindex(pd.MultiIndex.from_frame(keys), fill_value=0.0), ">="))
    return together(*parts)


def check(data):
    yield from band_problems(data, "category_bands", "category")
    shares = _key_shares(data)
    count = shares.groupby(["industry", "year"])["category"].count().max() if len(shares) else 0
    share = data.parameter(NAME, "key_share")
    if count and share * count > 1 + 1e-9:
        yield data.problem(f"{NAME}.key_share",
                           say("problem.category_portfolio.key_share", count=count, share=share),
                           say("mend.at_most", most=1 / count), value=share)


SUMS = {
    "category_floor": tally.rule("category", tally.spend("category"), tally.spend()),
    "category_ceiling": tally.rule("category", tally.spend("category"), tally.spend()),
    "key_share": tally.rule("industry category", tally.spend("industry", "category"),
        tally.spend("industry")),
}


MECHANISM = Mechanism(
    name=NAME, number=9,
    says="Every technology category keeps its part, in the nation and in each key industry.",
    formula="floor_kt S_t <= spend[k,t] <= ceiling_kt S_t;  spend[i,k,t] >= epsilon spend[i,t]",
    sources=(Source("P3", "I.1", "Breakthroughs are of four kinds: key common, frontier, engineering and "
                    "disruptive technologies."),),
    parameters=(Parameter("key_share", "least share of a key industry's money in each category", None,
                          "share", 0, 1),),
    tables=(BANDS,), add=add, measure=measure, sums=SUMS, check=check,
    levers={"category_floor": "category_bands[{category}].floor",
            "category_ceiling": "category_bands[{category}].ceiling",
            "key_share": "category_portfolio.key_share"},
    example=Example(
        settings=("key_share = 0.05",),
        tables=(("category_bands", "category,floor,ceiling", "frontier,0.3,", "engineering,,0.65"),),
        sets=("category_portfolio.key_share=0.2",),
        worked=("Frontier work had half of all money; the line to its floor of 0.3 passes 0.4 in 2025: 78 "
                "of 195, and 58.5 in 2026.",
                "Chips are a key industry: of 110 spent on them each category gets at least 0.05 x 110 = "
                "5.5 (with key_share at 0.2: 22).")),
)
