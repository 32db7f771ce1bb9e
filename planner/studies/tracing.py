"""The tasks of a frontier: its exact ends, and the points between them (see `planner.studies.frontier`)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.instance import Instance
from planner.model.points import POINTS
from planner.studies.case import Case
from planner.studies.plans import outcome as told
from planner.studies.session import Session

FREE = -1e15
"""A level that no plan misses: every solve then has the same rows, and goes on from the one before."""

SLACK = 1e-3
"""Weight of the other goals beside the one that is maximised (Mavrotas 2009: 1e-6 to 1e-3 of the range)."""

SLIP = 1e-6
"""Part of a goal's range by which a level that was reached is lowered: the solver's own tolerance."""


def aimed(instance: Instance, goals: list[str], weights: dict[str, float], least: dict[str, float]) -> Instance:
    """The instance with some goals weighted, and levels that they must keep; other goals count for nothing.

    Each goal counts from one range below its nadir, so that the objective is `lift` higher and a relative gap is a
    part of the range: near its nadir a goal has 0 points, and no gap would ever be small.
    """
    changes: dict[str, object] = {"goals[*].weight": 0.0}
    if instance.mode != "epsilon":  # levels that it does not keep otherwise
        for goal in instance.table("goals")["goal"]:
            if goal not in goals:
                changes[f"goals[{goal}].at_least"] = FREE
    changes["mode"] = "epsilon"
    for goal in goals:
        nadir, span = scale(instance, goal)
        changes[f"goals[{goal}].ideal"], changes[f"goals[{goal}].nadir"] = nadir + span, nadir - span
        changes[f"goals[{goal}].weight"] = 2 * weights.get(goal, 0.0)  # of a range twice as long
        changes[f"goals[{goal}].at_least"] = float(least.get(goal, FREE))
    return instance.with_overrides(changes)


def lift(weights: dict[str, float]) -> float:
    """Points by which the objective of `aimed` is higher than that of the goals from their nadir."""
    return POINTS * sum(weights.values())


def scale(instance: Instance, goal: str) -> tuple[float, float]:
    """(nadir, range) by which a goal counts in the objective."""
    row = instance.table("goals").set_index("goal").loc[goal]
    span = float(row["ideal"]) - float(row["nadir"])
    return float(row["nadir"]), span if np.isfinite(span) and span > 1e-12 else 1.0


def end(session: Session, case: Case) -> dict[str, pd.DataFrame]:
    """The lexicographic optimum that puts one goal first: each goal at its best, those before it kept.

    settings: goals (names with commas), first (the goal). The outcome tells, beside the last solve, `most`: the
    proven bound on the first goal.
    """
    instance = session.of(case)
    goals, first = case.settings["goals"].split(","), case.settings["first"]
    least: dict[str, float] = {}
    for number, goal in enumerate([first, *(other for other in goals if other != first)]):
        weights = dict.fromkeys(least, SLACK) | {goal: 1.0}
        plan = session.solve(aimed(instance, goals, weights, least))
        values = plan.goals.groupby("goal")["value"].sum()
        if number == 0:
            nadir, span = scale(instance, goal)
            most = nadir + span * (plan.passport["bound"] - lift(weights)) / POINTS
        least[goal] = float(values[goal]) - SLIP * scale(instance, goal)[1]
    least.pop(goal)
    return {"outcome": figures(instance, goals, goal, weights, least, plan).assign(most=most)}


def point(session: Session, case: Case) -> dict[str, pd.DataFrame]:
    """The first goal at its best while the others keep the levels among the settings (`least_GOAL`)."""
    instance, goals = session.of(case), case.settings["goals"].split(",")
    least = {goal: float(case.settings[f"least_{goal}"]) for goal in goals[1:]}
    weights = dict.fromkeys(goals[1:], SLACK) | {goals[0]: 1.0}
    plan = session.solve(aimed(instance, goals, weights, least))
    return {"outcome": figures(instance, goals, goals[0], weights, least, plan)}


def figures(instance: Instance, goals: list[str], aim: str, weights: dict, least: dict, plan) -> pd.DataFrame:
    """The outcome with `relief` (points paid for relief) and `outer`: the most that the goal aimed at can be.

    Objective and bound are told without the lift; the gap is that of the solve, with it.

    From the bound b of the solve: every plan that keeps the levels e has, on the objective's scale,
    aim + sum SLACK x other - relief <= b, and other >= e.
    """
    row = told(plan)
    row[["objective", "bound"]] -= lift(weights)
    counted = {goal: scale(instance, goal) for goal in goals}
    value = sum(weight * (float(row[goal].iloc[0]) - counted[goal][0]) / counted[goal][1]
                for goal, weight in weights.items())
    relief = POINTS * value - float(row["objective"].iloc[0])
    others = sum(weights.get(goal, 0.0) * (level - counted[goal][0]) / counted[goal][1]
                 for goal, level in least.items())
    nadir, span = counted[aim]
    outer = nadir + span * (float(row["bound"].iloc[0]) / POINTS - others)
    return row.assign(relief=relief if relief > 1e-6 * max(1.0, abs(POINTS * value)) else 0.0, aim=aim,
                      outer=max(outer, float(row[aim].iloc[0])) if not relief > 0 else outer)
