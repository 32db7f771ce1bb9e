"""A long table on a worksheet: title, note, headings, and the Excel table around the rows."""

from __future__ import annotations

import warnings

from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo

from planner.report.cells import Cell, fill, table_name, width
from planner.report.columns import after_figures, column_width, headings, style_of
from planner.report.pages import Page
from planner.report.sheets import Sheet

HEAD = 4
"""Row of the headings; the title stands in row 1, a note in row 2."""


def begin(page: Page, sheet: Sheet, title: str, heads: dict[str, str]) -> None:
    """Title, note and headings; the rows come next."""
    frame, figures = sheet.frame, set(sheet.frame.select_dtypes("number"))
    wide = [column_width(column, head, frame[column]) for column, head in heads.items()]
    page.set_up(wide, HEAD)
    page.append([Cell(title, "title")])
    page.append([Cell(sheet.note, "note")])
    page.append()
    page.high(1 + any(width(head) >= columns for head, columns in zip(heads.values(), wide)))
    page.append([Cell(head, f"heading{'_right' if column in figures else after}")
                 for (column, head), after in zip(heads.items(), after_figures(frame))])


def end(page: Page, sheet: Sheet, heads: dict[str, str]) -> None:
    """The Excel table around what was written, a name for every column."""
    area = f"A{HEAD}:{get_column_letter(len(heads))}{page.row}"
    table = Table(displayName=table_name(sheet.key), ref=area)
    table.tableStyleInfo = TableStyleInfo("TableStyleLight1", showRowStripes=True)
    table._initialise_columns()  # in write-only mode the headings are not there to be read
    for column, head in zip(table.tableColumns, heads.values()):
        column.name = head
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl reminds of the headings that were just given
        page.page.add_table(table)


def whole(page: Page, sheet: Sheet, title: str, lang: str, heads: dict[str, str] | None = None) -> None:
    """A sheet of plain figures and words, from its title to its last row; `heads`: column -> heading."""
    frame, heads = sheet.frame, heads or headings(sheet, lang)
    begin(page, sheet, title, heads)
    cells = [WriteOnlyCell(page.page) for _ in frame]
    for cell, column, after in zip(cells, frame, after_figures(frame)):
        style = style_of(sheet.key, column, frame[column])
        cell.style = "after" if style == "text" and after else style
    for values in zip(*(frame[column].tolist() for column in frame)):
        page.append_filled([fill(cell, value) for cell, value in zip(cells, values)])
    if len(frame):
        end(page, sheet, heads)
    page.printed(len(heads))
