"""Who does the work: laboratories, universities, institutes and firms.

All money of a region's stage is performed by somebody, nobody beyond capacity; enterprises do
most of what is near the market, small firms have their part, and private firms keep theirs:

    sum_a perform[r, s, a, t] = spend[r, s, t]
    sum_s perform[r, s, a, t] <= capacity[r, a] * (1 + growth[r, a])^(t - base year)
    sum_r,a enterprise perform[s, t] >= floor_s * spend[s, t]
    sum_r,s,a sme perform[t] >= sme_floor * spend[t]
    sum_r,a private perform[R&D, t] >= base share of private firms * spend[R&D, t]

P2 V.2 and P4 III.1 make enterprises the main body of innovation and conversion; P0 III.3 wants
private firms to have an equal place. The papers name no numbers.

Departures. Floors hold in every plan year without a path, since the base year tells performers'
shares of R&D only. A performer that performer_capacity does not list in a region is not limited
there. The consortia of missions are a rule of the missions.

A column is at most what its stage can absorb in that region and year, the sum of its cells'
bounds: perform is a part of that spend.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model import tally
from planner.model.compliance import rule, sum_at, together, worst
from planner.model.figures import rd_stages
from planner.vocabulary import Column, Example, Mechanism, Parameter, Source, Table
from planner.words import say
from solvers.algebra import Index, Linear, total

NAME = "performers"
FLAGS = ("enterprise", "sme", "private", "state")

TABLES = (
    Table("performers", "kinds of performers of research and conversion", (
        Column("performer", "text", "short name of the performer kind", key=True),
        Column("name_en", "text", "name in English", default=""),
        Column("name_zh", "text", "name in Chinese", default=""),
        Column("enterprise", "flag", "is an enterprise", default=False),
        Column("sme", "flag", "is a small or medium enterprise", default=False),
        Column("private", "flag", "is a private enterprise", default=False),
        Column("state", "flag", "is a state-owned enterprise", default=False),
        Column("base_share", "number", "share of national R&D money in the base year", "share", 0, 1, 0.0))),
    Table("performer_capacity", "what performers can do in a region; those not listed are not limited", (
        Column("region", "text", "the region", refers="regions", key=True),
        Column("performer", "text", "the performer kind", refers="performers", key=True),
        Column("capacity", "number", "money performed at most in the base year, over all stages", "money", 0),
        Column("growth", "number", "yearly growth of the capacity", "share", -1, 10, 0.0))),
    Table("enterprise_floors", "least share of enterprises in the money of a stage, nationally", (
        Column("stage", "text", "the stage", refers="stages", key=True),
        Column("floor", "number", "least share in every plan year", "share", 0, 1))),
)


def _with(data, flag: str) -> list[str]:
    """The performer kinds that carry a flag."""
    table = data.table("performers")
    return list(table.loc[table[flag].astype(bool), "performer"])


def _capacity(data) -> pd.DataFrame:
    """region, performer, year, capacity of the plan years."""
    table = data.table("performer_capacity").merge(pd.DataFrame({"year": list(data.years)}), how="cross")
    grown = (1 + table["growth"]) ** (table["year"] - data.base_year)
    return table[["region", "performer", "year"]].assign(capacity=table["capacity"] * grown)


def _private_share(data) -> float:
    """Base-year share of private firms in R&D money; 0 when the rule is off."""
    table = data.table("performers")
    keep = data.parameter(NAME, "keep_private")
    return float(table.loc[table["private"].astype(bool), "base_share"].sum()) if keep else 0.0


def _floors(data) -> dict[str, float]:
    """Least share of enterprises by stage, where there is one."""
    table = data.table("enterprise_floors")
    return {stage: floor for stage, floor in zip(table["stage"], table["floor"]) if floor > 0}


def _national(data):
    """(rule, performers counted, stages or None for all, share) of the rules on national sums by year."""
    if data.parameter(NAME, "sme_floor"):
        yield "sme_floor", _with(data, "sme"), None, data.parameter(NAME, "sme_floor")
    if _private_share(data) and rd_stages(data):
        yield "keep_private", _with(data, "private"), rd_stages(data), _private_share(data)


def add(block, core, data):
    if not core.has("cells") or not core.has("performer"):
        return
    spent = core.spend_by("region", "stage", "year")
    perform = block.columns("perform", *_index(core, spent))
    block.define("performed", total(perform, ("region", "stage", "year")) - spent, "==")
    block.publish("perform", perform)
    block.report(NAME, perform=perform)
    capacity = _capacity(data)
    if len(capacity):
        limited = core.space.frame(capacity[["region", "performer", "year"]])
        block.require("capacity", total(perform, limited.dims).on(limited), "<=",
                      capacity["capacity"].to_numpy(float), lazy=True)
    floors = _floors(data)
    if floors:
        whole = core.spend_by("stage", "year", stage=list(floors))
        part = total(perform.where(performer=_with(data, "enterprise")), ("stage", "year"))
        block.require("enterprise_floor", part.on(whole.index) - whole * whole.map("stage", floors), ">=")
    for name, counted, stages, share in _national(data):
        where = {} if stages is None else {"stage": stages}
        whole = core.spend_by("year", **where)
        part = total(perform.where(performer=counted, **where), ("year",))
        block.require(name, part.on(whole.index) - share * whole, ">=")


def _index(core, spent):
    """(index over region, stage, performer, year; what each column can be at most)."""
    kinds = core.space.size("performer")
    region, stage, year = (np.repeat(codes, kinds) for codes in spent.index.codes)
    performer = np.tile(np.arange(kinds), len(spent))
    index = Index(core.space, ("region", "stage", "performer", "year"), (region, stage, performer, year))
    most = total(Linear.constant(core.cells, core.most(core.spend)), spent.index.dims)
    return index, 0.0, most.on(index).const


def measure(plan, data):
    spend, table = plan.table("allocations"), plan.table(NAME)
    if spend.empty or data.table("performers").empty:
        return None
    if table.empty:
        table = pd.DataFrame({"region": [], "stage": [], "performer": [], "year": [], "perform": []})
    keys = spend[["region", "stage", "year"]].drop_duplicates()
    parts = [rule("performed", keys, sum_at(spend, "spend", keys), sum_at(table, "perform", keys), "==")]
    if len(table):
        keep = worst(table, table["perform"], ["region", "year"])
        parts.append(rule("not_negative", table.loc[keep, ["region", "stage", "performer", "year"]], 0.0,
                          table.loc[keep, "perform"], ">=", domain=True))
    capacity = _capacity(data)
    keys = capacity[["region", "performer", "year"]]
    parts.append(rule("capacity", keys, capacity["capacity"], sum_at(table, "perform", keys), "<="))
    floors = _floors(data)
    keys = spend.loc[spend["stage"].isin(floors), ["stage", "year"]].drop_duplicates()
    if len(keys):
        firms = table[table["performer"].isin(_with(data, "enterprise"))]
        parts.append(rule("enterprise_floor", keys, keys["stage"].map(floors) * sum_at(spend, "spend", keys),
                          sum_at(firms, "perform", keys), ">="))
    years = pd.DataFrame({"year": list(data.years)})
    for name, counted, stages, share in _national(data):
        whole, part = spend, table[table["performer"].isin(counted)]
        if stages is not None:
            whole, part = (rows[rows["stage"].isin(stages)] for rows in (whole, part))
        parts.append(rule(name, years, share * sum_at(whole, "spend", years),
                          sum_at(part, "perform", years), ">="))
    return together(*parts)


def check(data):
    table = data.table("performers")
    if table.empty:
        return
    shares = table["base_share"].sum()
    if shares > 1 + 1e-6:
        yield data.problem("performers", say("problem.performers.shares", shares=shares),
                           say("mend.add_to_one"), column="base_share")
    if _floors(data) and not _with(data, "enterprise"):
        yield data.problem("enterprise_floors", say("problem.performers.no_enterprise"),
                           say("mend.performers.no_enterprise"), column="floor")
    if data.parameter(NAME, "sme_floor") and not _with(data, "sme"):
        yield data.problem(f"{NAME}.sme_floor", say("problem.performers.no_sme"),
                           say("mend.performers.no_sme"))


SUMS = {
    "performed": tally.rule("region stage", tally.of(NAME)("region", "stage"),
        tally.spend("region", "stage")),
    "capacity": tally.rule("region performer", tally.of(NAME)("region", "performer")),
    "enterprise_floor": tally.rule("stage", tally.of(NAME)("stage", performer="enterprise"),
        tally.spend("stage")),
    "sme_floor": tally.rule("", tally.of(NAME)(performer="sme"), tally.spend()),
    "keep_private": tally.rule("", tally.of(NAME)(performer="private", stage="rd"), tally.spend(stage="rd")),
}


MECHANISM = Mechanism(
    name=NAME, number=5,
    says="All money is performed within capacity; enterprises lead near the market, small and private firms "
         "keep their part.",
    formula="sum_a perform[r,s,a,t] = spend[r,s,t]; sum_s perform[r,s,a,t] <= capacity[r,a,t]; "
            "enterprises >= floor_s * spend[s,t]; SMEs >= sme_floor * spend[t]; "
            "private >= base share * R&D spend[t]",
    sources=(
        Source("P2", "V.2", "Enterprises are the main body of innovation and need room for it."),
        Source("P4", "III.1", "The market leads conversion and industrialisation."),
        Source("P0", "III.3", "Private firms are to have an equal place in national tasks."),
    ),
    parameters=(
        Parameter("sme_floor", "least share of all money that small and medium enterprises perform", None,
                  "share", 0, 1),
        Parameter("keep_private", "private firms keep at least their base-year share of R&D money", True,
                  kind="flag"),
    ),
    tables=TABLES, add=add, measure=measure, sums=SUMS, check=check,
    levers={"capacity": "performer_capacity[{region},{performer}].capacity",
            "enterprise_floor": "enterprise_floors[{stage}].floor", "sme_floor": "performers.sme_floor"},
    example=Example(
        settings=("sme_floor = 0.1", "keep_private = true"),
        tables=(("performers",
                 "performer,enterprise,sme,private,state,base_share",
                 "university,false,false,false,false,0.6",
                 "firm,true,true,true,false,0.4"),
                ("performer_capacity",
                 "region,performer,capacity,growth",
                 "coast,firm,60,0.1",
                 "inland,firm,50,0.1"),
                ("enterprise_floors", "stage,floor", "research,0", "application,0.3")),
        sets=("performers.sme_floor=0.2",),
        worked=("Inland's firms can do 50 x 1.1 = 55 in 2025 and 60.5 in 2026.",
                "Of 160 spent on application firms do at least 0.3 x 160 = 48.",
                "Of 195 in all, small firms do at least 19.5 (with sme_floor at 0.2: 39) and private firms "
                "keep their 0.4 of R&D: 78.")),
)
