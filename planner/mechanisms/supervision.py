"""Supervision of public money: how closely each instrument is watched in each stage.

Of each unit granted a part leaks and a part goes to oversight; the closer the oversight, the less
leaks and the more it costs. One level is chosen for every stage and instrument, for the whole plan,
and its office is paid from the central budget every year.

    sum_o choose[s, u, o] = 1                                        choose binary
    sum_o granted[r, s, u, l, o, t] = grant[r, s, u, l, t]
    sum_r,l granted[.., o, ..] <= U[s, u, o, t] * choose[s, u, o]
    effective = sum_o (1 - loss_o - cost_o) * granted_o              pays for spend in place of grant
    central draw = sum office_o * choose

P0 III.1 and P1 IV.4 ask for oversight of how public money is used; they give no figures.

Departures. The formulation has shares only, and then the level that wastes least is best for
everybody; the office's fixed cost makes close oversight worth it for large programmes only. U is the
most that a stage and instrument can be granted in all regions: what the stages absorb, region by
region, and what the budgets hold (`planner.model.grant_bounds`), both valid in every plan. Leverage
is counted on what arrives; the limit on mobilised money, more strictly, on what is granted.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.compliance import rule, sum_at, together, worst
from planner.model.grant_bounds import central_most, grant_room, local_most, payable
from planner.vocabulary import Column, Example, Mechanism, Problem, Source, Table
from planner.words import say
from solvers.algebra import total

NAME = "supervision"
PAIR = ["stage", "instrument"]
GRANT = ["region", "stage", "instrument", "level", "year"]

OVERSIGHT = Table("oversight", "how closely public money may be watched", (
    Column("oversight", "text", "short name of the level of oversight", key=True),
    Column("name_en", "text", "name in English", default=""),
    Column("name_zh", "text", "name in Chinese", default=""),
    Column("loss", "number", "part of each unit granted that leaks", "share", 0, 1),
    Column("cost", "number", "part of each unit granted that oversight takes", "share", 0, 1),
    Column("office", "number", "central money each year for every stage and instrument watched so",
           "money per year", 0, None, 0.0),
))


def _arriving(data) -> dict[str, float]:
    """The part of a grant that arrives, by level of oversight."""
    table = data.table("oversight")
    return dict(zip(table["oversight"], 1 - table["loss"] - table["cost"]))


def _levels(data, grants: pd.DataFrame) -> pd.DataFrame:
    """Rows of grants under every level of oversight: arriving, and the most that can be granted so."""
    rows = grants.merge(data.table("oversight")[["oversight"]], how="cross")
    rows["arriving"] = rows["oversight"].map(_arriving(data))
    room = grant_room(data, rows, rows["arriving"].to_numpy())
    rows["payable"] = payable(data, rows)
    return rows.assign(room=room, most=np.minimum(room, rows["payable"]))


def _most(data, rows: pd.DataFrame) -> pd.DataFrame:
    """U by stage, instrument, oversight and year: what regions absorb, and what the budgets hold."""
    by = [*PAIR, "oversight", "year"]
    region = rows.groupby([*by, "region"]).agg({"room": "first", "most": "sum"}).min(axis=1)
    out = region.groupby(by).sum().rename("absorbed").reset_index()
    money = np.zeros(len(out))
    for level, held in (("central", central_most(data)), ("local", local_most(data).groupby("year").sum())):
        payers = pd.MultiIndex.from_frame(rows.loc[rows["level"] == level, PAIR].drop_duplicates())
        money += np.where(pd.MultiIndex.from_frame(out[PAIR]).isin(payers), out["year"].map(held), 0.0)
    return out.assign(most=np.minimum(out["absorbed"], money))


def add(block, core, data):
    if not core.has("grants") or not core.has("oversight"):
        return
    grants, grant = core.grant.index.frame(), core.grant.linear()
    rows = _levels(data, grants)
    pairs = grants[PAIR].drop_duplicates().merge(data.table("oversight")[["oversight"]], how="cross")
    choose = block.columns("choose", core.space.frame(pairs), upper=1, integer=True)
    granted = block.columns("granted", core.space.frame(rows[[*GRANT[:4], "oversight", "year"]]),
                            upper=rows["most"].to_numpy())
    block.define("one_level", total(choose, PAIR), "==", 1.0)
    block.define("split", total(granted, GRANT).on(grant.index) - grant, "==")
    most = _most(data, rows)
    index = core.space.frame(most[[*PAIR, "oversight", "year"]])
    block.define("chosen", total(granted, index.dims).on(index)
                 - choose.on(index) * most["most"].to_numpy(), "<=")
    effective = total(granted, GRANT, weights=rows["arriving"].to_numpy()).on(grant.index)
    block.publish("grant_effective", effective)
    office = choose * choose.index.map("oversight", _offices(data))
    block.draw("central", total(office).on(core.space.index(year=None)))
    block.report("grants", amount=grant, effective=effective)
    block.report("oversight", choose=choose)


def _offices(data) -> dict[str, float]:
    table = data.table("oversight")
    return dict(zip(table["oversight"], table["office"]))


def measure(plan, data):
    grants, table = plan.table("grants"), plan.table("oversight")
    if grants.empty or data.table("oversight").empty:
        return None
    if table.empty:
        table = pd.DataFrame({key: [] for key in [*PAIR, "oversight", "choose"]})
    labels, pairs = [*PAIR, "oversight"], grants[PAIR].drop_duplicates()
    arriving = table.assign(part=table["choose"] * table["oversight"].map(_arriving(data)))
    arrives = grants["amount"] * sum_at(arriving, "part", grants[PAIR])
    told = grants["effective"] if "effective" in grants else grants["amount"]
    keep = worst(grants, -(told - arrives).abs(), ["stage", "instrument", "year"])
    parts = [
        rule("whole", table[labels], table["choose"].round().clip(0, 1), table["choose"], "==", "levels",
             domain=True),
        rule("one_level", pairs, 1.0, sum_at(table, "choose", pairs), "==", "levels"),
        rule("effective", grants.loc[keep, GRANT], arrives[keep], told[keep], "==")]
    item, years = plan.item("central", NAME), pd.DataFrame({"year": list(data.years)})
    if len(data.table("budget")) and data.setting("budgets"):
        office = (table["choose"] * table["oversight"].map(_offices(data))).sum()
        parts.append(rule("central_cost", years, office,
                          sum_at(item, "amount", years), "=="))
    return together(*parts)


def check(data):
    for at, row in enumerate(data.table("oversight").itertuples()):
        if row.loss + row.cost >= 1:
            yield Problem("oversight", say("problem.supervision.nothing_arrives", oversight=row.oversight,
                                           total=row.loss + row.cost),
                          say("mend.supervision.nothing_arrives"), row=at + 2, column="loss")


MECHANISM = Mechanism(
    name=NAME, number=19,
    says="Each stage and instrument is watched at one level: closer oversight leaks less and costs more.",
    formula="sum_o choose[s,u,o] = 1; effective[r,s,u,l,t] = (1 - loss_o - cost_o) * grant[r,s,u,l,t] "
            "for the level o chosen; central draw office_o",
    sources=(
        Source("P0", "III.1", "Public money needs oversight along its whole way."),
        Source("P1", "IV.4", "Those who are given tasks are supervised and held to account."),
    ),
    tables=(OVERSIGHT,), add=add, measure=measure, check=check,
    example=Example(
        tables=(("oversight", "oversight,loss,cost,office", "light,0.1,0,0", "close,0.02,0.03,0.2"),),
        sets=("oversight[close].office=0.5",),
        worked=("Of 20 granted 20 x 0.9 = 18 arrives under light oversight, 20 x 0.95 = 19 under close "
                "oversight.",
                "Close oversight saves 0.05 of each unit and costs 0.2 a year: it pays from 4 a year on "
                "(with an office of 0.5: from 10).",
                "Three stages and instruments watched closely cost the centre 3 x 0.2 = 0.6 a year.")),
)
