"""Balance between classes of industries.

Each class of industries keeps its share of all money within a band; future industries grow
every year; and traditional, manufacturing and green industries keep a floor each.

    floor_ct * S[t] <= spend[class c, t] <= ceiling_ct * S[t],              S[t] all spend
    spend[future, t] >= (1 + g) * spend[future, t-1]
    sum_i weight_i * spend[i, t] >= floor_t * S[t]

The weight is 1 for traditional industries (whose money here is upgrading money), 1 for those
flagged as manufacturing, and the industry's greenness for the green floor.

P3 III.2 asks for emerging and future industries beside deep upgrading of the old, P3 IV.3 and
P4 III.4-5 warn against abandoning traditional industries, P2 V.3 asks for green results.

Departures. Shares move in a straight line from the base-year share; growth compounds from the
base year, through the years before the first plan year if there are any.
"""

from __future__ import annotations

import pandas as pd

from planner.model import tally
from planner.model.compliance import rule, together
from planner.model.figures import members, path
from planner.model.shares import BAND, band_problems, measure_bands, national_spend, require_bands
from planner.vocabulary import Column, Example, Mechanism, Parameter, Source, Table
from planner.words import say
from solvers.algebra import Linear, total

NAME = "industry_portfolio"

BANDS = Table("class_bands", "least and most share of all spend by class of industries", (
    Column("class", "choice", "the class", key=True,
           choices=("emerging", "future", "traditional", "other")), *BAND))


def _weights(data) -> dict[str, pd.Series]:
    """How much each industry with cells counts, by rule."""
    industries = members(data, "industry", "industries").set_index("industry")
    industries = industries[industries.index.isin(data.table("baseline")["industry"])]
    return {"upgrading_floor": (industries["class"] == "traditional") * 1.0,
            "manufacturing_floor": industries["manufacturing"] * 1.0,
            "green_floor": industries["greenness"]}


def _floors(data):
    """(rule, weight by industry that counts, floor by year) for the floors that are set."""
    base = data.table("baseline").groupby("industry")["spend"].sum()
    for name, weight in _weights(data).items():
        last = data.parameter(NAME, name)
        if last is not None:
            start = (base * weight).sum() / base.sum() if base.sum() else 0.0
            yield name, weight[weight > 0], path(data, start, last)


def _growth(data) -> tuple[list[str], float, dict[int, float]] | None:
    """(future industries, growth factor, what stands for the year before by year: the base only)."""
    growth, industries = data.parameter(NAME, "future_growth"), members(data, "industry", "industries")
    future = list(industries.loc[industries["class"] == "future", "industry"])
    base = data.table("baseline")
    base = base[base["industry"].isin(future)]
    if growth is None or base.empty:
        return None
    first, gap = data.years[0], data.years[0] - data.base_year - 1
    return future, 1 + growth, {first: base["spend"].sum() * (1 + growth) ** gap}


def add(block, core, data):
    if not core.has("cells"):
        return
    require_bands(block, core, data, "class_bands", "class")
    for name, weight, floor in _floors(data):
        national = national_spend(core)
        part = core.spend_by("industry", "year", industry=list(weight.index))
        part = total(part, ("year",), weights=part.map("industry", weight.to_dict())).on(national.index)
        block.require(name, part - national * national.map("year", floor), ">=")
    if (growing := _growth(data)) is not None:
        future, factor, base = growing
        now = core.spend_by("year", industry=future)
        before = now.shift("year", 1).on(now.index) + Linear.constant(
            now.index, now.map("year", base, default=0.0))
        block.require("future_growth", now - before * factor, ">=")


def measure(plan, data):
    spend = plan.table("allocations")
    if spend.empty:
        return None
    national = spend.groupby("year")["spend"].sum()
    years = national.index.to_frame(index=False)
    parts = [measure_bands(spend, data, "class_bands", "class")]
    for name, weight, floor in _floors(data):
        counted = spend["spend"] * spend["industry"].map(weight).fillna(0.0)
        parts.append(rule(name, years, years["year"].map(floor) * national.to_numpy(),
                          counted.groupby(spend["year"]).sum(), ">="))
    if (growing := _growth(data)) is not None:
        future, factor, base = growing
        now = spend["spend"].where(spend["industry"].isin(future), 0.0).groupby(spend["year"]).sum()
        before = now.shift(1).fillna(years.set_index("year").index.to_series().map(base))
        parts.append(rule("future_growth", years, factor * before, now, ">="))
    return together(*parts)


