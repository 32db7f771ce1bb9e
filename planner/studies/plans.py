"""The plain task of a study: a plan, told by its goals, its fairness and what is broken."""

from __future__ import annotations

import pandas as pd

from planner.plan import Plan
from planner.studies.case import Case
from planner.studies.session import Session


def plan(session: Session, case: Case) -> dict[str, pd.DataFrame]:
    """Solves a case and gives the plan's tables."""
    made = session.solve(session.of(case))
    return {"outcome": outcome(made), **made.tables}


def goals(session: Session, case: Case) -> dict[str, pd.DataFrame]:
    """Solves a case and gives its goals alone; `shape` among the settings names models of other rows."""
    return {"outcome": outcome(session.solve(session.of(case), str(case.settings.get("shape", ""))))}


def outcome(plan: Plan) -> pd.DataFrame:
    """One row: status, objective, bound, gap, and the value of every goal."""
    told = {name: plan.passport[name] for name in ("status", "stop", "objective", "bound", "gap")}
    goals = plan.goals
    values = goals.groupby("goal")["value"].sum().to_dict() if len(goals) else {}
    return pd.DataFrame([told | values])
