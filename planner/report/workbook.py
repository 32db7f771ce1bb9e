"""plan.xlsx: frames to sheets, with named tables, live formulas and print set-up.

Written row by row (openpyxl's write-only mode), so that the flagship's 55,800
rows need neither much time nor memory.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo

import planner
from planner.report.cells import FILLS, Cell, Formula, fill, plain, sheet_title, styles, table_name, width
from planner.report.charts import share_chart
from planner.report.cover import cover
from planner.report.sheets import Sheet, long_sheets
from planner.report.summaries import Source, summaries, summary_title
from planner.report.wayback.mark import mark
from planner.report.words import LANGUAGES, Names, heading, word

HEAD = 4
"""Row of the headings; the title stands in row 1, a note in row 2."""

WIDEST = 60
SUMMARIES_AFTER = "allocation"


def write(plan, path: Path | str, lang: str = "en") -> Path:
    """Writes a plan's workbook beside its place and renames it into it.

    A failure leaves an earlier file as it was. Raises ValueError for an unknown
    language, OSError when the file cannot be written.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"There is no language {lang!r}; there are {', '.join(LANGUAGES)}.")
    path = Path(path)
    handle, beside = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".xlsx", dir=path.parent)
    os.close(handle)
    book = Workbook(write_only=True)
    try:
        Writer(book, plan, lang)
        book.save(beside)
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except BaseException:
        give_up(book)
        Path(beside).unlink(missing_ok=True)
        raise
    return path


def give_up(book: Workbook) -> None:
    """Ends the half-written sheets of a book and removes their files."""
    for page in book.worksheets:
        with suppress(Exception):
            page.close()
        with suppress(Exception):
            page._writer.cleanup()


