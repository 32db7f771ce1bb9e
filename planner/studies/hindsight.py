"""Regret against hindsight: what would have been planned, had the draw been known?

For a few draws the instance is solved again with the returns as drawn (categories' weights times the draw's
factors), through the engine, each from the LP and plan of the one before. Both plans are judged in the drawn
world by the instance's own goals, weights and ranges; the difference is the regret of the plan, the value of
perfect information averaged over the draws (Birge and Louveaux). Missions count at their expected success for
both, mechanism risk is off: its deduction stands for what is here drawn.

Relief that is paid for counts for both.

A hindsight plan is proven only within its gap, so a regret may come out below 0 by as much; and a little
further where a rule reads values (benefit sharing, the limit of risk), as the fixed plan may then break it in
the drawn world and is not charged for that.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.goals import POINTS
from planner.studies.case import Case, Options
from planner.studies.draws import Draws
from planner.studies.engine import run
from planner.words import say


class NoHindsight(Exception):
    """Regret against hindsight cannot be told for this plan or these draws; the text says why."""


def hindsight_task(session, case) -> dict[str, pd.DataFrame]:
    """The goals of the plan that a draw's returns would have called for."""
    from planner.studies.exposure import exposure
    from planner.studies.plans import outcome
    plan = session.solve(session.of(case), shape="hindsight")
    return {"outcome": outcome(plan), "certain": exposure(plan)["certain"]}


def regrets(plan, draws: Draws, nominal: dict[str, float], worth: np.ndarray, count: int, options: Options,
            progress=None, **engine) -> pd.DataFrame:
    """One row for each of the first `count` draws: factors, productivity of both plans, regret, gap, status.

    nominal  goals of the fixed plan but for the value of its cells (productivity: its rest)
    worth    K: the fixed plan's expected value by category
    regret   in points where several goals are weighed, else in the goal's own unit (column unit)
    Raises NoHindsight.
    """
    instance = plan.instance
    if draws.by != "category":
        raise NoHindsight(say("stress.hindsight_by_cell"))
    if instance.mode != "weighted" or instance.table("categories").empty:
        raise NoHindsight(say("stress.hindsight_mode", mode=instance.mode))
    weights, nadirs, ranges, unit = _scale(plan)
    told = plan.goals.groupby("goal")["value"].sum().to_dict()
    relief = sum(weight * (told[goal] - nadirs[goal]) for goal, weight in weights.items()) - plan.objective
    factors = draws.factors()[:count]
    cases = []
    for number, factor in enumerate(factors):
        changes = [f"categories[{name}].weight*={value!r}" for name, value in zip(
            draws.categories, map(float, factor))]
        changes += [f"goals[{goal}].{side}={value!r}" for goal, pair in ranges.items()
                    for side, value in zip(("ideal", "nadir"), pair)]
        cases.append(Case(f"draw-{number}", (*changes, "risk.on=false"), task="hindsight",
                          settings={"draw": number}))
    found = run(instance, cases, options=options, progress=progress, **engine).cases
    rows = []
    for number, row in enumerate(found.to_dict("records")):
        fixed = nominal | {"productivity": nominal["productivity"] + float(factors[number] @ worth)}
        own = sum(weight * (fixed[goal] - nadirs[goal]) for goal, weight in weights.items()) - relief
        rows.append({"draw": number, "state": draws.state[number], **dict(zip(draws.categories, factors[number])),
                     "productivity": fixed["productivity"], "hindsight": row.get("productivity", np.nan),
                     "regret": row.get("objective", np.nan) - own, "unit": unit, "gap": row.get("gap", np.nan), "status": row["status"],
                     "message": row["message"]})
    return pd.DataFrame(rows)


def _scale(plan):
    """(weight of a unit of each goal in use, its nadir, its range as the plan was solved with, unit of the sum)."""
    goals = plan.goals.drop_duplicates("goal").set_index("goal")
    goals = goals[goals["weight"].fillna(0.0) > 0]
    span = goals["ideal"] - goals["nadir"]
    ranged = span.notna() & (span.abs() > 1e-12)
    if len(goals) == 1 and not ranged.iloc[0]:
        return {goals.index[0]: 1.0}, {goals.index[0]: 0.0}, {}, goals.index[0]
    weights = (POINTS * goals["weight"] / span.where(ranged, 1.0)).to_dict()
    ranges = {goal: (float(goals.at[goal, "ideal"]), float(goals.at[goal, "nadir"])) for goal in goals.index[ranged]}
    return weights, goals["nadir"].fillna(0.0).to_dict(), ranges, "points"
