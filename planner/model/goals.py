"""Goals and the ways to trade them: weighted, lexicographic, epsilon, reference point, maximin, leximin.

A goal's normalised value is (value - nadir) / (ideal - nadir): 0 at the worst
value over the other goals' optima, 1 at its own optimum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.model.fairness import per_head_difference
from planner.model.figures import reference_per_head
from planner.model.points import POINTS
from solvers.algebra import Linear, stack, total
from solvers.arrays import Goal

SMALL_SUM = 1e-3
"""Weight of the sum term beside a worst-case term (Wierzbicki's augmentation)."""


@dataclass(frozen=True)
class Aim:
    """One goal in use: its expression and its row of table `goals`."""

    name: str
    linear: Linear
    weight: float
    ideal: float
    nadir: float
    level: int
    tolerance: float
    at_least: float
    aspiration: float

    @property
    def range(self) -> float:
        """ideal - nadir; 1 where they coincide or are unknown."""
        span = self.ideal - self.nadir
        return span if np.isfinite(span) and span > 1e-12 else 1.0

    @property
    def normalised(self) -> Linear:
        nadir = self.nadir if np.isfinite(self.nadir) else 0.0
        return (self.linear - nadir) / self.range

    @property
    def ranged(self) -> bool:
        return bool(np.isfinite(self.ideal) and np.isfinite(self.nadir))


def write_balance(core) -> None:
    """The balance goal: minus the mean difference in spend per head over its base-year mean."""
    if not core.has("cells") or core.space.size("region") < 2:
        return
    difference = per_head_difference(core)
    scale = reference_per_head(core.instance) * len(core.instance.years)
    weight = difference.map("year", {year: -core.dt(year) / scale for year in core.instance.years})
    core.block.goal("balance", difference * weight)


def aims(core) -> list[Aim]:
    """The goals of the instance that have terms, with weights and ranges from table `goals`.

    An instance without the table aims at every goal that has terms, equally.
    """
    table = core.instance.table("goals").set_index("goal")
    if len(table) and _used(table, "balance") and "balance" not in core.goal_terms:
        write_balance(core)
    made = []
    for name, terms in core.goal_terms.items():
        linear = stack([term for _, term in terms])
        if len(table) == 0:
            made.append(Aim(name, linear, 1.0, np.nan, np.nan, 1, 0.0, np.nan, 1.0))
        elif name in table.index:
            row = table.loc[name]
            made.append(Aim(name, linear, float(row["weight"]), *(
                np.nan if value is None else float(value)
                for value in (row["ideal"], row["nadir"])), int(row["level"]),
                float(row["tolerance"]), float(row["at_least"]), float(row["aspiration"])))
    return made


def _used(table, goal: str) -> bool:
    return goal in table.index and bool(
        table.loc[goal, "weight"] > 0 or np.isfinite(table.loc[goal, "at_least"]))


def in_use(goals: list[Aim]) -> list[Aim]:
    """Those with a weight; a model without any weighted goal aims at nothing."""
    return [aim for aim in goals if aim.weight > 0]


def relief_cost(core) -> Linear:
    """Price of all relief used, in points."""
    zero = Linear.constant(core.space.index(), 0.0)
    return sum((total(relief) * price for price, relief in core.penalties), zero)


def weighted_sum(core, goals: list[Aim]) -> Linear:
    """Points: 100 x sum of weight x normalised value, less the price of relief.

    A single goal needs no range: its plain value is the objective.
    """
    used = in_use(goals)
    zero = Linear.constant(core.space.index(), 0.0)
    if len(used) == 1 and not used[0].ranged:
        return used[0].linear - relief_cost(core)
    return sum((aim.normalised * (POINTS * aim.weight) for aim in used), zero) - relief_cost(core)


def write_goal(core, goals: list[Aim]) -> None:
    """Adds the objective, and the rows it needs, for the instance's mode.

    Lexicographic order and leximin are sequences of solves (see `planner.solving`); here
    the one is written as its first level, the other as maximin.
    """
    mode, block = core.instance.mode, core.block
    objective = weighted_sum(core, goals)
    one = core.space.index()
    for aim in goals:
        if mode == "epsilon" and np.isfinite(aim.at_least):
            block.require(f"keep_{aim.name}", aim.linear, ">=", aim.at_least)
    if mode == "reference_point":
        worst = block.columns("worst_shortfall", one, lower=-np.inf).linear()
        for aim in in_use(goals):
            block.define(f"reference_{aim.name}", aim.normalised - worst, ">=", aim.aspiration)
        objective = worst * POINTS + objective * SMALL_SUM - relief_cost(core) * (1 - SMALL_SUM)
    if mode in ("maximin", "leximin"):
        utility = region_utility(core)
        worst = block.columns("worst_region", one, lower=-np.inf).linear()
        block.define("maximin", utility - worst.on(utility.index), ">=")
        objective = worst * POINTS + objective * SMALL_SUM - relief_cost(core) * (1 - SMALL_SUM)
    goal = Goal(core.book, objective, maximise=True)
    block.pyomo.add_component("goal", goal)


def region_utility(core) -> Linear:
    """Value produced per head in each region, relative to the base-year mean spend per head."""
    terms = [term for _, term in core.goal_terms.get("productivity", ())
             if "region" in term.index.dims]
    by_region = sum((total(term, ("region",)) for term in terms[1:]), total(terms[0], ("region",)))
    population = core.instance.table("regions").set_index("region")["population"]
    scale = by_region.map("region", population.to_dict()) * reference_per_head(core.instance)
    return by_region / scale
