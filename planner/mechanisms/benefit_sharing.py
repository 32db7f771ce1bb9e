"""Benefit sharing: what those who make a result get decides how much of it is converted.

Every kind of performer has one tier of rights for the whole plan: awards, a profit share and equity
together are the researchers' share of what conversion earns; the institution keeps another part. A
tier draws a certain effort, the value that a unit of conversion money can bring at most.

    sum_{tiers of a} choose = 1                                               choose binary
    sum_{tiers of a} converted[tier, s, t] = sum_r perform[r, s, a, t]        s a conversion stage
    converted[tier, s, t] <= U[a, s, t] * choose[tier]
    V[s, t] - lost[s, t] <= dt(t + lag_s) * sum_tier effort * converted[tier, s, t]
    sum_s (institution share * effort - floor) * converted >= 0               for every kind and year
    productivity loses sum of lost

P0 III.1 asks that those who innovate share in what it brings, and that institutions want to convert.
It gives no figures.

Departures. The cells do not say who performs, so the value of conversion is bounded for the nation,
and the value that effort does not support is `lost` from productivity. Rights are paid out of what
conversion earns, not from the budgets. Awards, profit and equity are told apart and act by their sum,
which the table need not repeat. `ladder` is a check of the table: from tier to tier of a performer
the researchers' share rises in equal steps, or in steps that never shrink (progressive).

U is the lesser of what the cells of the stage absorb and the performers' capacity, summed over the
regions: perform is a part of the one and within the other (unless its relief has a price).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.compliance import rule, sum_at, together
from planner.model.figures import members, stages_with_role
from planner.model.values import cell_values
from planner.vocabulary import Column, Example, Mechanism, Parameter, Problem, Source, Table
from planner.words import say
from solvers.algebra import total

NAME = "benefit_sharing"
WORK = ["performer", "stage", "year"]
MADE = ["tier", "stage", "year"]
RIGHTS = ("award", "profit_share", "equity")

TIERS = Table("tiers", "tiers of researchers' rights in results, lowest first for each performer", (
    Column("tier", "text", "short name of the tier", key=True),
    Column("name_en", "text", "name in English", default=""),
    Column("name_zh", "text", "name in Chinese", default=""),
    Column("performer", "text", "the performer kind that may choose it", refers="performers"),
    *(Column(right, "number", f"part of what conversion earns that researchers get as {words}", "share",
             0, 1, 0.0) for right, words in zip(RIGHTS, ("awards", "a share of profit", "equity"))),
    Column("effort", "number", "most value that a unit of conversion money brings under it",
           "value per money", 0),
    Column("institution_share", "number", "part of what conversion earns that the institution keeps",
           "share", 0, 1),
))


def _tiers(data) -> pd.DataFrame:
    """The tiers with the researchers' share."""
    table = data.table("tiers")
    return table.assign(researchers=table[list(RIGHTS)].sum(axis=1))


def _rows(data) -> pd.DataFrame:
    """tier, performer, stage, year, with worth: discounted value per unit of conversion money."""
    stages = members(data, "stage", "stages")
    stages = stages.loc[stages["stage"].isin(stages_with_role(data, "conversion")), ["stage", "lag"]]
    years = pd.DataFrame({"year": list(data.years)})
    rows = _tiers(data).merge(stages, how="cross").merge(years, how="cross")
    arrives = rows["year"] + rows["lag"] - data.base_year
    return rows.assign(worth=rows["effort"] * (1 + data.setting("discount")) ** -arrives.astype(float))


def _most(data, rows: pd.DataFrame) -> np.ndarray:
    """U: the most conversion work per row of (performer, stage, year)."""
    base = data.table("baseline").groupby(["region", "stage"], as_index=False)["spend"].sum()
    work = rows[WORK].drop_duplicates().merge(base, on="stage")
    most = work["spend"] * data.setting("max_ratio")
    capacity = data.table("performer_capacity")
    if data.price("performers") is None:
        work = work.merge(capacity, how="left", on=["region", "performer"])
        grown = work["capacity"] * (1 + work["growth"]) ** (work["year"] - data.base_year)
        most = np.minimum(most, grown.fillna(np.inf))
    return sum_at(work.assign(most=most), "most", rows[WORK])


