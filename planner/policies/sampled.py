"""Policies under the same sampled returns: distribution, regret, and who dominates whom.

Each policy is made once; its plan then stands, and the draws (`planner.studies.draws`) are the same for all.
Per goal and policy: mean, quantiles, CVaR, regret against the best policy of each draw, and how often it is best.

    Pareto           nowhere worse and somewhere better in the goals' means
    first order      productivity above any level at least as often, above some more often: whoever likes more
                     prefers it, whatever his attitude to risk (Hadar and Russell 1969)

Goals with a weight are also summed to points, where the instance gives all of them a range. A policy that breaks
rules takes part like the others; column broken_rules stands beside, so that nobody is led by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from planner.instance.tables import GOAL_NAMES as GOALS
from planner.model.goals import POINTS
from planner.policies.tournament import contest
from planner.studies.draws import sample, uncertainty
from planner.studies.exposure import SAMPLED, goals_in
from planner.studies.statistics import COLUMNS, describe, dominates, dominates_first_order, regret, share_best

REGRET = ("regret_mean", "regret_most", "best_share")


@dataclass(frozen=True)
class Tournament:
    """What a tournament under sampled returns found.

    policies     the table of `planner.policies`: a row a policy
    sampled      policy, goal, expected, mean, ..., cvar, regret_mean, regret_most, best_share
    dominance    policy, broken_rules, pareto, dominated_by, first_order_over, first_order_by (productivity)
    draws        draw, state, goal, and a column per policy
    uncertainty  what the draws rest on, with its status
    settings     draws, seed, by, alpha
    """

    policies: pd.DataFrame
    sampled: pd.DataFrame
    dominance: pd.DataFrame
    draws: pd.DataFrame
    uncertainty: pd.DataFrame
    settings: dict = field(default_factory=dict)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The frames by name, those with rows."""
        names = ("policies", "sampled", "dominance", "uncertainty", "draws")
        return {name: getattr(self, name) for name in names if len(getattr(self, name))}


def tournament(instance, names=None, draws: int = 1000, seed: int = 0, *, by: str = "category", alpha: float = 0.9,
               progress=None, lang: str = "en", folder=None, jobs: int | None = 1, cluster: str | None = None,
               **solve_options) -> Tournament:
    """Plays all policies (or those named) under the same `draws`; options as for `planner.policies`.

    Raises ValueError for wrong numbers, KeyError for an unknown policy.
    """
    if not 0 <= alpha < 1:
        raise ValueError(f"alpha={alpha}: at least 0 and below 1")
    instance, table, found = contest(instance, names, progress, lang, folder, jobs, cluster, **solve_options)
    settings = {"draws": draws, "seed": seed, "by": by, "alpha": alpha}
    plans = exposures(found)
    if not plans or instance.table("baseline").empty:
        return Tournament(table, *(pd.DataFrame() for _ in range(4)), settings)
    world = sample(instance, draws, seed, by)
    reached = goals_in(instance, plans, world)
    certain = pd.DataFrame({name: part["certain"].groupby("goal")["value"].sum() for name, part in plans.items()})
    certain = certain.reindex([goal for goal in GOALS if goal not in SAMPLED])
    if (points := weighed(instance, reached, certain)) is not None:
        reached["points"] = points
    scores = table.set_index("policy")
    rows = []
    for goal, values in reached.items():
        behind, best = regret(values), share_best(values)
        rows += [{"policy": name, "goal": goal, "expected": scores[goal].get(name, np.nan) if goal in scores else np.nan}
                 | describe(values[name], alpha) | dict(zip(REGRET, (
                     behind[name].mean(), behind[name].max(), best[name]))) for name in values]
    sampled = pd.DataFrame(rows, columns=["policy", "goal", "expected", *COLUMNS, *REGRET])
    long = pd.concat([values.assign(draw=range(draws), state=world.state, goal=goal)
                      for goal, values in reached.items()], ignore_index=True)
    return Tournament(table, sampled, dominance(scores, reached, certain), long[["draw", "state", "goal", *plans]],
                      uncertainty(instance), settings)


def exposures(found) -> dict[str, dict[str, pd.DataFrame]]:
    """What of each policy's goals is at risk, from the cases' tables, in the cases' order."""
    parts = {name: found.table(name) for name in ("cells", "starts", "certain")}
    empty = pd.DataFrame({"bid": pd.Series(dtype=str), "end": pd.Series(dtype=int)})
    return {case: {name: (frame[frame["case"] == case].drop(columns="case").reset_index(drop=True)
                          if len(frame) else empty) for name, frame in parts.items()}
            for case in found.cases["case"] if len(parts["cells"]) and (parts["cells"]["case"] == case).any()}


def weighed(instance, reached: dict[str, pd.DataFrame], certain: pd.DataFrame) -> pd.DataFrame | None:
    """Points by draw and policy; None where fewer than two goals have weights, or one has no range."""
    goals = instance.table("goals")
    goals = goals[goals["weight"] > 0] if len(goals) else goals
    span = (goals["ideal"] - goals["nadir"]) if len(goals) else pd.Series(dtype=float)
    if len(goals) < 2 or not (span.abs() > 1e-12).all():
        return None
    total = 0.0
    for row, width in zip(goals.itertuples(), span):
        values = reached.get(row.goal)
        if values is None:
            values = certain.loc[row.goal].fillna(0.0) if row.goal in certain.index else 0.0
        total = total + (values - row.nadir) * (POINTS * row.weight / width)
    return total if isinstance(total, pd.DataFrame) else None


def dominance(scores: pd.DataFrame, reached: dict[str, pd.DataFrame], certain: pd.DataFrame) -> pd.DataFrame:
    """One row a policy; `dominated_by` lists those better in the means of all goals that both have."""
    values = reached["productivity"]
    means = {name: np.concatenate([[reached[goal][name].mean() for goal in SAMPLED if goal in reached],
                                   certain[name].to_numpy(float)]) for name in values}
    rows = []
    for name in values:
        others = [other for other in values if other != name]
        over = [other for other in others if dominates_first_order(values[name].to_numpy(), values[other].to_numpy())]
        under = [other for other in others if dominates_first_order(values[other].to_numpy(), values[name].to_numpy())]
        by = [other for other in others if dominates(means[other], means[name])]
        rows.append({"policy": name, "broken_rules": scores.at[name, "broken_rules"], "pareto": not by,
                     "dominated_by": "; ".join(by), "first_order_over": "; ".join(over),
                     "first_order_by": "; ".join(under)})
    return pd.DataFrame(rows)
