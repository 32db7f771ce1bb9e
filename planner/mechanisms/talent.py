"""Talent: people are trained, introduced, kept and lent, and money needs people to be spent.

Stocks of each type grow by those trained (who arrive after training_lag years) and introduced,
shrink by attrition, and drift between regions at the observed rate; retention money keeps part
of those who would leave. Spend, missions and whoever else draws on talent use at most the stock,
plus what is borrowed from other regions (less what is lent).

    stock_t = (1 - attrition + drift_r) stock_{t-1} + retain_t - g_r sum_r' retain_{r',t}
              + train_{t-lag} + introduce_t
    sum_s fte[s,q] need_factor[r,q] spend[r,s,t] + other draws <= stock + borrowed
    retain <= retention_limit * max(0, -drift_r) * stock_{t-1},    sum_r introduce <= quota[q,t]
    sum_r borrowed = 0,    borrowed <= borrow_cap * base stock * reach[r,t]
    sum_r need[technical] >= technical_share * sum_r,q need

g_r is a region's share of all inflow in the base year: who is kept does not arrive there.
reach is the number of talent-sharing platforms (1 where there is no platforms mechanism).
Training, introduction and retention are paid from the central budget.

P2 IV.4 and V.4 tell of the drift to the coast (the east's net inflow rose from 5.7 to 14.1 %) and
ask for skilled workers; P0 III.2 asks that talent be shared, P3 I.2 for top scientists.

Departures. `borrowed` is net, negative for a lender, so that no region does both. It is
capped on the base-year stock, which keeps the product with reach linear. People trained before
the plan are not counted. The stock's bound is the stock of a region that trains all it can, keeps
all it may and gets the whole quota: valid, as nobody can have more.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model import tally
from planner.model.compliance import read_at, rule, together
from planner.vocabulary import Column, Example, Mechanism, Parameter, Problem, Source, Table
from planner.words import say
from solvers.algebra import Linear, total

KEYS = ["region", "talent_type", "year"]


def _key(name: str, about: str, refers: str | None = None) -> Column:
    return Column(name, "text", about, refers=refers, key=True)


def _number(name, about, unit, low=0.0, high=None, default=0.0) -> Column:
    return Column(name, "number", about, unit, low, high, default)


TABLES = (
    Table("talent_types", "kinds of talent", (
        _key("talent_type", "short name of the talent type"),
        Column("name_en", "text", "name in English", default=""),
        Column("name_zh", "text", "name in Chinese", default=""),
        Column("whole", "flag", "introduced in whole persons", default=False),
        Column("technical", "flag", "counts for the technical share", default=False),
        _number("attrition", "part of the stock that leaves for good each year", "share", 0, 1),
        Column("training_lag", "integer", "years from training to work", "years", 0, 30, 0),
        _number("training_cost", "cost of training one", "money per FTE"),
        _number("introduction_cost", "cost of introducing one from abroad", "money per FTE"))),
    Table("talent_need", "people that money needs to be spent", (
        _key("stage", "the stage", "stages"), _key("talent_type", "kind of talent", "talent_types"),
        _number("fte", "people per unit of money", "FTE per money", default=None))),
    Table("talent_stock", "people by region", (
        _key("region", "the region", "regions"), _key("talent_type", "kind of talent", "talent_types"),
        _number("stock", "stock of the base year", "FTE", default=None),
        _number("training", "most that can be trained each year", "FTE"),
        _number("need_factor", "multiplier of the national need", "1", default=1.0),
        _number("drift", "net inflow each year, negative for a loss", "share", -1, 1))),
    Table("introduction", "people introduced from abroad", (
        _key("talent_type", "kind of talent", "talent_types"),
        Column("year", "integer", "plan year", "year", 1900, 2200, key=True),
        _number("quota", "most that are introduced, in all regions together", "FTE", default=None))),
)


def _people(data) -> pd.DataFrame:
    """Region, type and year with their figures: `quota`, `most` (bound of the stock), `gain` (g_r)."""
    people = data.table("talent_stock").merge(
        data.table("talent_types").drop(columns=["name_en", "name_zh"]), on="talent_type")
    inflow = people["drift"].clip(lower=0.0) * people["stock"]
    whole = inflow.groupby(people["talent_type"]).transform("sum")
    people["gain"] = (inflow / whole.where(whole > 0)).fillna(0.0)
    keep = data.parameter("talent", "retention_limit")
    people["loss"] = keep * (-people["drift"]).clip(lower=0.0)
    people["rate"] = (1 - people["attrition"] + people["drift"]).clip(lower=0.0)
    parts, most = [], people["stock"]
    quota = data.table("introduction").set_index(["talent_type", "year"])["quota"].to_dict()
    for year in data.years:
        allowed = np.array([quota.get((kind, year), 0.0) for kind in people["talent_type"]])
        trained = people["training"].where(year - people["training_lag"] >= data.years[0], 0.0)
        most = (people["rate"] + people["loss"]) * most + trained + allowed
        parts.append(people.assign(year=year, quota=allowed, most=most))
    return pd.concat(parts, ignore_index=True)


def add(block, core, data):
    if not core.has("talent_type") or data.table("talent_stock").empty:
        return
    people = _people(data)
    index = core.space.frame(people[KEYS])
    number = {name: people[name].to_numpy(float) for name in people if name not in (*KEYS, "year")
              and people[name].dtype.kind in "fib"}
    stock = block.columns("stock", index, upper=number["most"])
    train = block.columns("train", index, upper=number["training"])
    introduce = _introduce(block, people, index)
    borrowed = block.columns("borrowed", index, lower=-number["most"])  # nobody lends more than there are
    losing = index.take(number["loss"] > 0)
    retain = block.columns("retain", losing)

    first = index.code("year") == 0
    before = stock.shift("year", 1).on(index) + number["stock"] * first
    retained = block.aggregate("retained", total(retain, ("talent_type", "year")))
    kept = retain.on(index) - retained.on(index) * number["gain"]
    block.define("stock_flow", stock - before * number["rate"] - kept - _arrived(train, people)
                 - introduce, "==")
    block.require("retention", retain - (before * number["loss"]).on(losing), "<=", lazy=True)
    limited = introduce.where(number["quota"] > 0)
    used = total(limited, ("talent_type", "year"))
    quota = dict(zip(zip(people["talent_type"], people["year"]), people["quota"]))
    block.require("quota", used, "<=", used.map(("talent_type", "year"), quota))
    block.define("shared", total(borrowed, ("talent_type", "year")), "==")
    _add_need(block, core, data, index)
    block.supply("talent", stock + borrowed.linear())
    block.draw("central", total(train, ("year",), number["training_cost"])
               + total(introduce, ("year",), number["introduction_cost"])
               + (total(retain, ("year",)).on(core.space.index(year=None))
                  * data.parameter("talent", "retention_cost")))
    block.publish("talent_stock", stock)
    block.report("talent", stock=stock, train=train, introduce=introduce, retain=retain.on(index),
                 borrowed=borrowed)
    cap = data.parameter("talent", "borrow_cap") * number["stock"]

    def cap_borrowing():
        reach = core.offered("talent_sharing_reach")
        reach = Linear.constant(index, 1.0) if reach is None else reach.on(index)
        block.require("borrow_cap", borrowed - reach * cap, "<=", lazy=True)
    core.after(cap_borrowing)


def _introduce(block, people, index) -> Linear:
    """People introduced, in whole persons where the type asks for it; none without a quota."""
    parts, quota = Linear.constant(index, 0.0), people["quota"].to_numpy()
    for name, integer in (("introduce", False), ("introduce_whole", True)):
        rows = (quota > 0) & (people["whole"].to_numpy(bool) == integer)
        if rows.any():
            made = block.columns(name, index.take(rows), upper=quota[rows], integer=integer)
            parts = parts + made.on(index)
    return parts


def _arrived(train, people) -> Linear:
    """Those whose training ends in the year: trained `training_lag` years earlier."""
    arrived = Linear.constant(train.index, 0.0)
    for lag in people["training_lag"].unique():
        part = train.where((people["training_lag"] == lag).to_numpy())
        arrived = arrived + part.shift("year", int(lag)).on(train.index)
    return arrived


def _needs(data) -> pd.DataFrame:
    """FTE per unit of money by region, stage and type."""
    needs = data.table("talent_need").merge(data.table("talent_stock"), on="talent_type")
    needs["rate"] = needs["fte"] * needs["need_factor"]
    return needs[["region", "stage", "talent_type", "rate"]]


def _add_need(block, core, data, index):
    """Draws of spend, and the technical workers' share of them."""
    needs = _needs(data)
    if not core.has("cells") or needs.empty:
        return
    rows = needs.merge(pd.DataFrame({"year": list(data.years)}), how="cross")
    each = core.space.frame(rows[["region", "stage", "talent_type", "year"]])
    people = core.spend_by("region", "stage", "year").on(each) * rows["rate"].to_numpy()
    need = total(people, KEYS)
    block.draw("talent", need)
    share, technical = data.parameter("talent", "technical_share"), _technical(data)
    if share and technical:
        everyone = total(need, ("year",))
        block.require("technical_share", total(need.where(talent_type=technical), ("year",))
                      - everyone * share, ">=")


