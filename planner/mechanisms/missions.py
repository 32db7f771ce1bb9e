"""Key-technology missions, given by tender.

A mission names a technology that must be won; bids offer to win it, each with its money by
year, its people, its region and its chance of success. The tender turns down bids whose scores
or consortium fall short; of the others the plan starts at most one per mission, or two rivals
in parallel where the mission allows a race:

    sum_{b of j, t} start[b,t] <= rivals_j,       start binary, earliest_b <= t <= latest_b
    success_j = p1 + p2 - p1 p2 both,             both = start_1 AND start_2
    low * budget_t <= sum (1 - local_share_b) money[b, t-tau] start[b, tau] <= high * budget_t

A bid completes in the last year it is paid for; that year is by the mission's deadline and
inside the plan. Where missions are ordered, the later starts after the earlier is complete. A
bid that needs a platform starts only where one stands. Rules of the tender's logic (mandated
bids, at most or at least k, if A then B, if not A then B) are linear rows on bids won; levels
of funding of one bid are bids of one mission. A mission closes criticality * dependence *
success of its industry's import dependence from its completion on; a bid may also carry a
`value`, which counts for productivity times its success, and once where two rivals succeed.

P1 IV.4 asks for open tenders and rivalry in key technologies, P1 IV.6 for staged rules between
projects, P1 III.3 for autonomy in what others can cut off, P1 IV.3 for a bound on what key
points take from the whole, P4 III.2 for enterprise-led consortia.

Departures. `both` follows the later completion, year by year, and is a column in 0..1 that its
three rows make integral, so no AND binary is branched on; 1 bounds it, being a product of two
yes-or-no figures. Identical bids of one mission are won in the table's order, which loses no
plan. Without a talent mechanism the base-year stock of talent is what there is every year.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model import tally, tender
from planner.model.compliance import rule, together
from planner.vocabulary import Column, Example, Mechanism, Parameter, Source, Table
from solvers.algebra import Linear, total


def _key(name: str, about: str, refers: str | None = None) -> Column:
    return Column(name, "text", about, refers=refers, key=True)


def _share(name: str, about: str, default: float | None = None) -> Column:
    return Column(name, "number", about, "share", 0, 1, default)


def _maybe(name: str, refers: str, about: str) -> Column:
    """A name that may be left empty."""
    return Column(name, "text", about, default="", refers=refers)


TITLES = (Column("name_en", "text", "name in English", default=""),
          Column("name_zh", "text", "name in Chinese", default=""))

TABLES = (
    Table("missions", "key-technology missions to be won", (
        _key("mission", "short name of the mission"), *TITLES,
        _maybe("industry", "industries", "industry whose import dependence it closes"),
        _maybe("category", "categories", "technology category it counts for"),
        Column("deadline", "integer", "last year it may complete in; empty: none", "year",
               1900, 2200, optional=True),
        Column("criticality", "number", "multiplier of the dependence it closes", "1", 0, None, 1.0),
        _share("dependence", "part of its industry's need that success makes at home", 0.0),
        Column("rivals", "integer", "bids that may run in parallel: 1, or 2 for a race",
               "bids", 1, 2, 1))),
    Table("bids", "what is offered; levels of funding of one offer are bids of one mission", (
        _key("bid", "short name of the bid"),
        Column("mission", "text", "the mission it bids for", refers="missions"),
        _maybe("region", "regions", "where it is done: pays the local share, lends the people"),
        *TITLES,
        Column("earliest", "integer", "first year it may start in", "year", 1900, 2200),
        Column("latest", "integer", "last year it may start in", "year", 1900, 2200),
        _share("success", "chance that it succeeds"),
        _share("maturity", "technology maturity score", 1.0),
        _share("feasibility", "feasibility score", 1.0), _share("benefit", "benefit score", 1.0),
        _maybe("platform", "platform_types", "platform that must stand in its region"),
        _share("local_share", "part of its money that its region pays", 0.0),
        Column("value", "number", "value of success, besides autonomy", "value", 0, None, 0.0))),
    Table("bid_money", "what a bid costs in each year it runs", (
        _key("bid", "the bid", "bids"),
        Column("offset", "integer", "years after its start, from 0", "years", 0, 30, key=True),
        Column("money", "number", "money of the year, central and local", "money", 0))),
    Table("bid_talent", "the people a bid ties up in each year it runs", (
        _key("bid", "the bid", "bids"), _key("talent_type", "kind of talent", "talent_types"),
        Column("fte", "number", "people tied up", "FTE", 0))),
    Table("bid_consortium", "the performer kinds in a bid's consortium", (
        _key("bid", "the bid", "bids"), _key("performer", "performer kind", "performers"))),
    Table("mission_order", "which mission waits for which", (
        _key("before", "mission that must be complete", "missions"),
        _key("after", "mission that may start only then", "missions"))),
    Table("bid_rules", "the tender's logic; the rows of one rule name make one rule", (
        _key("rule", "name of the rule"), _key("bid", "a bid it speaks of", "bids"),
        Column("kind", "choice", "mandated: all are won; at_most, at_least: count of them; implies: "
               "if all 'if' bids are won, count of the others; not_implies: if no 'if' bid is won",
               choices=("mandated", "at_most", "at_least", "implies", "not_implies")),
        Column("count", "integer", "how many; empty: all of them", "bids", 0, 10000, optional=True),
        Column("role", "choice", "part in implies and not_implies", default="",
               choices=("if", "then")))),
    Table("bid_limits", "bids won of a region, an industry or a category; empty: of any", (
        _key("limit", "name of the limit"),
        Column("kind", "choice", "at_most or at_least", choices=("at_most", "at_least")),
        Column("count", "integer", "how many bids", "bids", 0, 10000),
        _maybe("region", "regions", "the region"), _maybe("industry", "industries", "the industry"),
        _maybe("category", "categories", "the category"))),
    Table("mission_minimum", "missions won per category", (
        _key("category", "the category", "categories"),
        Column("at_least", "integer", "least number of missions won", "missions", 0, 10000))),
)


def add(block, core, data):
    bids = tender.bids(data)
    if bids.empty:
        return
    made = tender.starts(data, bids)
    start = block.columns("start", core.space.frame(made[["bid", "year"]]), upper=1.0, integer=True)

    def won(frame, *by, weight=1.0):
        """Sum of weight * start by labels, over a frame whose `row` says which start."""
        index = core.space.frame(frame[list(by)])
        weight = np.broadcast_to(np.asarray(weight, float), (len(frame),))
        return total(Linear(index, np.arange(len(frame)), start.first + frame["row"].to_numpy(int),
                            weight), by)

    winners = won(made, "mission")
    block.define("one_winner", winners, "<=",
                 winners.map("mission", dict(zip(made["mission"], made["rivals"]))))
    block.define("once", won(made[made["rivals"] > 1], "bid"), "<=", 1.0)
    block.report("missions", start=start)
    run, done, both = tender.running(data, made), tender.done(data, made), None
    pairs = tender.races(data, made)
    if len(pairs):
        both = _add_races(block, core, pairs, done, won)
    _add_money(block, core, data, won, run)
    _add_talent(block, core, data, won, run)
    _add_gains(block, core, data, bids, made, done, pairs, both, won)
    _add_rules(block, core, data, made, done, pairs, both, won)
    core.after(lambda: _add_platforms(block, core, data, made, start))
    twin = tender.twins(data, bids)
    if len(twin):  # loses no plan, so it is no rule and is not audited
        later = core.space.frame(twin[["bid"]])
        each, first = won(made, "bid"), core.space.frame(twin[["first"]].rename(columns={"first": "bid"}))
        block.define("twins", _named(each.on(first), later) - each.on(later), ">=")


def _named(x: Linear, index) -> Linear:
    """The same rows under other labels."""
    return Linear(index, x.row, x.col, x.coef, x.const)


def _add_races(block, core, pairs, done, won):
    """both[bid, rival, year] = both are complete: a product of two 0/1 sums, by three rows."""
    index = core.space.frame(pairs[["bid", "rival", "year"]])
    both = block.columns("both", index, upper=1.0)
    one = won(done, "bid", "year").on(index)
    other = won(done.rename(columns={"bid": "rival"}), "rival", "year").on(index)
    block.define("both_first", both - one, "<=")
    block.define("both_second", both - other, "<=")
    block.define("both_least", both - one - other, ">=", -1.0)
    block.report("mission_races", both=both)
    return both


def _add_money(block, core, data, won, run):
    central = won(run, "year", weight=run["central"]).on(core.space.index(year=None))
    block.draw("central", central)
    local = run[run["local"] > 0]
    if len(local):
        block.draw("local", won(local, "region", "year", weight=local["local"]))
    for name, sense, share, budget in _budget_shares(data):
        block.require(name, central, sense, share * central.map("year", budget, default=0.0))


def _budget_shares(data):
    """(rule, sense, share, central budget by year) for the bounds that are set."""
    budget = dict(zip(data.table("budget")["year"], data.table("budget")["central"]))
    for name, sense in (("budget_low", ">="), ("budget_high", "<=")):
        share = data.parameter("missions", name)
        if share is not None and budget:
            yield name, sense, share, budget


def _people(data, run):
    """The people that each start ties up by region (where there are any), type and year."""
    people = run.merge(data.table("bid_talent"), on="bid")
    by = ("region", "talent_type", "year") if len(data.table("regions")) else ("talent_type", "year")
    return people, by


def _add_talent(block, core, data, won, run):
    people, by = _people(data, run)
    if people.empty:
        return
    block.draw("talent", won(people, *by, weight=people["fte"]))

    def supply():
        if not core.balances["talent"].supplies and len(data.table("talent_stock")):
            index = core.space.index(**dict.fromkeys(by))
            stock = _at(_stock(data, by), index.frame()[list(by[:-1])])
            block.supply("talent", Linear.constant(index, stock))
    core.after(supply)


def _stock(data, by) -> pd.Series:
    """People there are in the base year."""
    return data.table("talent_stock").groupby(list(by[:-1]))["stock"].sum()


def _add_platforms(block, core, data, made, start):
    """start <= platforms standing in the bid's region: the plan's, or else the base year's."""
    mask = (made["platform"] != "").to_numpy()
    if not mask.any() or not core.has("region"):
        return
    place = core.space.frame(made.loc[mask, ["region", "platform", "year"]])
    stock = core.offered("platform_stock")
    if stock is None:
        standing = data.table("platform_stock")
        there = dict(zip(zip(standing["region"], standing["platform"]), standing["existing"]))
        stock = Linear.constant(place, place.map(("region", "platform"), there, default=0.0))
    else:
        stock = stock.on(place)
    here = start.linear().where(mask)
    block.require("platform", here - _named(stock, here.index), "<=", lazy=True)


