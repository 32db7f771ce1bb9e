"""Checks one table on its own: headings and units, types, bounds, choices, years, double keys.

Columns come out typed: number float64; integer int64 (float64 with NaN when the
column is `optional`); flag bool; text, key and choice text ('' when empty).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from planner.instance.cells import (
    MOST_NAME, PARSERS, Wrong, empty, expected, out_of_bounds, shown, unit_words)
from planner.instance.raw import MOST_ALIKE, MOST_TEXT, Raw, RawTable, TablePlace, capped, suggestion
from planner.vocabulary import Column, Problem, Table
from planner.words import as_said, say

HEADING = re.compile(r"\s*(.*?)\s*(?:\[(.*)\])?\s*", re.DOTALL)


def is_name(column: Column) -> bool:
    """Short names, which must not carry blanks, commas or brackets."""
    return column.kind == "key" or column.kind == "text" and (column.key or column.refers is not None)


def parser(column: Column) -> Callable[[Any, bool], Any]:
    return PARSERS["name" if is_name(column) else column.kind]


def empty_frame(table: Table) -> pd.DataFrame:
    """The frame of a table that an instance does not have."""
    return pd.DataFrame({column.name: typed_column(column, []) for column in table.columns})


def typed_column(column: Column, values: list) -> pd.Series:
    """Parsed values as a column of the column's type; None is an empty cell."""
    if column.kind in ("number", "integer"):
        numbers = np.array([np.nan if value is None else value for value in values], float) + 0.0
        if column.kind == "integer" and not column.optional:
            return pd.Series(np.nan_to_num(numbers).astype("int64"))
        return pd.Series(numbers)
    if column.kind == "flag":
        return pd.Series(np.array([bool(value) for value in values], bool))
    return pd.Series(["" if value is None else value for value in values], dtype="str")