def check(data):
    yield from band_problems(data, "class_bands", "class")
    for name, weight in _weights(data).items():
        floor, most = data.parameter(NAME, name), weight.max() if len(weight) else 1.0
        if floor is not None and floor > most + 1e-9:
            yield data.problem(f"{NAME}.{name}",
                               say("problem.industry_portfolio.floor", name=name, most=most),
                               say("mend.industry_portfolio.floor"), value=floor)
    if (growing := _growth(data)) is not None:
        ratio, most = growing[1] ** (data.years[-1] - data.base_year), data.setting("max_ratio")
        if ratio > most + 1e-9:
            yield data.problem(f"{NAME}.future_growth",
                               say("problem.industry_portfolio.growth", ratio=ratio, most=most),
                               say("mend.industry_portfolio.growth"), value=growing[1] - 1)


def _share(name: str, about: str) -> Parameter:
    return Parameter(name, f"{about} of all spend in the last plan year, at least", None, "share", 0, 1)


SUMS = {
    "class_floor": tally.rule("class", tally.spend(industry="@class"), tally.spend()),
    "class_ceiling": tally.rule("class", tally.spend(industry="@class"), tally.spend()),
    "upgrading_floor": tally.rule("", tally.spend(weight="class traditional"), tally.spend()),
    "manufacturing_floor": tally.rule("", tally.spend(weight="manufacturing"), tally.spend()),
    "green_floor": tally.rule("", tally.spend(weight="greenness"), tally.spend()),
    "future_growth": tally.rule("", tally.spend(industry="class future"),
        tally.spend(industry="class future", shift=1)),
}


MECHANISM = Mechanism(
    name=NAME, number=8,
    says="Emerging, future and traditional industries each keep their part, and future ones grow.",
    formula="floor_ct S_t <= spend[c,t] <= ceiling_ct S_t;  spend[future,t] >= (1+g) spend[future,t-1]",
    sources=(
        Source("P3", "III.2", "Industrial upgrading goes deep: emerging, future and traditional together."),
        Source("P3", "IV.3", "Traditional industries are upgraded, not given up."),
        Source("P4", "III.4-5", "New quality productive forces do not mean neglecting old industries."),
        Source("P2", "V.3", "Industry turns green as it is renewed."),
    ),
    parameters=(
        Parameter("future_growth", "yearly growth of spend in future industries, at least", None, "share",
                  0, 10),
        _share("upgrading_floor", "spend in traditional industries as a share"),
        _share("manufacturing_floor", "spend in manufacturing as a share"),
        _share("green_floor", "spend weighted by greenness as a share"),
    ),
    tables=(BANDS,), add=add, measure=measure, sums=SUMS, check=check,
    levers={"class_floor": "class_bands[{class}].floor", "class_ceiling": "class_bands[{class}].ceiling",
            "upgrading_floor": "industry_portfolio.upgrading_floor",
            "manufacturing_floor": "industry_portfolio.manufacturing_floor",
            "green_floor": "industry_portfolio.green_floor",
            "future_growth": "industry_portfolio.future_growth"},
    example=Example(
        settings=("future_growth = 0.02",
                  "upgrading_floor = 0.25",
                  "manufacturing_floor = 0.3",
                  "green_floor = 0.25"),
        tables=(("class_bands", "class,floor,ceiling", "emerging,0.3,", "traditional,,0.65"),),
        sets=("industry_portfolio.upgrading_floor=0.45",),
        worked=("Emerging industries had half of all money; the line to their floor of 0.3 passes 0.4 in "
                "2025: 78 of 195, and 58.5 in 2026.",
                "Traditional ones get at most 0.65 x 195 = 126.75 in 2026, and at least 0.25 x 195 = 48.75 "
                "(with upgrading_floor at 0.45: 87.75).",
                "Green spend was 0.2 x 80 (chips) + 0.5 x 80 (food) = 56 of 160, or 0.35; half way to 0.25 "
                "it is at least 0.3 x 195 = 58.5 in 2025.")),
)
