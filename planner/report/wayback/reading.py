"""The sheets of an edited plan workbook as the plan's tables, each figure with the cell it stands in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pandas as pd
from openpyxl.utils import get_column_letter

from planner.instance.cells import Wrong, empty, number, shown
from planner.instance.cells import text as as_text
from planner.plan import LABELS
from planner.report.sheets import TAKEN
from planner.report.wayback.mark import SHEET, Mark
from planner.report.wayback.names import Keys
from planner.report.wayback.opening import AMONG, Book, Formula
from planner.report.words import LANGUAGES, catalogue, heading, term, word
from planner.vocabulary import Problem

OPTIONAL = {"goals": ("total", "weight", "ideal", "nadir", "normalised"),
            "allocations": ("zone", "baseline", "value")}
"""Columns that may be empty or missing, by table: they follow from others, or from the instance."""

MAY_BE_EMPTY = {"budget": ("region",), "allocations": ("zone",)}
"""Label columns that may be empty: a row of the whole country, a region without a zone."""

MOST_ALIKE = 10
UNIT = re.compile(r"\s*[(（\[][^()（）\[\]]*[)）\]]\s*$")


@dataclass
class Read:
    """One plan table as a sheet holds it.

    frame    columns with their internal names, members by key
    title    the sheet; rows: row number of each row of the frame; columns: column -> number in the sheet
    missing  optional columns that the sheet does not have
    unknown  (position, column) of derived figures whose formula holds no value: who saved the file
             computed nothing, and nothing can be said of them
    """

    table: str
    frame: pd.DataFrame
    title: str
    rows: list[int]
    columns: dict[str, int]
    missing: set[str] = field(default_factory=set)
    unknown: set[tuple[int, str]] = field(default_factory=set)

    def cell(self, at: int, column: str) -> str:
        """'Allocation!H12' of a row of the frame."""
        return f"{self.title}!{get_column_letter(self.columns.get(column, 1))}{self.rows[at]}"


def is_label(column: str, frame: pd.DataFrame | None = None) -> bool:
    """Does the column hold names (or years) rather than figures?"""
    if column in LABELS or column in ("year", "side", "class", "nature"):
        return True
    return frame is not None and column in frame and not pd.api.types.is_numeric_dtype(frame[column])


class Sheets:
    """Reads tables out of a book; `problems` collects what cannot be read, `notes` what was put right."""

    def __init__(self, book: Book, keys: Keys, written: dict[str, pd.DataFrame], lang: str):
        self.book, self.keys, self.written, self.lang = book, keys, written, lang
        self.mark: Mark = book.mark
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self._used: set[str] = {SHEET}

    def table(self, table: str, wanted: list[str]) -> Read | None:
        """The table with the wanted columns; None when the book has no sheet for it, or an unreadable one."""
        heads = self._headings(table, wanted)
        need = {column for column in wanted if column not in OPTIONAL.get(table, ())}
        title = self._sheet(table, heads, need)
        if title is None:
            return None
        self._used.add(title)
        row, columns = self._heading_row(title, heads)
        lacking = [column for column in wanted if column in need and column not in columns]
        if lacking:
            names = ", ".join(heading(column, self.lang) for column in lacking)
            self._problem(title, f"A{max(row, 1)}", word("wayback.no_column", self.lang, columns=names),
                          word("wayback.no_column.mend", self.lang))
            return None
        return self._rows(table, title, row, columns, wanted)

    # --- which sheet, which columns -----------------------------------------------

    def _headings(self, table: str, wanted: list[str]) -> dict[str, str]:
        """Heading in lower case, with and without its unit -> column."""
        found: dict[str, str] = {}
        for column, text in self.mark.tables.get(table, ("", {}))[1].items():
            found[text.casefold()] = column
            found.setdefault(UNIT.sub("", text).casefold(), column)
        for column in wanted:
            for name in (column, *(heading(column, lang) for lang in LANGUAGES)):
                found.setdefault(name.casefold(), column)
        return {text: column for text, column in found.items() if column in wanted}

    def _sheet(self, table: str, heads: dict[str, str], need: set[str]) -> str | None:
        key = {"allocations": "allocation"}.get(table, f"{table}_table" if table in TAKEN else table)
        names = [self.mark.tables.get(table, ("",))[0]]
        names += [term(key, lang, "sheet") if f"sheet.{key}" in catalogue() else term(key, lang).capitalize()
                  for lang in LANGUAGES]
        for title in names:
            if title in self.book.titles and title not in self._used and (
                    need <= self._heading_row(title, heads)[1].keys()):
                return title
        elsewhere = {title for title, _ in self.mark.tables.values()}
        for title in self.book.titles:  # a sheet that was given another name
            if title not in self._used | elsewhere and (
                    need <= self._heading_row(title, heads)[1].keys()):
                return title
        return next((title for title in names if title in self.book.titles and title not in self._used), None)

    def _heading_row(self, title: str, heads: dict[str, str]) -> tuple[int, dict[str, int]]:
        """The row that holds most of the headings, and column -> number there."""
        best: tuple[int, dict[str, int]] = 0, {}
        for row, values in self.book.rows(title):
            if row > AMONG:
                break
            columns: dict[str, int] = {}
            for at, value in enumerate(values, start=1):
                if isinstance(value, str):
                    text = value.strip().casefold()
                    column = heads.get(text) or heads.get(UNIT.sub("", text))
                    if column is not None:
                        columns.setdefault(column, at)
            if len(columns) > len(best[1]):
                best = row, columns
        return best

    # --- cells ----------------------------------------------------------------------

    def _rows(self, table: str, title: str, head: int, columns: dict[str, int], wanted: list[str]) -> Read:
        """Every row below the headings that holds anything in the wanted columns."""
        written = self.written.get(table)
        self._units(table, title, head, columns)
        here = [column for column in wanted if column in columns]
        labels = {column for column in here if is_label(column, written)}
        may_be_empty = {column for column in here if column in OPTIONAL.get(table, ())
                        or written is not None and column in written and written[column].isna().any()}
        lists: dict[str, list] = {column: [] for column in here}
        rows, before, stored_as_text, unknown = [], len(self.problems), [], set()
        for row, values in self.book.rows(title):
            if row <= head:
                continue
            cells = {column: values[columns[column] - 1] if columns[column] <= len(values) else None
                     for column in here}
            if all(empty(cell) for cell in cells.values()):
                continue
            if all(empty(cells[column]) for column in labels):
                if any(not empty(cells[column]) and column not in labels for column in here):
                    self._problem(title, f"A{row}", word("wayback.no_names", self.lang),
                                  word("wayback.no_names.mend", self.lang))
                continue
            for column, cell in cells.items():
                place = f"{get_column_letter(columns[column])}{row}"
                if isinstance(cell, Formula):
                    optional = column in OPTIONAL.get(table, ())
                    cell = self._stored(title, row, columns[column], cell, optional)
                    if cell is None:
                        unknown.add((len(rows), column))
                if column == "year":
                    value = self._figure(title, place, cell, stored_as_text, whole=True)
                elif column in labels:
                    value = self._name(table, title, place, column, cell)
                else:
                    value = self._figure(title, place, cell, stored_as_text, column in may_be_empty)
                lists[column].append(value)
            rows.append(row)
        self._cap(before)
        if stored_as_text:
            self.notes.append(word("wayback.text_numbers", self.lang, count=len(stored_as_text),
                                   cell=stored_as_text[0]))
        frame = pd.DataFrame(lists)
        for column in here:
            if column not in labels:
                frame[column] = frame[column].astype(float)
        if "year" in frame and not frame["year"].isna().any():
            frame["year"] = frame["year"].astype("int64")
        return Read(table, frame, title, rows, columns, set(wanted) - set(here), unknown)

    def _stored(self, title: str, row: int, column: int, formula: Formula, optional: bool):
        value = self.book.stored(title, row, column)
        if value is None and not optional:
            self._problem(title, f"{get_column_letter(column)}{row}",
                          word("wayback.no_value", self.lang, formula=shown(formula.text)),
                          word("wayback.no_value.mend", self.lang))
            return ...
        return value

    def _figure(self, title: str, place: str, cell, stored_as_text: list, may_be_empty=False, whole=False):
        if cell is ...:  # told already
            return float("nan")
        if empty(cell):
            if not may_be_empty:
                self._problem(title, place, word("wayback.empty_figure", self.lang),
                              word("wayback.empty_figure.mend", self.lang))
            return float("nan")
        value = number(cell, typed=False)
        if isinstance(value, Wrong) or whole and value != int(value):
            self._problem(title, place, word("wayback.no_number", self.lang, text=shown(cell)),
                          word("wayback.no_number.mend", self.lang))
            return float("nan")
        if isinstance(cell, str):
            stored_as_text.append(f"{title}!{place}")
        return value

    def _name(self, table: str, title: str, place: str, column: str, cell) -> str:
        if cell is ...:
            return ""
        found = "" if empty(cell) else as_text(cell, typed=True)
        text = str(shown(cell)) if isinstance(found, Wrong) else found.strip()
        if not text:
            if column not in MAY_BE_EMPTY.get(table, ()):
                self._problem(title, place, word("wayback.empty_name", self.lang,
                                                 column=heading(column, self.lang)),
                              word("wayback.empty_name.mend", self.lang))
            return ""
        key = self.keys.key(column, text)
        if key is not None:
            return key
        if self.keys.closed(column):
            near = self.keys.nearest(column, text)
            mend = word("wayback.near", self.lang, name=near) if near else word("wayback.no_near", self.lang)
            self._problem(title, place, word("wayback.unknown_name", self.lang, name=text,
                                             column=heading(column, self.lang)), mend)
        return text

    def _units(self, table: str, title: str, head: int, columns: dict[str, int]) -> None:
        """A heading whose unit is not the one that was written: the figures may have been converted."""
        told = self.mark.tables.get(table, ("", {}))[1]
        values = next(cells for row, cells in self.book.rows(title) if row == head)
        for column, at in columns.items():
            text, was = str(values[at - 1]).strip(), told.get(column)
            if was and UNIT.search(was) and UNIT.search(text) and text.casefold() != was.casefold():
                self._problem(title, f"{get_column_letter(at)}{head}",
                              word("wayback.unit", self.lang, now=text, was=was),
                              word("wayback.unit.mend", self.lang))

    def _problem(self, title: str, place: str, what: str, mend: str) -> None:
        self.problems.append(Problem(title, what, mend, cell=place))

    def _cap(self, before: int) -> None:
        """At most MOST_ALIKE problems of one sheet, and a line that counts the rest."""
        more = len(self.problems) - before - MOST_ALIKE
        if more > 0:
            last = self.problems[before + MOST_ALIKE - 1]
            self.problems[before + MOST_ALIKE:] = [Problem(
                last.place, word("wayback.more_problems", self.lang, count=more),
                word("wayback.more_problems.mend", self.lang))]