def _retained(data, rows: pd.DataFrame) -> np.ndarray | None:
    """What the institution keeps beyond its floor per unit of conversion money; None without a floor."""
    floor = data.parameter(NAME, "participation_floor")
    return None if not floor else (rows["institution_share"] * rows["effort"] - floor).to_numpy()


def add(block, core, data):
    if core.has("cells") and core.has("tier"):
        core.after(lambda: _add(block, core, data))


def _add(block, core, data):
    perform, rows = core.offered("perform"), _rows(data)
    if perform is None or rows.empty:
        return
    tiers = core.space.frame(rows[["tier"]].drop_duplicates())
    choose = block.columns("choose", tiers, upper=1, integer=True)
    most = _most(data, rows)
    converted = block.columns("converted", core.space.frame(rows[MADE]), upper=most)
    block.define("one_tier", total(choose, ("performer",)), "==", 1.0)
    made = total(converted, WORK)
    block.define("converted_sum", made - total(perform, WORK).on(made.index), "==")
    block.define("chosen", converted - choose.on(converted.index) * most, "<=")
    value = core.value_by("stage", "year", stage=list(rows["stage"].unique()))
    lost = block.columns("lost", value.index, upper=core.most(value))
    supported = total(converted, ("stage", "year"), weights=rows["worth"].to_numpy()).on(value.index)
    block.define("supported", value - lost - supported, "<=")
    block.goal("productivity", -lost, told=lambda tables: -_lost(data, tables)["lost"].sum())
    kept = _retained(data, rows)
    if kept is not None:
        block.require("participation", total(converted, ("performer", "year"), weights=kept), ">=")
    block.report("tiers", choose=choose)
    block.report("conversion", converted=converted)
    block.report("lost_value", lost=lost)


def _lost(data, tables) -> pd.DataFrame:
    """stage, year, value of conversion, supported: by effort, lost: what it does not support."""
    spend, rows, made = tables["allocations"], _rows(data), tables.get("conversion", pd.DataFrame())
    out = rows[["stage", "year"]].drop_duplicates().reset_index(drop=True)
    rows["supported"] = rows["worth"] * sum_at(made, "converted", rows[MADE])
    out["value"] = sum_at(spend.assign(value=cell_values(data, spend)), "value", out[["stage", "year"]])
    out["supported"] = sum_at(rows, "supported", out[["stage", "year"]])
    return out.assign(lost=(out["value"] - out["supported"]).clip(lower=0.0))


def measure(plan, data):
    work, rows = plan.table("performers"), _rows(data)
    if work.empty or rows.empty or plan.table("allocations").empty:
        return None
    table, made, told = plan.table("tiers"), plan.table("conversion"), plan.table("lost_value")
    tiers, done = data.table("tiers")[["tier"]], rows[WORK].drop_duplicates()
    rows["chosen"] = sum_at(table, "choose", rows[["tier"]])
    rows["converted"] = sum_at(made, "converted", rows[MADE])
    chosen = data.table("tiers").assign(choose=sum_at(table, "choose", tiers))
    kinds = chosen[["performer"]].drop_duplicates()
    lost = _lost(data, plan.tables)
    parts = [
        rule("whole", tiers, chosen["choose"].round().clip(0, 1), chosen["choose"], "==", "tiers",
             domain=True),
        rule("one_tier", kinds, 1.0, sum_at(chosen, "choose", kinds), "==", "tiers"),
        rule("converted_sum", done, sum_at(work, "perform", done), sum_at(rows, "converted", done), "=="),
        rule("chosen", rows[MADE], _most(data, rows) * rows["chosen"], rows["converted"], "<="),
        rule("not_negative", rows[MADE], 0.0, rows["converted"], ">=", domain=True),
        rule("supported", lost[["stage", "year"]], lost["lost"],
             sum_at(told, "lost", lost[["stage", "year"]]), ">=", "value")]
    kept = _retained(data, rows)
    if kept is not None:
        frame = rows.assign(kept=kept * rows["converted"])
        keys = frame[["performer", "year"]].drop_duplicates()
        parts.append(rule("participation", keys, 0.0, sum_at(frame, "kept", keys), ">=", "value"))
    goals = plan.goals
    term = goals.loc[(goals["goal"] == "productivity") & (goals["owner"] == NAME), "value"].sum()
    parts.append(rule("value", pd.DataFrame({"goal": ["productivity"]}), -lost["lost"].sum(), term, "==",
                      "value"))
    return together(*parts)


