"""The sheets of an instance workbook: headings with units and notes, drop-down lists, limits, values."""

from __future__ import annotations

import math
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from planner.instance.cells import expected, unit_said, unit_words
from planner.instance.instance import Instance
from planner.instance.scenarios import WORDS
from planner.instance.settings import NEEDED
from planner.instance.writing import override_rows, setting_rows
from planner.vocabulary import Column, Parameter, Table
from planner.words import as_said, own_unit, term, word, worded

FACE = "Calibri"
"""Named, because a font without a name is shown with serifs; Chinese falls back to the system's own."""

HEAD, NEEDED_HEAD = Font(FACE, 10, True, color="1F1F1F"), Font(FACE, 10, True, color="FFFFFF")
KEY_FILL = PatternFill("solid", fgColor="DDE7F0")
NEEDED_FILL = PatternFill("solid", fgColor="1F3B63")
LACKING_FILL = PatternFill("solid", bgColor="FFE699")
"""Headings that may stay empty, headings that must be filled, and cells that still have to be."""

WRAP = Alignment(wrap_text=True, vertical="top")
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
SPARE = 200
"""Rows below a table that drop-down lists and limits reach, for entries to come."""

WIDEST = 44


class Notes:
    """The words on the sheets beside keys and values, in one language.

    instance  names the units of money and talent
    """

    def __init__(self, instance: Instance, lang: str = "en"):
        self.lang = lang
        self._units = own_unit(instance.money_unit, lang), own_unit(instance.talent_unit, lang)

    def column(self, column: Column) -> str:
        """What stands on a column's heading: meaning, unit and range, default, where entries come from."""
        lines = [f"{term(column.name, self.lang)} ({column.name})"] if self.lang != "en" else []
        lines += [self.about(column), f"({self._expected(column)})"]
        if needed(column):
            lines.append(word("form.needed", self.lang))
        elif column.default not in (None, ""):
            default = str(column.default).upper() if column.kind == "flag" else column.default
            lines.append(word("form.default", self.lang, default=default))
        else:
            lines.append(word("form.optional", self.lang))
        if column.refers:
            lines.append(word("form.refers", self.lang, sheet=column.refers.partition(".")[0]))
        return "\n".join(lines)

    def about(self, item: Column | Parameter | Table) -> str:
        """What a table, a column or a setting means."""
        return worded(as_said(item.about, "about"), self.lang)

    def setting(self, parameter: Parameter) -> str:
        """What a setting means, with its unit and choices."""
        unit = worded(unit_said(parameter.unit, *self._units), self.lang)
        unit = word("unit.share", self.lang) if parameter.unit == "share" else unit
        words = self.about(parameter) + (f" [{unit}]" if parameter.unit not in ("", "1", "year") else "")
        return words + (f" ({' | '.join(parameter.choices)})" if parameter.choices else "")

    def section(self, key: str) -> str:
        """What a setting belongs to: the mechanism's name, or the whole instance."""
        return term(key.split(".")[1], self.lang, "mechanism") if key.startswith("mechanisms.") else (
            word("form.header", self.lang))

    def stop(self, item: Column | Parameter) -> tuple[str, str]:
        """Title and text of what appears when a value is not allowed."""
        return word("form.stop", self.lang), f"{item.name}: {self._expected(item)}"

    def list_stop(self, item: Column | Parameter) -> tuple[str, str]:
        return word("form.list_stop", self.lang), f"{item.name}: {word('form.choose', self.lang)}"

    def _expected(self, item: Column | Parameter) -> str:
        return worded(expected(item, *self._units), self.lang)


def needed(column: Column) -> bool:
    """Must the cell be filled in every row?"""
    return column.default is None and not column.optional


def book_of(instance: Instance, lang: str = "en", blank: bool = False) -> Workbook:
    """The whole instance as a workbook in memory.

    lang   of notes and messages
    blank  also the sheets of tables without rows, and the settings of mechanisms that are off
    """
    book, notes = Workbook(), Notes(instance, lang)
    _settings(book.active, instance, notes, blank)
    tables = [table.name for table in instance.tables_declared] if blank else instance.table_names
    for name in tables:
        _table(book.create_sheet(name), instance, instance.declared(name), notes, set(tables))
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
        wide = sheet.column_dimensions[get_column_letter(column)].width
        if breadth(value) > wide:  # some programs do not make rows higher by themselves
            cell.alignment = WRAP
            rows = sheet.row_dimensions[row]
            rows.height = min(max(rows.height or 0, 13.5 * math.ceil(1.1 * breadth(value) / wide)), 200)
    elif isinstance(value, bool):
        cell.number_format = '"TRUE";"TRUE";"FALSE"'  # LibreOffice shows 1 and 0 otherwise
    elif isinstance(value, float) and float(f"{value:.16g}") != value:
        cell._value = repr(value)  # openpyxl would write 16 digits; a float may need 17


def _heads(sheet, heads: list[str], widths: list[int], must: list[bool] | None = None) -> None:
    for column, (head, width) in enumerate(zip(heads, widths), start=1):
        cell, filled = sheet.cell(1, column, head), must is not None and must[column - 1]
        cell.font, cell.fill = (NEEDED_HEAD, NEEDED_FILL) if filled else (HEAD, KEY_FILL)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"