def _add_gains(block, core, data, bids, made, done, pairs, both, won):
    """Success by mission and year; dependence closed; value."""
    success = won(done, "mission", "year", weight=done["success"])
    if both is not None:
        success = success - total(both * pairs["overlap"].to_numpy(), ("mission", "year")).on(success.index)
    block.report("mission_success", success=success)
    of = bids.drop_duplicates("mission").set_index("mission")
    closes = success.index.frame()
    closes["industry"] = closes["mission"].map(of["industry"])
    mask = (closes["industry"] != "").to_numpy()
    if mask.any() and core.has("industry"):
        gain = closes["mission"].map(of["criticality"] * of["dependence"]).to_numpy(float)
        part = (success * gain).where(mask)
        closed = total(_named(part, core.space.frame(closes.loc[mask, ["industry", "year"]])),
                       ("industry", "year"))
        block.supply("dependence", closed)
    if (made["value"] > 0).any():
        worth = made["success"] * made["value"] * made["end"].map(core.dt)
        block.goal("productivity", won(made, "mission", weight=worth))
        if both is not None:
            lost = both * -_overlap_worth(data, pairs, core.dt)
            block.goal("productivity", total(lost, ("mission",)))


def _overlap_worth(data, pairs, dt) -> np.ndarray:
    """Value counted twice by a pair, on `both`, which is 1 from the later completion on.

    The differences of the discount factor sum to the factor of that completion.
    """
    step = {year: dt(year) - (dt(year + 1) if year < data.years[-1] else 0.0) for year in data.years}
    return (pairs["overlap"] * pairs["lesser"] * pairs["year"].map(step)).to_numpy(float)


