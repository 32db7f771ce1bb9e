"""Platforms: laboratories, pilot plants, data and talent-sharing platforms.

A platform is decided whole, is built over build_years, costs its capital while it is built and
its running cost while it stands. It opens only where the industries fit, where each new one
finds enough talent, and where the platform it rests on stands. Where the base capacity of a
kind is known, the stages and categories it serves get no more money than it can carry; a
zone-wide platform carries, and reaches, all regions of its zone.

    standing[r,p,t] = existing + sum_{u <= t - build_years} open[r,p,u]
    sum_{(s,k) served by p} spend[r,k,s,t] <= base_capacity + capacity_p * standing
    (summed over the zone if p is zone-wide)
    sum_t open[r,p,t] <= per_region,  and fewest..most per zone and in all
    min_talent_p * opened[r,p,t] <= sum_q stock[r,q,t]
    opened[r,p,t] <= U_rp * standing[r or its zone, required platform, t]

opened is the sum of openings up to t; U_rp, the most that may open (per_region, or one less what
exists of a unique kind), bounds it and is reached. P0 III.2 asks for shared platforms, P4 III.3
for laboratories and pilot plants, P3 IV.3 for platforms away from the coast.

Departures. A platform is begun only if it will stand within the plan: no cost or count is left
beyond it. Each new one needs min_talent people of its region to itself, which says the same for
the first one and keeps the rule linear for more. Without the talent mechanism the base-year
stock counts. Platforms are not closed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model import facilities, tally
from planner.model.compliance import rule, together
from planner.vocabulary import Column, Example, Mechanism, Problem, Source, Table
from planner.words import say
from solvers.algebra import Linear, total

KEYS = ["region", "platform", "year"]


def _key(name: str, about: str, refers: str | None = None) -> Column:
    return Column(name, "text", about, refers=refers, key=True)


def _number(name, about, unit, high=None, default=0.0, **more) -> Column:
    return Column(name, "number", about, unit, 0, high, default, **more)


def _count(name: str, about: str, **more) -> Column:
    return Column(name, "integer", about, "platforms", 0, 100000, **(more or {"optional": True}))


TABLES = (
    Table("platform_types", "kinds of platform", (
        _key("platform", "short name of the platform"),
        Column("name_en", "text", "name in English", default=""),
        Column("name_zh", "text", "name in Chinese", default=""),
        Column("unique", "flag", "at most one per region", default=False),
        _number("capital", "cost of building one, spread over its building years", "money"),
        _number("running", "cost of one each year it stands", "money per year"),
        Column("build_years", "integer", "years from the decision until it stands", "years", 0, 30, 0),
        _number("local_share", "part of its cost that its region pays", "share", 1),
        _number("capacity", "money each year that one can carry in the cells it serves", "money per year"),
        Column("zone_wide", "flag", "serves every region of its zone", default=False),
        Column("talent_sharing", "flag", "lets regions of its zone borrow talent", default=False),
        Column("data", "flag", "a data platform", default=False),
        _number("min_talent", "people of all types that each new one needs in its region", "FTE"),
        Column("requires", "text", "platform that must stand first", default="", refers="platform_types"),
        _count("per_region", "most new ones per region", default=1),
        _count("fewest", "least number of new ones, in all"), _count("most", "most new ones, in all"))),
    Table("platform_stock", "platforms of the base year", (
        _key("region", "the region", "regions"), _key("platform", "the platform", "platform_types"),
        _count("existing", "platforms that stand", default=0),
        _number("base_capacity", "money that is carried without new platforms; empty: not limiting",
                "money per year", default=None, optional=True))),
    Table("platform_serves", "stages and categories that a platform carries", (
        _key("platform", "the platform", "platform_types"), _key("stage", "the stage", "stages"),
        _key("category", "the category", "categories"))),
    Table("platform_zones", "new platforms per zone", (
        _key("zone", "the zone", "zones"), _key("platform", "the platform", "platform_types"),
        _count("fewest", "least number of new ones"), _count("most", "most new ones"))),
    Table("platform_fit", "fit that a platform needs", (
        _key("platform", "the platform", "platform_types"), _key("industry", "the industry", "industries"),
        _number("least", "least fit of the industry in the region", "1", 10, None))),
)


def add(block, core, data):
    if data.table("platform_types").empty or data.table("regions").empty:
        return
    place, made = facilities.places(data), facilities.openings(data)
    begun = made[["region", "platform", "start"]].rename(columns={"start": "year"})
    open_ = block.columns("open", core.space.frame(begun), upper=made["room"].to_numpy(), integer=True)

    def count(rows, *by, weight=1.0) -> Linear:
        """Sum of weight * open by labels, over a frame whose `row` says which opening."""
        index = core.space.frame(rows[list(by)])
        weight = np.broadcast_to(np.asarray(weight, float), (len(rows),))
        return total(Linear(index, np.arange(len(rows)), open_.first + rows["row"].to_numpy(int), weight), by)

    rows = facilities.by_year(data, made)
    everywhere = core.space.index(region=None, platform=None, year=None)
    stock = count(rows[rows["stands"]], *KEYS).on(everywhere) + everywhere.map(
        ("region", "platform"), _by_place(place, "existing"))
    block.publish("platform_stock", stock)
    block.report("platforms", open=open_.on(everywhere), stock=stock)
    new = count(made[made.duplicated(["region", "platform"], keep=False)], "region", "platform")
    block.define("per_region", new, "<=", new.map(("region", "platform"), _by_place(place, "room")))
    for name, keys, sense, limit in facilities.limits(data):
        index = core.space.frame(limit.index.to_frame(index=False))
        block.require(name, count(made, *keys).on(index), sense, limit.to_numpy(float))
    _add_costs(block, core, place, rows, count)
    _add_needs(block, core, data, place, rows, stock, count)
    _add_capacity(block, core, data, place, stock)
    reach, by = {}, "zone" if core.has("zone") else "region"
    for name, kinds in facilities.reaching(data).items():
        number = block.aggregate(f"{name}_reach", total(stock.where(platform=kinds), (by, "year")))
        reach[name] = number.on(core.space.index(region=None, year=None))
        block.publish(f"{name}_reach", reach[name])
    block.report("platform_reach", **reach)


def _by_place(place: pd.DataFrame, column: str) -> dict:
    return dict(zip(zip(place["region"], place["platform"]), place[column]))


def _add_costs(block, core, place, rows, count):
    """Both budgets pay their share of capital and of the running cost of all that stand."""
    year, region_year = core.space.index(year=None), core.space.index(region=None, year=None)
    fixed, share = place["running"] * place["existing"], rows["local_share"]
    local = (fixed * place["local_share"]).groupby(place["region"]).sum()
    block.draw("central", count(rows, "year", weight=rows["money"] * (1 - share)).on(year)
               + (fixed.sum() - local.sum()))
    block.draw("local", count(rows, "region", "year", weight=rows["money"] * share).on(region_year)
               + region_year.map("region", local.to_dict()))


def _add_needs(block, core, data, place, rows, stock, count):
    """Talent for each new one, and the platform it rests on, from the year it may begin in."""
    opened = count(rows, *KEYS)
    resting = opened.where(platform=place.loc[place["requires"] != "", "platform"].unique())
    if len(resting):
        required = dict(zip(place["platform"], place["requires"]))
        wanted = resting.index.frame().assign(platform=lambda at: at["platform"].map(required))
        base = _standing_seen(core, place, stock, core.space.frame(wanted))
        room = resting.map(("region", "platform"), _by_place(place, "room"))
        base = Linear(resting.index, base.row, base.col, base.coef, base.const)
        block.require("requires", (resting - base * room).where(base.const < 1), "<=")
    needy = opened.where(platform=place.loc[place["min_talent"] > 0, "platform"].unique())
    least = needy.map(("region", "platform"), _by_place(place, "min_talent"))

    def need_talent():
        talent, base = core.offered("talent_stock"), data.table("talent_stock")
        if talent is None and base.empty:
            return
        if talent is None:
            people = base.groupby("region")["stock"].sum().to_dict()
            there = Linear.constant(needy.index, needy.map("region", people, default=0.0))
        else:
            there = total(talent, ("region", "year")).on(needy.index)
        block.require("talent_base", needy * least - there, "<=", lazy=True)
    if len(needy):
        core.after(need_talent)


def _standing_seen(core, place, stock, index) -> Linear:
    """Platforms that stand for each row: in its region, or in its zone if the platform is pooled."""
    pooled = place.loc[place["pooled"], "platform"].unique()
    seen = stock.where(~stock.index.mask(platform=pooled)).on(index)
    if len(pooled):
        seen = seen + total(stock.where(platform=pooled), ("zone", "platform", "year")).on(index)
    return seen


def _add_capacity(block, core, data, place, stock):
    """Supplies of capacity by region, or by zone where it is pooled; draws by the spend served."""
    served = facilities.served(data, place)
    if served.empty or not core.has("cells"):
        return
    spent = core.spend_by("region", "category", "stage", "year").on(core.space.frame(served[
        ["region", "category", "stage", "year"]]))
    each = core.space.frame(served[["region", "platform", "category", "stage", "year"]])
    block.draw("platform", total(Linear(each, spent.row, spent.col, spent.coef, spent.const), KEYS))
    base = stock.map(("region", "platform"), _by_place(place.fillna({"base_capacity": 0.0}), "base_capacity"))
    supply = stock * stock.map("platform", dict(zip(place["platform"], place["capacity"]))) + base
    serving = served["platform"].unique()
    for pooled, dims in ((False, KEYS), (True, ["zone", "platform", "year"])):
        own = place[place["limited"] & (place["pooled"] == pooled) & place["platform"].isin(serving)]
        if len(own):
            rows = pd.MultiIndex.from_frame(stock.index.frame()[["region", "platform"]]).isin(
                pd.MultiIndex.from_frame(own[["region", "platform"]]))
            block.supply("platform", total(supply.where(rows), dims))


def measure(plan, data):
    place, made = facilities.places(data), facilities.openings(data)
    if place.empty:
        return None
    table = plan.table("platforms")
    table = table if len(table) else pd.DataFrame({key: [] for key in [*KEYS, "open", "stock"]})
    amount = table.groupby(KEYS)[["open", "stock"]].sum()
    x = _at(amount["open"], made[["region", "platform", "start"]].set_axis(KEYS, axis=1))
    rows = facilities.by_year(data, made)
    rows["open"] = x[rows["row"]]
    made = made.assign(open=x)
    whole = place.merge(pd.DataFrame({"year": list(data.years)}), how="cross")
    new = rows[rows["stands"]].groupby(KEYS)["open"].sum()
    whole["stock"] = whole["existing"] + _at(new, whole[KEYS])
    room = made.set_index(["region", "platform", "start"])["room"]
    parts = [
        rule("whole", table[KEYS], table["open"].round(), table["open"], "==", "platforms", domain=True),
        rule("not_negative", table[KEYS], 0.0, table["open"], ">=", "platforms", domain=True),
        rule("room", table[KEYS], _at(room, table[KEYS]), table["open"], "<=", "platforms", domain=True),
        rule("stock", whole[KEYS], whole["stock"], _at(amount["stock"], whole[KEYS]), "==", "platforms")]
    sums = made.groupby(["region", "platform"]).agg({"open": "sum", "room": "first"})
    parts.append(rule("per_region", sums.index.to_frame(index=False), sums["room"], sums["open"], "<=",
                      "platforms", domain=True))
    for name, keys, sense, limit in facilities.limits(data):
        labels = limit.index.to_frame(index=False)
        parts.append(rule(name, labels, limit.to_numpy(), _at(made.groupby(keys)["open"].sum(), labels),
                          sense, "platforms"))
    return together(*parts, *_measure_costs(plan, whole, rows), *_measure_needs(plan, data, whole, rows),
                    *_measure_capacity(plan, data, place, whole), *_measure_reach(plan, data, whole))


def _measure_costs(plan, whole, rows):
    for level, keys in (("central", ["year"]), ("local", ["region", "year"])):
        item = plan.item(level, "platforms")
        if len(item):
            cost = 0.0
            for part, money in ((whole, whole["running"] * whole["existing"]),
                                (rows, rows["money"] * rows["open"])):
                paid = money * (1 - part["local_share"] if level == "central" else part["local_share"])
                frame = whole[keys].drop_duplicates()
                cost = cost + _at(paid.groupby([part[key] for key in keys]).sum(), frame)
            yield rule(f"{level}_cost", frame, cost, _at(item.groupby(keys)["amount"].sum(), frame), "==")


def _measure_needs(plan, data, whole, rows):
    opened = rows.groupby([*KEYS, "zone"], as_index=False).agg(
        {"open": "sum", "room": "first", "requires": "first", "min_talent": "first"})
    resting = opened[opened["requires"] != ""]
    if len(resting):
        pooled = resting["requires"].isin(whole.loc[whole["pooled"], "platform"])
        here = resting[["region", "requires", "year"]].set_axis(KEYS, axis=1)
        zone = resting[["zone", "requires", "year"]].set_axis(["zone", "platform", "year"], axis=1)
        base = np.where(pooled, _at(whole.groupby(list(zone))["stock"].sum(), zone),
                        _at(whole.set_index(KEYS)["stock"], here))
        yield rule("requires", resting[KEYS], base * resting["room"], resting["open"], "<=", "platforms")
    needy, people = opened[opened["min_talent"] > 0], plan.table("talent")
    if people.empty:
        people = data.table("talent_stock").merge(pd.DataFrame({"year": list(data.years)}), how="cross")
    if len(needy) and len(people):
        there = _at(people.groupby(["region", "year"])["stock"].sum(), needy[["region", "year"]])
        yield rule("talent_base", needy[KEYS], there, needy["open"] * needy["min_talent"], "<=", "FTE")


def _measure_capacity(plan, data, place, whole):
    served, spend = facilities.served(data, place), plan.table("allocations")
    if served.empty or spend.empty:
        return
    spent = spend.groupby(["region", "category", "stage", "year"])["spend"].sum()
    served["spend"] = _at(spent, served[["region", "category", "stage", "year"]])
    served = served.merge(place[["region", "platform", "zone", "pooled"]], on=["region", "platform"])
    whole = whole[whole["limited"] & whole["platform"].isin(served["platform"])]
    whole = whole.assign(supply=whole["base_capacity"].fillna(0.0) + whole["capacity"] * whole["stock"])
    for pooled, name, keys in ((False, "platform", KEYS),
                               (True, "zone_platform", ["zone", "platform", "year"])):
        table = plan.table(f"{name}_balance")
        for side, frame, column in (("draw", served, "spend"), ("supply", whole, "supply")):
            amount = frame[frame["pooled"] == pooled].groupby(keys)[column].sum()
            if len(amount):
                told = amount * 0  # nothing told: any amount is then missing
                if len(table):
                    own = table[(table["owner"] == "platforms") & (table["side"] == side)]
                    told = own.groupby(keys)["amount"].sum()
                labels = amount.index.to_frame(index=False)
                yield rule(f"{name}_{side}", labels, amount.to_numpy(), _at(told, labels), "==")


def _measure_reach(plan, data, whole):
    table = plan.table("platform_reach")
    by = "zone" if len(data.table("zones")) else "region"
    for name, kinds in facilities.reaching(data).items():
        number = whole[whole["platform"].isin(kinds)].groupby([by, "year"])["stock"].sum()
        frame = whole.drop_duplicates(["region", "year"])
        told = table.groupby(["region", "year"])[name].sum() if len(table) else number * 0
        yield rule(f"{name}_reach", frame[["region", "year"]], _at(number, frame[[by, "year"]]),
                   _at(told, frame[["region", "year"]]), "==", "platforms")


def _at(series: pd.Series, keys: pd.DataFrame) -> np.ndarray:
    """Values at the rows of a frame of labels; 0 where there are none."""
    index = pd.MultiIndex.from_frame(keys) if keys.shape[1] > 1 else pd.Index(keys.iloc[:, 0])
    return series.reindex(index).fillna(0.0).to_numpy()


def check(data):
    required = data.table("platform_types").set_index("platform")["requires"].to_dict()
    for start in required:
        chain = [start]
        while (after := required.get(chain[-1], "")) and after not in chain:
            chain.append(after)
        if after == start and start == min(chain):  # told once, from its first name
            circle = " -> ".join([*chain, start])
            yield Problem("platform_types", say("problem.platforms.circle", names=circle),
                          say("mend.empty_cell"), column="requires")
    for table in ("platform_types", "platform_zones"):
        for at, row in enumerate(data.table(table).itertuples()):
            if row.fewest > row.most:  # an empty cell is never larger
                told = dict(fewest=row.fewest, platform=row.platform, most=row.most)
                what = (say("problem.platforms.fewest_in_zone", **told, zone=row.zone)
                        if table == "platform_zones" else say("problem.platforms.fewest", **told))
                yield Problem(table, what, say("mend.fewest_most"), row=at + 2, column="fewest")


SUMS = {
    "per_region": tally.rule("region platform", tally.of("platforms")("region", "platform", amount="open")),
    **{side: tally.rule("platform", tally.of("platforms")("platform", amount="open"))
        for side in ("fewest", "most")},
    **{side: tally.rule("zone platform", tally.of("platforms")("zone", "platform", amount="open"))
       for side in ("zone_fewest", "zone_most")},
}


MECHANISM = Mechanism(
    name="platforms", number=12,
    says="Platforms are opened where they fit; what they serve grows no further than they can carry.",
    formula="sum of spend served <= base_capacity + capacity * standing; "
            "standing_t = existing + sum_{u <= t - build_years} open_u",
    sources=(
        Source("P0", "III.2", "Platforms should be shared and serve the whole innovation chain."),
        Source("P4", "III.3", "Laboratories, pilot plants and data platforms carry new industries."),
        Source("P3", "IV.3", "Platforms placed away from the coast let other regions take part."),
    ),
    tables=TABLES, add=add, measure=measure, sums=SUMS, check=check,
    levers={"zone_fewest": "platform_zones[{zone},{platform}].fewest",
            "zone_most": "platform_zones[{zone},{platform}].most",
            "fewest": "platform_types[{platform}].fewest", "most": "platform_types[{platform}].most",
            "talent_base": "platform_types[{platform}].min_talent"},
    example=Example(
        tables=(("platform_types",
                 "platform,capital,running,build_years,local_share,capacity,requires",
                 "lab,4,1,1,0.5,20,",
                 "hub,2,0,0,0,30,lab"),
                ("platform_stock",
                 "region,platform,existing,base_capacity",
                 "coast,lab,1,60",
                 "inland,lab,0,80"),
                ("platform_serves",
                 "platform,stage,category",
                 "lab,research,frontier",
                 "lab,research,engineering"),
                ("platform_zones", "zone,platform,fewest,most", "west,lab,,2", "east,lab,0,2"),
                ("platform_fit", "platform,industry,least", "lab,chips,0.8", "hub,food,0.5")),
        sets=("platform_types[lab].capacity=30",),
        worked=("The coast has one laboratory: its research gets at most 60 + 20 x 1 = 80 a year (with a "
                "capacity of 30: 90).",
                "A second one, begun in 2025, costs 4, stands in 2026, carries 20 more and costs 1 a year "
                "to run.",
                "Half of its cost is local: the one that stands costs the centre 0.5 a year.")),
)
