"""Emergency reserve.

Part of the central budget is kept back each year for what nobody foresees, and some people of
the named types are kept free, nationally, for a surge.

    reserve[t] >= share * central_budget[t]                  drawn on the central budget
    sum_r (supplies - draws)[r, q, t] >= surge[q]            of the talent balance

P1 IV.3: key points are weighed against the whole; a system that mobilises resources keeps some
to mobilise.

Departures. A year's reserve is spent on that year's emergencies and does not come back. More
reserve than the share has no use here, so the share bounds it from above as well: valid, as a
reserve only costs. Without anybody who supplies talent there is no surge rule.
"""

from __future__ import annotations

import pandas as pd

from planner.model import tally
from planner.model.compliance import rule, together
from planner.vocabulary import Column, Example, Mechanism, Parameter, Problem, Source, Table
from planner.words import say
from solvers.algebra import Linear, gather, total

NATION = ["talent_type", "year"]

SURGE = Table("surge", "people kept free for emergencies", (
    Column("talent_type", "text", "kind of talent", refers="talent_types", key=True),
    Column("surge", "number", "people unused in every year, nationally", "FTE", 0),
))


def _floor(data) -> pd.DataFrame:
    """Least reserve by plan year: columns year, floor (money)."""
    share, budget = data.parameter("emergency_reserve", "share"), data.table("budget")
    if share == 0 or not data.setting("budgets"):
        budget = budget.iloc[:0]
    return budget[["year"]].assign(floor=share * budget["central"])


def _surge(data) -> pd.DataFrame:
    """The people kept free, by type and plan year."""
    return data.table("surge").merge(pd.DataFrame({"year": list(data.years)}), how="cross")


def add(block, core, data):
    rows = _floor(data)
    if len(rows):
        floor = rows["floor"].to_numpy()
        reserve = block.columns("reserve", core.space.frame(rows[["year"]]), upper=floor)
        block.require("floor", reserve, ">=", floor)
        block.draw("central", reserve)
        block.report("reserve", reserve=reserve)
    core.last(lambda: _add_surge(block, core, data))


def _add_surge(block, core, data):
    rows, balance = _surge(data), core.balances["talent"]
    if rows.empty or not balance.supplies:
        return
    supplied = [part for _, part in balance.supplies]
    there = gather(supplied, supplied[0].index.dims)
    drawn = sum((total(part, there.index.dims).on(there.index) for _, part in balance.draws),
                Linear.constant(there.index, 0.0))
    index = core.space.frame(rows[NATION])
    block.require("surge", total(there - drawn, NATION).on(index), ">=", rows["surge"].to_numpy())


def measure(plan, data):
    rows, sheet, table = _floor(data), plan.table("budget"), plan.table("reserve")
    people, surge, parts = plan.table("talent_balance"), _surge(data), []
    if len(rows):
        kept = pd.Series(dtype=float) if table.empty else table.groupby("year")["reserve"].sum()
        kept = kept.reindex(rows["year"], fill_value=0.0).to_numpy()
        parts.append(rule("floor", rows[["year"]], rows["floor"], kept, ">="))
        parts.append(rule("not_negative", rows[["year"]], 0.0, kept, ">=", domain=True))
        if len(sheet):
            paid = plan.item("central", "emergency_reserve").groupby("year")["amount"].sum()
            parts.append(rule("central_cost", rows[["year"]], kept,
                              paid.reindex(rows["year"], fill_value=0.0).to_numpy(), "=="))
    if len(surge) and len(people):
        sign = people["side"].map({"supply": 1.0, "draw": -1.0})
        unused = (sign * people["amount"]).groupby([people[key] for key in NATION]).sum()
        reached = unused.reindex(pd.MultiIndex.from_frame(surge[NATION])).fillna(0.0).to_numpy()
        parts.append(rule("surge", surge[NATION], surge["surge"], reached, ">=", "FTE"))
    return together(*parts)


def check(data):
    there = data.table("talent_stock").groupby("talent_type")["stock"].sum() if len(
        data.table("talent_stock")) else pd.Series(dtype=float)
    for at, row in enumerate(data.table("surge").itertuples()):
        stock = there.get(row.talent_type, 0.0)
        if row.surge > stock:
            yield Problem("surge", say("problem.emergency_reserve.surge", surge=row.surge,
                                       talent_type=row.talent_type, stock=stock),
                          say("mend.emergency_reserve.surge"), row=at + 2, column="surge", severity="warning")


SUMS = {
    "floor": tally.rule("", tally.of("reserve")()),
}


MECHANISM = Mechanism(
    name="emergency_reserve", number=22,
    says="Part of the central budget and some people are kept back for emergencies.",
    formula="reserve_t >= share * central_budget_t; unused talent[q, t] >= surge_q",
    sources=(Source("P1", "IV.3", "Key points are weighed against the whole, so that forces can be "
                    "gathered when they are needed."),),
    parameters=(Parameter("share", "least reserve of each year; 0: none", 0.02,
                          "share of the central budget", 0, 1),),
    tables=(SURGE,), add=add, measure=measure, sums=SUMS, check=check,
    levers={"floor": "emergency_reserve.share", "surge": "surge[{talent_type}].surge"},
    example=Example(
        settings=("share = 0.02",),
        tables=(("surge", "talent_type,surge", "engineer,20", "worker,10"),),
        sets=("emergency_reserve.share=0.05",),
        worked=("Of the central budget of 60 at least 0.02 x 60 = 1.2 is kept back each year (with share at"
                " 0.05: 3).",
                "Of all engineers 20, of all workers 10 are kept free, where somebody supplies talent.")),
)
