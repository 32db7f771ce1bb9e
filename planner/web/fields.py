"""What can be edited on a page, made from the declarations of the core and the mechanisms; no face here."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from planner.instance import Instance
from planner.instance.cells import expected, unit_said
from planner.instance.settings import ON, PRICE
from planner.instance.tables import CORE_PARAMETERS, HEADER
from planner.mechanisms import MECHANISMS
from planner.papers import PAPERS
from planner.report.words import Names, catalogue, heading, own_unit, term
from planner.vocabulary import Column, Mechanism, Parameter, Table
from planner.words import as_said, worded

MOST_ROWS = 24
"""Rows of a table that is edited cell by cell; larger ones are changed as a whole, or in the workbook."""
BUDGETS, GOALS = ("budget", "local_budget", "private", "private_capacity"), ("goals",)
"""The core's tables that a planner may want to change."""
EDITED = ("number", "integer", "flag", "choice")


@dataclass(frozen=True)
class Field:
    """One value that can be changed.

    key    as an override names it; value  what the scenario says; item  its declaration
    times  the field is a factor on a whole column (the key then ends with '*')
    """

    key: str
    value: Any
    item: Parameter | Column
    times: bool = False

    def shown(self, value: Any = None) -> str:
        return shown(self.value if value is None else value)


@dataclass(frozen=True)
class Grid:
    """A small table: headings of its numeric columns, and rows of (label, fields)."""

    table: Table
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[Field, ...]], ...]


def shown(value: Any) -> str:
    """A value as it stands in a box; '' for what is not set."""
    if value is None or isinstance(value, float) and math.isnan(value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def core_fields(instance: Instance) -> list[Field]:
    """Settings of the core that a planner may want to change."""
    return [Field(f"core.{item.name}", instance.setting(item.name), item) for item in CORE_PARAMETERS]


def mode_field(instance: Instance) -> Field:
    """How goals are traded."""
    return Field("mode", instance.mode, next(item for item in HEADER if item.name == "mode"))


def switch(instance: Instance, mechanism: Mechanism) -> Field:
    return Field(f"{mechanism.name}.on", instance.on(mechanism.name), ON)


def price(instance: Instance, mechanism: Mechanism) -> Field:
    return Field(f"{mechanism.name}.price", instance.price(mechanism.name), PRICE)


def parameters(instance: Instance, mechanism: Mechanism) -> list[Field]:
    return [Field(f"{mechanism.name}.{item.name}", instance.parameter(mechanism.name, item.name), item)
            for item in mechanism.parameters]


def grids(instance: Instance, tables: tuple[Table, ...], lang: str) -> Iterator[Grid]:
    """The tables that are small enough to be edited cell by cell."""
    names = Names(instance, lang)
    for table in tables:
        columns = tuple(column for column in table.columns if not column.key and column.kind in EDITED)
        frame = instance.table(table.name)
        if not columns or not 0 < len(frame) <= MOST_ROWS:
            continue
        rows = []
        for row in frame.to_dict("records"):
            keys = [str(row[key]) for key in table.keys]
            label = " · ".join(names.name(key, row[key]) for key in table.keys)
            rows.append((label, tuple(Field(f"{table.name}[{','.join(keys)}].{column.name}", row[column.name], column)
                                      for column in columns)))
        yield Grid(table, columns, tuple(rows))


def wholes(instance: Instance, tables: tuple[Table, ...]) -> list[tuple[Table, Field, int]]:
    """(table, factor on a numeric column, rows) of the tables that are too large for a grid."""
    found = []
    for table in tables:
        count = len(instance.table(table.name))
        if count > MOST_ROWS:
            found += [(table, Field(f"{table.name}.{column.name}*", 1.0, column, times=True), count)
                      for column in table.columns if not column.key and column.kind == "number"]
    return found


def about(item: Parameter | Column | Table, lang: str) -> str:
    """What a declared thing means."""
    text = worded(as_said(item.about, "about"), lang)
    return text[:1].upper() + text[1:]


def unit(item: Parameter | Column, instance: Instance, lang: str) -> str:
    """Its unit in words; '' for a share or a pure number, which `wanted` tells."""
    if item.unit in ("", "1", "goal", "share", "ratio"):
        return ""
    own = {"money": instance.money_unit, "FTE": instance.talent_unit}
    if item.unit in own:
        return own_unit(own[item.unit], lang)
    return worded(unit_said(item.unit, *(own_unit(name, lang) for name in own.values())), lang)


def wanted(item: Parameter | Column, instance: Instance, lang: str) -> str:
    """What may be written: 'a share from 0 to 1'."""
    return worded(expected(item, own_unit(instance.money_unit, lang), own_unit(instance.talent_unit, lang)), lang)


def title(column: Column, lang: str) -> str:
    """A column's heading; what it means, where it has no word of its own."""
    return heading(column.name, lang) if column.key or column.name in catalogue() else about(column, lang)


def sources(mechanism: Mechanism) -> list[str]:
    """The papers' sections that a rule is taken from."""
    return list(dict.fromkeys(f"{PAPERS.get(source.paper, source.paper)}, {source.section}"
                              for source in mechanism.sources))


def status(instance: Instance, table: str, column: str) -> str:
    """'published', 'derived' or 'assumed' as the instance says; '' where it says nothing.

    table  of an input table, or 'parameters' with column 'mechanism.parameter'
    """
    frame = instance.table("provenance")
    if not len(frame):
        return ""
    rows = frame[(frame["table"] == table) & frame["column"].isin((column, "*"))]
    return "" if rows.empty else str(rows.sort_values("column", key=lambda names: names == "*")["status"].iloc[0])


def status_words(instance: Instance, field: Field, lang: str) -> str:
    """The status of a field's figure in words; '' where the instance says nothing of it."""
    name, _, column = field.key.rstrip("*").partition(".")
    table = name.partition("[")[0]
    if not column:
        return ""  # a word of the header
    found = (status(instance, table, column) if "[" in name or field.times else
             status(instance, "parameters", f"{name}.{column}"))
    return term(found, lang, "provenance") if found else ""


def index(instance: Instance, lang: str) -> dict[str, tuple[str, Field]]:
    """key -> (where it belongs, in words; its field) of everything that can be edited."""
    found = {}

    def add(group: str, field: Field, label: str = "") -> None:
        found[field.key] = (" · ".join(part for part in (group, label) if part), field)

    add("", mode_field(instance), about(mode_field(instance).item, lang))
    for field in core_fields(instance):
        add("", field, about(field.item, lang))
    core = tuple(instance.declared(name) for name in (*BUDGETS, *GOALS))
    for group, tables in (("", core), *((term(mechanism.name, lang, "mechanism"), mechanism.tables)
                                        for mechanism in MECHANISMS)):
        for grid in grids(instance, tables, lang):
            for label, row in grid.rows:
                for field in row:
                    add(group, field, f"{label}, {title(field.item, lang)}")
        for _table, field, _ in wholes(instance, tables):
            add(group, field, about(field.item, lang))
    for mechanism in MECHANISMS:
        group = term(mechanism.name, lang, "mechanism")
        for field in (switch(instance, mechanism), price(instance, mechanism),
                      *parameters(instance, mechanism)):
            add(group, field, about(field.item, lang))
    return found
