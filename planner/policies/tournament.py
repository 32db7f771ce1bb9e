"""Every policy under the same inputs, scored by the same goals, fairness and clauses: one row a policy.

    rules    planner.policies.rules     regimes  planner.policies.regimes (solved under their changes)
    optimal      the instance's own mechanisms and goals
    utilitarian  the greatest sum of value: budgets only, every mechanism off that is a rule
    maximin      the instance's mechanisms, the worst region's value per head first

Whatever a policy was made under, its clauses are those of the instance as it stands, so that a regime
or a rule that breaks a floor shows it; only the core's own rows (budgets, funding) are those of the
money that the policy had, since `planned` pools budgets. A policy without a plan keeps its row, and
the row says why.

Departure. What mechanisms risk and benefit_sharing take off productivity is left out for all: rules
and plans made without these mechanisms tell no such term, and would look better for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from planner.comparison.goals import FAIRNESS, fairness
from planner.instance import Instance, InvalidInstance, listing
from planner.instance.tables import GOAL_NAMES as GOALS
from planner.mechanisms import MECHANISMS
from planner.model.values import goal_values
from planner.plan import Plan
from planner.policies.handing import CannotApply
from planner.policies.regimes import REGIMES, apply
from planner.policies.rules import RULES, clauses, plan_by
from planner.words import word, worded

OPTIMA = ("optimal", "utilitarian", "maximin")
DEDUCTIONS = ("risk", "benefit_sharing")
"""Owners whose terms of productivity are left out."""

FACTS = ("technology_windows", "supervision")
"""Mechanisms that shape what money is worth or how much of it arrives."""

COLUMNS = ("policy", "kind", "status", "gap", *GOALS, *FAIRNESS, "broken_rules", "broken_rows", "broken",
           "worst", "worst_by", "message")


def utilitarian(instance: Instance) -> Instance:
    """Budgets only, and the sum of value as the one goal.

    What says how much money is worth and how much of it arrives stays: windows (none decisive), oversight.
    """
    changes: dict[str, object] = {f"{known.name}.on": False for known in instance.mechanisms
                                  if known.name not in FACTS}
    changes["mode"] = "weighted"
    if "windows" in instance.table_names:
        changes["windows[*].decisive"] = False
    goals = instance.table("goals")
    if (goals["goal"] == "productivity").any():
        changes |= {"goals[*].weight": 0.0, "goals[productivity].weight": 1.0}
    return instance.with_overrides(changes)


CHANGED: dict[str, Callable[[Instance], Instance]] = {
    **{name: (lambda instance, name=name: apply(instance, name)) for name in REGIMES},
    "optimal": lambda instance: instance, "utilitarian": utilitarian,
    "maximin": lambda instance: instance.with_overrides({"mode": "maximin"})}
"""The instance that a solved policy is solved on."""

POLICIES = {**dict.fromkeys(RULES, "rule"), **dict.fromkeys(REGIMES, "regime"),
            **dict.fromkeys(OPTIMA, "optimum")}
"""Every policy and its kind."""


def policies(instance, names=None, progress: Callable[[dict], None] | None = None, lang: str = "en",
             **solve_options) -> pd.DataFrame:
    """One row per policy: how it ended, its goals, its fairness and the clauses it breaks.

    names     some of POLICIES (default: all), in the order wanted
    progress  called with {phase: the policy, ...} as `planner.solve` does
    lang      language of the reasons in column message
    solve_options  go to `planner.solve` (gap, time_limit, seed, stop, ...); `scenario` and `overrides`
              change the instance for all policies
    Raises KeyError for an unknown policy.
    """
    names = list(POLICIES if names is None else names)
    for name in names:
        if name not in POLICIES:
            raise KeyError(name)
    scenario, changes = solve_options.pop("scenario", None), solve_options.pop("overrides", ())
    if not isinstance(instance, Instance):
        from planner.solving import load
        instance = load(instance, scenario, changes)
    elif scenario or changes:
        instance = instance.with_overrides(changes, scenario)
    rows, stop = [], solve_options.get("stop") or (lambda: False)
    for name in names:
        if progress:
            progress({"phase": name})
        plan, told = None, {"status": "interrupted", "message": word("policies.not_tried", lang)}
        if not stop():
            plan, told = attempt(instance, name, progress, lang, solve_options)
        rows.append({"policy": name, "kind": POLICIES[name]} | told | ({} if plan is None else score(plan)))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({
        column: float for column in ("gap", *GOALS, *FAIRNESS, "broken_rules", "broken_rows", "worst_by")})


def attempt(instance: Instance, name: str, progress, lang: str, options: dict) -> tuple[Plan | None, dict]:
    """(the plan, how it ended); no plan where there is none, and then the reason."""
    from planner.solving import NoPlan

    def tell(event: dict) -> None:
        progress(event | {"phase": name})
    try:
        plan = policy_plan(instance, name, progress=tell if progress else None, **options)
    except CannotApply as error:
        return None, {"status": "not applicable", "message": worded(error, lang)}
    except InvalidInstance as error:
        return None, {"status": "not applicable", "message": " ".join(listing(error.problems, lang).split())}
    except NoPlan as error:
        stopped = str(error.outcome.stop) == "interrupted"
        return None, {"status": "interrupted" if stopped else error.outcome.status,
                      "message": worded(error, lang)}
    return plan, {"status": plan.status, "gap": plan.gap, "message": ""}


def policy_plan(instance: Instance, name: str, mechanisms=MECHANISMS, **solve_options) -> Plan:
    """The plan of one policy, with the instance's own clauses measured on it.

    Raises CannotApply, NoPlan, InvalidInstance (a regime does not fit), KeyError for an unknown policy.
    """
    if name in RULES:
        return plan_by(instance, name, mechanisms)
    from planner.solving import solve
    own = CHANGED[name](instance)
    # Rules are not rounded to accounting units, so nothing is.
    plan = solve(own, mechanisms=mechanisms, rounding=False, **solve_options)
    plan.passport["policy"] = name
    if name in ("optimal", "maximin"):
        return plan
    core = plan.compliance[plan.compliance["mechanism"] == "core"]
    judged = replace(plan, instance=instance, tables=dict(plan.tables))
    rows = clauses(judged, mechanisms)
    judged.tables["goals"] = same_goals(judged)
    judged.tables["compliance"] = pd.concat([core, rows[rows["mechanism"] != "core"]], ignore_index=True)
    return judged


def same_goals(plan: Plan) -> pd.DataFrame:
    """The goal table with the core's terms recomputed on the instance that judges the plan."""
    goals, told = plan.goals, goal_values(plan.tables, plan.instance)
    goals["value"] = [told.get(row.goal, row.value) if row.owner == "core" else row.value
                      for row in goals.itertuples()]
    goals["total"] = goals.groupby("goal")["value"].transform("sum")
    goals["normalised"] = (goals["total"] - goals["nadir"]) / (goals["ideal"] - goals["nadir"])
    return goals


