"""What a folder and a workbook have in common before anything is checked.

`folder` and `workbook` turn files into a `Raw`; `settings`, `checking` and
`references` know nothing of files, only of the places kept here.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from openpyxl.utils import get_column_letter

from planner.vocabulary import Problem
from planner.words import say

MEGABYTE = 1024 * 1024
MOST_BYTES = 64 * MEGABYTE
"""The largest CSV file or workbook, and the most a workbook may unpack to."""
MOST_TOML_BYTES = MEGABYTE
MOST_ROWS = 500_000
MOST_COLUMNS = 200
MOST_FILES = 1_000
MOST_ALIKE = 20
"""So many problems of one sort are written out for one column; the rest are counted."""
MOST_TEXT = 32_000
"""Longest text of a cell (a workbook's own limit is 32,767)."""


class InvalidInstance(Exception):
    """An input that cannot be used; `problems` says everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem], name: str = ""):
        self.problems = tuple(problems)
        self.name = name
        super().__init__(self.problems, name)

    def __str__(self) -> str:
        from planner.instance.words import listing
        return listing(self.problems)


@dataclass(frozen=True)
class RawTable:
    """One table as it was found: headings and cells, nothing converted.

    headings  cell text of row 1
    cells     one tuple per row that is not empty, as wide as the headings
    rows      the row number of each, as the user sees it
    typed     True when cells carry types (a workbook), False when all is text
    """

    name: str
    headings: tuple[Any, ...]
    cells: list[tuple]
    rows: np.ndarray
    typed: bool


@dataclass(frozen=True)
class TablePlace:
    """Where a table's rows and columns stand: `rows` by position, `columns` by name (1 = A)."""

    place: str
    rows: np.ndarray
    columns: dict[str, int]
    sheet: bool

    def where(self, at: int | None = None, column: str | None = None) -> dict:
        """place, row, column and (for a sheet) cell of one entry, as `Problem` takes them."""
        row = None if at is None else int(self.rows[at])
        return self.of_row(row, column)

    def of_row(self, row: int | None, column: str | None = None) -> dict:
        """The same for a row number as the user sees it."""
        found = {"place": self.place, "row": row, "column": column}
        if self.sheet and row is not None:
            found["cell"] = f"{get_column_letter(self.columns.get(column, 1))}{row}"
        return found


@dataclass(frozen=True)
class Places:
    """Where everything of an instance was read from.

    kind      'folder' or 'workbook'
    settings  dotted key -> row in instance.toml or in sheet `instance`
    """

    kind: str = "folder"
    tables: dict[str, TablePlace] = field(default_factory=dict)
    settings: dict[str, int] = field(default_factory=dict)

    @property
    def settings_place(self) -> str:
        return "instance" if self.kind == "workbook" else "instance.toml"

    def file(self, table: str) -> str:
        """What the user calls the table: a sheet or a CSV file."""
        return table if self.kind == "workbook" else f"{table}.csv"

    def of_table(self, table: str, at: int | None = None, column: str | None = None) -> dict:
        if table in self.tables:
            return self.tables[table].where(at, column)
        return {"place": self.file(table), "column": column}

    def of_setting(self, key: str) -> dict:
        """Place of a dotted key such as `core.steering`; the file alone when it is not written."""
        row = self.settings.get(key)
        found = {"place": self.settings_place, "row": row, "column": key}
        if row is not None and self.kind == "workbook":
            found["cell"] = f"B{row}"
        return found


@dataclass
class Raw:
    """An instance as it was found, with what is already known to be wrong.

    settings   nested as in instance.toml: header words, `core`, `mechanisms`; None when unread
    fatal      True when nothing at all could be read
    scenarios  name -> `scenarios.Scenario`
    """

    name: str
    places: Places
    settings: dict[str, Any] | None = None
    tables: dict[str, RawTable] = field(default_factory=dict)
    scenarios: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    fatal: bool = False


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that a mistyped one most likely means."""
    known = {str(name).casefold(): str(name) for name in known}
    found = difflib.get_close_matches(str(word).casefold().strip(), known, n=1, cutoff=0.6)
    return known[found[0]] if found else None


def suggestion(word: str, known: Iterable[str], otherwise: str, most: int = 12) -> str:
    """'Did you mean ...?' or else the known names, with what else can be done."""
    known = [str(name) for name in known if str(name)]
    near = nearest(word, known)
    if near is not None:
        return say("mend.did_you_mean_else", near=near, otherwise=otherwise)
    if 0 < len(known) <= most:
        return say("mend.known_else", names=", ".join(known), otherwise=otherwise)
    return otherwise


def capped(problems: list[Problem], total: int, column: str | None = None) -> list[Problem]:
    """At most MOST_ALIKE problems of one sort, and a line that counts the rest."""
    if total <= MOST_ALIKE or not problems:
        return problems
    last = problems[MOST_ALIKE - 1]
    rest = replace(last, what=say("problem.more_rows", count=total - MOST_ALIKE), mend=say("mend.more_rows"),
                   row=None, cell=None, value=None)
    return problems[:MOST_ALIKE] + [rest]
