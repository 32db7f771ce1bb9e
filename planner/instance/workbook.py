"""Reads one workbook: sheet `instance` with keys and values, one sheet per table, sheet `scenarios`.

The archive is looked through before anything is unpacked. Formulas are not
computed: a cell that holds one is told.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from openpyxl import load_workbook

from planner.instance.archive import safe
from planner.instance.cells import empty, shown
from planner.instance.folder import reason
from planner.instance.raw import (
    MOST_COLUMNS, MOST_FILES, MOST_ROWS, Places, Raw, RawTable, TablePlace, suggestion)
from planner.instance.scenarios import scenarios_of_sheet
from planner.vocabulary import Problem
from planner.words import Said, say

BESIDE = ("instance", "scenarios")
IGNORED = ("readme", "lists", "notes", "problems", "说明", "问题")
"""Sheets (in any case) that hold words for people; they are not read."""
MARGIN = 5
"""So many columns right of the headings are looked at for cells that went astray."""


class Formula:
    """Stands for a formula in a cell; it equals nothing that is allowed."""

    def __init__(self, text: str):
        self.text = text

    def __str__(self) -> str:
        return self.text


def read_workbook(path: Path, tables: tuple[str, ...]) -> Raw:
    """The workbook as it stands; `tables` are the names of the tables that are known."""
    raw = Raw(path.stem, Places("workbook"))
    problem = safe(path)
    if problem is not None:
        raw.fatal = True
        raw.problems.append(problem)
        return raw
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
            try:
                _read_sheets(raw, book, tables)
            finally:
                book.close()
    except MemoryError:
        raise
    except Exception as error:  # openpyxl meets broken files with any of a dozen errors
        raw.fatal = True
        told = error.args[0] if error.args else None
        why = told if isinstance(told, Said) else reason(error) if isinstance(error, OSError) else say(
            "problem.book_damaged", kind=type(error).__name__)
        raw.problems.append(Problem(path.name, say("problem.book_unread", reason=why), say("mend.book_unread")))
    return raw


def _read_sheets(raw: Raw, book, tables: tuple[str, ...]) -> None:
    names = book.sheetnames
    if len(names) > MOST_FILES:
        raise ValueError(say("problem.book_sheets", count=len(names)))
    for name in names:
        if name in tables:
            table = _read_table(raw, book[name], name)
            if table is not None:
                raw.tables[name] = table
        elif name not in BESIDE and name.casefold() not in IGNORED:
            raw.problems.append(Problem(name, say("problem.no_such_sheet"),
                                        suggestion(name, [*tables, *BESIDE], say("mend.no_such_sheet"),
                                                   most=0)))
    if "instance" in names:
        table = _read_table(raw, book["instance"], "instance", needed=("key", "value"))
        if table is not None:
            _settings(raw, table)
    else:
        raw.problems.append(Problem("instance", say("problem.sheet_missing"), say("mend.settings_sheet")))
    if "scenarios" in names:
        table = _read_table(raw, book["scenarios"], "scenarios", ("scenario", "key", "value"))
        if table is not None:
            raw.scenarios, problems = scenarios_of_sheet(table)
            raw.problems.extend(problems)


def rows_of(sheet, among: int = 1) -> list[tuple[int, tuple]]:
    """(row number, values) of the rows that hold anything; formulas as `Formula`.

    among  the headings stand in one of so many first rows; they say how wide the table is
    """
    if not hasattr(sheet, "reset_dimensions"):
        return []  # a chart sheet
    sheet.reset_dimensions()
    found = []
    heads = sheet.iter_rows(max_row=among, max_col=MOST_COLUMNS + 1, values_only=True)
    width = max((at for row in heads for at, head in enumerate(row, start=1) if head is not None), default=0)
    limits = {"max_row": MOST_ROWS + 2, "max_col": min(width + MARGIN, MOST_COLUMNS + 1)}
    formulas = False
    for number, values in enumerate(sheet.iter_rows(values_only=True, **limits), start=1):
        if any(value is not None for value in values):
            found.append((number, values))
            formulas = formulas or any(
                not isinstance(value, (int, float)) and value is not None
                and (not isinstance(value, str) or value.startswith("=")) for value in values)
    if formulas:
        kept = dict(found)
        for number, cells in enumerate(sheet.iter_rows(**limits), start=1):
            if number in kept and any(getattr(cell, "data_type", "") == "f" for cell in cells):
                kept[number] = tuple(formula(str(getattr(cell.value, "text", cell.value)))
                                     if getattr(cell, "data_type", "") == "f" else cell.value for cell in cells)
        found = sorted(kept.items())
    return found


def formula(text: str) -> Formula | bool:
    """A formula; LibreOffice saves true and false as formulas, and these are what they say."""
    plain = text.replace(" ", "").upper().removesuffix("()")
    return plain == "=TRUE" if plain in ("=TRUE", "=FALSE") else Formula(text)


def _read_table(raw: Raw, sheet, name: str, needed: tuple[str, ...] = ()) -> RawTable | None:
    raw.places.tables[name] = TablePlace(name, np.array([], int), {}, sheet=True)
    rows = rows_of(sheet)
    if not rows or rows[0][0] != 1:
        raw.problems.append(Problem(name, say("problem.no_headings"), say("mend.no_headings"), row=1,
                                    cell="A1"))
        return None
    heads = list(rows[0][1])
    while heads and empty(heads[-1]):
        heads.pop()
    if rows[-1][0] > MOST_ROWS + 1 or len(heads) > MOST_COLUMNS:
        raw.problems.append(Problem(name, say("problem.sheet_size"),
                                    say("mend.table_size", rows=MOST_ROWS, columns=MOST_COLUMNS)))
        return None
    width, place = len(heads), raw.places.tables[name]
    cells, numbers = [], []
    for number, values in rows[1:]:
        if len(values) > width:
            for column, value in enumerate(values[width:], start=width + 1):
                if not empty(value):
                    where = TablePlace(name, place.rows, {"": column}, True).of_row(number, "")
                    raw.problems.append(Problem(what=say("problem.stray_cell"), mend=say("mend.stray_cell"),
                                                value=shown(value), **(where | {"column": None})))
            values = values[:width]
        elif len(values) < width:
            values = tuple(values) + (None,) * (width - len(values))
        if not all(empty(value) for value in values):
            cells.append(tuple(values))
            numbers.append(number)
    table = RawTable(name, tuple(heads), cells, np.array(numbers, int), typed=True)
    lacking = [column for column in needed if column not in heads]
    for column in lacking:
        raw.problems.append(Problem(name, say("problem.column_missing", name=column),
                                    say("mend.row_one", names=", ".join(needed)), row=1))
    return None if lacking else table


def _settings(raw: Raw, table: RawTable) -> None:
    """Key/value rows as the nested settings of an instance.toml."""
    raw.settings = {}
    key_at, value_at = table.headings.index("key"), table.headings.index("value")
    for row, values in zip(table.rows, table.cells):
        key, value = values[key_at], values[value_at]
        if empty(value):
            continue
        where = {"place": "instance", "row": int(row)}
        if empty(key) or not isinstance(key, str):
            raw.problems.append(Problem(**where, cell=f"A{row}", column="key", value=shown(key),
                                        what=say("problem.no_key"), mend=say("mend.write_key")))
            continue
        key = key.strip()
        if key in raw.places.settings:
            raw.problems.append(Problem(**where, cell=f"A{row}", column="key", value=key,
                                        what=say("problem.key_in_row", row=raw.places.settings[key]),
                                        mend=say("mend.one_row")))
            continue
        if not _put(raw.settings, key.split("."), value):
            raw.problems.append(Problem(**where, cell=f"A{row}", column="key", value=key,
                                        what=say("problem.key_above"), mend=say("mend.key_above")))
            continue
        raw.places.settings[key] = int(row)


def _put(tree: dict, words: list[str], value: Any) -> bool:
    for word in words[:-1]:
        tree = tree.setdefault(word, {})
        if not isinstance(tree, dict):
            return False
    if isinstance(tree.get(words[-1]), dict):
        return False
    tree[words[-1]] = value
    return True