def _technical(data) -> list[str]:
    types = data.table("talent_types")
    return list(types.loc[types["technical"], "talent_type"])


def measure(plan, data):
    table = plan.table("talent")
    if table.empty:
        return None
    people = _people(data)
    table = people[KEYS].merge(table, how="left", on=KEYS).fillna(0.0)
    keys, loss = table[KEYS], people["loss"]
    before = read_at(table.set_index(KEYS)["stock"], keys.assign(year=keys["year"] - 1))
    before = np.where(keys["year"] == data.years[0], people["stock"], before)
    then = keys.assign(year=keys["year"] - people["training_lag"])
    arrived = read_at(table.set_index(KEYS)["train"], then)
    kept = table["retain"].groupby([table["talent_type"], table["year"]]).transform("sum")
    flow = (before * people["rate"] + table["retain"] - kept * people["gain"] + arrived
            + table["introduce"])
    parts = [rule("stock_flow", keys, flow, table["stock"], "==", "FTE"),
             rule("retention", keys[loss > 0], (before * loss)[loss > 0], table["retain"][loss > 0], "<=",
                  "FTE"),
             rule("training", keys, people["training"], table["train"], "<=", "FTE", domain=True)]
    lowest = table[["stock", "train", "introduce", "retain"]].min(axis=1)
    parts.append(rule("not_negative", keys, 0.0, lowest, ">=", "FTE", domain=True))
    parts.append(rule("retain_only_losses", keys[loss == 0], 0.0, table["retain"][loss == 0], "<=", "FTE",
                      domain=True))
    whole, amount = people["whole"].to_numpy(bool), table["introduce"]
    parts.append(rule("whole_persons", keys[whole], amount[whole].round(), amount[whole], "==", "FTE",
                      domain=True))
    sums = table.groupby(["talent_type", "year"])[["introduce", "borrowed"]].sum()
    types = sums.index.to_frame(index=False)
    quota = read_at(people.groupby(["talent_type", "year"])["quota"].first(), types)
    parts.append(rule("quota", types, quota, sums["introduce"].to_numpy(), "<=", "FTE"))
    parts.append(rule("shared", types, 0.0, sums["borrowed"].to_numpy(), "==", "FTE",
                      scale=read_at(table.groupby(["talent_type", "year"])["stock"].sum(), types)))
    reach, reached = plan.table("platform_reach"), 1.0
    if len(reach):
        reached = read_at(reach.groupby(["region", "year"])["talent_sharing"].sum(), keys[["region", "year"]])
    cap = data.parameter("talent", "borrow_cap") * people["stock"] * reached
    parts.append(rule("borrow_cap", keys, cap, table["borrowed"], "<=", "FTE"))
    parts.append(rule("lent", keys, -people["most"], table["borrowed"], ">=", "FTE", domain=True))
    cost = (table["train"] * people["training_cost"] + table["introduce"] * people["introduction_cost"]
            + table["retain"] * data.parameter("talent", "retention_cost")).groupby(table["year"]).sum()
    parts.append(_item(plan.item("central", "talent"), "central_cost", ["year"], cost, "money"))
    supply = (table["stock"] + table["borrowed"]).groupby([table[key] for key in KEYS]).sum()
    parts.append(_item(_own(plan, "supply"), "supply", KEYS, supply, "FTE"))
    return together(*parts, *_measure_need(plan, data))


