"""Data as a factor that multiplies the others.

Opening a data set raises the value of spend in the industry it serves (in all, if it names none), in
every region that a data platform of its zone reaches; two sets that complement each other raise it
once more when both are open. Once open a set stays open and costs central money every year.

    uplift[d, r, t] <= mu_d * V[r, i_d, t]         mu = access share of the set * its uplift
    uplift[d, r, t] <= mu_d * M * open[d, t]       M the most V can be
    uplift[d, r, t] <= mu_d * M * reach[r, t]
    reach[r, t] <= min(1, reach_per_platform * data platforms of the zone)
    the same for a pair, with both[p, t] = open[first, t] AND open[second, t]
    productivity gains sum of uplift

P3 II.2 calls data a factor that multiplies the others and can be shared without being used up (so
all regions of a zone share one platform); P0 III.3 asks for clear rights to public, enterprise,
personal and collective data: `ownership` and its access share. The papers give no figures.

Departures. Uplift is told by data set and region, not by industry. A pair serves the industries that
both sets serve, with the smaller access share. Reach caps the uplift, it does not scale it. Where
no platform mechanism tells how far data reach, they reach everywhere. M is the value at the most
that the cells absorb (max_ratio times the baseline), the tightest bound that the data give; `both`
is made whole by its three rows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.compliance import rule, sum_at, together, worst
from planner.model.values import cell_values
from planner.vocabulary import Column, Example, Mechanism, Parameter, Problem, Source, Table
from planner.words import say
from solvers.algebra import Linear, total

NAME = "data_multiplier"
PLACE = ["region", "year"]
OWNERS = ("public", "enterprise", "personal_collective")

DATA_SETS = Table("data_sets", "data sets that can be opened", (
    Column("data_set", "text", "short name of the data set", key=True),
    Column("name_en", "text", "name in English", default=""),
    Column("name_zh", "text", "name in Chinese", default=""),
    Column("ownership", "choice", "whose data they are", choices=OWNERS),
    Column("access_share", "number", "part of the data that can be used when the set is open", "share",
           0, 1, 1.0),
    Column("cost", "number", "central money each year that it is open", "money per year", 0, None, 0.0),
    Column("industry", "text", "the industry it serves; empty: all", default="", refers="industries"),
    Column("uplift", "number", "share of value that all of the data would add", "share", 0, 10),
))

DATA_PAIRS = Table("data_pairs", "data sets that complement each other", (
    Column("data_pair", "text", "short name of the pair", key=True),
    Column("first", "text", "one data set", refers="data_sets"),
    Column("second", "text", "the other", refers="data_sets"),
    Column("uplift", "number", "share of value added once more when both are open", "share", 0, 10),
))


def _sources(data) -> list[tuple[str, pd.DataFrame]]:
    """(dimension, rows of it with industry and mu) of the sets and of the pairs."""
    sets = data.table("data_sets")
    sets["mu"] = sets["uplift"] * sets["access_share"]
    pairs, access = data.table("data_pairs"), sets.set_index("data_set")["access_share"]
    industry = sets.set_index("data_set")["industry"]
    first, second = pairs["first"].map(industry), pairs["second"].map(industry)
    pairs["industry"] = first.where(first != "", second)
    pairs["mu"] = pairs["uplift"] * np.minimum(pairs["first"].map(access), pairs["second"].map(access))
    pairs = pairs[(first == second) | (first == "") | (second == "")]
    made = (("data_set", sets), ("data_pair", pairs))
    return [(dim, rows[rows["mu"] > 0].reset_index(drop=True)) for dim, rows in made]


def _served(dim: str, sources: pd.DataFrame, value: pd.DataFrame) -> pd.DataFrame:
    """Every source with the rows of `value` (region, industry, year, ...) that it raises, and its mu."""
    rows = sources[[dim, "industry", "mu"]].merge(value, how="cross", suffixes=("_served", ""))
    return rows[(rows["industry_served"] == "") | (rows["industry_served"] == rows["industry"])]


def add(block, core, data):
    sets = data.table("data_sets")
    if not core.has("cells") or sets.empty:
        return
    index = core.space.frame(sets[["data_set"]].merge(pd.DataFrame({"year": list(data.years)}), how="cross"))
    open_ = block.columns("open", index, upper=1, integer=True)
    before = open_.shift("year", 1)
    block.define("kept_open", open_.on(before.index) - before, ">=")
    block.draw("central", total(open_ * open_.index.map("data_set", _by_set(sets, "cost")), ("year",)))
    block.report("data_sets", open=open_)
    core.after(lambda: _add_uplift(block, core, data, open_))


def _by_set(sets: pd.DataFrame, column: str) -> dict:
    return dict(zip(sets["data_set"], sets[column]))


def _add_uplift(block, core, data, open_):
    """Uplift of sets and pairs by region, when it is known how far data reach."""
    reach, reached = None, core.offered("data_reach")
    if reached is not None:
        reach = block.columns("reach", core.space.index(region=None, year=None), upper=1)
        share = data.parameter(NAME, "reach_per_platform")
        block.define("reach_of_platforms", reach - reached.on(reach.index) * share, "<=")
        block.report("data_reach", reach=reach)
    (_, sets), (_, pairs) = _sources(data)
    _lift(block, core, "data_set", sets, open_, reach)
    if len(pairs):
        both = _both(block, core, data, pairs, open_)
        _lift(block, core, "data_pair", pairs, both, reach)


def _both(block, core, data, pairs, open_):
    """Are both sets of a pair open? By pair and year."""
    years = pd.DataFrame({"year": list(data.years)})
    rows = pairs[["data_pair", "first", "second"]].merge(years, how="cross")
    both = block.columns("both", core.space.frame(rows[["data_pair", "year"]]), upper=1)
    parts = []
    for side in ("first", "second"):
        set_ = open_.on(core.space.frame(rows[[side, "year"]].rename(columns={side: "data_set"})))
        parts.append(Linear(both.index, set_.row, set_.col, set_.coef, set_.const))
        block.define(f"both_{side}", both - parts[-1], "<=")
    block.define("both_least", both - parts[0] - parts[1], ">=", -1.0)
    block.report("data_pairs", both=both)
    return both


def _lift(block, core, dim: str, sources: pd.DataFrame, switch, reach) -> None:
    """Uplift by source, region and year: a part of the value, where it is open and in reach."""
    if sources.empty:
        return
    value = core.value_by("region", "industry", "year")
    rows = _served(dim, sources, value.index.frame())
    parts = core.space.frame(rows[[dim, "region", "industry", "year"]])
    served = total(value.on(parts), [dim, *PLACE], weights=rows["mu"].to_numpy())
    index = served.index
    most = core.most(served)
    uplift = block.columns(f"{dim}_uplift", index, upper=most)
    block.define(f"{dim}_value", uplift - served, "<=")
    block.define(f"{dim}_open", uplift - switch.on(index) * most, "<=")
    if reach is not None:
        block.define(f"{dim}_reach", uplift - reach.on(index) * most, "<=")
    block.goal("productivity", uplift)
    block.report(f"{dim}_uplift", uplift=uplift)


def measure(plan, data):
    spend, sets, table = plan.table("allocations"), data.table("data_sets"), plan.table("data_sets")
    if spend.empty or sets.empty:
        return None
    years = pd.DataFrame({"year": list(data.years)})
    keys = sets[["data_set"]].merge(years, how="cross")
    keys["open"] = sum_at(table, "open", keys[["data_set", "year"]])
    later = keys[keys["year"] > data.years[0]]
    before = sum_at(keys.assign(year=keys["year"] + 1), "open", later[["data_set", "year"]])
    labels = ["data_set", "year"]
    parts = [
        rule("whole", keys[labels], keys["open"].round().clip(0, 1), keys["open"], "==", "data sets",
             domain=True),
        rule("kept_open", later[labels], before, later["open"], ">=", "data sets")]
    if len(data.table("budget")) and data.setting("budgets"):
        paid = keys.assign(cost=keys["open"] * keys["data_set"].map(_by_set(sets, "cost")))
        parts.append(rule("central_cost", years, sum_at(paid, "cost", years),
                          sum_at(plan.item("central", NAME), "amount", years), "=="))
    reach = _reach(plan, data)
    if reach is not None:
        parts.append(rule("reach_of_platforms", reach[PLACE], reach["reach"],
                          sum_at(plan.table("data_reach"), "reach", reach[PLACE]), "<=", "share"))
    (_, sets), (_, pairs) = _sources(data)
    both = pairs[["data_pair", "first", "second"]].merge(years, how="cross")
    sides = (both[[side, "year"]].set_axis(labels, axis=1) for side in ("first", "second"))
    both["open"] = np.minimum(*(sum_at(keys, "open", side) for side in sides))
    if len(both):
        pair = both[["data_pair", "year"]]
        parts.append(rule("both", pair, both["open"], sum_at(plan.table("data_pairs"), "both", pair), "==",
                          "pairs"))
    gained = 0.0
    for dim, sources, switch in (("data_set", sets, keys), ("data_pair", pairs, both)):
        rows = plan.table(f"{dim}_uplift")
        if len(rows):
            gained += rows["uplift"].sum()
            parts += _measure_lift(data, spend, dim, rows, sources, switch, reach)
    goals = plan.goals
    told = goals.loc[(goals["goal"] == "productivity") & (goals["owner"] == NAME), "value"].sum()
    parts.append(rule("value", pd.DataFrame({"goal": ["productivity"]}), gained, told, "==", "value"))
    return together(*parts)


def _reach(plan, data) -> pd.DataFrame | None:
    """region, year, reach as the platforms give it; None where nobody tells."""
    table = plan.table("platform_reach")
    if "data" not in table:
        return None
    share = data.parameter(NAME, "reach_per_platform")
    return table[PLACE].assign(reach=np.minimum(1.0, share * table["data"]))


def _measure_lift(data, spend, dim, rows, sources, switch, reach):
    """Each uplift against the value it raises, what is open and the reach; the worst by source and year."""
    keys = ["region", "industry", "year"]
    value = spend[keys].assign(value=cell_values(data, spend), most=cell_values(
        data, spend.assign(spend=data.setting("max_ratio") * spend["baseline"])))
    value = value.groupby(keys, as_index=False).sum()
    served = _served(dim, sources, value).copy()
    for column in ("value", "most"):
        served[column] *= served["mu"]
        rows[column] = sum_at(served, column, rows[[dim, *PLACE]])
    limits = {"value": rows["value"], "open": rows["most"] * sum_at(switch, "open", rows[[dim, "year"]])}
    if reach is not None:
        limits["reach"] = rows["most"] * sum_at(reach, "reach", rows[PLACE])
    for name, limit in limits.items():
        keep = worst(rows, limit - rows["uplift"], [dim, "year"])
        yield rule(f"{dim}_{name}", rows.loc[keep, [dim, *PLACE]], limit[keep], rows.loc[keep, "uplift"],
                   "<=", "value")
    keep = worst(rows, rows["uplift"], [dim, "year"])
    yield rule("not_negative", rows.loc[keep, [dim, *PLACE]], 0.0, rows.loc[keep, "uplift"], ">=",
               "value", domain=True)


def check(data):
    industry = data.table("data_sets").set_index("data_set")["industry"]
    for at, row in enumerate(data.table("data_pairs").itertuples()):
        first, second = industry[row.first], industry[row.second]
        if row.first == row.second:
            yield Problem("data_pairs", say("problem.data_multiplier.itself", first=row.first),
                          say("mend.data_multiplier.itself"), row=at + 2, column="second")
        elif first and second and first != second:
            yield Problem("data_pairs", say("problem.data_multiplier.no_industry", one=row.first,
                                            other=row.second, industry=first, industry2=second),
                          say("mend.data_multiplier.no_industry"), row=at + 2, column="second",
                          severity="warning")


MECHANISM = Mechanism(
    name=NAME, number=17,
    says="Open data sets raise the value of spend where data platforms reach; complementary sets do so once "
         "more.",
    formula="uplift[d,r,t] <= mu_d V[r,i_d,t], <= mu_d M open[d,t], <= mu_d M reach[r,t]; "
            "reach <= min(1, reach_per_platform * data platforms in the zone)",
    sources=(
        Source("P3", "II.2", "Data multiply the other factors and can be shared without being used up."),
        Source("P0", "III.3", "Rights to data are to be clear, so that they can be shared and used."),
    ),
    parameters=(Parameter("reach_per_platform", "share of a zone's value that one data platform reaches", 0.2,
                          "share per platform", 0, 1),),
    tables=(DATA_SETS, DATA_PAIRS), add=add, measure=measure, check=check,
    example=Example(
        settings=("reach_per_platform = 0.5",),
        tables=(("data_sets",
                 "data_set,ownership,access_share,cost,industry,uplift",
                 "design,enterprise,0.5,1,chips,0.1",
                 "market,public,1,2,,0.04"),
                ("data_pairs", "data_pair,first,second,uplift", "design_market,design,market,0.02")),
        sets=("data_multiplier.reach_per_platform=0.25",),
        worked=("The chip designs are open to half: they add 0.5 x 0.1 = 0.05 to the value of chips. On the"
                " coast that value is at most 180, so they add at most 9 a year.",
                "Where the platforms mechanism is on, one hub reaches half of it: 4.5 (with the change a "
                "quarter: 2.25).",
                "Both sets cost 1 + 2 = 3 of central money a year while they are open.")),
)