def _add_rules(block, core, data, made, done, pairs, both, won):
    order = data.table("mission_order").rename(columns={"after": "mission"})
    begun = tender.begun(made).merge(order, on="mission")
    if len(begun):
        begun = begun.drop(columns="mission").rename(columns={"before": "mission"})
        later = won(begun, "mission", "bid", "year")
        earlier = done.assign(year=done["year"] + 1)
        earlier = won(earlier[earlier["year"] <= data.years[-1]], "mission", "year")
        block.require("order", later - earlier.on(later.index), "<=")
    minimum = data.table("mission_minimum")
    if len(minimum):
        index = core.space.frame(minimum[["category"]])
        reached = won(made[made["category"] != ""], "category").on(index)
        last = ((pairs["year"] == data.years[-1]) & (pairs["category"] != "")).to_numpy(bool)
        if both is not None and last.any():
            twice = _named(both.where(last), core.space.frame(pairs.loc[last, ["category"]]))
            reached = reached - total(twice, ("category",)).on(index)
        block.require("minimum", reached, ">=", minimum["at_least"].to_numpy(float))
    for name, weight, sense, bound in tender.clauses(data):
        part = made[made["bid"].isin(weight)]
        block.require(name, won(part, weight=part["bid"].map(weight)), sense, bound)