def _measure_need(plan, data):
    spend, needs = plan.table("allocations"), _needs(data)
    if spend.empty or needs.empty:
        return
    spend = spend.groupby(["region", "stage", "year"], as_index=False)["spend"].sum().merge(
        needs, on=["region", "stage"])
    need = (spend["spend"] * spend["rate"]).groupby([spend[key] for key in KEYS]).sum()
    yield _item(_own(plan, "draw"), "need", KEYS, need, "FTE")
    share, technical = data.parameter("talent", "technical_share"), _technical(data)
    if share and technical:
        everyone = need.groupby("year").sum()
        workers = need[need.index.isin(technical, "talent_type")].groupby("year").sum()
        yield rule("technical_share", everyone.index.to_frame(index=False), share * everyone.to_numpy(),
                   workers.reindex(everyone.index, fill_value=0.0).to_numpy(), ">=", "FTE")


def _own(plan, side: str) -> pd.DataFrame:
    """What this mechanism draws on or supplies to the talent balance."""
    table = plan.table("talent_balance")
    return table if table.empty else table[(table["owner"] == "talent") & (table["side"] == side)]


def _item(table: pd.DataFrame, name: str, keys: list[str], amount: pd.Series, unit: str) -> pd.DataFrame:
    """A recorded item must be what the tables say it is."""
    told = table.groupby(keys)["amount"].sum() if len(table) else pd.Series(dtype=float)
    if table.empty and name.endswith("_cost"):  # without budgets no cost is recorded
        return None
    frame = amount.index.to_frame(index=False)
    return rule(name, frame, amount.to_numpy(), read_at(told, frame), "==", unit)


