"""Reads a plan back from its folder, with the instance that lies beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.plan import Plan
from planner.words import say


class Unreadable(Exception):
    """A folder that holds no plan that can be read; the text says why."""


def load_plan(folder: Path, source: Path | None = None) -> Plan:
    """A plan and the instance it was made from.

    source  an instance to take instead of the copy in the folder
    Raises Unreadable for what is no plan, InvalidInstance.
    """
    if not (folder / "plan.json").is_file():
        raise Unreadable(say("cli.no_plan_json", folder=folder))
    try:
        plan = Plan.load(folder)
    except json.JSONDecodeError as error:
        raise Unreadable(say("cli.not_json", file=folder / "plan.json", row=error.lineno,
                             reason=error.msg)) from None
    except (OSError, ValueError, pd.errors.ParserError) as error:
        raise Unreadable(say("cli.tables_unread", folder=folder, error=error)) from None
    if not isinstance(plan.passport, dict) or not plan.tables:
        raise Unreadable(say("cli.no_tables", folder=folder))
    if source is not None:
        instance = read(source, MECHANISMS, plan.passport.get("scenario") or None,
                        plan.passport.get("overrides", []))
    elif (folder / "instance").is_dir():
        instance = read(folder / "instance", MECHANISMS)
    else:
        raise Unreadable(say("cli.no_copy", folder=folder))
    return Plan(instance, plan.tables, plan.passport)
