"""From an instance to a solved plan: build, goals, hand-over, search, tables, measure."""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

import planner
from planner.instance import Instance, read
from planner.mechanisms import MECHANISMS
from planner.model.build import build
from planner.model.compliance import places
from planner.model.core import Core
from planner.model.goals import (
    POINTS,
    SMALL_SUM,
    Aim,
    aims,
    in_use,
    region_utility,
    relief_cost,
    weighted_sum,
    write_goal,
)
from planner.plan import Plan, measure_all, tables_of
from planner.rounding import round_grants, told
from planner.words import say
from solvers.kept import Kept
from solvers.matrix import Matrix, cost_scale
from solvers.outcome import Outcome, Stop
from solvers.search import solve as search

LEAST_ROUNDING = 10.0
"""Seconds that a rounding step may take at least."""


class NoPlan(Exception):
    """The solve ended without a plan; `outcome` says how. Never a plan in disguise."""

    def __init__(self, outcome: Outcome):
        self.outcome = outcome
        stop = str(outcome.stop)
        kind = stop if stop in ("infeasible", "unbounded", "time_limit", "interrupted") else "failed"
        what = say(f"no_plan.{kind}")
        super().__init__(say("no_plan.told", what=what, how=say(f"stop.{kind}")) if outcome.message else what)


def load(path, scenario: str | None = None, overrides=()) -> Instance:
    """Reads and checks an instance (folder or workbook).

    Raises InvalidInstance with every problem found; see `planner.instance.read`.
    """
    return read(path, MECHANISMS, scenario=scenario, overrides=overrides)


def solve(instance: Instance | str | Path, *, scenario: str | None = None, overrides=(),
          gap: float = 0.01, time_limit: float = 600.0, profile: str = "balanced",
          progress: Callable[[dict], None] | None = None, stop: Callable[[], bool] | None = None,
          mechanisms=MECHANISMS, seed: int = 0, rounding: bool = True, kept: Kept | None = None,
          cluster: str | None = None, examine: Callable[[Core, Matrix], None] | None = None,
          amend: Callable[[Core], None] | None = None, threads: int | None = None) -> Plan:
    """Solves an instance to a plan within a relative gap and a time limit (seconds).

    progress  called with {time, phase, incumbent, bound, gap} while it runs
    stop      asked now and then; True keeps the incumbent and ends the search
    rounding  grants in whole units where `minimum_grant` is on and its unit set (`planner.rounding`)
    kept      give the same one to several solves of an instance that differ in numbers only: each goes on
              from the LP and the plan of the one before (weighted sum and worst case; other modes start anew)
    cluster   address of a Dask scheduler whose workers solve the regions of a very large instance
    examine   called with the written model before anything is solved; what it raises ends the solve
    amend     called with the core when every mechanism has been written, before the goals are: may add rows,
              columns and goal terms through `core.block` (a ladder's nesting, a cap on change)
    threads   that the search may use at most; None: the profile's
    Raises NoPlan when no plan is held at the end, InvalidInstance for wrong input, NoCluster where none
    answers.
    """
    clock = {"start": time.perf_counter()}
    if not isinstance(instance, Instance):
        instance = load(instance, scenario, overrides)
    elif scenario or overrides:
        instance = instance.with_overrides(overrides, scenario)
    tell = progress or (lambda event: None)
    tell({"phase": "build", "time": 0.0})
    core = build(instance, mechanisms)
    if amend is not None:
        amend(core)
    goals = aims(core)
    if examine is not None:
        examine(core, core.book.matrix())
    clock["built"] = time.perf_counter()
    if needs_ranges(instance, goals):
        tell({"phase": "goal ranges", "time": clock["built"] - clock["start"]})
        goals = with_ranges(core, goals, time_limit=time_limit, profile=profile, stop=stop,
                            progress=lambda event: tell(event | {"phase": "goal ranges"}))
    write_goal(core, goals)
    clock["ranged"] = time.perf_counter()
    matrix = core.book.matrix()
    clock["arrays"] = time.perf_counter()
    options = dict(gap=gap, time_limit=time_limit, profile=profile, progress=tell, stop=stop, seed=seed,
                   cluster=cluster, threads=threads)
    if instance.mode == "lexicographic":
        outcome = lexicographic(core, goals, matrix, options)
    elif instance.mode == "leximin":
        outcome = leximin(core, goals, matrix, options)
    else:
        outcome = search(matrix, **options, kept=kept)
    if outcome.x is None:
        raise NoPlan(outcome)
    clock["searched"] = time.perf_counter()
    plan, note = plan_of(core, goals, outcome, mechanisms), {}
    if rounding and (unit := accounting_unit(core)) is not None:
        tell({"phase": "rounding", "time": clock["searched"] - clock["start"]})
        solved, outcome, note = plan, *in_whole_units(core, matrix, outcome, unit, options)
        plan = plan_of(core, goals, outcome, mechanisms)
        note["rounding"] |= told(solved.compliance, plan.compliance)
    times = {"build": clock["built"] - clock["start"], "goal ranges": clock["ranged"] - clock["built"],
             "arrays": clock["arrays"] - clock["ranged"], **outcome.times,
             "tables": time.perf_counter() - clock["searched"]}
    plan.passport.update(passport(instance, matrix, outcome, gap, time_limit, profile, seed), **note, times={
        part: round(seconds, 3) for part, seconds in times.items()})
    if note and note["rounding"]["broken"]:  # no plan of the model any more: its bound says nothing of it
        plan.passport.update(status="rounded", gap=None)
    return plan