def check(data):
    types = data.table("talent_types")
    if data.parameter("talent", "technical_share") and len(types) and not types["technical"].any():
        yield Problem("talent_types", say("problem.talent.technical"), say("mend.talent.technical"),
                      column="technical")


SUMS = {
    "quota": tally.rule("talent_type", tally.of("talent")("talent_type", amount="introduce")),
    "shared": tally.rule("talent_type", tally.of("talent")("talent_type", amount="borrowed")),
}


MECHANISM = Mechanism(
    name="talent", number=11,
    says="Money is spent only where there are people; they are trained, introduced, kept and lent.",
    formula="stock_t = (1 - attrition + drift) stock_{t-1} + retain + train + introduce; "
            "sum fte * spend <= stock + borrowed",
    sources=(
        Source("P0", "III.2", "Talent of different regions and units should be shared and move freely."),
        Source("P2", "IV.4", "Talent drifts to the coast; its net inflow rose from 5.7 to 14.1 %."),
        Source("P2", "V.4", "New productive forces need skilled technical workers as well."),
        Source("P3", "I.2", "Strategic scientists and leading engineers carry breakthroughs."),
    ),
    parameters=(
        Parameter("borrow_cap", "share of the base-year stock that a region may borrow per talent-sharing "
                  "platform it is reached by (in all, without the platforms mechanism)", 0.05, "share", 0, 1),
        Parameter("technical_share", "least share of technical workers among the people that money "
                  "needs, nationally; not set: no such rule", None, "share", 0, 1),
        Parameter("retention_cost", "cost of keeping one for a year who would leave", 0.0, "money per FTE",
                  0),
        Parameter("retention_limit", "part of the drift that money can stop", 0.5, "share", 0, 1),
    ),
    tables=TABLES, add=add, measure=measure, sums=SUMS, check=check,
    levers={"quota": "introduction[{talent_type},{year}].quota", "retention": "talent.retention_limit",
            "borrow_cap": "talent.borrow_cap", "technical_share": "talent.technical_share"},
    example=Example(
        settings=("borrow_cap = 0.1",
                  "technical_share = 0.3",
                  "retention_cost = 0.01",
                  "retention_limit = 0.5"),
        tables=(("talent_types",
                 "talent_type,whole,technical,attrition,training_lag,training_cost,introduction_cost",
                 "engineer,true,false,0.1,1,0.1,0.2",
                 "worker,false,true,0.1,0,0.05,0.1"),
                ("talent_need", "stage,talent_type,fte", "research,engineer,1", "research,worker,0.5"),
                ("talent_stock",
                 "region,talent_type,stock,training,need_factor,drift",
                 "coast,engineer,200,20,1,0.1",
                 "inland,engineer,150,10,1,-0.1"),
                ("introduction", "talent_type,year,quota", "engineer,2025,3", "worker,2026,4")),
        sets=("talent.borrow_cap=0.2", "introduction[engineer,2025].quota=6"),
        worked=("Inland has 150 engineers; a tenth stops working and a tenth drifts to the coast: 120 are "
                "there in 2025.",
                "Money can stop half of that drift of 15: at most 7.5 are kept, for 0.01 each.",
                "At most 3 engineers are introduced in 2025 (with the change: 6), in whole persons.",
                "10 spent on research tie up 10 engineers and 5 workers.")),
)
