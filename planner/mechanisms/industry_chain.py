"""Industrial chain links.

A downstream industry grows into production no faster than its upstream industries develop what
it needs, and a link is worth more where both ends are built in one region.

    sum_r spend[industrialisation, downstream, t]
        <= cap * sum_r (spend[development, upstream, t] + spend[conversion, upstream, t])
    colocated[link, r, t] = focus[r, upstream, t] AND focus[r, downstream, t]
    productivity gains sum dt * bonus * colocated

P0 III.2 asks that resources be gathered along the chain, P3 III.3 that upstream and downstream
upgrade together and cluster.

Departures. The AND is a column in 0..1 that its three rows make whole wherever focus is, so no
binary is branched on; 1 bounds it, being a product of two yes-or-no figures. Only industries that
regions choose among have a focus (regional_fit), so other links have a cap and no bonus; without
regional_fit no link has one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.compliance import rule, together
from planner.model.figures import stages_with_role
from planner.vocabulary import Column, Example, Mechanism, Problem, Source, Table
from planner.words import say

ENDS = ["upstream", "downstream"]
PLACE = [*ENDS, "region", "year"]

LINKS = Table("links", "which industry builds on which", (
    Column("upstream", "text", "the industry that supplies", refers="industries", key=True),
    Column("downstream", "text", "the industry that builds on it", refers="industries", key=True),
    Column("cap", "number", "most industrialisation downstream per unit of development and conversion "
           "upstream; empty: no limit", "money per money", 0, optional=True),
    Column("bonus", "number", "productivity of a region that focuses on both ends", "value per year",
           0, None, 0.0),
))


def _stages(data) -> tuple[list[str], list[str]]:
    """(stages that the cap limits, stages that carry it)."""
    return (stages_with_role(data, "industrialisation"),
            stages_with_role(data, "development", "conversion"))


def _capped(data) -> pd.DataFrame:
    """Links with a cap, by plan year."""
    links = data.table("links")
    return links[links["cap"].notna()].merge(pd.DataFrame({"year": list(data.years)}), how="cross")


def _places(data, focus: pd.DataFrame) -> pd.DataFrame:
    """Where a link with a bonus may be co-located: upstream, downstream, region, year, bonus.

    focus  rows of region, industry, year in which focus can be taken; other columns get the
           endings _upstream and _downstream
    """
    links = data.table("links")
    up, down = (focus.rename(columns={"industry": end}) for end in ENDS)
    both = up.merge(down, on=["region", "year"], suffixes=("_upstream", "_downstream"))
    return both.merge(links.loc[links["bonus"] > 0, [*ENDS, "bonus"]], on=ENDS)


def add(block, core, data):
    limited, carried = _stages(data)
    rows = _capped(data)
    if core.has("cells") and limited and carried and len(rows):
        index = core.space.frame(rows[[*ENDS, "year"]])
        down = core.spend_by("industry", "year", stage=limited).renamed(industry="downstream")
        up = core.spend_by("industry", "year", stage=carried).renamed(industry="upstream")
        block.require("chain", down.on(index) - up.on(index) * rows["cap"].to_numpy(), "<=", lazy=True)
    core.after(lambda: _add_bonus(block, core, data))


def _add_bonus(block, core, data):
    focus = core.offered("focus")
    places = pd.DataFrame() if focus is None else _places(data, focus.index.frame())
    if places.empty:
        return
    index = core.space.frame(places[PLACE])
    colocated = block.columns("colocated", index, upper=1.0)
    up, down = (focus.renamed(industry=end).on(index) for end in ENDS)
    block.define("colocated_upstream", colocated - up, "<=", lazy=True)
    block.define("colocated_downstream", colocated - down, "<=", lazy=True)
    block.define("colocated_least", colocated - up - down, ">=", -1.0, lazy=True)
    worth = places["bonus"] * places["year"].map(core.dt)
    block.goal("productivity", colocated * worth.to_numpy())
    block.report("colocation", colocated=colocated)


def measure(plan, data):
    spend, rows, (limited, carried) = plan.table("allocations"), _capped(data), _stages(data)
    parts = []
    if len(spend) and limited and carried and len(rows):
        down, up = (spend[spend["stage"].isin(stages)].groupby(["industry", "year"])["spend"].sum()
                    for stages in (limited, carried))
        parts.append(rule("chain", rows[[*ENDS, "year"]], rows["cap"] * _at(up, rows[["upstream", "year"]]),
                          _at(down, rows[["downstream", "year"]]), "<="))
    return together(*parts, *_measure_bonus(plan, data))


def _measure_bonus(plan, data):
    """Co-location from the focus table, and its term of the goal."""
    focus = plan.table("focus")
    places = _places(data, focus) if len(focus) else focus
    if places.empty:
        return
    both = np.minimum(places["focus_upstream"], places["focus_downstream"])
    told = plan.table("colocation")
    told = pd.Series(dtype=float) if told.empty else told.groupby(PLACE)["colocated"].sum()
    yield rule("colocated", places[PLACE], both, _at(told, places[PLACE]), "==", "regions")
    discount = (1 + data.setting("discount")) ** -(places["year"] - data.base_year).astype(float)
    goals = plan.goals
    value = goals.loc[(goals["goal"] == "productivity") & (goals["owner"] == "industry_chain"), "value"].sum()
    yield rule("value", pd.DataFrame({"goal": ["productivity"]}), (places["bonus"] * discount * both).sum(),
               value, "==", "value")


def _at(series: pd.Series, keys: pd.DataFrame) -> np.ndarray:
    """Values of a sum at the rows of a frame of labels; 0 where there are none."""
    return series.reindex(pd.MultiIndex.from_frame(keys)).fillna(0.0).to_numpy()


def check(data):
    links = data.table("links")
    for at in np.flatnonzero(links["upstream"] == links["downstream"]):
        yield Problem("links", say("problem.industry_chain.itself", industry=links["upstream"][at]),
                      say("mend.industry_chain.itself"), row=int(at) + 2, column="downstream")


MECHANISM = Mechanism(
    name="industry_chain", number=20,
    says="Downstream production keeps to what upstream develops; linked industries gain from one place.",
    formula="spend[industrialisation, downstream] <= cap spend[development + conversion, upstream]; "
            "+ bonus where focus[r, upstream] and focus[r, downstream]",
    sources=(
        Source("P0", "III.2", "Resources are gathered along the whole innovation and industrial chain."),
        Source("P3", "III.3", "Upstream and downstream upgrade together and form clusters."),
    ),
    tables=(LINKS,), add=add, measure=measure, check=check,
    levers={"chain": "links[{upstream},{downstream}].cap"},
    example=Example(
        tables=(("links", "upstream,downstream,cap,bonus", "chips,food,20,5", "food,chips,20,0"),),
        sets=("links[chips,food].cap=2",),
        worked=("If chips are developed for 30, food's industrialisation is at most 20 x 30 = 600, more "
                "than its cells absorb.",
                "At a cap of 2 the 30 carry only 60; to industrialise food for 74 the plan develops chips "
                "for 37.",
                "A region that focuses on both, with regional_fit on, adds 5 to productivity in each such "
                "year.")),
)
