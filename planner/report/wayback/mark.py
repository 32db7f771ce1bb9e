"""The hidden sheet of plan.xlsx that says which sheet holds which table of the plan, and which plan it is.

Excel and LibreOffice keep it when the file is saved, so that sheets may be renamed,
columns moved and the file sent on without its folder.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from openpyxl.cell import WriteOnlyCell

from planner.report.cells import fill

SHEET = "_planner"
ABOUT = "Read by `planner verify`: which sheet holds which table of the plan. Please leave it as it is."
KEPT = ("instance", "instance_hash", "scenario", "overrides", "rounded_to", "rounding")
"""Entries of the passport that are needed to recompute the plan without its folder."""

NOT_TABLES = ("compliance", "assumptions", "sources")
"""Sheets that are recomputed or come from the instance: nothing on them is a decision."""


@dataclass
class Mark:
    """What the hidden sheet says.

    passport  the entries KEPT and `lang`
    tables    plan table -> (sheet title, {column: heading})
    """

    passport: dict = field(default_factory=dict)
    tables: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)


def table_of(key: str, plan) -> str | None:
    """The plan table that a sheet shows; None for a sheet that shows none of them."""
    table = {"allocation": "allocations"}.get(key, key)
    if table not in plan.tables:
        table = key.removesuffix("_table")
    return table if table in plan.tables and table not in NOT_TABLES else None


def mark(book, plan, lang: str, sheets: list[tuple[str, str, dict[str, str]]]) -> None:
    """Writes the hidden sheet; sheets: (key, title, {column: heading}) of every table sheet."""
    page = book.create_sheet(SHEET)
    page.sheet_state = "hidden"

    def line(*values):
        page.append([fill(WriteOnlyCell(page), value) for value in values])

    line("about", ABOUT)
    line("passport", "lang", json.dumps(lang))
    for entry in KEPT:
        if entry in plan.passport:
            line("passport", entry, json.dumps(plan.passport[entry], ensure_ascii=False))
    if "overrides" not in plan.passport and plan.instance.overrides:
        line("passport", "overrides", json.dumps(list(plan.instance.overrides), ensure_ascii=False))
    for key, title, heads in sheets:
        table = table_of(key, plan)
        for column, heading in heads.items() if table else ():
            line("column", table, title, column, heading)


def read_mark(rows: list[tuple[int, tuple]]) -> Mark:
    """The hidden sheet's rows as they were written; lines that make no sense are passed over."""
    found = Mark()
    for _, values in rows:
        kind, *rest = ["" if value is None else str(value) for value in values]
        if kind == "passport" and len(rest) >= 2:
            try:
                found.passport[rest[0]] = json.loads(rest[1])
            except ValueError:
                continue
        elif kind == "column" and len(rest) >= 4:
            table, title, column, heading = rest[:4]
            found.tables.setdefault(table, (title, {}))[1][column] = heading
    return found