# --- whole units ----------------------------------------------------------------


def accounting_unit(core) -> float | None:
    """The unit (money) to which an instance's grants are rounded; None where they are not."""
    wanted = core.has("grants") and core.instance.on("minimum_grant")
    return core.instance.parameter("minimum_grant", "unit") if wanted else None


def in_whole_units(core, matrix: Matrix, outcome: Outcome, unit: float, options: dict):
    """(outcome with rounded grants, passport entries); each step may take a tenth of the time limit.

    After Ctrl-C somebody waits: then each step takes as little as it may.
    """
    limit = LEAST_ROUNDING if outcome.stop is Stop.INTERRUPTED else max(options["time_limit"] / 10, LEAST_ROUNDING)
    made, note = round_grants(core, matrix, outcome, unit, time_limit=limit, profile=options["profile"],
                              seed=options["seed"])
    note |= {"objective_before": plain(outcome.objective), "status_before": outcome.status}
    return made, {"rounding": note} | ({} if note["step"] == "failed" else {"rounded_to": unit})


# --- goals ----------------------------------------------------------------------


def needs_ranges(instance, goals: list[Aim]) -> bool:
    """Ranges are needed to trade several goals, and for a reference point."""
    used = in_use(goals)
    several = len(used) > 1 and instance.mode in ("weighted", "epsilon", "reference_point", "maximin",
                                                       "leximin")
    return (several or instance.mode == "reference_point") and not all(aim.ranged for aim in used)


def with_ranges(core, goals: list[Aim], **options) -> list[Aim]:
    """Fills ideal and nadir from the pay-off table of the LP relaxation.

    Each goal is optimised with a small sum of the others beside it, so that its
    optimum is an efficient one: without it the columns of a goal that nothing
    pushes would tell any value. The ideal is the goal's value there, the nadir its
    worst value over the optima of the other goals in use. `options` go to the
    search. Raises NoPlan.
    """
    used, points = in_use(goals), []
    matrix = replace(core.book.matrix().relaxed(), maximise=True)
    cost = {aim.name: core.book.cost(aim.linear) for aim in used}
    most = np.where(np.isfinite(matrix.upper), matrix.upper, 1.0)
    unit = {name: coefficients / max(np.abs(coefficients) @ most, 1e-12)
            for name, coefficients in cost.items()}
    for aim in used:
        whole = unit[aim.name] + SMALL_SUM * sum(unit.values())
        # dual tolerances are absolute: unscaled, these costs of 1e-6 count as nought
        answer = search(replace(matrix, cost=whole * cost_scale(whole), offset=0.0), gap=0.0, **options)
        # near 0 the relative gap of an optimal LP says nothing; how the solver stopped does
        if answer.x is None or answer.status != "optimal" and answer.stop is not Stop.OPTIMAL:
            raise NoPlan(answer)
        points.append([float(other.linear.value(answer.x)[0]) for other in used])
    table = np.array(points)
    ranges = {aim.name: (table[i, i], table[:, i].min()) for i, aim in enumerate(used)}
    return [replace(aim, ideal=aim.ideal if np.isfinite(aim.ideal) else ranges[aim.name][0],
                    nadir=aim.nadir if np.isfinite(aim.nadir) else ranges[aim.name][1])
            if aim.name in ranges else aim for aim in goals]