def measure(plan, data):
    bids = tender.bids(data)
    if bids.empty:
        return None
    made, table = tender.starts(data, bids), plan.table("missions")
    if table.empty:
        table = pd.DataFrame({"bid": [], "year": [], "start": []})
    x = _at(table.groupby(["bid", "year"])["start"].sum(), made[["bid", "year"]])

    def won(frame, *by, weight=1.0) -> pd.Series:
        """Sum of weight * start by labels, as in `add`."""
        return (frame.assign(amount=x[frame["row"].to_numpy(int)] * weight)
                .groupby(list(by))["amount"].sum())

    run, done, pairs = tender.running(data, made), tender.done(data, made), tender.races(data, made)
    complete = won(done, "bid", "year")
    one = _at(complete, pairs[["bid", "year"]])
    other = _at(complete, pairs[["rival", "year"]])
    pairs["both"] = np.minimum(one, other)
    return together(
        *_measure_starts(table, made, won), *_measure_races(plan, pairs, one, other),
        *_measure_money(plan, data, run, won), *_measure_talent(plan, data, run, won),
        *_measure_gains(plan, data, bids, made, done, pairs, won),
        *_measure_rules(data, made, done, pairs, won), _measure_platforms(plan, data, made, x))


def _at(series: pd.Series, keys: pd.DataFrame) -> np.ndarray:
    """Values of a grouped sum at the rows of a frame of labels; 0 where there are none."""
    labels = [key if len(key) > 1 else key[0] for key in keys.itertuples(index=False, name=None)]
    found = series.to_dict()
    return np.array([found.get(label, 0.0) for label in labels], float)


def _measure_starts(table, made, won):
    admitted, table = set(zip(made["bid"], made["year"])), table[table["start"] != 0]
    inside = [float(key in admitted) for key in zip(table["bid"], table["year"])]
    distance = np.abs(table["start"] - table["start"].clip(0, 1).round())
    yield rule("admitted", table[["bid", "year"]], inside, table["start"], "<=", unit="bids")
    yield rule("whole", table[["bid", "year"]], 0.0, distance, "<=", unit="bids")
    winners = made.drop_duplicates("mission")
    yield rule("one_winner", winners[["mission"]], winners["rivals"],
               _at(won(made, "mission"), winners[["mission"]]), "<=", unit="bids")
    racing = made[made["rivals"] > 1].drop_duplicates("bid")[["bid"]]
    yield rule("once", racing, 1.0, _at(won(made, "bid"), racing), "<=", unit="bids")


def _measure_races(plan, pairs, one, other):
    if pairs.empty:
        return
    keys = pairs[["bid", "rival", "year"]]
    both = _told(plan.table("mission_races"), "both", keys)
    yield rule("both_first", keys, one, both, "<=", unit="bids")
    yield rule("both_second", keys, other, both, "<=", unit="bids")
    yield rule("both_least", keys, one + other - 1, both, ">=", unit="bids")


def _told(frame: pd.DataFrame, column: str, keys: pd.DataFrame) -> np.ndarray:
    """A column of one of the plan's tables at some labels; 0 where the table says nothing."""
    if frame.empty:
        return np.zeros(len(keys))
    return _at(frame.groupby(list(keys.columns))[column].sum(), keys)


