"""Stress: one plan as it stands, under sampled returns and named shocks.

    distribution   goals of the plan in every draw (`planner.studies.draws`): mean, quantiles, CVaR
    regret         against plans made in hindsight, for a few draws (`planner.studies.hindsight`)
    recourse       what each named shock costs and what the reserve repairs (`planner.studies.recourse`)
    N-1            what is left of each key industry without its largest region

The plan is fixed: nothing is solved for the distribution. Compare Birge and Louveaux (2011) on the value of
the stochastic solution; Rockafellar and Uryasev (2000) on CVaR.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from planner.studies.case import Options
from planner.studies.draws import category_of, sample, uncertainty
from planner.studies.exposure import exposure, goals_in
from planner.studies.hindsight import regrets
from planner.studies.recourse import repairs, without_a_region
from planner.studies.statistics import COLUMNS, describe


@dataclass(frozen=True)
class Stress:
    """What a plan's stress test found.

    draws        draw, state, productivity, autonomy: the plan's goals in every draw (value, points of dependence)
    summary      goal, expected (as planned), mean, deviation, quantiles, cvar, below (part of draws below expected)
    states       state, draws, mean of each goal
    shocks       see `planner.studies.recourse.repairs`;  shock_years  the same by year
    lost_region  see `planner.studies.recourse.without_a_region`
    regret       see `planner.studies.hindsight.regrets`; empty where none was asked for
    uncertainty  what the draws rest on, with its status
    settings     draws, seed, by, alpha
    """

    draws: pd.DataFrame
    summary: pd.DataFrame
    states: pd.DataFrame
    shocks: pd.DataFrame
    shock_years: pd.DataFrame
    lost_region: pd.DataFrame
    regret: pd.DataFrame
    uncertainty: pd.DataFrame
    settings: dict = field(default_factory=dict)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The frames by name, those with rows."""
        names = ("summary", "states", "shocks", "shock_years", "lost_region", "regret", "uncertainty", "draws")
        return {name: getattr(self, name) for name in names if len(getattr(self, name))}


def stress(plan, draws: int = 1000, seed: int = 0, *, by: str = "category", alpha: float = 0.9,
           hindsight: int = 0, options: Options | None = None, progress=None, **engine) -> Stress:
    """Puts a solved plan under sampled returns and the instance's named shocks.

    plan       a Plan with its instance (`planner.Plan.load(folder, instance)` reads one)
    draws      how many; the same seed gives the same draws for every plan of the instance
    by         'category' or 'cell': how far a deviation reaches (`planner.studies.draws`)
    alpha      CVaR is the mean of the worst 1 - alpha
    hindsight  for how many draws a plan is solved in hindsight (0: none)
    engine     folder, jobs, cluster, stop of `planner.studies.run`, for the hindsight plans
    Raises ValueError for a plan without money in cells or wrong numbers, NoHindsight.
    """
    instance = plan.instance
    if plan.allocations.empty:
        raise ValueError("the plan has no table allocations: there are no returns to sample")
    if not 0 <= alpha < 1:
        raise ValueError(f"alpha={alpha}: at least 0 and below 1")
    tell = progress or (lambda event: None)
    tell({"phase": "draws"})
    world, part = sample(instance, draws, seed, by), exposure(plan)
    reached = {goal: frame["plan"] for goal, frame in goals_in(instance, {"plan": part}, world).items()}
    frame = pd.DataFrame({"draw": range(draws), "state": world.state} | reached)
    kept = plan.goals[plan.goals["owner"] != "risk"]
    expected = kept.groupby("goal")["value"].sum()
    rows = [{"goal": goal, "expected": expected.get(goal, np.nan)} | describe(values, alpha) | {
        "below": float((values < expected.get(goal, np.nan)).mean())} for goal, values in reached.items()]
    summary = pd.DataFrame(rows, columns=["goal", "expected", *COLUMNS, "below"])
    states = frame.groupby("state", as_index=False, sort=True).agg(
        draws=("draw", "size"), **{goal: (goal, "mean") for goal in reached})
    shock, years = repairs(plan, progress=tell)
    regret = pd.DataFrame()
    if hindsight:
        worth = np.bincount(category_of(instance, world.categories), part["cells"]["value"],
                            minlength=len(world.categories))
        nominal = expected.to_dict() | {"productivity": expected.get("productivity", 0.0) - worth.sum()}
        regret = regrets(plan, world, nominal, worth, min(hindsight, draws), options or Options(), tell, **engine)
    return Stress(frame, summary, states if world.state.astype(bool).any() else states.iloc[:0], shock, years,
                  without_a_region(plan), regret, uncertainty(instance),
                  {"draws": draws, "seed": seed, "by": by, "alpha": alpha})
