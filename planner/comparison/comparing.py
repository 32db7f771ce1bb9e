"""The comparison of solved plans: tidy frames that say what each plan has more or less than the first.

    found = planner.compare("outputs/my-plan/base", "outputs/my-plan/west-first")
    found.moved("region")            # any dimensions of money: region, zone, industry, category, stage,
    found.moved("region", "stage")   # year; of public money: instrument, level, region, stage, year
    found.rules, found.goals, found.inputs, found.objectives

The first plan is the *reference*; every other plan is set against it. All frames are tidy: column
`plan` names the plan, `reference` and `amount` are the two figures, `difference` is amount less
reference. Plans of different instances are compared in what they share; `not_shared` lists the rest.
No model and no solver is loaded.

What gaps allow. A plan's objective is known to lie between its figure and its proven bound. Whether
the best plan of one input is better than that of another is known only where these intervals do
not meet: `objectives` says so in column `verdict`. Two plans of the same inputs may differ in
amounts though neither is better: no amount that moved is proof that it had to.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from planner.comparison import goals, inputs, moves, rules
from planner.comparison.opening import names_of, opened
from planner.comparison.shared import not_shared, same_units, shared_tables
from planner.plan import Plan

DIMENSIONS = ("zone", "region", "industry", "category", "stage", "year", "instrument")
"""What money is compared by, each on its own."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Plans side by side; `plans[0]` is the reference. Made by `compare`.

    names   what each plan is called, one per plan
    plans   the plans as they were given
    shared  per plan, its tables cut to the members of dimensions that all plans have
    """

    names: tuple[str, ...]
    plans: tuple[Plan, ...]
    shared: tuple[dict[str, pd.DataFrame], ...]

    @property
    def others(self) -> tuple[str, ...]:
        """Names of the plans that are set against the reference."""
        return self.names[1:]

    def moved(self, *by: str) -> pd.DataFrame:
        """Money by some dimensions: plan, *by, reference, amount, difference, relative,
        share_reference, share, share_difference.

        Amounts in the instance's unit of money; shares of all money, of the year's where `year` is
        among `by`. Raises ValueError for dimensions that no table of money has together.
        """
        return moves.money(self.names, self.shared, by)

    @cached_property
    def money(self) -> pd.DataFrame:
        """`moved` by each of DIMENSIONS, one after the other: plan, dimension, member, reference, ..."""
        parts = []
        for dim in DIMENSIONS:
            if moves.can(self.shared, (dim,)):
                parts.append(self.moved(dim).rename(columns={dim: "member"}))
                parts[-1]["member"] = parts[-1]["member"].astype(str)
                parts[-1].insert(1, "dimension", dim)
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(
            columns=["plan", "dimension", "member", *moves.MONEY])

    @cached_property
    def totals(self) -> pd.DataFrame:
        """All money, and how much of it lies elsewhere: plan, measure (spend, grants), reference, amount,
        difference, moved (half the sum of absolute differences of cells and years), moved_share."""
        return moves.totals(self.names, self.shared)

    @cached_property
    def talent(self) -> pd.DataFrame:
        """People: plan, quantity (stock, train, ...), region, talent_type, year, reference, amount,
        difference."""
        return moves.quantities(self.names, self.shared, "talent")

    @cached_property
    def platforms(self) -> pd.DataFrame:
        """Platforms: plan, quantity (open, stock), region, platform, year, reference, amount, difference."""
        return moves.quantities(self.names, self.shared, "platforms")

    @cached_property
    def missions(self) -> pd.DataFrame:
        """Bids that start: plan, mission, bid, reference and year (of the start, empty: not started) and
        change (started, dropped, earlier, later, as_before)."""
        return moves.missions(self.names, self.plans, self.shared)

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """Other yes/no decisions that differ: plan, table, quantity, where, year, reference, amount."""
        return moves.decisions(self.names, self.shared)

    @cached_property
    def rules(self) -> pd.DataFrame:
        """Clauses that are not simply kept in both plans; see `planner.comparison.rules`."""
        return rules.side_by_side(self.names, self.plans)

    @cached_property
    def objectives(self) -> pd.DataFrame:
        """Objectives and what the gaps allow to say; see `planner.comparison.goals`."""
        return goals.objectives(self.names, self.plans)

    @cached_property
    def goals(self) -> pd.DataFrame:
        """Goals: plan, goal, weight, reference, amount, difference, points, within_gaps."""
        return goals.values(self.names, self.plans)

    @cached_property
    def fairness(self) -> pd.DataFrame:
        """Fairness of spend per head over regions: plan, measure, reference, amount, difference."""
        return goals.fair(self.names, self.plans)

    @cached_property
    def passports(self) -> pd.DataFrame:
        """One row per plan: plan, instance, scenario, overrides, status, stop, objective, bound, gap, hash,
        code, solver, made."""
        return inputs.passports(self.names, self.plans)

    @cached_property
    def inputs(self) -> pd.DataFrame:
        """Why it moved: plan, kind (plan, header, core, mechanism, table), key, reference, value (as text)."""
        return inputs.differences(self.names, self.plans)

    @cached_property
    def not_shared(self) -> pd.DataFrame:
        """What not all plans have: dimension (or table), member, plan (that has it), money left out."""
        return not_shared(self.names, self.plans)

    @cached_property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every frame by its name, in the order in which it is read."""
        return {name: getattr(self, name) for name in (
            "passports", "objectives", "inputs", "totals", "money", "goals", "fairness", "rules", "talent",
            "platforms", "missions", "decisions", "not_shared")}


def compare(*plans: Plan | str | Path, names: list[str] | None = None) -> Comparison:
    """Sets solved plans side by side; the first is the reference.

    plans  `Plan`s (with their instance), or folders that `planner solve` wrote
    names  what to call them (default: their folders, or scenario and overrides)
    Raises NotComparable for fewer than two plans, a folder that holds no plan, or plans whose money has
    different units; InvalidInstance for a folder whose instance does not read.
    """
    made = tuple(opened(plan) for plan in plans)
    same_units(made)
    return Comparison(names_of(plans, made, names), made, shared_tables(made))