def _settings(sheet, instance: Instance, notes: Notes, blank: bool) -> None:
    sheet.title = "instance"
    _heads(sheet, ["key", "value", "about", word("form.mechanism", notes.lang)], [44, 24, 84, 28])
    for row, (key, value, parameter) in enumerate(setting_rows(instance, blank), start=2):
        for column, entry in enumerate((key, value, notes.setting(parameter), notes.section(key)), start=1):
            _put(sheet, row, column, entry)
        for column in range(1, 5):
            sheet.cell(row, column).alignment = LEFT
        if key in NEEDED:
            sheet.cell(row, 1).font, sheet.cell(row, 1).fill = NEEDED_HEAD, NEEDED_FILL
        if parameter.name == "on" and parameter.kind == "flag":
            for column in range(1, 5):
                sheet.cell(row, column).font, sheet.cell(row, column).fill = HEAD, KEY_FILL
        _allow(sheet, f"B{row}", parameter, notes)


def _scenarios(sheet, instance: Instance) -> None:
    _heads(sheet, ["scenario", "key", "value"], [24, 40, 40], [True, True, False])
    row = 2
    for scenario in instance.scenarios.values():
        words = [(word, getattr(scenario, word)) for word in WORDS if word != "inherits"]
        words.append(("inherits", "; ".join(scenario.inherits)))
        rows = [(key, value) for key, value in words if value or key == "title"]
        for key, value in rows + override_rows(scenario):
            for column, entry in enumerate((scenario.name, key, value), start=1):
                _put(sheet, row, column, entry)
            row += 1


def _table(sheet, instance: Instance, table: Table, notes: Notes, sheets: set[str]) -> None:
    frame = instance.table(table.name)
    units = instance.money_unit, instance.talent_unit
    heads = []
    for column in table.columns:
        unit = unit_words(column.unit, *units)
        heads.append(column.name + (f" [{unit}]" if unit not in ("", "1", "year") else ""))
    widths = [width(head, frame[column.name].tolist()) for head, column in zip(heads, table.columns)]
    _heads(sheet, heads, widths, [needed(column) for column in table.columns])
    end = len(frame) + 1 + SPARE
    last = get_column_letter(len(table.columns))
    for number, column in enumerate(table.columns, start=1):
        note = notes.column(column)
        high = 40 + 22 * (note.count("\n") + breadth(note) // 44)
        sheet.cell(1, number).comment = Comment(note, "planner", high, 320)
        for row, value in enumerate(frame[column.name].tolist(), start=2):
            _put(sheet, row, number, value)
        letter = get_column_letter(number)
        cells = f"{letter}2:{letter}{end}"
        if not (column.refers and _reference(sheet, instance, column, cells, notes, sheets)):
            _allow(sheet, cells, column, notes)
        if needed(column):
            sheet.conditional_formatting.add(cells, FormulaRule(
                [f"AND(LEN(${letter}2)=0,COUNTA($A2:${last}2)>0)"], fill=LACKING_FILL))


def width(head: str, values: list) -> int:
    """Wide enough for the heading and most entries; long texts are wrapped."""
    longest = max((breadth(value) for value in values[:500]), default=0)
    return max(12, min(max(len(head) + 4, longest + 2), WIDEST))


def breadth(value: Any) -> int:
    """Columns that a text takes; a Chinese character takes two."""
    return sum(2 if ord(char) > 0x2E80 else 1 for char in str(value))


def _allow(sheet, cells: str, item: Column | Parameter, notes: Notes) -> None:
    """A list of the words, or limits of the numbers, that the cells may hold."""
    if item.choices or item.kind == "flag":
        text = ",".join(item.choices or ("TRUE", "FALSE"))
        if len(text) <= 250:
            _add(sheet, cells, DataValidation(type="list", formula1=f'"{text}"'), notes.list_stop(item))
        return
    if item.kind not in ("number", "integer"):
        return
    low, high = item.low, item.high
    kind = "whole" if item.kind == "integer" else "decimal"
    limit = 1e9 if kind == "whole" else 1e300
    between = [f"{-limit if low is None else low:.15g}", f"{limit if high is None else high:.15g}"]
    rule = DataValidation(type=kind, operator="between", formula1=between[0], formula2=between[1])
    _add(sheet, cells, rule, notes.stop(item))


def _reference(sheet, instance: Instance, column: Column, cells: str, notes: Notes, sheets: set[str]) -> bool:
    """A drop-down of the entries that the column may name; entries that are added below appear in it."""
    target, _, field = column.refers.partition(".")
    if target not in sheets:
        return False
    declared = instance.declared(target)
    names = [each.name for each in declared.columns]
    letter = get_column_letter(names.index(field or declared.keys[0]) + 1)
    last = len(instance.table(target)) + 1 + SPARE
    _add(sheet, cells, DataValidation(type="list", formula1=f"'{target}'!${letter}$2:${letter}${last}"),
         notes.list_stop(column))
    return True


def _add(sheet, cells: str, rule: DataValidation, stop: tuple[str, str]) -> None:
    rule.allow_blank, rule.showErrorMessage = True, True
    rule.errorTitle, rule.error = stop[0][:32], stop[1][:225]
    sheet.add_data_validation(rule)
    rule.add(cells)
