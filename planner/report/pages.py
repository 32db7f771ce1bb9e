"""Laying down a worksheet row by row: widths, frozen headings, print set-up, and the values of formulas."""

from __future__ import annotations

import re
from contextlib import suppress
from xml.sax.saxutils import escape

from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from planner.report.cells import Cell, Formula, fill, plain
from planner.report.words import word

FORMULA = re.compile(r'<c r="([A-Z]+\d+)"((?: s="\d+")?)><f>(.*?)</f><v ?/?>(?:</v>)?</c>', re.DOTALL)
"""A formula cell as openpyxl writes it: an address, a style, and an empty value."""


class Page:
    """A write-only worksheet that knows its row and what its formulas come to.

    values  address -> number or text of each formula written so far
    """

    def __init__(self, page, lang: str):
        self.page, self.lang, self.row = page, lang, 0
        self.values: dict[str, float | str] = {}

    def append(self, cells=()) -> int:
        """One row of `Cell`s or None; returns its number."""
        return self.append_filled([cell and self.cell(cell) for cell in cells],
                                  [cell and cell.value for cell in cells])

    def append_filled(self, cells: list, values=()) -> int:
        """One row of openpyxl's cells; `values` is what they hold, where formulas are among it."""
        self.row += 1
        for number, value in enumerate(values, start=1):
            if isinstance(value, Formula) and value.value is not None:
                self.values[f"{get_column_letter(number)}{self.row}"] = value.value
        self.page.append(cells)
        return self.row

    def cell(self, cell: Cell) -> WriteOnlyCell:
        made = WriteOnlyCell(self.page)
        made.style = cell.style
        made = fill(made, cell.value)
        if cell.link:
            made.hyperlink = Hyperlink(ref="", location=f"'{cell.link}'!A1", display=str(plain(cell.value)))
        return made

    def set_up(self, widths, head: int | None, freeze: str | None = None, one_page: bool = False,
               colour: str | None = None) -> None:
        """Widths, frozen headings and print set-up; must come before the first row.

        head  last row that repeats on every printed page; None where nothing does
        """
        page = self.page
        for number, wide in enumerate(widths, start=1):
            page.column_dimensions[get_column_letter(number)].width = wide
        page.sheet_view.showGridLines = False
        if head is not None:
            page.freeze_panes = freeze or f"A{head + 1}"
            page.print_title_rows = f"1:{head}"
        page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
        page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, int(one_page)
        page.sheet_properties.pageSetUpPr.fitToPage = True
        margins = page.page_margins
        margins.left = margins.right = margins.top = 0.5
        margins.bottom = 0.7
        page.oddFooter.left.text = "&A"
        page.oddFooter.right.text = f"{word('page', self.lang)} &P {word('of', self.lang)} &N"
        page.sheet_properties.tabColor = colour

    def high(self, lines: int) -> None:
        """The next row has room for so many lines of text; must come before it is written."""
        if lines > 1:
            self.page.row_dimensions[self.row + 1].height = 13.5 * lines

    def printed(self, columns: int, last: int | None = None) -> None:
        self.page.print_area = f"A1:{get_column_letter(columns)}{last or self.row}"

    def close(self) -> None:
        """Ends the sheet's stream and puts each formula's value beside it."""
        self.page.close()
        if not self.values:
            return
        file = self.page._writer.out
        with open(file, encoding="utf-8") as stream:
            text = stream.read()
        text, count = FORMULA.subn(self._valued, text)
        if count < len(self.values):
            lost = len(self.values) - count
            raise RuntimeError(f"{self.page.title}: {lost} formulas were not found again.")
        with open(file, "w", encoding="utf-8") as stream:
            stream.write(text)

    def _valued(self, match: re.Match) -> str:
        address, style, formula = match.groups()
        value = self.values.get(address)
        if value is None:
            return match.group()
        kind, shown = "", repr(value)
        if isinstance(value, bool):
            kind, shown = ' t="b"', str(int(value))
        elif isinstance(value, str):
            kind, shown = ' t="str"', escape(value)
        return f'<c r="{address}"{style}{kind}><f>{formula}</f><v>{shown}</v></c>'


def give_up(book) -> None:
    """Ends the half-written sheets of a book and removes their files."""
    for page in book.worksheets:
        with suppress(Exception):
            page.close()
        with suppress(Exception):
            page._writer.cleanup()