def goal_ranges(instance: Instance, *, mechanisms=MECHANISMS, time_limit: float = 3600.0,
                profile: str = "balanced", progress=None, stop=None) -> pd.DataFrame:
    """Table `goals` of an instance with ideal and nadir computed for every goal in use.

    Written into the instance they make scenarios comparable: one scale for all.
    """
    table = instance.table("goals").assign(ideal=np.nan, nadir=np.nan)
    core = build(instance, mechanisms)
    goals = [replace(aim, ideal=np.nan, nadir=np.nan) for aim in aims(core)]
    ranged = with_ranges(core, goals, time_limit=time_limit, profile=profile, progress=progress, stop=stop)
    for aim in in_use(ranged):
        for name in ("ideal", "nadir"):
            table.loc[table["goal"] == aim.name, name] = float(f"{getattr(aim, name):.8g}")
    return table


def lexicographic(core, goals: list[Aim], matrix: Matrix, options: dict) -> Outcome:
    """Solves level by level; each level's goals keep their value less a tolerance.

    Within a level goals are summed with their weights (normalised where ranged).
    The bound and gap told at the end are those of the last level; a level that is stopped before it
    has a plan leaves that of the level before, without a bound.
    """
    outcome, kept = None, []
    for level in sorted({aim.level for aim in in_use(goals)}):
        here = [aim for aim in in_use(goals) if aim.level == level]
        objective = weighted_sum(core, here)
        level_matrix = matrix.with_rows(kept, core.book.cost(objective), float(objective.const[0]))
        answer = search(level_matrix, **options, start=None if outcome is None else outcome.x)
        if answer.x is None:
            return cut_short(outcome, answer)
        outcome = answer
        reached = core.book.cost(objective) @ outcome.x + float(objective.const[0])
        loss = max(aim.tolerance for aim in here) * max(abs(reached), 1e-9)
        slip = 1e-7 * max(1.0, abs(reached))  # solver tolerance, so that the plan itself stays allowed
        kept.append((core.book.cost(objective), reached - loss - slip - float(objective.const[0])))
    return outcome


def cut_short(before: Outcome | None, answer: Outcome) -> Outcome:
    """What a sequence of solves holds when one of them ends without a plan: that of the one before, unproven."""
    return answer if before is None else replace(before, stop=answer.stop, bound=None, message=answer.message)


def leximin(core, goals: list[Aim], matrix: Matrix, options: dict) -> Outcome:
    """Maximin over regions, round after round; at last the weighted goals among the plans left.

    A round lifts the worst of the regions that still can rise. Those that hold it down (their row
    has a dual price) cannot rise further: they keep their value, and the others go on. Without dual
    prices all regions at the worst value count as held. Each round may take half of the time that is
    left; one that finds no plan leaves that of the round before. Bound and gap are the last round's.
    """
    utility, rows = region_utility(core), core.block.pyomo.maximin
    lift = core.block.pyomo.worst_region.linear() * POINTS - relief_cost(core)
    end = time.perf_counter() + options["time_limit"]
    free, low, kept, outcome = np.ones(len(utility), bool), matrix.row_lower.copy(), [], None
    while outcome is None or time.perf_counter() < end:
        objective = lift if free.any() else weighted_sum(core, goals)
        round_matrix = replace(matrix, row_lower=low).with_rows(
            kept, core.book.cost(objective), float(objective.const[0]))
        limit = (end - time.perf_counter()) / (2 if free.any() else 1)
        answer = search(round_matrix, **options | {"time_limit": limit},
                        start=None if outcome is None else outcome.x)
        if answer.x is None:
            return cut_short(outcome, answer)
        outcome = answer
        if not free.any():
            break
        value = utility.value(answer.x)
        slip = 1e-7 * max(1.0, abs(value[free].min()))  # solver tolerance: the plan itself stays allowed
        held = free & (value <= value[free].min() + slip)
        if answer.duals is not None:
            price = np.abs(answer.duals[rows.first:rows.first + len(utility)])
            priced = held & (price > 1e-6 * POINTS)
            held = priced if priced.any() else held
        for row in np.flatnonzero(held):
            alone = utility.where(np.arange(len(utility)) == row)
            kept.append((core.book.cost(alone), value[row] - slip - float(alone.const[0])))
        free &= ~held
        low[rows.first + np.flatnonzero(held)] = -np.inf  # no longer among the worst to be lifted
    return outcome


