"""Stable re-planning: next year's plan from an approved one, moving as little as asked.

Years before `from_year` are executed: every decision that the approved plan's tables report for them
(money by cell, public money by instrument, people trained and lent, platforms opened, missions started,
money carried over) keeps its value, and so do choices without a year (kinds of oversight, tiers of
rights), which were in force then. Rules of those years that this breaks under the inputs of now are asked
no more: what was done was done.

What is still to come may move, and how much is the one new rule. With |.| against the approved plan,

    moved = 1/2 ( sum |spend[r,i,s,t] - approved|  +  sum capital |open - approved|  +  sum money |start - approved| )

over region, industry, stage and year t >= from_year, over openings of platforms weighed with their
capital, and over mission starts weighed with the money of the bid. It is money that lies elsewhere: a
million taken here and given there counts once. A cap asks moved <= cap x (approved spend of those
years); a price takes `price` points off the objective for each per cent of it.

Departure from the finest possible distance: categories of one industry and stage share one term, so
that the model grows by a quarter of the columns that cells would need, and a shift between categories
is free. Financing (grants by instrument) is free too: it serves the allocation.
Source: minimal-perturbation re-planning, as in Fox, Gerevini, Long and Serina, "Plan stability:
replanning versus plan repair" (ICAPS 2006), with distance in money.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from planner.comparison import Comparison, compare
from planner.comparison.opening import opened
from planner.instance import Instance
from planner.mechanisms import MECHANISMS
from planner.plan import Plan, measure_all
from planner.solving import solve
from planner.studies.distance import LEVEL, bid_money, capital, changes_of, distance
from planner.studies.holding import EXACT, at, bound_spend, find, on_scale_of
from planner.words import say
from solvers.algebra import Linear, total
from solvers.arrays import Columns

DUST = 1e-7
"""Part of the base that a cap may be exceeded by: solver's dust of many cells."""


class CannotReplan(Exception):
    """The approved plan and the instance do not go together; the text says why and what would do."""


@dataclass(frozen=True)
class Replanned:
    """A plan made from an approved one.

    plan      the new plan; its passport's entry `replan` has from_year, cap, price, base, moved, share
    approved  the plan that it was made from
    base      approved spend of the years that may move, what shares are of
    moved     money that lies elsewhere than approved, as the module says; recomputed from tables
    changes   region, industry, stage, year, approved, amount, difference: every group of cells to come
    """

    plan: Plan
    approved: Plan
    base: float
    moved: float
    changes: pd.DataFrame

    @property
    def share(self) -> float:
        """moved / base."""
        return self.moved / self.base if self.base else 0.0

    def comparison(self) -> Comparison:
        """Both plans side by side; the approved one is the reference."""
        return compare(self.approved, self.plan, names=["approved", "replanned"])


def replan(approved: Plan | Path | str, instance: Instance | None = None, *, scenario: str | None = None,
           overrides=(), from_year: int | None = None, cap: float | None = None, price: float | None = None,
           progress: Callable[[dict], None] | None = None, **options) -> Replanned:
    """Solves the plan that follows an approved one.

    approved   a plan with its instance, or its folder
    instance   the inputs now (default: those of the approved plan); `scenario` and `overrides` change them
    from_year  first year that may move (default: the second plan year)
    cap        most that may move, as a share of the approved spend to come
    price      points of the objective for each per cent of it that moves; without both, change is free
    options    go to `planner.solve` (gap, time_limit, stop, kept, rounding, ...)
    Raises CannotReplan, NoPlan, NotComparable, InvalidInstance.
    """
    approved = opened(approved)
    instance = approved.instance if instance is None else instance
    if scenario or overrides:
        instance = instance.with_overrides(overrides, scenario)
    first = fitting(approved, instance, from_year, cap, price)
    instance = on_scale_of(instance, approved)
    held = Held(approved, first, cap, price)
    plan = solve(instance, amend=held, progress=progress, **options)
    changes = changes_of(approved, plan, first)
    moved = distance(approved, plan, first)
    plan.tables["replanned"] = changes
    plan.passport["replan"] = {
        "from_year": first, "cap": cap, "price": price, "base": held.base, "moved": moved,
        "share": moved / held.base if held.base else 0.0,
        "penalty": 0.0 if price is None else 100 * price * moved / held.base,
        "approved_hash": approved.passport.get("instance_hash"), "approved_made": approved.passport.get("made")}
    return Replanned(plan, approved, held.base, moved, changes)


def fitting(approved: Plan, instance: Instance, from_year: int | None, cap, price) -> int:
    """The first year that may move. Raises CannotReplan where plan and instance do not go together."""
    years = instance.years
    first = years[min(1, len(years) - 1)] if from_year is None else from_year
    to_come = [year for year in years if year >= first and year in approved.instance.years]
    if not to_come:
        raise CannotReplan(say("replan.no_year", year=first, first=years[0], last=years[-1]))
    if cap is not None and price is not None:
        raise CannotReplan(say("replan.both"))
    if (cap is not None and cap < 0) or (price is not None and price < 0):
        raise CannotReplan(say("replan.negative"))
    spend = approved.allocations
    if spend.empty or instance.table("baseline").empty:
        raise CannotReplan(say("replan.no_cells"))
    if approved.instance.money_unit != instance.money_unit:
        units = f"{approved.instance.money_unit} / {instance.money_unit}"
        raise CannotReplan(say("compare.units", units=units))
    keys = ["region", "industry", "category", "stage"]
    mine, its = (set(map(tuple, frame[keys].drop_duplicates().to_numpy()))
                 for frame in (instance.table("baseline"), spend))
    if mine != its:
        odd = ", ".join(min(mine ^ its))
        raise CannotReplan(say("replan.other_cells", count=len(mine ^ its), example=odd))
    return first