class Writer:
    """One workbook in the making."""

    def __init__(self, book: Workbook, plan, lang: str):
        self.book, self.plan, self.lang, self._taken = book, plan, lang, set()
        self.names = Names(plan.instance, lang)
        for style in styles(lang):
            self.book.add_named_style(style)
        self._properties()
        self.unit = plan.instance.money_unit
        long = long_sheets(plan, lang)
        sources = {key: self._source(sheet) for key, sheet in long.items() if key in ("allocation", "grants")}
        sums = summaries(plan, self.names, sources, self.unit, HEAD)
        order = ["cover"]
        for key in long:
            order += [key] + (list(sums) if key == SUMMARIES_AFTER else [])
        order += [key for key in sums if key not in order]
        self.titles = {key: sheet_title(long[key].title(lang) if key in long else summary_title(key, lang),
                                        self._taken) for key in order}
        pages = {key: self.book.create_sheet(self.titles[key]) for key in order}
        self._cover(pages["cover"], cover(plan, self.names, sums, self.titles, self.unit))
        for key, sheet in long.items():
            self._table(pages[key], sheet)
        for key, made in sums.items():
            self._summary(pages[key], made)
        mark(book, plan, lang, [(key, self.titles[key], self._heads(sheet)) for key, sheet in long.items()])

    def _properties(self) -> None:
        about, instance = self.book.properties, self.plan.instance
        about.title = plain(instance.title_zh if self.lang == "zh" and instance.title_zh else
                            instance.title or instance.name)
        about.subject = plain(instance.scenario or word("cover.base", self.lang))
        about.creator = f"innovation-planner {planner.__version__}"
        about.description = plain(f"instance {self.plan.passport.get('instance_hash', '')}")
        about.created = about.modified = datetime.now(UTC).replace(tzinfo=None, microsecond=0)

    # --- kinds of sheets ----------------------------------------------------------

    def _cover(self, page, rows) -> None:
        columns = max(len(row) for row in rows)
        self._set_up(page, [46] + [22] + [14] * (columns - 2), head=None)
        for row in rows:
            page.append([self._cell(page, cell) for cell in row])

    def _table(self, page, sheet: Sheet) -> None:
        """A long table: title, note, headings, rows, and the lines that stand below."""
        frame = sheet.frame
        heads = self._heads(sheet)
        self._set_up(page, [self._width(head, frame[column]) for column, head in heads.items()], HEAD)
        page.append([self._cell(page, Cell(sheet.title(self.lang), "title"))])
        page.append([self._cell(page, Cell(sheet.note, "note"))])
        page.append([])
        figures = set(frame.select_dtypes("number"))
        page.append([self._cell(page, Cell(head, "heading_right" if column in figures else "heading"))
                     for column, head in heads.items()])
        self._rows(page, sheet)
        last = HEAD + len(frame)
        area = f"A{HEAD}:{get_column_letter(len(heads))}{last}"
        table = Table(displayName=table_name(sheet.key), ref=area)
        table.tableStyleInfo = TableStyleInfo("TableStyleLight1", showRowStripes=True)
        table._initialise_columns()  # in write-only mode the headings are not there to be read
        for column, head in zip(table.tableColumns, heads.values()):
            column.name = head
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl reminds of the headings that were just given
            page.add_table(table)
        if sheet.after:
            page.append([])
        for text in sheet.after:
            page.append([self._cell(page, Cell(text, "note"))])
        last += len(sheet.after) + 1 if sheet.after else 0
        page.print_area = f"A1:{get_column_letter(len(heads))}{last}"

    def _rows(self, page, sheet: Sheet) -> None:
        # One cell object per column serves all rows: it is written before it is used again.
        frame = sheet.frame
        cells = [WriteOnlyCell(page) for _ in frame]
        for cell, column in zip(cells, frame):
            cell.style = self._style(sheet.key, column, frame[column])
        lists = [frame[column].tolist() for column in frame]
        place = {column: get_column_letter(number) for number, column in enumerate(frame, start=1)}
        for number, values in enumerate(zip(*lists), start=HEAD + 1):
            row = [fill(cell, value) for cell, value in zip(cells, values)]
            if sheet.key == "compliance":
                self._light(page, row, values, place, number)
            page.append(row)

    def _light(self, page, row: list, values: tuple, place: dict[str, str], number: int) -> None:
        """The traffic light with its word, and the slack as a formula over the two sides."""
        status = values[0]
        row[0] = self._cell(page, Cell(word(f"compliance.{status}", self.lang),
                                       status if status in FILLS else "text"))
        sense, reached, required = (f"{place[name]}{number}" for name in ("sense", "reached", "required"))
        row[list(place).index("slack")].value = Formula(
            f'=IF({sense}="≥",{reached}-{required},IF({sense}="≤",{required}-{reached},'
            f"-ABS({reached}-{required})))")

    def _summary(self, page, made) -> None:
        names = [len(row) and width(row[0].value) for row in made.rows]
        columns = max(len(row) for row in made.rows)
        self._set_up(page, [min(max([14, *names]) + 2, WIDEST)] + [15] * (columns - 1), HEAD + 1, freeze="B6")
        page.append([self._cell(page, Cell(self.titles[made.key], "title"))])
        table = table_name("grants" if made.key == "instruments" else "allocation")
        page.append([self._cell(page, Cell(word("note.summary", self.lang, table=table), "note"))])
        page.append([])
        for row in made.rows:
            page.append([self._cell(page, cell) for cell in row])
        if 1 < len(made.years) and made.key in ("zones", "stages", "instruments"):
            page.add_chart(share_chart(page, made), f"A{HEAD + len(made.rows) + 1}")

    # --- parts --------------------------------------------------------------------

    def _heads(self, sheet: Sheet) -> dict[str, str]:
        """Column -> heading; headings differ, as a table demands."""
        heads, taken = {}, set()
        for column in sheet.frame:
            base = head = plain(heading(column, self.lang, sheet.units.get(column, "")))
            number = 2
            while head.casefold() in taken:
                head, number = f"{base} {number}", number + 1
            taken.add(head.casefold())
            heads[column] = head
        return heads

    def _source(self, sheet: Sheet) -> Source:
        amount = "spend" if "spend" in sheet.frame else "amount"
        return Source(table_name(sheet.key), self._heads(sheet), amount,
                      "baseline" if "baseline" in sheet.frame else None)

    def _style(self, key: str, column: str, values: pd.Series) -> str:
        if column == "year":
            return "year"
        if column == "reason":
            return "wrap"
        if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            return "text"
        if column in ("share", "normalised", "success", "mark_up", "reach") or (
                key in ("dependence", "mission_dependence")):
            return "share"
        if key == "goals" or column == "dual":
            return "fine"
        return "number"

    def _width(self, head: str, values: pd.Series) -> int:
        if pd.api.types.is_numeric_dtype(values):
            return max(12, min(width(head) + 3, 24))
        longest = max((width(value) for value in values.unique()), default=0)
        return min(max(width(head) + 3, longest + 2, 8), WIDEST)

    def _cell(self, page, cell: Cell) -> WriteOnlyCell:
        made = WriteOnlyCell(page)
        made.style = cell.style
        return fill(made, cell.value)

    def _set_up(self, page, widths: list[int], head: int | None, freeze: str | None = None) -> None:
        """Widths, frozen headings and print set-up; must come before the first row.

        head  row of the headings, None on the cover; freeze: the first cell that moves
        """
        for number, wide in enumerate(widths, start=1):
            page.column_dimensions[get_column_letter(number)].width = wide
        page.sheet_view.showGridLines = False
        if head is not None:
            page.freeze_panes = freeze or f"A{head + 1}"
            page.print_title_rows = f"1:{head}"
        page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
        page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, int(freeze is not None)
        page.sheet_properties.pageSetUpPr.fitToPage = True
        page.oddFooter.left.text = "&A"
        page.oddFooter.right.text = f"{word('page', self.lang)} &P {word('of', self.lang)} &N"
        page.sheet_properties.tabColor = "1F3B63" if head is None else None


