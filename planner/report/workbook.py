"""plan.xlsx: frames to sheets, with named tables, live formulas, charts and print set-up.

Written row by row (openpyxl's write-only mode), so that the flagship's 55,800
rows need neither much time nor memory.
"""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter

import planner
from planner.report.layouts import MORE
from planner.report.cells import FILLS, Cell, fill, plain, sheet_title, styles, table_name, width
from planner.report.charts import ACROSS, charts
from planner.report.columns import WIDEST, after_figures, column_width, headings, style_of
from planner.report.cover import cover
from planner.report.lights import Lights, goal_formulas
from planner.report.live import Live
from planner.report.long_table import HEAD, begin, end
from planner.report.pages import Page, give_up
from planner.report.reference import bibliography, glossary, keys
from planner.report.sheets import Sheet, long_sheets
from planner.report.summaries import WANTED, summaries, summary_title
from planner.report.sums import Source
from planner.report.tags import price_tags
from planner.report.wayback.mark import mark
from planner.report.words import LANGUAGES, Names, own_unit, word

AFTER = {"zones": "allocation", "stages": "allocation", "industries": "allocation",
         "categories": "allocation", "regions": "allocation", "instruments": "allocation",
         "performer_sums": "performers", "talent_sums": "talent", "openings": "platforms",
         "assistance": "missions", "fairness": "goals", "price_tags": "compliance"}
"""The sheet that a summary stands behind."""

LINE, CHART_COLUMN = 0.53, 12
"""Height of a line in centimetres and width of a column in characters on the sheet of charts."""

NOT_ADDED = ("goals", "compliance", "assumptions", "missions", "price_tags")
"""Long sheets that are no plan table as it is."""


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


def tab_order(long: list[str], sums: list[str]) -> list[str]:
    """Keys of all sheets in the order of their tabs: each summary behind the sheet it belongs to."""
    behind = {key: AFTER[key] for key in (*sums, *long) if AFTER.get(key) in long}
    order = ["cover", "charts"]
    for key in (key for key in long if key not in behind):
        order += [key, *(other for other in behind if behind[other] == key)]
    return order + [key for key in sums if key not in order]


