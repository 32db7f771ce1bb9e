"""The input workbook as a form: how to fill it in, an index of its sheets, and its notes in either language."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.hyperlink import Hyperlink

from planner.instance import Instance, write_workbook
from planner.instance.sheets import (
    FACE,
    HEAD,
    KEY_FILL,
    LACKING_FILL,
    NEEDED_FILL,
    NEEDED_HEAD,
    Notes,
    book_of,
    breadth,
)
from planner.instance.tables import CORE_TABLES
from planner.report.words import term, word

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
    book = book_of(instance, lang, blank=True)
    home = {table.name: None for table in CORE_TABLES} | {
        table.name: mechanism.name for mechanism in instance.mechanisms for table in mechanism.tables
        if table not in CORE_TABLES}
    for page in book.worksheets:
        owner = home.get(page.title)
        page.sheet_properties.tabColor = TABS["core" if owner is None else "on" if instance.on(owner) else "off"]
    guide(book, instance, home, lang, file)
    return book


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
    notes = Notes(instance, lang)
    for other in book.worksheets[1:]:
        name = other.title
        if name in ("instance", "scenarios"):
            about, reader = word(f"form.{name}", lang), word("form.core", lang)
        else:
            owner = home[name]
            about = notes.about(instance.declared(name))
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
