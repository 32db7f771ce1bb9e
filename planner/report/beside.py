"""What studies beside a plan's folder say of the same instance: its prices and its frontier.

`planner prices` and `planner frontier` write `NAME.prices/` and `NAME.frontier/` beside the folder NAME of the plan.
A study counts only if it was made of the same inputs (`instance_hash`); another one is left alone. Prices of some
mechanisms only do not replace the duals of all; their steps are shown.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from planner.plan import read_table

PARTS = {"prices": {"clause_prices": "prices", "lever_steps": "steps"}, "frontier": {"frontier": "frontier"}}
"""Study -> the plan's table, and the study's file it comes from."""


def attach(plan, folder: Path) -> None:
    """Adds the tables of studies that lie beside a plan's folder and are of the plan's instance."""
    for study, tables in PARTS.items():
        place = folder.with_name(f"{folder.name}.{study}")
        try:
            told = json.loads((place / f"{study}.json").read_text(encoding="utf-8"))
            if told["instance_hash"] != plan.instance.hash:
                continue
            found = {name: read_table(place / f"{file}.csv") for name, file in tables.items()
                     if (place / f"{file}.csv").stat().st_size > 5}
        except (OSError, ValueError, KeyError, TypeError, pd.errors.ParserError):
            continue  # no study, or one that cannot be read: the plan stands without it
        if told.get("mechanisms"):  # priced for some mechanisms only: the plan's own duals know all
            found.pop("clause_prices", None)
        for name, frame in found.items():
            plan.tables[name] = frame.drop(columns="case", errors="ignore")
