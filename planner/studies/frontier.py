"""What one goal costs in another: efficient plans between the best of each (epsilon-constraint).

    ends      for each goal the lexicographic optimum that puts it first: an end is efficient, exactly
    points    max first goal + small x others, subject to: each other goal >= its level, over levels between
              the ends (two goals: a line of levels; three: a grid, whose infeasible corners are left out)

The small weight (1e-3 of each goal's range) is Mavrotas's slack term (AUGMECON): without it a point could be
weakly efficient. Every solve differs from the one before in right sides only, so it starts from its LP and plan.

A solve stops at a gap. Its plan is a point that is reached (inner), its bound says how high the first goal can
be at that level at most (outer): the frontier lies between both. A plan may then be dominated by another; such
points are marked and left out of the table `frontier`, whose points are mutually non-dominated.

The knee is the point farthest from the plane through the ends (Das 1999), on the goals' ranges between them.
A point (of 100) is a hundredth of such a range; the trade-off between neighbours is told in these and in the
goals' own units, with the interval that inner points and outer bounds leave.

Sources: Haimes, Lasdon and Wismer (1971), epsilon-constraint; Mavrotas (2009), Effective implementation of the
epsilon-constraint method, Applied Mathematics and Computation 213; Das (1999), On characterizing the knee of
the Pareto curve, Structural Optimization 18.

Departures. Goals that are not named count for nothing and are only reported. Prices of relief stay in the
objective: where a mechanism is priced, the first goal is told with `relief` beside it, and counts less it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from planner.instance import Instance
from planner.instance.keeping import beside
from planner.model.points import POINTS
from planner.solving import NoPlan, load
from planner.studies.case import Case, Options
from planner.studies.engine import run
from planner.studies.meanings import of_trade_off
from planner.studies.prices import STOPS
from planner.studies.scale import on_one_scale, place
from planner.studies.tracing import scale
from planner.words import say
from solvers.outcome import Outcome, Stop

USUAL = Options()

TIE = 1e-6
"""Part of a goal's range between the ends below which two values are the same."""


