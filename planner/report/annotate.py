"""A copy of an input workbook with every problem marked in its cell, and a sheet that lists them all."""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink

from planner.instance.sheets import FACE
from planner.instance.words import count
from planner.instance.writing import beside
from planner.report.words import LANGUAGES, word
from planner.vocabulary import Problem
from planner.words import worded

AUTHOR = "planner check"
RED = PatternFill("solid", fgColor="F4C7C3")
ADDRESS = re.compile(r"[A-Z]{1,3}[1-9]\d{0,6}")


def annotate(source: Path, problems: list[Problem], target: Path, lang: str = "en") -> Path:
    """Writes `target`: the workbook `source` with red cells, a comment in each, and the list of problems.

    Marks of an earlier check are taken out first. `source` is only read.
    Raises OSError when the copy cannot be written, and what openpyxl raises for a broken file.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(source, keep_links=False)
    clear(book)
    at = defaultdict(list)
    for problem in problems:
        if problem.cell and problem.place in book.sheetnames and ADDRESS.fullmatch(problem.cell):
            at[problem.place, problem.cell].append(problem)
    for (sheet, address), found in at.items():
        cell = book[sheet][address]
        text = "\n".join(said(problem, lang) for problem in found)
        if cell.comment and cell.comment.author != AUTHOR:
            text += f"\n\n{cell.comment.text}"
        cell.fill = RED
        if not hasattr(cell, "hyperlink"):
            continue  # the hidden part of a merged area takes no comment
        cell.comment = Comment(text[:2000], AUTHOR, 60 + 20 * (text.count("\n") + len(text) // 40), 320)
    listed(book, source, problems, at, lang)
    with beside(target) as made:
        book.save(made)
    return target


def said(problem: Problem, lang: str) -> str:
    """What is wrong and how to mend it; what was found stands in the cell itself."""
    return word("problems.line", lang, what=worded(problem.what, lang), mend=worded(problem.mend, lang))


def clear(book) -> None:
    """Takes the marks of an earlier check out, and its list."""
    for lang in LANGUAGES:
        if word("annotate.sheet", lang) in book.sheetnames:
            del book[word("annotate.sheet", lang)]
    for page in book.worksheets:
        for cell in list(page._cells.values()):
            comment = getattr(cell, "comment", None)
            if comment is not None and comment.author == AUTHOR:
                # Below the mark stands what the heading said before.
                rest = comment.text.partition("\n\n")[2]
                cell.comment = Comment(rest, "planner", 120, 320) if rest else None
                cell.fill = PatternFill()


def listed(book, source: Path, problems: list[Problem], at: dict, lang: str) -> None:
    """The first sheet: where, what and how to mend it, each with a link to its cell."""
    page = book.create_sheet(word("annotate.sheet", lang), 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    page.sheet_properties.tabColor = "C0392B"
    page.append([word("annotate.title", lang, file=source.name,
                      count=count(problems, lang))])
    page["A1"].font = Font(FACE, 14, True, color="1F3B63")
    page.append([word("annotate.note", lang)])
    page.append([])
    page.append([word(f"annotate.{key}", lang) for key in ("place", "what", "mend")])
    for cell in page[4]:
        cell.font, cell.fill = Font(FACE, 11, True, color="FFFFFF"), PatternFill("solid", fgColor="1F3B63")
    for row, problem in enumerate(problems, start=5):
        where = f"{problem.place}!{problem.cell}" if problem.cell else problem.place + (
            f", {problem.column}" if problem.column else "")
        shown = "" if problem.value is None else f" ({problem.value!r})"
        told = where, worded(problem.what, lang) + shown, worded(problem.mend, lang)
        for column, text in enumerate(told, start=1):
            cell = page.cell(row, column, text)
            cell.data_type, cell.alignment = "s", Alignment(wrap_text=True, vertical="top")
        if (problem.place, problem.cell) in at:
            page.cell(row, 1).hyperlink = Hyperlink(f"A{row}", location=f"'{problem.place}'!{problem.cell}")
            page.cell(row, 1).font = Font(FACE, 11, color="1F5FA8", underline="single")
    for letter, wide in zip("ABC", (26, 60, 70)):
        page.column_dimensions[letter].width = wide
    page.freeze_panes = "A5"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def free_copy(source: Path) -> Path:
    """NAME-checked.xlsx beside the workbook, or the next number that is free."""
    stem, number = re.sub(r"-checked(-\d+)?$", "", source.stem), 1
    while (found := source.with_name(f"{stem}-checked{'' if number == 1 else f'-{number}'}.xlsx")).exists():
        number += 1
    return found