def _measure_money(plan, data, run, won):
    central, years = won(run, "year", weight=run["central"]), pd.DataFrame({"year": list(data.years)})
    for name, sense, share, budget in _budget_shares(data):
        yield rule(name, years, share * years["year"].map(budget).fillna(0.0), _at(central, years), sense)
    if not data.setting("budgets"):
        return
    if len(data.table("budget")):
        told = _told(plan.item("central", "missions"), "amount", years)
        yield rule("central_cost", years, _at(central, years), told, "==")
    places = data.table("local_budget")
    if len(places) and (run["local"] > 0).any():
        places = places.loc[places["year"].isin(data.years), ["region", "year"]]
        local = won(run, "region", "year", weight=run["local"])
        told = _told(plan.item("local", "missions"), "amount", places)
        yield rule("local_cost", places, _at(local, places), told, "==")


def _measure_talent(plan, data, run, won):
    """People drawn, and where missions supply them, the stock; the core measures the balance."""
    people, by = _people(data, run)
    if people.empty or not (data.on("talent") or len(data.table("talent_stock"))):
        return
    table = plan.table("talent_balance")
    told = table[table["owner"] == "missions"] if len(table) else pd.DataFrame({"side": []})
    tied = won(people, *by, weight=people["fte"])
    keys = tied.index.to_frame(index=False)
    yield rule("talent_drawn", keys, tied.to_numpy(),
               _told(told[told["side"] == "draw"], "amount", keys), "==", unit="FTE")
    supplied = told[told["side"] == "supply"]
    if len(supplied):
        keys = supplied[list(by)]
        yield rule("talent_there", keys, _at(_stock(data, by), keys[list(by[:-1])]),
                   supplied["amount"], "==", unit="FTE")


def _measure_platforms(plan, data, made, x):
    needs = (made["platform"] != "").to_numpy()
    if not needs.any() or data.table("regions").empty:
        return None
    own, place = made[needs], ["region", "platform", "year"]
    stock = plan.table("platforms")
    if data.on("platforms") and len(stock):
        there = _at(stock.groupby(place)["stock"].sum(), own[place])
    else:
        standing = data.table("platform_stock").groupby(place[:-1])["existing"].sum()
        there = _at(standing, own[place[:-1]])
    return rule("platform", own[["bid", "year"]], there, x[needs], "<=", unit="platforms")


def _measure_gains(plan, data, bids, made, done, pairs, won):
    success = won(done, "mission", "year", weight=done["success"])
    twice = (pairs["both"] * pairs["overlap"]).groupby([pairs["mission"], pairs["year"]]).sum()
    keys = success.index.to_frame(index=False)
    success = success.to_numpy() - _at(twice, keys)
    yield rule("success", keys, success, _told(plan.table("mission_success"), "success", keys), "==",
               unit="missions")
    of = bids.drop_duplicates("mission").set_index("mission")
    gain = keys["mission"].map(of["criticality"] * of["dependence"]).to_numpy(float)
    closes = keys.assign(industry=keys["mission"].map(of["industry"]), closed=gain * success)
    industries = data.table("industries")
    imports = industries.loc[industries["import_dependence"] > 0, "industry"]
    closes = closes[closes["industry"].isin(imports)].groupby(["industry", "year"])["closed"].sum()
    if len(closes):
        keys, table = closes.index.to_frame(index=False), plan.table("dependence")
        told = table[table["owner"] == "missions"] if len(table) else table
        yield rule("dependence", keys, closes.to_numpy(), _told(told, "amount", keys), "==", unit="share")
    if (made["value"] > 0).any():
        def dt(year):
            return (1 + data.setting("discount")) ** -(year - data.base_year)
        each = won(made, "bid", weight=made["success"] * made["value"] * made["end"].map(dt))
        worth = each.sum() - (pairs["both"] * _overlap_worth(data, pairs, dt)).sum()
        goals = plan.goals
        told = goals.loc[(goals["goal"] == "productivity") & (goals["owner"] == "missions"), "value"]
        yield rule("value", pd.DataFrame({"goal": ["productivity"]}), worth, told.sum(), "==", unit="value")