class Writer:
    """One workbook in the making."""

    def __init__(self, book: Workbook, plan, lang: str):
        self.book, self.plan, self.lang, taken = book, plan, lang, set()
        self.names = Names(plan.instance, lang)
        for style in styles(lang):
            self.book.add_named_style(style)
        self._properties()
        self.unit = own_unit(plan.instance.money_unit, lang)
        long = long_sheets(plan, lang)
        for sheet in (price_tags(plan, self.names), bibliography(plan, lang), glossary(plan, lang),
                      keys(plan, self.names)):
            if len(sheet.frame):
                long[sheet.key] = sheet
        sources = self._sources(long)
        order = tab_order(list(long), [key for key, *_ in WANTED] + list(MORE))
        titles = {key: sheet_title(long[key].title(lang) if key in long else summary_title(key, lang), taken)
                  for key in order}
        self.sums = summaries(plan, self.names, sources, self.unit, HEAD, MORE, titles)
        there = {"cover", *long, *self.sums} | ({"charts"} if self.sums else set())
        self.titles = {key: title for key, title in titles.items() if key in there}
        self.live = Live(plan, self.names, sources, self.sums)
        pages = {key: Page(self.book.create_sheet(title), lang) for key, title in self.titles.items()}
        shown = {key: self._source(key, long[key], long[key].raw) for key in ("goals", "compliance")
                 if key in long}
        self._cover(pages["cover"], cover(plan, self.names, self.sums, self.titles, self.unit, shown))
        for key, sheet in long.items():
            self._table(pages[key], sheet)
        for key, made in self.sums.items():
            self._summary(pages[key], made)
        self._charts(pages, long)
        for page in pages.values():
            page.close()
        mark(book, plan, lang, [(key, self.titles[key], self._heads(sheet)) for key, sheet in long.items()])

    def _properties(self) -> None:
        about, instance = self.book.properties, self.plan.instance
        about.title = plain(instance.title_zh if self.lang == "zh" and instance.title_zh else
                            instance.title or instance.name)
        about.subject = plain(instance.scenario or word("cover.base", self.lang))
        about.creator = f"innovation-planner {planner.__version__}"
        about.language = {"en": "en-GB", "zh": "zh-CN"}[self.lang]
        about.keywords = plain(f"{instance.name}, {self.plan.passport.get('status', '')}")
        about.description = plain(f"instance {self.plan.passport.get('instance_hash', '')}")
        about.created = about.modified = datetime.now(UTC).replace(tzinfo=None, microsecond=0)

    def _sources(self, long: dict[str, Sheet]) -> dict[str, Source]:
        """Plan table -> the Excel table that shows it as it is."""
        found = {}
        for key, sheet in long.items():
            table = {"allocation": "allocations"}.get(key, key.removesuffix("_table"))
            if table in self.plan.tables and key not in NOT_ADDED:
                found[table] = self._source(key, sheet, self.plan.table(table))
        return found

    # --- kinds of sheets ----------------------------------------------------------

    def _cover(self, page: Page, rows) -> None:
        columns = max(len(row) for row in rows)
        page.set_up([50, 18] + [13] * (columns - 2), head=None, colour="1F3B63")
        page.page.page_setup.orientation = "portrait"
        for row in rows:
            page.append(row)
        page.printed(columns)

    def _table(self, page: Page, sheet: Sheet) -> None:
        """A long table: title, note, headings, rows, and the lines that stand below."""
        heads = self._heads(sheet)
        begin(page, sheet, self.titles[sheet.key], heads)
        self._rows(page, sheet, heads)
        end(page, sheet, heads)
        if sheet.key == "compliance":
            self._colours(page)
        if sheet.after:
            page.append()
        for text in sheet.after:
            page.append([Cell(text, "note")])
        page.printed(len(heads) - ("clause_id" in heads))  # keys are for reading back, not for print

    def _rows(self, page: Page, sheet: Sheet, heads: dict[str, str]) -> None:
        # One cell object per column serves all rows: it is written before it is used again.
        frame = sheet.frame
        cells = [WriteOnlyCell(page.page) for _ in frame]
        for cell, column, after in zip(cells, frame, after_figures(frame)):
            style = style_of(sheet.key, column, frame[column])
            cell.style = "after" if style == "text" and after else style
        place = {column: get_column_letter(number) for number, column in enumerate(frame, start=1)}
        live = self._live(sheet, place, heads)
        wrapped = [(at, column_width(column, heads[column], frame[column]) - 2)
                   for at, (cell, column) in enumerate(zip(cells, frame)) if cell.style == "wrap"]
        for number, values in enumerate(zip(*(frame[column].tolist() for column in frame))):
            if live:
                found = live(number, page.row + 1)
                values = [found.get(column, value) for column, value in zip(place, values)]
            if wrapped:
                page.high(max(-(-width(values[at]) // wide) for at, wide in wrapped))
            filled = [fill(cell, value) for cell, value in zip(cells, values)]
            page.append_filled(filled, values if live else ())

    def _live(self, sheet: Sheet, place: dict[str, str], heads: dict[str, str]):
        """What a sheet shows by formula: (number of the row, its line) -> {column: formula}; or None."""
        if sheet.key == "compliance":
            lights, rows = Lights(self.live, place, self.lang), list(sheet.raw.itertuples())
            return lambda number, line: lights.cells(rows[number], line)
        if sheet.key == "goals" and sheet.raw is not None:
            source, rows = self._source("goals", sheet, sheet.raw), list(sheet.raw.itertuples())
            return lambda number, line: goal_formulas(rows[number], line, place, source)
        return None

    def _colours(self, page: Page) -> None:
        """Backgrounds of the lights; they follow the words, also when a figure is changed by hand."""
        if page.row == HEAD:
            return
        for status, colour in FILLS.items():
            mark = word(f"compliance.{status}", self.lang)[0]
            rule = FormulaRule([f'LEFT($A{HEAD + 1},1)="{mark}"'],
                               fill=PatternFill("solid", start_color=colour, end_color=colour))
            page.page.conditional_formatting.add(f"A{HEAD + 1}:A{page.row}", rule)

    def _summary(self, page: Page, made) -> None:
        names = [len(row) and width(row[0].value) for row in made.rows if row and row[0].style != "block"]
        columns = max(len(row) for row in made.rows)
        second = 22 if made.key in ("assistance", "openings") else 15
        page.set_up([min(max([14, *names]) + 2, WIDEST), second] + [15] * (columns - 2), HEAD - 1,
                    freeze=f"B{HEAD}", one_page=len(made.rows) <= 70)
        page.append([Cell(made.title, "title")])
        page.append([Cell(made.note, "note")])
        page.append()
        for row in made.rows:
            page.append(row)
        page.printed(columns)

    def _charts(self, pages: dict[str, Page], long: dict[str, Sheet]) -> None:
        if "charts" not in pages:
            return
        page, tables = pages["charts"], {key: sheet.frame for key, sheet in long.items()}
        drawn = charts({key: made.page for key, made in pages.items()}, self.sums, tables, self.plan,
                       (self.unit, own_unit(self.plan.instance.talent_unit, self.lang)), self.lang, HEAD)
        page.set_up([CHART_COLUMN] * (3 * ACROSS + 3), head=None, one_page=True, colour="1F3B63")
        page.append([Cell(self.titles["charts"], "title")])
        page.append([Cell(word("note.charts", self.lang), "note")])
        for left in range(0, len(drawn), 3):
            here, top = drawn[left:left + 3], page.row + 1
            lines = round(max(one.chart.height for one in here) / LINE) + 1
            for number, one in enumerate(here):
                one.place(page.page, number * (ACROSS + 1), top, lines)
            while page.row < top + lines:
                page.append()
            page.append([cell for one in here for cell in (
                Cell(word("chart.from", self.lang, sheet=one.sheet), "note"), *[None] * ACROSS)])
        page.printed(3 * ACROSS + 3)

    # --- parts --------------------------------------------------------------------

    def _heads(self, sheet: Sheet) -> dict[str, str]:
        return headings(sheet, self.lang)

    def _source(self, key: str, sheet: Sheet, frame: pd.DataFrame) -> Source:
        amount = next((name for name in ("spend", "amount", "perform", "fte", "given", "reserve", "value")
                       if name in sheet.frame), "")
        return Source(table_name(key), self._heads(sheet), frame, amount,
                      "baseline" if "baseline" in sheet.frame else None)
