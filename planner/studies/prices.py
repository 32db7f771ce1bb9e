"""Prices of policies: what one more unit of every clause is worth, what a step of its lever is, what it costs.

A model with whole numbers has no dual prices. So three things are told, each for what it is:

    prices  the plan is solved, its whole numbers are fixed, and the LP that is left is solved: the dual of
            every clause, in the objective and in every goal, and the sides between which it holds. Goal-wise
            prices are the same basis applied to the goal (sensitivity, no further solve). At a degenerate
            vertex the prices of a unit less and of a unit more differ: both are found by a small step.
    steps   the lever of a clause (`basic_research.floor`) moved by one step: the forecast of the duals (it
            cumulates all clauses that the lever moves), the LP solved again with whole numbers fixed, and the
            whole model solved again. Each solve has a gap: with incumbents z and bounds b of both,
            z1 - b0 <= change <= b1 - z0, and a change is claimed only where that interval leaves out 0.
    tags    what each goal gains without the mechanism (`planner.price_tags`).

Sources: Gomory and Baumol (1960), integer programming and pricing; Williams (2013), Model Building in
Mathematical Programming, 5th ed., section 6.2 on duals with integers fixed, and their limits.

Departures. Goals without a weight have no column that any clause pushes; they have no price. Tags are by
default those of the LP relaxation (bound against bound), `tags="whole"` solves with whole numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from planner.instance import Instance
from planner.instance.keeping import beside
from planner.instance.tables import GOAL_NAMES
from planner.price_tags import price_tags
from planner.solving import NoPlan, load
from planner.studies.case import Case, Options
from planner.studies.engine import run
from planner.studies.meanings import of_price, of_step
from planner.studies.scale import on_one_scale, place
from solvers.outcome import Outcome, Stop

STEPS, TAGS = ("full", "fixed", "none"), ("relaxed", "whole", "none")
PARTS = ("prices", "steps", "tags")
USUAL = Options()
STOPS = {"infeasible": Stop.INFEASIBLE, "unbounded": Stop.UNBOUNDED, "failed": Stop.FAILED,
         "interrupted": Stop.INTERRUPTED}


@dataclass(frozen=True)
class Prices:
    """What a price study found.

    passport  instance, scenario, instance_hash, mechanisms (priced; none: all), status, objective, bound, gap,
              unit (of the objective: 'points', or the one goal's name), goals
    prices    a row per clause that binds (and the tightest of every rule that does not, at price 0):
              mechanism, rule, where, year, sense, unit, reached, required, dual (objective per unit of the
              side), a column per goal (its own unit per unit of the side), low, high (sides between which the
              dual holds), holds ('both', 'less', 'more' or 'here': directions; 'unsure' where not looked), less,
              more (price of a unit less and of a unit more), lever, meaning
    steps     two rows per lever: lever, mechanism, rule, unit, now, to, step (-1 or 1), clauses, forecast, fixed,
              status, change, least, most, apart (is the change told apart from nothing?), a column per
              goal, meaning
    tags      see `planner.price_tags.tags`
    """

    passport: dict
    prices: pd.DataFrame
    steps: pd.DataFrame
    tags: pd.DataFrame

    def save(self, folder: Path) -> Path:
        """Writes prices.csv, steps.csv, tags.csv and prices.json, each whole or not there."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in PARTS:
            with beside(folder / f"{name}.csv") as made:
                getattr(self, name).to_csv(made, index=False, encoding="utf-8-sig", lineterminator="\n")
        with beside(folder / "prices.json") as made:
            made.write_text(json.dumps(self.passport, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return folder


def prices(instance: Instance | str | Path, *, scenario: str | None = None, overrides=(), mechanisms=(),
           steps: str = "full", levers: int = 20, tags: str = "relaxed", tags_file: Path | None = None,
           options: Options = USUAL, folder: Path | None = None, jobs: int | None = None,
           cluster: str | None = None, lang: str = "en", progress: Callable[[dict], None] | None = None,
           stop: Callable[[], bool] | None = None) -> Prices:
    """Prices the clauses of an instance's plan.

    mechanisms  names of those whose clauses are priced ('core' for budgets, people and capacity); none: all
    steps       'full' (also the whole model again), 'fixed' (whole numbers fixed only) or 'none'
    levers      how many levers are moved at most, those whose clauses are worth most first
    tags        'relaxed', 'whole' or 'none'
    tags_file   CSV of solves for the tags (`planner.price_tags`); what it holds is not solved again
    folder, jobs, cluster, progress, stop   see `planner.studies.run`
    lang        language of `meaning`
    Raises NoPlan where there is no plan to price, InvalidInstance, ValueError in a mode without a single
    objective, UnusableFile for a file of tags that is another model's.
    """
    if steps not in STEPS or tags not in TAGS:
        raise ValueError(f"steps is one of {', '.join(STEPS)}, tags one of {', '.join(TAGS)}")
    if not isinstance(instance, Instance):
        instance = load(instance, scenario, overrides)
    elif scenario or overrides:
        instance = instance.with_overrides(overrides, scenario)
    scaled = on_one_scale(instance, progress, stop)

    def solve(cases: list[Case], name: str):
        return run(scaled, cases, options=options, folder=place(folder, name, scaled, cases, options),
                   jobs=jobs, cluster=cluster, progress=progress, stop=stop)

    first = solve([Case("base", task="prices", settings={"mechanisms": ",".join(mechanisms), "steps": steps,
                                                         "levers": levers})], "base")
    base = first.cases.iloc[0]
    if "objective" not in base or not np.isfinite(base["objective"]):
        raise NoPlan(Outcome(STOPS.get(base["status"], Stop.TIME_LIMIT), message=str(base["message"])))
    found, moved = (first.table(name).drop(columns="case", errors="ignore") for name in ("prices", "levers"))
    passport = {"instance": instance.name, "scenario": instance.scenario, "overrides": list(instance.overrides),
                "instance_hash": instance.hash, "mechanisms": list(mechanisms), "status": base["status"],
                "unit": unit_of(scaled),
                "goals": [goal for goal in GOAL_NAMES if goal in found],
                **{name: float(base[name]) for name in ("objective", "bound", "gap")}}
    if steps == "full" and len(moved):
        again = solve([Case(f"{row.lever}={row.to:.12g}", (f"{row.lever}={row.to:.12g}",), task="goals")
                       for row in moved.itertuples()], "steps")
        moved = with_solves(moved, again.cases, base)
    elif len(moved):
        moved = moved.assign(status="not solved", change=np.nan, least=np.nan, most=np.nan, apart=False)
    tagged = pd.DataFrame()
    if tags != "none" and not (stop is not None and stop()):
        file = tags_file or (None if folder is None else folder / f"solves-{tags}-{scaled.hash[:8]}.csv")
        only = [name for name in mechanisms if name != "core"]
        if only or not mechanisms:
            tagged = price_tags(scaled, file=file, whole=tags == "whole", gap=options.gap, only=only,
                                time_limit=options.time_limit, profile=options.profile, progress=progress,
                                stop=stop)
    made = Prices(passport, found, moved, tagged)
    return replace(made, prices=found.assign(meaning=[of_price(row, passport, instance, lang)
                                                      for _, row in found.iterrows()]),
                   steps=moved.assign(meaning=[of_step(row, passport, lang) for _, row in moved.iterrows()]))


def with_solves(moved: pd.DataFrame, cases: pd.DataFrame, base: pd.Series) -> pd.DataFrame:
    """Steps with what the whole model gave: status, change, and what it is at least and at most.

    The plan that keeps the base's whole numbers is one of the new model's: where it is better than what the
    search found, it counts.
    """
    for column in ("objective", "bound"):
        cases = cases if column in cases else cases.assign(**{column: np.nan})
    told = cases.set_index("case")
    told = told.loc[[f"{row.lever}={row.to:.12g}" for row in moved.itertuples()]]
    value = np.fmax(told["objective"].to_numpy(float), base["objective"] + moved["fixed"].to_numpy(float))
    bound = np.fmax(told["bound"].to_numpy(float), value)
    value = np.where(np.isnan(bound), np.nan, value)
    least, most = value - max(base["bound"], base["objective"]), bound - base["objective"]
    slip = 1e-7 * max(1.0, abs(base["objective"]))  # the solver's own tolerance
    return moved.assign(status=told["status"].to_numpy(), change=value - base["objective"], least=least,
                        most=most, apart=(least > slip) | (most < -slip))


def unit_of(instance: Instance) -> str:
    """What the objective counts: 'points', or the single goal that has no range."""
    table = instance.table("goals")
    used = table[table["weight"] > 0]
    single = len(used) == 1 and used[["ideal", "nadir"]].isna().any(axis=None)
    return str(used["goal"].iloc[0]) if single and instance.mode in ("weighted", "epsilon") else "points"
