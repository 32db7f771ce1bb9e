"""Plans to be compared: from folders or as they are, each with a name of its own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from planner.comparison.shared import NotComparable
from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.plan import Plan
from planner.words import say


def opened(plan: Plan | str | Path) -> Plan:
    """The plan with its instance; a folder is read. Raises NotComparable, InvalidInstance."""
    if isinstance(plan, Plan):
        if plan.instance is None:
            raise NotComparable(say("compare.no_instance"))
        return plan
    folder = Path(plan)
    try:
        found = Plan.load(folder)
    except (OSError, ValueError) as error:
        raise NotComparable(say("compare.no_plan", folder=folder, reason=str(error))) from None
    if not (folder / "instance").is_dir():
        raise NotComparable(say("compare.no_copy", folder=folder))
    return Plan(read(folder / "instance", MECHANISMS), found.tables, found.passport)


def names_of(given, plans, names) -> tuple[str, ...]:
    """One name per plan, no two alike. Raises ValueError for a wrong number of names."""
    if names is not None and len(names) != len(plans):
        raise ValueError(f"{len(plans)} plans need as many names; {len(names)} are given.")
    wanted = list(map(str, names)) if names is not None else [
        own_name(one, plan) for one, plan in zip(given, plans)]
    instances = {plan.passport.get("instance") for plan in plans}
    if names is None and len(set(wanted)) < len(wanted) and len(instances) > 1:
        wanted = [f"{plan.passport.get('instance')}/{name}" for name, plan in zip(wanted, plans)]
    seen, out = Counter(), []
    for name in wanted:
        seen[name] += 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(out)


def own_name(given, plan: Plan) -> str:
    """A folder's name, or the scenario with its overrides."""
    if not isinstance(given, Plan):
        return Path(given).resolve().name
    changes = plan.passport.get("overrides", plan.instance.overrides)
    return "+".join([plan.passport.get("scenario") or "base", *changes])