def check(data):
    tiers, ladder = _tiers(data), data.parameter(NAME, "ladder")
    for at, row in enumerate(tiers.itertuples()):
        whole = row.researchers + row.institution_share
        if whole > 1 + 1e-9:
            yield Problem("tiers", say("problem.benefit_sharing.whole", whole=whole, tier=row.tier),
                          say("mend.lower_a_share"), row=at + 2, column="institution_share")
    missing = [name for name in data.table("performers")["performer"] if name not in set(tiers["performer"])]
    if len(tiers) and missing:
        yield Problem("tiers", say("problem.benefit_sharing.no_tier", names=", ".join(missing)),
                      say("mend.add_tier"), column="performer")
    for performer, rungs in tiers.groupby("performer", sort=False):
        steps = np.diff(rungs["researchers"])
        even = len(steps) < 2 or np.allclose(steps, steps[0], atol=1e-9)
        if (ladder == "equal" and not even) or (ladder == "progressive" and np.any(np.diff(steps) < -1e-9)):
            told = ", ".join(f"{share:.4g}" for share in rungs["researchers"])
            yield Problem("tiers", say("problem.benefit_sharing.ladder", performer=performer, shares=told,
                                       ladder=ladder), say("mend.benefit_sharing.ladder"), column="tier")


MECHANISM = Mechanism(
    name=NAME, number=18,
    says="Each performer kind has one tier of researchers' rights; its effort bounds the value of "
         "conversion, and institutions keep enough to take part.",
    formula="sum_{tiers of a} choose = 1; V[conversion,t] - lost[t] <= dt * sum_tier effort * "
            "converted[tier,t]; institution share * effort >= floor per unit of conversion money",
    sources=(Source("P0", "III.1", "Those who innovate share in what their results bring."),),
    parameters=(
        Parameter("participation_floor", "least revenue that an institution keeps; not set: no floor", None,
                  "value per unit of conversion money", 0),
        Parameter("ladder", "how the researchers' share rises from tier to tier of a performer: 'equal' or "
                  "'progressive' steps", "progressive", kind="choice", choices=("equal", "progressive")),
    ),
    tables=(TIERS,), add=add, measure=measure, check=check,
    levers={"participation": "benefit_sharing.participation_floor"},
    example=Example(
        settings=("participation_floor = 0.5", 'ladder = "progressive"'),
        tables=(("tiers",
                 "tier,performer,award,profit_share,equity,effort,institution_share",
                 "university_low,university,0.1,0.1,0,2,0.5",
                 "university_high,university,0.1,0.2,0.2,4,0.3"),),
        sets=("benefit_sharing.participation_floor=1.1",),
        worked=("Under university_low 80 of conversion money brings a value of at most 2 x 80 = 160, under "
                "university_high 4 x 80 = 320.",
                "The university keeps 0.5 x 2 = 1.0 of each unit under the first and 0.3 x 4 = 1.2 under "
                "the second: both above 0.5.",
                "With the floor at 1.1 only university_high leaves it enough.")),
)