def _measure_rules(data, made, done, pairs, won):
    order = data.table("mission_order").rename(columns={"after": "mission"})
    begun = tender.begun(made).merge(order, on="mission")
    if len(begun):
        later = won(begun, "before", "bid", "year")
        keys = later.index.to_frame(index=False)
        earlier = won(done, "mission", "year")
        before = keys[["before", "year"]].assign(year=keys["year"] - 1)
        yield rule("order", keys, _at(earlier, before), later.to_numpy(), "<=", unit="bids")
    minimum = data.table("mission_minimum")
    if len(minimum):
        last = pairs[pairs["year"] == data.years[-1]]
        keys = minimum[["category"]]
        reached = _at(won(made, "category"), keys) - _at(last.groupby("category")["both"].sum(), keys)
        yield rule("minimum", keys, minimum["at_least"], reached, ">=", unit="missions")
    each = won(made, "bid").to_dict()
    for name, weight, sense, bound in tender.clauses(data):
        reached = sum(factor * each.get(bid, 0.0) for bid, factor in weight.items())
        yield rule(name, pd.DataFrame(index=[0]), bound, reached, sense, unit="bids")


SUMS = {
    side: tally.rule("",
        tally.budget(level="central", item="missions")) for side in ("budget_low", "budget_high")
}


MECHANISM = Mechanism(
    name="missions", number=13,
    says="Key-technology missions go to the best bids of a tender, one winner or two rivals each.",
    formula="sum start[b] <= rivals_j; joint success p1 + p2 - p1 p2 both; "
            "low * budget_t <= central money of missions_t <= high * budget_t",
    sources=(
        Source("P1", "IV.4", "Open tenders and rivalry pick who takes on a key technology."),
        Source("P1", "IV.6", "Projects depend on one another and are steered as a whole."),
        Source("P1", "IV.3", "Key points must be weighed against the whole."),
        Source("P1", "III.3", "Autonomy is wanted in what others can cut off."),
        Source("P4", "III.2", "Consortia led by enterprises take on original and key technologies."),
    ),
    parameters=(
        *(Parameter(score, f"least {score} score that the tender admits", 0.0, "share", 0, 1)
          for score in tender.SCORES),
        Parameter("consortium", "performer kinds that every consortium must cover, separated by commas",
                  "", kind="text"),
        Parameter("budget_low", "least share of the central budget of each year that missions take",
                  None, "share", 0, 1),
        Parameter("budget_high", "most share of the central budget of each year that missions take",
                  None, "share", 0, 1),
    ),
    tables=TABLES, add=add, measure=measure, sums=SUMS, check=tender.problems,
    levers={"minimum": "mission_minimum[{category}].at_least", "budget_low": "missions.budget_low",
            "budget_high": "missions.budget_high", "rule_*": "bid_rules[{name},*].count",
            "limit_*": "bid_limits[{name}].count"},
    example=Example(
        settings=("maturity = 0.3", "feasibility = 0.3", "benefit = 0.3", "budget_high = 0.5"),
        tables=(("missions",
                 "mission,industry,category,deadline,criticality,dependence,rivals",
                 "lithography,chips,frontier,2026,1,0.3,2",
                 "line,chips,engineering,,1.5,0.2,1"),
                ("bids",
                 "bid,mission,region,earliest,latest,success,maturity,feasibility,benefit,platform,local_sh"
                 "are",
                 "light_a,lithography,coast,2025,2026,0.6,0.9,0.8,0.9,lab,0",
                 "light_b,lithography,inland,2025,2026,0.5,0.7,0.8,0.9,,0.5"),
                ("bid_money", "bid,offset,money", "light_a,0,6", "light_b,0,2", "light_b,1,2")),
        sets=("missions.budget_high=0.1",),
        worked=("Both bids for lithography may race: it succeeds with 0.6 + 0.5 - 0.6 x 0.5 = 0.8, and "
                "closes 0.3 x 0.8 = 0.24 of the dependence in chips.",
                "In 2025 light_a costs 6 and light_b 2, of which its region pays half: the centre pays 6 + "
                "1 = 7.",
                "Missions may take half of the central 60, so 30 (with budget_high at 0.1: 6, and the two "
                "cannot both start in 2025).")),
)
