"""Paired assistance: a region that is ahead helps one that lags behind.

For each pair the donor gives the recipient at least a stated part of its local budget and
lends it people; the recipient's budget and talent grow by as much.

    transfer[donor, recipient, t] >= rate * local_budget[donor, t]
    lent[donor, recipient, q, t]  >= rate_q * stock[donor, q]

P1 V names paired assistance among the ways the nation moves resources between regions; it
gives no rates.

Departures. More than the rate may be given where that serves the plan, but a region gives from
its own money and people only: at most its own local budget, and at most its base-year stock of
a talent type. These are bounds, and they keep pairs that help each other from passing the same
money round. Money is moved only where local budgets limit. Lending draws on the donor and is a
negative draw of the recipient, because it makes no people: it binds where somebody supplies talent.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model import tally
from planner.model.compliance import rule, together
from planner.vocabulary import Column, Example, Mechanism, Source, Table
from planner.words import say
from solvers.algebra import total

NAME = "paired_assistance"


def _rate(about: str) -> Column:
    return Column("rate", "number", about, "share", 0, 1)


TABLES = (
    Table("pairs", "which region helps which", (
        Column("donor", "text", "the region that gives", refers="regions", key=True),
        Column("recipient", "text", "the region that receives", refers="regions", key=True),
        _rate("least transfer as a share of the donor's local budget of the year"))),
    Table("assistance_talent", "people lent in every pair", (
        Column("talent_type", "text", "the talent type", refers="talent_types", key=True),
        _rate("least number lent as a share of the donor's base-year stock"))),
)


def _transfers(data) -> pd.DataFrame:
    """donor, recipient, year, least, most: money that each pair moves."""
    own = data.table("local_budget").rename(columns={"region": "donor", "local": "most"})
    if not data.setting("budgets"):
        own = own[:0]
    out = data.table("pairs").merge(own, on="donor")
    return out.assign(least=out["rate"] * out["most"])[["donor", "recipient", "year", "least", "most"]]


def _loans(data) -> pd.DataFrame:
    """donor, recipient, talent_type, year, least, most: people that each pair lends."""
    columns = ["donor", "recipient", "talent_type", "year", "least", "most"]
    rates = data.table("assistance_talent").rename(columns={"rate": "part"})
    if rates.empty or data.table("talent_stock").empty:
        return pd.DataFrame(columns=columns)
    stock = data.table("talent_stock")[["region", "talent_type", "stock"]]
    stock = stock.rename(columns={"region": "donor", "stock": "most"}).merge(rates, on="talent_type")
    out = data.table("pairs").merge(stock, on="donor").merge(pd.DataFrame({"year": data.years}), how="cross")
    return out.assign(least=out["part"] * out["most"])[columns]


def add(block, core, data):
    _add(block, core, "transfer", "transfers", "amount", "local", _transfers(data))
    _add(block, core, "lent", "lent_talent", "fte", "talent", _loans(data))


def _add(block, core, name, table, quantity, balance, frame):
    """Columns from `least` (a rule) to `most` (a bound), drawn by the donor for the recipient."""
    if frame.empty:
        return
    dims = [column for column in frame if column not in ("least", "most")]
    given = block.columns(name, core.space.frame(frame[dims]), upper=frame["most"].to_numpy())
    block.require(f"{name}_floor", given.linear(), ">=", frame["least"].to_numpy())
    for side, sign in (("donor", 1.0), ("recipient", -1.0)):
        by = (side, *dims[2:])
        block.draw(balance, total(given, by, weights=sign).renamed(**{side: "region"}))
    block.report(table, **{quantity: given})


def measure(plan, data):
    local, talent = plan.table("budget"), plan.table("talent_balance")
    if len(local):
        local = local[local["level"] == "local"].rename(columns={"item": "owner"})
    return together(
        *_measure(plan.table("transfers"), "transfer", "amount", "local_cost", _transfers(data), local,
                  "money"),
        *_measure(plan.table("lent_talent"), "lent", "fte", "talent_drawn", _loans(data), talent, "FTE"))


def _measure(table, name, quantity, drawn, frame, balance, unit):
    """Rates kept, bounds kept, nothing outside the pairs, and what was drawn is what was given."""
    if frame.empty and table.empty:
        return
    dims = [column for column in frame if column not in ("least", "most")]
    if table.empty:
        table = pd.DataFrame(columns=[*dims, quantity])
    whole = frame.merge(table, how="outer", on=dims).astype({quantity: float})
    given, asked = whole[quantity].fillna(0.0), whole["least"].notna()
    yield rule(f"{name}_floor", whole.loc[asked, dims], whole.loc[asked, "least"], given[asked], ">=", unit)
    yield rule(f"{name}_most", whole[dims], whole["most"].fillna(0.0), given, "<=", unit, domain=True)
    yield rule(f"{name}_not_negative", whole[dims], 0.0, given, ">=", unit, domain=True)
    if balance.empty:  # nobody limits it, so it is not in the plan
        return
    by = ["region", *dims[2:]]
    net = pd.concat([
        whole[[side, *dims[2:]]].rename(columns={side: "region"}).assign(amount=sign * given)
        for side, sign in (("donor", 1.0), ("recipient", -1.0))]).groupby(by)["amount"].sum()
    told = balance["amount"].where(balance["owner"] == NAME, 0.0).groupby([balance[key] for key in by]).sum()
    owed = net.reindex(told.index, fill_value=0.0)
    yield rule(drawn, told.index.to_frame(index=False), owed, told, "==", unit)


def check(data):
    pairs = data.table("pairs")
    for at in np.flatnonzero(pairs["donor"] == pairs["recipient"]):
        yield data.problem("pairs", say("problem.paired_assistance.itself"),
                           say("mend.paired_assistance.itself"), at=int(at), column="recipient",
                           value=pairs["recipient"].iloc[at])
    for donor, rate in pairs.groupby("donor", sort=False)["rate"].sum().items():
        if rate > 1 + 1e-9:
            yield data.problem("pairs", say("problem.paired_assistance.budget", donor=donor, rate=rate),
                               say("mend.paired_assistance.budget"), column="rate")
    most = data.table("assistance_talent")["rate"].max()
    for donor, count in pairs["donor"].value_counts(sort=False).items():
        if most * count > 1 + 1e-9:
            yield data.problem("assistance_talent", say("problem.paired_assistance.talent", donor=donor,
                                                        rate=most * count, count=count),
                               say("mend.lower_rate"), column="rate")


SUMS = {
    **{side: tally.rule("donor recipient", tally.of("transfers")("donor", "recipient"))
       for side in ("transfer_floor", "transfer_most")},
    **{side: tally.rule("donor recipient talent_type",
        tally.of("lent_talent")("donor", "recipient", "talent_type"))
       for side in ("lent_floor", "lent_most")},
}


MECHANISM = Mechanism(
    name=NAME, number=7,
    says="Donor regions give their partners a part of their local budgets and lend them people.",
    formula="transfer[d,r,t] >= rate * local_budget[d,t];  lent[d,r,q,t] >= rate_q * stock[d,q]",
    sources=(Source("P1", "V", "The nation moves resources between regions, by paired assistance among "
                    "other ways."),),
    tables=TABLES, add=add, measure=measure, sums=SUMS, check=check,
    levers={"transfer_floor": "pairs[{donor},{recipient}].rate",
            "lent_floor": "assistance_talent[{talent_type}].rate"},
    example=Example(
        tables=(("pairs", "donor,recipient,rate", "coast,inland,0.1"),
                ("assistance_talent", "talent_type,rate", "engineer,0.05", "worker,0.05")),
        sets=("pairs[coast,inland].rate=0.2",),
        worked=("The coast's own budget is 30 a year, so it gives inland at least 0.1 x 30 = 3 (at a rate "
                "of 0.2: 6) and at most all 30.",
                "It has 200 engineers and lends at least 0.05 x 200 = 10 of them each year.")),
)