class Held:
    """Writes what re-planning adds to a model; given to `planner.solve` as `amend`.

    base  approved spend of the years that may move; known when the model is written
    """

    def __init__(self, approved: Plan, first: int, cap: float | None, price: float | None):
        self.approved, self.first, self.cap, self.price, self.base = approved, first, cap, price, 0.0

    def __call__(self, core) -> None:
        self._past(core)
        moved = self._moved(core)
        if self.cap is not None:
            core.block.define("replan_cap", moved, "<=", (self.cap + DUST) * self.base)
        if self.price is not None and self.base:
            core.penalty(100 * self.price / self.base, moved)

    # --- what is executed -----------------------------------------------------------

    def _past(self, core) -> None:
        spent = at(self.approved.allocations, "spend", core.cells)
        past = core.cells.labels("year").astype(int) < self.first
        held = np.where(past, spent, np.nan)
        slip = EXACT * np.maximum(1.0, np.abs(held))
        over = bound_spend(core, np.maximum(held - slip, 0.0), held + slip)
        if (over > slip).any():
            worst = int(np.nanargmax(over))
            place = ", ".join(map(str, core.cells.frame().iloc[worst].tolist()))
            raise CannotReplan(say("replan.past_over", place=place, by=f"{over[worst]:,.4g}"))
        self._fix(core.grant, "grants", "amount")
        self._fix(find(core, "platforms", "open"), "platforms", "open")
        for table, parts in core.reports.items():
            for name, quantity in ((name, one) for part in parts for name, one in part.items()):
                self._fix(quantity, table, name)
        carry = core.block.pyomo.component("carry")
        carried = self.approved.item("central", "carried over")
        if carry is not None and len(carried):
            years = carry.index.labels("year").astype(int)
            amount = carried.groupby("year")["amount"].sum().reindex(years).to_numpy(float)
            self._hold(carry, amount, years < self.first)
        judged = measure_all(Plan(core.instance, self.approved.tables), MECHANISMS)
        judged = judged[judged["status"] == "broken"]
        broken = set(zip(judged["mechanism"], judged["rule"], judged["year"].astype(int)))
        for clause in core.clauses:
            if "year" in clause.rows.index.dims:
                self._ask_no_more(clause, broken)

    def _fix(self, quantity, table: str, name: str) -> None:
        """Holds what a table reports for the past; choices without a year hold for good."""
        frame = self.approved.table(table)
        if not isinstance(quantity, Columns) or name not in frame:
            return
        if "year" in quantity.index.dims:
            past = quantity.index.labels("year").astype(int) < self.first
        elif quantity.integer and self.first > self.approved.instance.years[0]:
            past = np.ones(len(quantity.index), bool)
        else:
            return
        self._hold(quantity, at(frame, name, quantity.index), past)

    @staticmethod
    def _hold(columns: Columns, value: np.ndarray, where: np.ndarray) -> None:
        known = where & np.isfinite(value)
        value = np.where(known, np.rint(value) if columns.integer else value, 0.0)
        slip = 0.0 if columns.integer else EXACT * np.maximum(1.0, np.abs(value))
        low = np.maximum(value - slip, np.minimum(columns.lower, value))
        high = np.minimum(value + slip, np.maximum(columns.upper, value))
        columns.lower, columns.upper = np.where(known, low, columns.lower), np.where(known, high, columns.upper)

    def _ask_no_more(self, clause, broken: set[tuple[str, str, int]]) -> None:
        """Frees rules (mechanism, rule, year) of the past that the approved plan breaks under the inputs of now.

        The others are still asked: figures are held with a little room, and no solve may use it to break a rule.
        """
        years = clause.rows.index.labels("year").astype(int)
        kept = np.array([(clause.owner, clause.rule, year) not in broken for year in years.tolist()], bool)
        past = (years < self.first) & ~kept
        clause.rows.lower = np.where(past, -np.inf, clause.rows.lower)
        clause.rows.upper = np.where(past, np.inf, clause.rows.upper)
        if clause.relief is not None:
            clause.relief.upper = np.where(past, 0.0, clause.relief.upper)

    # --- what may move --------------------------------------------------------------

    def _moved(self, core) -> Linear:
        """Money that lies elsewhere than approved, one row."""
        years = [year for year in core.instance.years
                 if year >= self.first and year in self.approved.instance.years]
        spend = core.spend_by(*LEVEL, year=years)
        approved = at(self.approved.allocations, "spend", spend.index)
        self.base = float(np.nansum(approved))
        parts = [apart(core, "spend", spend, np.nan_to_num(approved), 1.0)]
        for owner, name, worth in (("platforms", "open", capital), ("missions", "start", bid_money)):
            columns = find(core, owner, name)
            if columns is None or self.approved.table(owner).empty:
                continue
            coming = columns.where(year=years)
            there = np.nan_to_num(np.rint(at(self.approved.table(owner), name, coming.index)))
            parts.append(apart(core, f"{owner}_{name}", coming, there, worth(core.instance, coming.index)))
        return sum(parts[1:], parts[0]) * 0.5


def apart(core, name: str, linear: Linear, approved: np.ndarray, worth) -> Linear:
    """sum of worth |linear - approved|, one row; by columns up and down for every row of the expression."""
    up, down = (core.block.columns(f"replan_{name}_{side}", linear.index) for side in ("up", "down"))
    core.block.define(f"replan_{name}", linear - up + down, "==", approved)
    return total(up.linear() + down.linear(), weights=np.broadcast_to(
        np.asarray(worth, float), (len(linear.index),)))
