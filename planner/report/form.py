"""The input workbook as a form: how to fill it in, an index of its sheets, and its notes in either language."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.hyperlink import Hyperlink

from planner.instance import Instance, write_workbook
from planner.instance.cells import unit_words
from planner.instance.sheets import (
    FACE,
    HEAD,
    KEY_FILL,
    LACKING_FILL,
    NEEDED_FILL,
    NEEDED_HEAD,
    Say,
    book_of,
    breadth,
    needed,
)
from planner.instance.tables import CORE_TABLES
from planner.report.words import catalogue, term, word
from planner.vocabulary import Column, Parameter, Table

STEPS = ("form.step1", "form.step2", "form.step3", "form.step4", "form.step5", "form.step6")
TITLE, BLOCK = Font(FACE, 16, True, color="1F3B63"), Font(FACE, 12, True, color="1F3B63")
LINK = Font(FACE, 11, color="1F5FA8", underline="single")
TABS = {"core": "1F3B63", "on": "2E7D6B", "off": "B8BEC6"}
"""Colours of the tabs: read by every plan, by a mechanism that is on, by one that is off."""


def write_form(instance: Instance, path: Path | str, lang: str = "en") -> Path:
    """Writes the instance as one workbook to be filled in; read back it is the same instance.

    lang  of the first sheet, the notes and the messages; names of sheets and columns stay as they are
    Raises OSError when the file cannot be written.
    """
    path = Path(path)
    return write_workbook(instance, path, partial(form, lang=lang, file=path.name))


def form(instance: Instance, lang: str = "en", file: str = "") -> Workbook:
    """The workbook in memory; see `write_form`."""
    book = book_of(instance, Words(lang), blank=True)
    home = {table.name: None for table in CORE_TABLES} | {
        table.name: mechanism.name for mechanism in instance.mechanisms for table in mechanism.tables
        if table not in CORE_TABLES}
    for page in book.worksheets:
        owner = home.get(page.title)
        page.sheet_properties.tabColor = TABS["core" if owner is None else "on" if instance.on(owner) else "off"]
    guide(book, instance, home, lang, file)
    return book


class Words(Say):
    """Notes and messages in the catalogue's words."""

    def __init__(self, lang: str):
        self.lang, self.sections = lang, word("form.mechanism", lang)

    def note(self, table: Table, column: Column, units: tuple[str, str]) -> str:
        lines = [f"{term(column.name, self.lang)} ({column.name})"] if self.lang != "en" else []
        lines += [self.meaning(table, column), self.expected(column, units)]
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

    def meaning(self, table: Table, column: Column) -> str:
        """What a column holds; in English where the catalogue has no other words."""
        for key in (f"about.{table.name}.{column.name}", f"about.*.{column.name}"):
            if key in catalogue() and catalogue()[key]["en"] == column.about:
                return catalogue()[key][self.lang]
        return column.about

    def section(self, key: str) -> str:
        return term(key.split(".")[1], self.lang, "mechanism") if key.startswith("mechanisms.") else (
            word("form.header", self.lang))

    def stop(self, item: Column | Parameter, units: tuple[str, str]) -> tuple[str, str]:
        return word("form.stop", self.lang), f"{item.name}: {self.expected(item, units)}"

    def list_stop(self, item: Column | Parameter) -> tuple[str, str]:
        return word("form.list_stop", self.lang), f"{item.name}: {word('form.choose', self.lang)}"

    def expected(self, item: Column | Parameter, units: tuple[str, str]) -> str:
        """What belongs into the cell: kind, range and unit."""
        lang = self.lang
        if item.kind == "flag":
            return word("form.flag", lang)
        if item.kind == "choice":
            return word("form.choice", lang, choices=", ".join(item.choices))
        if item.kind not in ("number", "integer"):
            return word("form.text", lang)
        text = word("form.share" if item.unit == "share" else f"form.{item.kind}", lang)
        low, high = (None if limit is None else f"{limit:g}" for limit in (item.low, item.high))
        if low is not None and high is not None:
            text = word("form.between", lang, noun=text, low=low, high=high)
        elif low is not None or high is not None:
            text = word("form.from" if high is None else "form.to", lang, noun=text, low=low, high=high)
        if item.unit not in ("", "1", "share", "year", "goal", "ratio"):
            text = word("form.unit", lang, words=text, unit=unit_words(item.unit, *units))
        return text


def guide(book: Workbook, instance: Instance, home: dict[str, str | None], lang: str, file: str) -> None:
    """The first sheet: steps, colours, and every sheet with a link, what it holds and who reads it."""
    page = book.create_sheet(word("form.sheet", lang), 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    page.sheet_view.showGridLines = False
    page.sheet_properties.tabColor = "C9A227"
    for letter, wide in zip("ABCD", (26, 78, 10, 34)):
        page.column_dimensions[letter].width = wide
    title = (instance.title_zh if lang == "zh" else "") or instance.title or instance.name
    page.append([word("form.title", lang, title=title)])
    page["A1"].font = TITLE
    page["A1"].data_type = "s"
    page.append([])
    block(page, word("form.how", lang))
    for step in STEPS:
        text = word(step, lang, file=file) if "{file}" in word(step, lang) else word(step, lang)
        page.append([text])
        row = page.max_row
        page.merge_cells(start_row=row, end_row=row, start_column=1, end_column=4)
        page.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        page.row_dimensions[row].height = 15.5 * (1 + breadth(text) // 175)
    page.append([])
    block(page, word("form.colours", lang))
    for key, font, fill in (("form.must", NEEDED_HEAD, NEEDED_FILL), ("form.may", HEAD, KEY_FILL),
                            ("form.lacking", HEAD, LACKING_FILL)):
        page.append([word(key, lang)])
        cell = page.cell(page.max_row, 1)
        cell.font = font
        cell.fill = fill if fill is not LACKING_FILL else type(fill)("solid", fgColor=fill.bgColor.rgb)
    page.append([])
    block(page, word("form.index", lang))
    index(book, page, instance, home, lang)
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def index(book: Workbook, page, instance: Instance, home: dict[str, str | None], lang: str) -> None:
    page.append([word(f"form.index.{key}", lang) for key in ("sheet", "about", "rows", "for")])
    for cell in page[page.max_row]:
        cell.font, cell.fill = NEEDED_HEAD, NEEDED_FILL
    for other in book.worksheets[1:]:
        name = other.title
        if name in ("instance", "scenarios"):
            about, reader = word(f"form.{name}", lang), word("form.core", lang)
        else:
            owner = home[name]
            about = catalogue()[f"about.{name}"][lang] if f"about.{name}" in catalogue() and lang != "en" else (
                instance.declared(name).about)
            shown = "" if owner is None else term(owner, lang, "mechanism")
            reader = word("form.core", lang) if owner is None else (
                shown if instance.on(owner) else word("form.off", lang, mechanism=shown))
        page.append([name, about, other.max_row - 1, reader])
        link = page.cell(page.max_row, 1)
        link.hyperlink, link.font = Hyperlink(link.coordinate, location=f"'{name}'!A1"), LINK
        page.cell(page.max_row, 4).alignment = Alignment(horizontal="left", indent=1)


def block(page, text: str) -> None:
    page.append([text])
    page.cell(page.max_row, 1).font = BLOCK
