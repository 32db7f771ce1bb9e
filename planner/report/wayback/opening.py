"""Opens an edited plan workbook: rows of each sheet, with the stored values of formulas where they are needed."""

from __future__ import annotations

import warnings
from functools import cached_property
from pathlib import Path

from openpyxl import load_workbook

from planner.instance.archive import safe
from planner.instance.folder import reason
from planner.instance.raw import MEGABYTE
from planner.instance.workbook import Formula, rows_of
from planner.report.wayback.mark import SHEET, Mark, read_mark
from planner.report.words import LANGUAGES, word
from planner.vocabulary import Problem
from planner.words import say

MOST_UNPACKED = 512 * MEGABYTE
"""A plan of all of the flagship's cells unpacks to more than an input may."""

AMONG = 12
"""The headings stand in one of so many first rows."""


class Unreadable(Exception):
    """A workbook that cannot be taken for a plan; `problems` says all that is wrong with it."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__(problems)


class Book:
    """The sheets of one workbook, read when they are asked for. Raises Unreadable."""

    def __init__(self, path: Path):
        self.path = path
        if not path.is_file():
            raise Unreadable([Problem(str(path), say("problem.no_such_book"), say("mend.no_such_book"))])
        problem = safe(path, MOST_UNPACKED)
        if problem is not None:
            raise Unreadable([problem])
        self._rows: dict[str, list] = {}
        self._stored: dict[str, dict[int, tuple]] = {}
        self._book = self._load(data_only=False)
        self.titles = self._book.sheetnames

    def _load(self, data_only: bool):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return load_workbook(self.path, read_only=True, data_only=data_only, keep_links=False)
        except Exception as error:  # openpyxl meets broken files with any of a dozen errors
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> Unreadable:
        return Unreadable([Problem(self.path.name, say("problem.book_unread", reason=reason(error)),
                                   say("mend.book_unread"))])

    def rows(self, title: str) -> list[tuple[int, tuple]]:
        """(row number, values) of the rows that hold anything; formulas as `Formula`."""
        if title not in self._rows:
            try:
                self._rows[title] = rows_of(self._book[title], AMONG)
            except Exception as error:
                raise self._broken(error) from error
        return self._rows[title]

    def stored(self, title: str, row: int, column: int):
        """The value that a formula had when the file was last saved; None when none was stored.

        row, column  counted from 1
        """
        if title not in self._stored:
            try:
                page = self._values[title]
                page.reset_dimensions()
                self._stored[title] = dict(enumerate(page.iter_rows(values_only=True, max_col=200), start=1))
            except Exception as error:
                raise self._broken(error) from error
        values = self._stored[title].get(row, ())
        return values[column - 1] if column <= len(values) else None

    @cached_property
    def _values(self):
        return self._load(data_only=True)

    @cached_property
    def mark(self) -> Mark:
        """What the hidden sheet says; empty when there is none."""
        return read_mark(self.rows(SHEET)) if SHEET in self.titles else Mark()

    def close(self) -> None:
        self._book.close()
        if "_values" in self.__dict__:
            self._values.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def is_plan(path: Path) -> bool:
    """Is it a workbook that `planner solve` wrote (and no input)? False for what cannot be opened."""
    if path.suffix.lower() != ".xlsx" or not path.is_file():
        return False
    try:
        with Book(path) as book:
            covers = {word("sheet.cover", lang) for lang in LANGUAGES}
            return SHEET in book.titles or "instance" not in book.titles and bool(covers & set(book.titles))
    except Unreadable:
        return False


__all__ = ["Book", "Formula", "Unreadable", "is_plan"]