# --- the plan -------------------------------------------------------------------


def plan_of(core, goals: list[Aim], outcome: Outcome, mechanisms) -> Plan:
    """Tables of a solved model, measured, with duals and relief joined to their clauses."""
    tables = tables_of(core, outcome.x)
    if "goals" in tables:  # not there where nothing can be decided: no bid is admitted, say
        tables["goals"] = goal_summary(core, goals, tables["goals"])
    relief = clause_table(core, outcome.x, "relief")
    if len(relief):
        tables["relief"] = relief
    plan = Plan(core.instance, tables, {})
    rows = measure_all(plan, mechanisms)
    if outcome.duals is not None:
        duals = clause_table(core, outcome.duals, "dual")
        keys = ["mechanism", "rule", "where", "year"]
        if len(duals):
            rows = rows.merge(duals, how="left", on=keys)
    tables["compliance"] = rows
    return plan


def goal_summary(core, goals: list[Aim], terms: pd.DataFrame) -> pd.DataFrame:
    """Goal terms by owner, with weight, ideal, nadir and the goal's normalised value."""
    aim = {goal.name: goal for goal in goals}
    whole = terms.groupby("goal")["value"].transform("sum")
    out = terms.copy()
    out["total"] = whole
    for name in ("weight", "ideal", "nadir"):
        out[name] = [getattr(aim[goal], name) if goal in aim else np.nan for goal in out["goal"]]
    out["normalised"] = [(total - aim[goal].nadir) / aim[goal].range
                         if goal in aim and aim[goal].ranged else np.nan
                         for goal, total in zip(out["goal"], whole)]
    return out


def clause_table(core, values: np.ndarray, what: str) -> pd.DataFrame:
    """Relief used (values = the solution) or duals (values by row), one line per clause."""
    parts = []
    for clause in core.clauses:
        if what == "relief":
            if clause.relief is None:
                continue
            amount = clause.relief.values_at(values)
        else:
            amount = values[clause.rows.first:clause.rows.first + len(clause.rows.index)]
        frame = clause.rows.index.frame()
        parts.append(pd.DataFrame({
            "mechanism": clause.owner, "rule": clause.rule, "where": places(frame),
            "year": frame["year"] if "year" in frame else 0, what: amount}, index=frame.index))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def passport(instance, matrix: Matrix, outcome: Outcome, gap, time_limit, profile, seed) -> dict:
    """What made this plan: inputs, code, solver, options, bound, gap. All plain values."""
    return {
        "instance": instance.name, "title": instance.title, "scenario": instance.scenario,
        "instance_hash": instance.hash, "code_version": planner.__version__, "code_hash": code_hash(),
        "solver": f"HiGHS {version('highspy')}", "pyomo": version("pyomo"),
        "python": platform.python_version(), "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "options": {"gap": gap, "time_limit": time_limit, "profile": profile, "seed": seed},
        "status": outcome.status, "stop": str(outcome.stop), "objective": plain(outcome.objective),
        "bound": plain(outcome.bound), "gap": plain(outcome.gap), "root_bound": plain(outcome.root_bound), "message": outcome.message,
        "size": {"columns": matrix.n_columns, "integer": int(matrix.integer.sum()),
                 "rows": matrix.n_rows, "nonzeros": matrix.nonzeros},
        "trajectory": [[plain(value) for value in point] for point in outcome.trajectory],
    }


def plain(value: float | None) -> float | None:
    """A figure as JSON knows it: None where it is unknown or infinite."""
    return None if value is None or not np.isfinite(value) else float(value)


@cache
def code_hash() -> str:
    """A short hash of the planner's and the solver layer's sources."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for folder in ("planner", "solvers"):
        for file in sorted((root / folder).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