class TableCheck:
    """Checks one raw table; `frame` is what came of it, `problems` what is wrong."""

    def __init__(self, raw: Raw, found: RawTable, table: Table, have: set[str], units: tuple[str, str]):
        self.raw, self.found, self.table, self.have, self.units = raw, found, table, have, units
        self.problems: list[Problem] = []
        sheet = raw.places.kind == "workbook"
        self.at: dict[str, int] = {}
        self.place = TablePlace(raw.places.file(table.name), found.rows, {}, sheet)
        self._headings()
        raw.places.tables[table.name] = self.place
        self.bad_keys: set[int] = set()
        self.frame = pd.DataFrame({column.name: self._column(column) for column in table.columns})
        self._double_keys()

    def _headings(self) -> None:
        known = [column.name for column in self.table.columns]
        for position, heading in enumerate(self.found.headings):
            where = {"place": self.place.place, "row": 1}
            if self.place.sheet:
                where = TablePlace(self.place.place, self.found.rows, {"": position + 1},
                                   True).of_row(1, "") | {"column": None}
            if empty(heading):
                if any(not empty(row[position]) for row in self.found.cells):
                    self.problems.append(Problem(what=say("problem.no_heading", number=position + 1), **where,
                                                 mend=say("mend.no_heading")))
                continue
            match = HEADING.fullmatch(str(heading))
            name, unit = match[1], match[2]
            if name not in known:
                mend = suggestion(name, known, say("mend.else_delete_column"), most=40)
                self.problems.append(Problem(what=say("problem.unknown_column", name=self.table.name),
                                             value=shown(heading), mend=mend, **where))
            elif name in self.at:
                self.problems.append(Problem(what=say("problem.column_twice", name=name),
                                             value=shown(heading), mend=say("mend.one_column"), **where))
            else:
                self.at[name] = position
                self.place.columns[name] = position + 1
                if unit is not None:
                    self._unit(self.table.column(name), unit, heading, where)

    def _unit(self, column: Column, unit: str, heading: str, where: dict) -> None:
        plain = " ".join(unit.split()).casefold()
        told = unit_words(column.unit, *self.units)
        allowed = {column.unit.casefold(), told.casefold()} | (
            {"1", ""} if column.unit in ("", "1") else set())
        if plain in allowed:
            return
        if column.unit in ("", "1"):
            what, mend = say("problem.no_unit", name=column.name), say("mend.write", what=column.name)
        elif column.unit == "share":
            what = say("problem.unit_not_share", unit=unit.strip(), name=column.name)
            mend = say("mend.unit_not_share", name=column.name)
        else:
            what = say("problem.unit_differs", unit=unit.strip(), name=column.name, told=told)
            if told != column.unit:  # the instance's own word for it
                folder = self.raw.places.kind == "folder"
                what = say("problem.stated", what=what,
                           place="instance.toml" if folder else say("problem.sheet_instance"))
            mend = say("mend.convert", name=column.name, told=told)
        self.problems.append(Problem(what=what, mend=mend, value=shown(heading),
                                     **(where | {"column": column.name})))

    def _column(self, column: Column) -> pd.Series:
        count = len(self.found.cells)
        position = self.at.get(column.name)
        default = self._default(column)
        if position is None:
            if default is ... and (count or not column.optional):
                self.problems.append(Problem(place=self.place.place, row=1, column=column.name,
                                             cell="A1" if self.place.sheet else None,
                                             what=say("problem.column_missing", name=column.name),
                                             mend=say("mend.add_column", about=as_said(column.about, "about"),
                                                      expected=expected(column, *self.units))))
            default = None if default is ... else default
            return typed_column(column, [default] * count)
        parse, typed = parser(column), self.found.typed
        values, wrong, cache = [], [], {}
        for at, row in enumerate(self.found.cells):
            cell = row[position]
            value = cache.get(cell) if cell.__class__ is str else None
            if value is None:
                if cell is None or cell.__class__ is str and not cell.strip():
                    value = default
                    if value is ...:
                        value = Wrong(say("problem.empty"))
                else:
                    value = parse(cell, typed)
                if cell.__class__ is str:
                    cache[cell] = value
            if value.__class__ is Wrong:
                wrong.append((at, value))
                value = None
            values.append(value)
        self._tell(column, wrong)
        result = typed_column(column, values)
        self._limits(column, result, position, {at for at, _ in wrong})
        return result

    def _default(self, column: Column) -> Any:
        """The value of an empty cell; `...` when the cell must be filled."""
        if column.key:
            if column.default is None or column.refers and column.refers.split(".")[0] in self.have:
                return ...
            return column.default
        if column.default is not None:
            return column.default
        if column.optional or column.refers and column.refers.split(".")[0] not in self.have:
            return None
        return ...

    def _tell(self, column: Column, wrong: list[tuple[int, Wrong]]) -> None:
        if not wrong:
            return
        if column.key:
            self.bad_keys.update(at for at, _ in wrong)
        may_be_empty = column.optional or column.default is not None and not column.key
        wanted = say("mend.expected_or_empty" if may_be_empty else "mend.expected",
                     expected=expected(column, *self.units))
        told = []
        for at, why in wrong[:MOST_ALIKE]:
            cell = self.found.cells[at][self.at[column.name]]
            told.append(Problem(what=why.what, mend=why.mend or wanted,
                                value=None if empty(cell) else shown(cell),
                                **self.place.where(at, column.name)))
        self.problems += capped(told, len(wrong))

    def _limits(self, column: Column, values: pd.Series, position: int, skip: set[int]) -> None:
        """Bounds of numbers, words of choices, length of texts; not where a type was wrong."""
        if column.kind in ("number", "integer"):
            figures = values.to_numpy()
            low = -np.inf if column.low is None else column.low
            high = np.inf if column.high is None else column.high
            with np.errstate(invalid="ignore"):
                bad = np.flatnonzero((figures < low) | (figures > high))
            bad = [at for at in bad if at not in skip and not empty(self.found.cells[at][position])]
            self._tell(column, [(at, out_of_bounds(column, float(figures[at]), *self.units))
                                for at in bad])
        elif column.kind == "choice":
            known = column.choices + (("",) if column.optional or column.default == "" else ())
            bad = np.flatnonzero(~values.isin(known).to_numpy())
            wanted = say("mend.expected", expected=expected(column))
            self._tell(column, [(at, Wrong(say("problem.not_allowed"),
                                           suggestion(values[at], column.choices, wanted, most=0)))
                                for at in bad if at not in skip])
        elif column.kind in ("text", "key"):
            most = MOST_NAME if is_name(column) else MOST_TEXT
            bad = np.flatnonzero(values.str.len().to_numpy() > most)
            self._tell(column, [(at, Wrong(say("problem.text_too_long", most=most), say("mend.shorten")))
                                for at in bad])

    def _double_keys(self) -> None:
        keys = list(self.table.keys)
        if not keys or self.frame.empty:
            return
        mask = self.frame.duplicated(keys).to_numpy()
        if not mask.any():
            return
        rows = [at for at in np.flatnonzero(mask) if at not in self.bad_keys]
        first: dict[tuple, int] = {}
        for at, key in enumerate(self.frame[keys].itertuples(index=False, name=None)):
            first.setdefault(key, at)
        told = []
        for at in rows[:MOST_ALIKE]:
            key = tuple(self.frame.iloc[at][keys])
            words = ", ".join(f"{name} {shown(value)}" for name, value in zip(keys, key))
            told.append(Problem(what=say("problem.key_twice", words=words, row=self.place.rows[first[key]]),
                                mend=say("mend.one_row"),
                                **self.place.where(at, keys[0] if len(keys) == 1 else None)))
        self.problems += capped(told, len(rows))
