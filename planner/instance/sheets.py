"""The sheets of an instance workbook: headings with units and notes, drop-down lists, values."""

from __future__ import annotations

import math
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from planner.instance.cells import expected, unit_words
from planner.instance.instance import Instance
from planner.instance.scenarios import WORDS
from planner.instance.writing import about, override_rows, setting_rows
from planner.vocabulary import Column, Table

HEAD = Font(bold=True)
KEY_FILL = PatternFill("solid", fgColor="DDE7F0")
SPARE = 200
"""Rows below a table that drop-down lists reach, for entries to come."""


def book_of(instance: Instance) -> Workbook:
    """The whole instance as a workbook in memory."""
    book = Workbook()
    _settings(book.active, instance)
    for name in instance.table_names:
        _table(book.create_sheet(name), instance, instance.declared(name))
    if instance.scenarios:
        _scenarios(book.create_sheet("scenarios"), instance)
    return book


def _put(sheet, row: int, column: int, value: Any) -> None:
    """Writes a value as what it is: text that looks like a formula stays text."""
    if value is None or value == "" or isinstance(value, float) and math.isnan(value):
        return
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"
    elif isinstance(value, float) and float(f"{value:.16g}") != value:
        cell._value = repr(value)  # openpyxl would write 16 digits; a float may need 17


def _heads(sheet, heads: list[str], widths: list[int]) -> None:
    for column, (head, width) in enumerate(zip(heads, widths), start=1):
        cell = sheet.cell(1, column, head)
        cell.font, cell.fill = HEAD, KEY_FILL
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"


def _settings(sheet, instance: Instance) -> None:
    sheet.title = "instance"
    _heads(sheet, ["key", "value", "about"], [40, 24, 80])
    for row, (key, value, parameter) in enumerate(setting_rows(instance), start=2):
        for column, entry in enumerate((key, value, about(parameter, instance)), start=1):
            _put(sheet, row, column, entry)
        if parameter.choices or parameter.kind == "flag":
            _list(sheet, f"B{row}", parameter.choices or ("TRUE", "FALSE"))


def _scenarios(sheet, instance: Instance) -> None:
    _heads(sheet, ["scenario", "key", "value"], [24, 40, 40])
    row = 2
    for scenario in instance.scenarios.values():
        words = [(word, getattr(scenario, word)) for word in WORDS if word != "inherits"]
        words.append(("inherits", "; ".join(scenario.inherits)))
        rows = [(key, value) for key, value in words if value or key == "title"]
        for key, value in rows + override_rows(scenario):
            for column, entry in enumerate((scenario.name, key, value), start=1):
                _put(sheet, row, column, entry)
            row += 1


def _table(sheet, instance: Instance, table: Table) -> None:
    frame = instance.table(table.name)
    units = instance.money_unit, instance.talent_unit
    heads = []
    for column in table.columns:
        unit = unit_words(column.unit, *units)
        heads.append(column.name + (f" [{unit}]" if unit not in ("", "1", "year") else ""))
    _heads(sheet, heads, [max(12, min(len(head) + 3, 32)) for head in heads])
    for number, column in enumerate(table.columns, start=1):
        head = sheet.cell(1, number)
        head.comment = Comment(f"{column.about}\n({expected(column, *units)})", "planner", 120, 300)
        for row, value in enumerate(frame[column.name].tolist(), start=2):
            _put(sheet, row, number, value)
        letter = get_column_letter(number)
        cells = f"{letter}2:{letter}{len(frame) + 1 + SPARE}"
        if column.choices:
            _list(sheet, cells, column.choices)
        elif column.kind == "flag":
            _list(sheet, cells, ("TRUE", "FALSE"))
        elif column.refers:
            _reference(sheet, instance, column, cells)


def _list(sheet, cells: str, words: tuple[str, ...]) -> None:
    text = ",".join(words)
    if len(text) <= 250:
        rule = DataValidation(type="list", formula1=f'"{text}"', allow_blank=True)
        rule.showErrorMessage = True
        sheet.add_data_validation(rule)
        rule.add(cells)


def _reference(sheet, instance: Instance, column: Column, cells: str) -> None:
    """A drop-down of the entries that the column may name."""
    target, _, field = column.refers.partition(".")
    if target not in instance.table_names:
        return
    declared = instance.declared(target)
    names = [each.name for each in declared.columns]
    letter = get_column_letter(names.index(field or declared.keys[0]) + 1)
    last = len(instance.table(target)) + 1 + SPARE
    rule = DataValidation(type="list", formula1=f"'{target}'!${letter}$2:${letter}${last}",
                          allow_blank=True)
    rule.showErrorMessage = True
    sheet.add_data_validation(rule)
    rule.add(cells)