def score(plan: Plan) -> dict:
    """Goals, fairness of all spend per head, and what is broken."""
    goals = plan.goals
    kept = goals[~((goals["goal"] == "productivity") & goals["owner"].isin(DEDUCTIONS))]
    return kept.groupby("goal")["value"].sum().to_dict() | fairness(plan) | breaches(plan.compliance)


def breaches(compliance: pd.DataFrame) -> dict:
    """How many rules and rows are broken, which, and the worst relative to its size."""
    bad = compliance[compliance["status"] == "broken"] if len(compliance) else compliance
    if bad.empty:
        return {"broken_rules": 0, "broken_rows": 0, "broken": "", "worst": "", "worst_by": 0.0}
    clause = bad["mechanism"] + "." + bad["rule"]
    part = ((-bad["slack"] - bad["relief"]) / bad["scale"]).to_numpy(float)
    at = int(np.argmax(part))
    worst = bad.iloc[at]
    year = str(int(worst["year"])) if worst["year"] else ""
    where = ", ".join(word for word in (str(worst["where"]), year) if word)
    return {"broken_rules": clause.nunique(), "broken_rows": len(bad),
            "broken": "; ".join(f"{name} {count}" for name, count in clause.value_counts(sort=False).items()),
            "worst": clause.iloc[at] + (f"[{where}]" if where else ""), "worst_by": float(part[at])}
