"""Regional fit: each region focuses on the new industries that fit it.

A region may put an emerging or future industry into focus where the industry fits it and its
cells can absorb the scale that the industry needs. In focus the industry gets at least that
scale; out of focus it stays near its base-year money. A focus once taken is kept. Every region
has few, every industry has neither too few regions nor so many that they copy one another, and
outside the lead regions an industry comes into focus only after a lead region took it up.

    spend[r,i,t] >= scale_i * focus[r,i,t]
    spend[r,i,t] <= (1 + slack) * b_ri + (max_ratio - 1 - slack) * b_ri * focus[r,i,t]
    sum_i focus[r,i,T] <= most_r,    fewest_i <= sum_r focus[r,i,T] <= most_i,    T the last year
    focus[r,i,t] >= focus[r,i,t-1],  focus[r,i,t] <= sum_{lead l of i} focus[l,i,t-transfer_lag]

with b_ri the baseline and max_ratio * b_ri the most its cells absorb, hence a valid bound and,
being reached, the tightest. Pairs (r,i) below the threshold or the scale have no column.

P2 V.3 asks for new industries suited to local conditions, P4 III.5 against one region copying
another, P3 IV.3 for gradient transfer between regions.

Departures. The counts hold in the last year only: as a focus is kept, `most` then holds in every
year, and `fewest` leaves time for transfer. No focus is known before the plan, so regions that
do not lead wait `transfer_lag` years; an industry without lead regions has no gradient.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.compliance import rule, together
from planner.model.figures import members
from planner.vocabulary import Column, Example, Mechanism, Parameter, Problem, Source, Table
from planner.words import say
from solvers.algebra import total

NEW = ("emerging", "future")
"""Classes of industry that regions choose among."""

KEYS = ["region", "industry", "year"]


def _regions(name: str, about: str) -> Column:
    return Column(name, "integer", about, "regions", 0, 10000, optional=True)


TABLES = (
    Table("focus_limits", "new industries in focus per region", (
        Column("region", "text", "the region", refers="regions", key=True),
        Column("most", "integer", "most industries in focus", "industries", 0, 10000))),
    Table("focus_bands", "regions in focus per new industry", (
        Column("industry", "text", "the industry", refers="industries", key=True),
        Column("scale", "number", "least money of a region in focus", "money per year", 0, None, 0.0),
        _regions("fewest", "least number of regions in focus by the last year"),
        _regions("most", "most regions in focus"))),
    Table("lead_regions", "regions that take an industry up first", (
        Column("industry", "text", "the industry", refers="industries", key=True),
        Column("region", "text", "the region that leads", refers="regions", key=True))),
)


def _pairs(data) -> pd.DataFrame:
    """New industries by region: region, industry, base (money), scale, leads, led, eligible.

    led: the industry has lead regions and this is none of them, so it waits for them.
    """
    industries = members(data, "industry", "industries")
    new = industries.loc[industries["class"].isin(NEW), "industry"]
    pairs = data.table("baseline").groupby(["region", "industry"], as_index=False)["spend"].sum()
    pairs = pairs[pairs["industry"].isin(new)].rename(columns={"spend": "base"})
    pairs = pairs.merge(data.table("fit"), how="left", on=["region", "industry"])
    bands, leads = data.table("focus_bands"), data.table("lead_regions")
    pairs["scale"] = pairs["industry"].map(bands.set_index("industry")["scale"]).astype(float).fillna(0.0)
    pairs = pairs.merge(leads.assign(leads=True), how="left", on=["region", "industry"])
    pairs["leads"] = pairs["leads"].eq(True)
    gradient = data.parameter("regional_fit", "transfer_lag") is not None
    pairs["led"] = gradient & pairs["industry"].isin(leads["industry"]) & ~pairs["leads"]
    pairs["eligible"] = ((pairs["fit"].fillna(1.0) >= data.parameter("regional_fit", "threshold"))
                         & (pairs["scale"] <= data.setting("max_ratio") * pairs["base"]))
    return pairs.reset_index(drop=True)


def _with_years(data, pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs.merge(pd.DataFrame({"year": list(data.years)}), how="cross")


def _most(data) -> tuple[float, float]:
    """(most without focus, what focus adds), as multiples of the baseline."""
    absorbed = data.setting("max_ratio")
    without = min(1 + data.parameter("regional_fit", "slack"), absorbed)
    return without, absorbed - without


def _counts(data, pairs):
    """(rule, dimension, sense, bound by label) on focus in the last year."""
    limits, bands = data.table("focus_limits"), data.table("focus_bands")
    bands = bands[bands["industry"].isin(pairs["industry"])]
    yield "region_most", "region", "<=", limits.set_index("region")["most"]
    yield "fewest", "industry", ">=", bands.set_index("industry")["fewest"].dropna()
    yield "most", "industry", "<=", bands.set_index("industry")["most"].dropna()


def add(block, core, data):
    if not core.has("cells"):
        return
    pairs = _pairs(data)
    rows = _with_years(data, pairs)
    if rows.empty:
        return
    lag = data.parameter("regional_fit", "transfer_lag") or 0
    early = rows["led"] & (rows["year"] < data.years[0] + lag)
    able = rows[rows["eligible"] & ~early]
    focus = block.columns("focus", core.space.frame(able[KEYS]), upper=1.0, integer=True)
    block.report("focus", focus=focus)
    block.publish("focus", focus)

    everywhere = core.space.frame(rows[KEYS])
    spent = core.spend_by(*KEYS)
    without, added = (factor * rows["base"].to_numpy() for factor in _most(data))
    block.require("unfocused", spent.on(everywhere) - focus.on(everywhere) * added, "<=", without)
    scale = able["scale"].to_numpy()
    block.require("scale", (spent.on(focus.index) - focus * scale).where(scale > 0), ">=", lazy=True)
    before = focus.shift("year", 1)  # candidates stay candidates: each row's own year has a column
    block.define("kept", focus.on(before.index) - before, ">=", lazy=True)
    last = focus.where(year=[data.years[-1]])
    for name, dim, sense, bound in _counts(data, pairs):
        index = core.space.frame(bound.index.to_frame(index=False))
        if len(index):
            block.require(name, total(last, (dim,)).on(index), sense, bound.to_numpy(float))
    led = able["led"].to_numpy()
    if led.any():
        leading = total(focus.where(able["leads"].to_numpy()), ("industry", "year"))
        leading = block.aggregate("leading", leading)
        follower = focus.where(led)
        block.require("gradient", follower - leading.shift("year", lag).on(follower.index), "<=", lazy=True)


def measure(plan, data):
    spend, pairs = plan.table("allocations"), _pairs(data)
    if spend.empty or pairs.empty:
        return None
    table = plan.table("focus")
    table = table if len(table) else pd.DataFrame({key: [] for key in KEYS + ["focus"]})
    rows = _with_years(data, pairs)
    rows["focus"] = _at(table.groupby(KEYS)["focus"].sum(), rows[KEYS])
    rows["spend"] = _at(spend.groupby(KEYS)["spend"].sum(), rows[KEYS])
    without, added = _most(data)
    distance = np.abs(table["focus"] - table["focus"].clip(0, 1).round())
    parts = [rule("whole", table[KEYS], 0.0, distance, "<=", "regions", domain=True)]
    barred = rows[~rows["eligible"]]
    parts.append(rule("eligible", barred[KEYS], 0.0, barred["focus"], "<=", "regions", domain=True))
    parts.append(rule("unfocused", rows[KEYS], without * rows["base"],
                      rows["spend"] - added * rows["base"] * rows["focus"], "<=",
                      scale=rows["spend"]))
    scaled = rows[rows["eligible"] & (rows["scale"] > 0)]
    parts.append(rule("scale", scaled[KEYS], scaled["scale"] * scaled["focus"], scaled["spend"], ">="))
    later = rows[rows["year"] > data.years[0]]
    before = _at(rows.set_index(KEYS)["focus"], later[KEYS].assign(year=later["year"] - 1))
    parts.append(rule("kept", later[KEYS], before, later["focus"], ">=", "regions"))
    last = rows[rows["year"] == data.years[-1]]
    for name, dim, sense, bound in _counts(data, pairs):
        reached = last.groupby(dim)["focus"].sum().reindex(bound.index, fill_value=0.0)
        parts.append(rule(name, bound.index.to_frame(index=False), bound.to_numpy(),
                          reached.to_numpy(), sense, "regions"))
    led = rows[rows["led"]]
    if len(led):
        lag = data.parameter("regional_fit", "transfer_lag")
        leading = rows[rows["leads"]].groupby(["industry", "year"])["focus"].sum()
        then = led[["industry", "year"]].assign(year=led["year"] - lag)
        parts.append(rule("gradient", led[KEYS], _at(leading, then), led["focus"], "<=", "regions"))
    return together(*parts)


def _at(series: pd.Series, keys: pd.DataFrame) -> np.ndarray:
    """Values of a grouped sum at the rows of a frame of labels; 0 where there are none."""
    return series.reindex(pd.MultiIndex.from_frame(keys)).fillna(0.0).to_numpy()


def check(data):
    pairs, bands = _pairs(data), data.table("focus_bands")
    able = pairs[pairs["eligible"]].groupby("industry").size()
    for at, row in enumerate(bands.itertuples()):
        found = int(able.get(row.industry, 0))
        if row.fewest > row.most or row.fewest > found:  # an empty cell is never larger
            asked = dict(industry=row.industry, fewest=row.fewest)
            what = (say("problem.regional_fit.most", **asked, most=row.most) if row.fewest > row.most else
                    say("problem.regional_fit.able", **asked, found=found))
            yield Problem("focus_bands", what, say("mend.regional_fit.focus"), row=at + 2, column="fewest")


MECHANISM = Mechanism(
    name="regional_fit", number=10,
    says="Regions focus on the new industries that fit them, few enough to reach scale.",
    formula="scale_i focus <= spend[r,i,t] <= (1 + slack) b + (max_ratio - 1 - slack) b focus; "
            "fewest_i <= sum_r focus <= most_i; sum_i focus <= most_r",
    sources=(
        Source("P2", "V.3", "New productive forces are developed to suit local conditions."),
        Source("P4", "III.5", "Regions should not rush into the same industries and copy one another."),
        Source("P3", "IV.3", "Industries move in steps from lead regions to others."),
    ),
    parameters=(
        Parameter("threshold", "least fit of an industry that a region may focus on", 0.9, "1", 0, 10),
        Parameter("slack", "growth over the baseline that an industry out of focus may have", 0.2,
                  "share", 0, 100),
        Parameter("transfer_lag", "years by which other regions follow lead regions; not set: no such "
                  "rule", None, "years", 0, 30, "integer"),
    ),
    tables=TABLES, add=add, measure=measure, check=check,
    levers={"region_most": "focus_limits[{region}].most", "fewest": "focus_bands[{industry}].fewest",
            "most": "focus_bands[{industry}].most", "scale": "focus_bands[{industry}].scale",
            "unfocused": "regional_fit.slack"},
    example=Example(
        settings=("threshold = 0.9", "slack = 0.5", "transfer_lag = 1"),
        tables=(("focus_limits", "region,most", "coast,2", "inland,2"),
                ("focus_bands", "industry,scale,fewest,most", "chips,30,1,2", "food,30,,1"),
                ("lead_regions", "industry,region", "chips,coast", "food,inland")),
        sets=("regional_fit.slack=0.2",),
        worked=("Chips fit the coast with 1.5 and inland with 1.0, both above the threshold of 0.9; at "
                "least 1 region takes them up.",
                "In focus they get at least 30 in the region; out of focus at most 1.5 x 40 = 60, the "
                "baseline and half as much again (with slack at 0.2: 48).",
                "The coast leads in chips: inland may follow a year later, in 2026, and 0 times before.")),
)
