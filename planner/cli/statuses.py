"""Exit statuses, the same for every command (docs/troubleshooting.md has them as a table)."""

from __future__ import annotations

DONE = 0
"""A plan (proven optimal or feasible; its passport and its cover say which), or all in order."""
NO_PLAN = 1
"""Proven: no plan keeps all rules; of a plan that is checked: a rule is broken."""
BAD_INPUT = 2
"""Wrong input or usage: nothing was solved."""
TOO_SHORT = 3
"""The time limit came before a first plan."""
FAILED = 4
"""The solver failed, the goal has no limit, or memory ran out."""
NOT_WRITTEN = 5
"""A file could not be read or written: full disk, read-only folder, a workbook open elsewhere."""
OWN_MISTAKE = 70
"""A mistake of the planner's own."""
INTERRUPTED = 130
"""Ctrl-C, whether a plan was kept (then it is written and marked as such) or not."""

WITHOUT_PLAN = {"infeasible": NO_PLAN, "time_limit": TOO_SHORT, "interrupted": INTERRUPTED}


def without_plan(outcome) -> int:
    """The status of a solve that ended without a plan, from why the solver stopped."""
    return WITHOUT_PLAN.get(str(outcome.stop), FAILED)


def with_plan(plan) -> int:
    """The status of a solve that ended with one."""
    return INTERRUPTED if plan.passport.get("stop") == "interrupted" else DONE
