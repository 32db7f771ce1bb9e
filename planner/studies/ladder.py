"""A ladder of budgets that nest: what a lower rung funds, every higher rung funds too.

Every rung multiplies the public budgets by its step and is solved held to the rung below (upwards from the
base) or above (downwards). *Funded* is told where somebody was promised something:

    spend[c,t] of a higher rung >= (1 - give) spend[c,t] of every lower one    cell and year: a line of the budget
    a mission started stays started, no later; another bid of it (a higher level of funding) may win
    a platform opened stays opened: as many, of the type, in the region, in the year

and in a cut the same the other way round: no cell rises, nothing starts and nothing opens that did not.
`give` (0.001) is what counts as the same line: a mission asked for more of may need the people of a thousandth of
a cell, and no budget line is promised to the thousandth. Grants by instrument and people are means and may be arranged anew on every rung. Cells and openings are
held by bounds on columns (`planner.studies.holding`), missions by two rows for each mission and year that
every rung has, so each goes on from the live model of the one before.

Beside each rung stands the free optimum of its budget; the price of nesting is what the free one is worth
more. With F and N the optima, each known between objective and bound, and N <= F,

    price = F - N >= max(0, F's objective - N's bound),  <= F's bound - N's objective

Source: nested budgets as in the multi-level priority lists of programme budgeting (Pyhrr 1973, zero-base
budgeting: decision packages in ranked increments), here with an optimum at every level.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from planner.instance import Instance
from planner.plan import Plan
from planner.solving import NoPlan
from planner.studies.case import Options
from planner.studies.holding import on_scale_of
from planner.studies.nesting import Nested
from planner.studies.rungs import NEXT, entries, next_money
from planner.studies.session import Session
from planner.studies.shelf import Shelf
from planner.studies.unnested import reason
from planner.words import say

GIVE = 0.001
"""Part of its spend that a held cell may give."""

STEPS = (0.9, 0.95, 1.0, 1.05, 1.1)
BASE = 1.0
BUDGETS = {"budget": "central", "local_budget": "local"}
"""Public money: table -> column that a step multiplies."""

RUNGS = ["rung", "budget", "spend", "status", "objective", "bound", "gap", "free_status", "free_objective",
         "free_bound", "free_gap", "price", "price_least", "price_most", "seconds", "message"]


@dataclass(frozen=True)
class Ladder:
    """Rungs from the lowest to the highest.

    rungs        a row per rung: rung (the step), budget and spend (money over all years), status, objective,
                 bound, gap, the same of the free optimum, price of nesting (difference of objectives, and
                 between what and what it is known to lie), seconds, message (why there is no plan)
    plans, free  rung -> nested plan, and free optimum; rungs without a plan are missing
    next         where more money goes, and what goes first in a cut: lower, upper (the rungs), dimension,
                 member, amount (spend on the upper rung less that on the lower), per_100 (of 100 more of budget)
    entries      rung, kind (mission, platform), member, region, year, count: what the rung has and the
                 rung below has not
    allocations  rung and the columns of table `allocations`
    """

    rungs: pd.DataFrame
    plans: dict[float, Plan]
    free: dict[float, Plan]
    next: pd.DataFrame
    entries: pd.DataFrame

    @property
    def allocations(self) -> pd.DataFrame:
        return pd.concat([plan.allocations.assign(rung=rung) for rung, plan in self.plans.items()],
                         ignore_index=True) if self.plans else pd.DataFrame()


def ladder(instance: Instance, steps=STEPS, *, scenario: str | None = None, overrides=(), free: bool = True,
           give: float = GIVE, options: Options | None = None, folder: Path | str | None = None,
           progress: Callable[[dict], None] | None = None, stop: Callable[[], bool] | None = None) -> Ladder:
    """Solves a ladder of budgets.

    steps    what the public budgets are multiplied by; 1, the base, is always among them
    free     also solve every rung without nesting, for the price of it
    give     part of its spend that a cell may lose against any lower rung (gain against any higher one, in a cut)
    folder   where each plan is kept when it is done; what it holds is not solved again
    A rung without a plan keeps its row, and the next one is held to the nearest that has one.
    Raises NoPlan when the base has none, InvalidInstance, ValueError for steps that are no numbers above 0.
    """
    if scenario or overrides:
        instance = instance.with_overrides(overrides, scenario)
    steps = sorted({float(step) for step in steps} | {BASE})
    if not all(np.isfinite(step) and step > 0 for step in steps):
        raise ValueError(f"Steps of a ladder are numbers above 0; found {steps}.")
    if not 0 <= give < 1:
        raise ValueError(say("ladder.wrong_give", give=give))
    chain = Chain(instance, options or Options(), None if folder is None else Path(folder), progress, stop, give)
    chain.climb(steps, free)
    return chain.told(steps, free)


class Chain:
    """The solves of one ladder, one after another on one live model."""

    def __init__(self, instance: Instance, options: Options, folder: Path | None, progress, stop,
                 give: float = GIVE):
        self.session, self.shelf = Session(instance, options, stop), Shelf(folder)
        self.instance, self.options, self.progress, self.stop = instance, options, progress, stop
        self.give = give
        self.plans: dict[float, Plan] = {}
        self.free: dict[float, Plan] = {}
        self.why: dict[float, str] = {}

    def climb(self, steps: list[float], free: bool) -> None:
        """The base first, then upwards and downwards from it. Raises NoPlan for the base."""
        below, above = [s for s in steps if s < BASE][::-1], [s for s in steps if s > BASE]
        total = len(steps) + (len(steps) - 1) * free
        self.plans[BASE] = self.free[BASE] = self.solve(BASE, None, 0, total)
        self.instance = on_scale_of(self.instance, self.plans[BASE])
        for way in (above, below):
            last = BASE
            for step in way:
                for held in (True, False) if free else (True,):
                    if self.stop is not None and self.stop():
                        return
                    done = len(self.plans) + len(self.why) + len(self.free) - 1
                    try:
                        plan = self.solve(step, last if held else None, done, total)
                    except NoPlan as error:
                        if str(error.outcome.stop) == "interrupted":
                            return
                        if held:
                            self.why[step] = self.reason(step, last, error)
                        continue
                    (self.plans if held else self.free)[step] = plan
                last = step if step in self.plans else last

    def solve(self, step: float, held: float | None, done: int, total: int) -> Plan:
        """One plan, from the shelf if it is there; `held`: the rung that it is held to."""
        made = self.at(step)
        parent = None if held is None else self.plans[held].passport["study_key"]
        name = f"{step:g}" + ("-free" if held is None and step != BASE else "")
        key = self.shelf.key(made, self.options.plain() | {"give": self.give}, step, parent)
        plan = self.shelf.take(name, key, made)
        if plan is not None:
            return plan

        def tell(event: dict) -> None:
            self.progress(event | {"done": done, "cases": total, "rung": name})
        amend = self.nested(step, held)
        plan = self.session.solve(made, amend=amend, progress=tell if self.progress else None)
        if plan.passport["stop"] == "interrupted":  # good for looking at, not for building on
            plan.passport["study_key"] = key
        else:
            self.shelf.put(name, key, plan)
        return plan

    def nested(self, step: float, held: float | None, give: float | None = None) -> Nested:
        """The rung held to the one at `held`, and its cells to all between the base and it."""
        if held is None:
            return Nested(None, upwards=False)
        others = [plan for rung, plan in self.plans.items() if min(BASE, held) <= rung <= max(BASE, held)]
        return Nested(self.plans[held], step > held, self.give if give is None else give, others)

    def reason(self, step: float, held: float, error: NoPlan) -> str:
        """Why a rung has no plan; where that is proven, also what stands in the way."""
        if str(error.outcome.stop) != "infeasible":
            return str(error)
        if self.progress:
            self.progress({"phase": "relaxation"})
        return f"{error} {reason(self.at(step), lambda give: self.nested(step, held, give), self.stop)}"

    def at(self, step: float) -> Instance:
        """The instance with its public budgets multiplied."""
        changes = {f"{table}.{column}*": step for table, column in BUDGETS.items()
                   if table in self.instance.table_names}
        return self.instance if step == BASE or not changes else self.instance.with_overrides(changes)

    # --- what was found -------------------------------------------------------------

    def told(self, steps: list[float], free: bool) -> Ladder:
        rows = [self.row(step, free) for step in steps]
        plans = {step: self.plans[step] for step in steps if step in self.plans}
        pairs = list(zip(list(plans)[:-1], list(plans)[1:]))
        money = {step: self.budget(step) for step in plans}
        follow = [next_money(plans[low], plans[high], low, high, money[high] - money[low]) for low, high in pairs]
        new = [entries(plans[low], plans[high], high) for low, high in pairs]
        return Ladder(pd.DataFrame(rows, columns=RUNGS), plans,
                      {step: self.free[step] for step in steps if step in self.free} if free else {},
                      pd.concat(follow, ignore_index=True) if follow else pd.DataFrame(columns=NEXT),
                      pd.concat(new, ignore_index=True) if new else entries(None, None, BASE))

    def budget(self, step: float) -> float:
        made = self.at(step)
        return float(sum(made.table(table)[column].sum() for table, column in BUDGETS.items()))

    def row(self, step: float, free: bool) -> dict:
        row = {"rung": step, "budget": self.budget(step), "status": "no plan",
               "message": self.why.get(step, "")}
        held, loose = self.plans.get(step), self.free.get(step) if free else None
        if held is not None:
            told = held.passport
            spend = held.allocations
            row |= {name: told[name] for name in ("status", "objective", "bound", "gap")}
            row |= {"spend": float(spend["spend"].sum()) if len(spend) else 0.0,
                    "seconds": told.get("times", {}).get("total")}
        if loose is not None:
            row |= {f"free_{name}": loose.passport[name] for name in ("status", "objective", "bound", "gap")}
        return row | (price(held, loose) if held is not None and loose is not None else {})


def price(held: Plan, loose: Plan) -> dict:
    """Price of nesting: the difference of objectives, and what it is at least and at most.

    Every nested plan is a free one too: the free optimum is no worse than the nested plan, the nested
    optimum no better than the free bound.
    """
    if held is loose:
        return {"price": 0.0, "price_least": 0.0, "price_most": 0.0}
    nested, free = held.passport["objective"], loose.passport["objective"]
    tops = [np.inf if plan.passport["bound"] is None else plan.passport["bound"] for plan in (held, loose)]
    found = max(free, nested) - nested
    return {"price": found, "price_least": min(max(0.0, found + nested - min(tops)), found),
            "price_most": max(tops[1] - nested, found)}