@dataclass(frozen=True)
class Frontier:
    """What a frontier study found.

    passport  instance, scenario, overrides, instance_hash, goals
    points    a row per solve: case, level of every other goal (`least_GOAL`), status, gap, bound, every goal,
              relief (points), outer (the most that the first goal can be at these levels), standing ('efficient',
              'dominated', or how it ended without a plan), seconds, message
    frontier  the efficient ones by rising second goal: point, the goals in the order asked for, outer, relief, knee,
              and for two goals what the step from the point before costs: unit_rate (first goal's unit per unit
              of the second), per_point (points per point), cost_least, cost_most (of per_point), meaning; status, gap,
              bound, case
    """

    passport: dict
    points: pd.DataFrame
    frontier: pd.DataFrame

    def save(self, folder: Path) -> Path:
        """Writes frontier.csv, points.csv and frontier.json, each whole or not there."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("frontier", "points"):
            with beside(folder / f"{name}.csv") as made:
                getattr(self, name).to_csv(made, index=False, encoding="utf-8-sig", lineterminator="\n")
        with beside(folder / "frontier.json") as made:
            made.write_text(json.dumps(self.passport, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return folder


def frontier(instance: Instance | str | Path, goals, *, points: int = 12, scenario: str | None = None, overrides=(),
             options: Options = USUAL, folder: Path | None = None, jobs: int | None = None,
             cluster: str | None = None, lang: str = "en", progress: Callable[[dict], None] | None = None,
             stop: Callable[[], bool] | None = None) -> Frontier:
    """Traces the efficient plans between the best of two or three goals.

    goals   names; the first is maximised while the others keep their levels
    points  how many, ends included; three goals share them among a grid of the nearest whole root, 3 at least
    Other arguments as in `planner.prices`. Raises NoPlan where no plan exists, InvalidInstance, ValueError for
    goals that the instance does not have.
    """
    if not isinstance(instance, Instance):
        instance = load(instance, scenario, overrides)
    elif scenario or overrides:
        instance = instance.with_overrides(overrides, scenario)
    goals = checked(instance, list(goals))
    wanted = {"goals[*].weight": 0.0} | {f"goals[{goal}].weight": 1.0 for goal in goals}
    own = {} if instance.mode == "epsilon" else {"mode": "weighted"}
    scaled = on_one_scale(instance.with_overrides(wanted | own), progress, stop)
    lacking = [goal for goal in goals if not np.isfinite(
        scaled.table("goals").set_index("goal").loc[goal, ["ideal", "nadir"]].astype(float)).all()]
    if lacking:
        raise ValueError(say("frontier.no_terms", goal=", ".join(lacking)))

    def solve(cases: list[Case], name: str) -> pd.DataFrame:
        return run(scaled, cases, options=options, folder=place(folder, name, scaled, cases, options),
                   jobs=jobs, cluster=cluster, progress=progress, stop=stop).cases

    named = {"goals": ",".join(goals)}
    ends = solve([Case(f"end {goal}", task="frontier_end", settings=named | {"first": goal}) for goal in goals],
                 "ends")
    for row in ends.to_dict("records"):
        if not np.isfinite(row.get("objective", np.nan)):
            raise NoPlan(Outcome(STOPS.get(row["status"], Stop.TIME_LIMIT), message=str(row["message"])))
    ends = with_levels(ends, goals)
    inner = [Case(" ".join(f"{goal}>={level:.6g}" for goal, level in zip(goals[1:], at)), task="frontier_point",
                  settings=named | {f"least_{goal}": float(level) for goal, level in zip(goals[1:], at)})
             for at in levels(ends, goals, points)]
    parts = [ends] + ([solve(inner, "points")] if inner else [])
    table = pd.concat([part.drop(columns=["goals", "first", "scenario"], errors="ignore") for part in parts],
                      ignore_index=True)
    spans = {goal: scale(scaled, goal)[1] for goal in goals}
    table = marked(table, goals, spans[goals[0]])
    passport = {"instance": instance.name, "scenario": instance.scenario, "overrides": list(instance.overrides),
                "instance_hash": instance.hash, "goals": goals}
    return Frontier(passport, table, efficient(table, goals, spans[goals[0]], lang))


def checked(instance: Instance, goals: list[str]) -> list[str]:
    """The goals, each once. Raises ValueError for fewer than two, more than three, or unknown ones."""
    known = list(instance.table("goals")["goal"])
    for goal in goals:
        if goal not in known:
            raise ValueError(say("frontier.no_goal", goal=goal, names=", ".join(known) or "–"))
    if len(set(goals)) != len(goals) or len(goals) not in (2, 3):
        raise ValueError(say("frontier.how_many"))
    return goals


def with_levels(ends: pd.DataFrame, goals: list[str]) -> pd.DataFrame:
    """Ends with the levels at which their outer bound holds, on the first goal."""
    ends = ends.copy()
    for goal in goals[1:]:
        ends[f"least_{goal}"] = np.where(ends["first"] == goal, ends[goal], ends[goal].min())
    outer = np.where(ends["first"] == goals[0], ends["most"], np.where(ends["aim"] == goals[0], ends["outer"], np.nan))
    if len(goals) > 2:  # the last goal's solve keeps both others: its bound is not the first goal's
        outer = np.where(ends["first"] == goals[0], ends["most"], np.nan)
    return ends.assign(outer=outer)


def levels(ends: pd.DataFrame, goals: list[str], points: int) -> list[tuple[float, ...]]:
    """Levels of the other goals for the points between the ends, rising."""
    spans = [np.linspace(ends[goal].min(), float(ends.loc[ends["first"] == goal, goal].iloc[0]), steps)
             for goal, steps in zip(goals[1:], [max(points, 2)] if len(goals) == 2 else 2 * [
                 max(3, round(points ** 0.5))])]
    if any(span[-1] - span[0] <= TIE * max(1.0, abs(span[-1])) for span in spans):
        return []  # the goals do not conflict
    return [(level,) for level in spans[0][1:-1]] if len(goals) == 2 else list(product(*spans))


def values_of(table: pd.DataFrame, goals: list[str], span: float) -> np.ndarray:
    """Values of the goals, the first one less what its relief costs: array of points x goals."""
    values = table[goals].to_numpy(float).copy()
    values[:, 0] -= table["relief"].fillna(0.0).to_numpy() * span / POINTS
    return values


def marked(table: pd.DataFrame, goals: list[str], span: float) -> pd.DataFrame:
    """The points with their standing: 'efficient', 'dominated' (by another's plan), or how they ended."""
    there = table["objective"].notna().to_numpy()
    values = values_of(table, goals, span)
    tie = TIE * np.maximum(np.nanmax(values, axis=0) - np.nanmin(values, axis=0), 1e-9)
    standing = table["status"].astype(object).where(~there, "efficient").tolist()
    for j in np.flatnonzero(there):
        for i in np.flatnonzero(there):
            no_worse = (values[i] >= values[j] - tie).all()
            better = (values[i] > values[j] + tie).any()
            same = no_worse and not better and (values[j] >= values[i] - tie).all()
            if i != j and standing[i] != "dominated" and ((no_worse and better) or (same and i < j)):
                standing[j] = "dominated"
                break
    return table.assign(standing=standing)


def efficient(table: pd.DataFrame, goals: list[str], span: float, lang: str) -> pd.DataFrame:
    """The efficient points by rising second goal, with knee and trade-offs."""
    frame = table[table["standing"] == "efficient"].sort_values(goals[1:], kind="stable").reset_index(drop=True)
    values = values_of(frame, goals, span)
    low, high = values.min(axis=0), values.max(axis=0)
    width = np.where(high - low > 0, high - low, 1.0)
    bulge = ((values - low) / width).sum(axis=1) - 1.0  # the ends lie on the plane where the sum is 1
    knee = np.zeros(len(frame), bool)
    if len(frame) > 2 and bulge.max() > TIE:
        knee[int(np.argmax(bulge))] = True
    out = pd.DataFrame({"point": np.arange(1, len(frame) + 1), **{goal: frame[goal] for goal in goals},
                        "outer": frame["outer"], "relief": frame["relief"], "knee": knee})
    if len(goals) == 2:
        out["outer"] = outermost(table, goals[1], values[:, 1], width[1])
        out = pd.concat([out, trade_offs(table, goals, values, width)], axis=1)
        out["meaning"] = [of_trade_off(row, goals, lang) for _, row in out.iterrows()]
    return pd.concat([out, frame[["status", "gap", "bound", "case"]]], axis=1)


def outermost(table: pd.DataFrame, goal: str, values: np.ndarray, width: float) -> list[float]:
    """The most that the first goal can be where the other one is a value: the lowest bound at levels not above it."""
    level = f"least_{goal}"
    known = table[table["outer"].notna() & table[level].notna()]
    return [min(known.loc[known[level] <= value + TIE * width, "outer"], default=np.inf) for value in values]


def trade_offs(table: pd.DataFrame, goals: list[str], values: np.ndarray, width: np.ndarray) -> pd.DataFrame:
    """What the step from the point before costs: unit_rate, per_point, cost_least, cost_most; the first has none."""
    rows, outer = [(np.nan,) * 4], outermost(table, goals[1], values[:, 1], width[1])
    for here in range(1, len(values)):
        gained = values[here, 1] - values[here - 1, 1]
        rate = (values[here - 1, 0] - values[here, 0]) / gained
        by_points = width[1] / width[0]
        least = (values[here - 1, 0] - outer[here]) / gained
        most = (outer[here - 1] - values[here, 0]) / gained
        rows.append((rate, rate * by_points, max(least, 0.0) * by_points, most * by_points))
    return pd.DataFrame(rows, columns=["unit_rate", "per_point", "cost_least", "cost_most"])
