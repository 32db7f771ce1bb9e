"""Autonomy targets.

The import dependence that is left in an industry, after what its R&D money and its missions
close, is at most its target in the target's year.

    dependence_left[i,t] = import_dependence_i - closed[i,t] <= target[i,t]

P1 III.3: key and core technologies must be in one's own hands.

Departures. The formulation prices shortfalls unless a flag says hard; here, as for every
mechanism, `price` makes the rule soft (per unit of dependence: 1 is the whole need) and without
it the rule is hard. What closes dependence is the core's autonomy goal (`planner.model.autonomy`):
this mechanism adds no columns. An industry without import dependence meets any target.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.compliance import read_at, rule, together
from planner.model.figures import members, rd_stages
from planner.vocabulary import Column, Example, Mechanism, Problem, Source, Table
from planner.words import say

KEYS = ["industry", "year"]

TARGETS = Table("autonomy_targets", "import dependence that may be left, by industry and year", (
    Column("industry", "text", "the industry", refers="industries", key=True),
    Column("year", "integer", "plan year", "year", 1900, 2200, key=True),
    Column("target", "number", "import dependence at most", "share", 0, 1),
))


def _targets(data) -> pd.DataFrame:
    """Targets of the industries that have import dependence: industry, year, target, and
    `there` (dependence of the base year) and `cut` (closed by doubling R&D money)."""
    industries = members(data, "industry", "industries").rename(
        columns={"import_dependence": "there", "dependence_cut": "cut"})
    targets = data.table("autonomy_targets").merge(industries[["industry", "there", "cut"]], on="industry")
    inside = (targets["there"] > 0) & targets["year"].isin(data.years)
    return targets[inside].reset_index(drop=True)


def add(block, core, data):
    targets = _targets(data)
    if targets.empty:
        return

    def write():
        left = core.offered("dependence_left")
        if left is not None:
            index = core.space.frame(targets[KEYS])
            block.require("target", left.on(index), "<=", targets["target"].to_numpy())
    core.last(write)


def measure(plan, data):
    targets, closed, parts = _targets(data), plan.table("dependence"), []
    if targets.empty:
        return None
    reached = by_spend = _closed_by_spend(plan, data, targets)
    if len(closed):
        by_core = closed["owner"] == "core"
        told = read_at(closed[by_core].groupby(KEYS)["amount"].sum(), targets[KEYS])
        parts.append(rule("closed_by_spend", targets[KEYS], by_spend, told, "==", "share"))
        reached = by_spend + read_at(closed[~by_core].groupby(KEYS)["amount"].sum(), targets[KEYS])
    reached = np.clip(reached, -1.0, targets["there"])
    return together(*parts, rule("target", targets[KEYS], targets["target"], targets["there"] - reached,
                                 "<=", "share"))


def _closed_by_spend(plan, data, targets) -> np.ndarray:
    """Dependence closed by R&D money over the base year, as in `planner.model.autonomy`."""
    spend, base, stages = plan.table("allocations"), data.table("baseline"), rd_stages(data)
    if spend.empty:
        return np.zeros(len(targets))
    spent = read_at(spend[spend["stage"].isin(stages)].groupby(KEYS)["spend"].sum(), targets[KEYS])
    before = base[base["stage"].isin(stages)].groupby("industry")["spend"].sum()
    before = targets["industry"].map(before).fillna(0.0).to_numpy()
    return targets["cut"].to_numpy() * (spent - before) / np.where(before > 0, before, np.inf)


def check(data):
    targets = data.table("autonomy_targets")
    before = targets.sort_values("year").groupby("industry")["target"].shift()
    for at in np.flatnonzero(targets["target"] > before.reindex(targets.index)):
        row = targets.iloc[at]
        yield Problem("autonomy_targets", say("problem.autonomy_targets.rises", industry=row["industry"],
                                              year=row["year"], target=row["target"], before=before[at]),
                      say("mend.autonomy_targets.rises"), row=int(at) + 2, column="target",
                      severity="warning")


MECHANISM = Mechanism(
    name="autonomy_targets", number=23,
    says="Import dependence falls to its target in the target's year.",
    formula="import_dependence_i - closed[i,t] <= target[i,t]",
    sources=(Source("P1", "III.3", "Key and core technologies must be in one's own hands."),),
    tables=(TARGETS,), add=add, measure=measure, check=check,
    levers={"target": "autonomy_targets[{industry},{year}].target"},
    example=Example(
        tables=(("autonomy_targets", "industry,year,target", "chips,2025,0.9", "chips,2026,0.85"),),
        sets=("autonomy_targets[chips,2026].target=0.75",),
        worked=("0.8 of the need in chips is imported, and doubling its R&D money closes 0.1: 110 instead "
                "of 80 closes 0.1 x 30 / 80 = 0.0375.",
                "0.8 - 0.0375 = 0.7625 is left, within the target of 0.85 for 2026.",
                "A target of 0.75 asks for 0.05, which is 120 of R&D money (or a mission that succeeds).")),
)
