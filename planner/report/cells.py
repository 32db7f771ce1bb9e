"""Cells of a worksheet: values with a style, real formulas, and text that can never become one."""

from __future__ import annotations

import math
import re
import unicodedata
from copy import copy
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

MOST_TEXT = 32_000
"""Characters that a cell holds, a little below the format's own limit."""

RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula."""


class Formula(str):
    """Text that is meant to be a formula. No other text ever is.

    value  what it comes to, computed by us: a number, a text, or None where we do not know. It is kept
           in the file beside the formula, for readers that do not calculate.
    """

    value: Any = None

    def __new__(cls, text: str, value: Any = None) -> Self:
        made = super().__new__(cls, text)
        made.value = plain(value)
        return made


@dataclass(frozen=True)
class Cell:
    """A value, the name of its style, and the sheet that a click on it opens."""

    value: Any = None
    style: str = "text"
    link: str = ""


FILLS = {"kept": "D7EFDF", "binding": "FFF2CC", "relieved": "FCE0CC", "broken": "F4C7C3"}
"""Backgrounds of the compliance lights; the words beside them say the same."""

THIN = Side(style="thin", color="8A8A8A")


FONTS = {"en": "Calibri", "zh": "Microsoft YaHei"}


def styles(lang: str) -> list[NamedStyle]:
    """Every style by name. Figures right, words left, headings on dark blue."""
    def made(name, form="General", bold=False, size=10, color="1F1F1F", fill=None, **align):
        style = NamedStyle(name, number_format=form)
        style.font = Font(name=FONTS[lang], bold=bold, size=size, color=color)
        style.alignment = Alignment(vertical="center", **align)
        if fill:
            style.fill = PatternFill("solid", start_color=fill, end_color=fill)
        return style

    heading = made("heading", "@", True, color="FFFFFF", fill="1F3B63", wrap_text=True)
    heading_right = made("heading_right", "@", True, color="FFFFFF", fill="1F3B63", wrap_text=True,
                         horizontal="right")
    heading_year = made("heading_year", "0", True, color="FFFFFF", fill="1F3B63", horizontal="right")
    total = [made(f"total_{name}", form, True) for name, form in FORMATS.items()]
    for style in total:
        style.border = Border(top=THIN)
    return [made("title", bold=True, size=16, color="1F3B63"),
            made("block", bold=True, size=12, color="1F3B63"),
            made("note", color="595959"), made("text", "@"), made("bold", "@", True),
            made("link", "@", color="0563C1"), made("light", "@", True),
            made("wrap", "@", wrap_text=True), made("after", "@", horizontal="left", indent=1),
            heading, heading_right,
            heading_year, made("heading_after", "@", True, color="FFFFFF", fill="1F3B63", wrap_text=True,
                               horizontal="left", indent=1),
            *(made(name, form, horizontal="right") for name, form in FORMATS.items()), *total,
            *(made(name, "@", True, fill=fill) for name, fill in FILLS.items())]


FORMATS = {"number": "#,##0.00", "fine": "#,##0.000000", "share": "0.00%", "count": "#,##0", "year": "0"}


def plain(value: Any) -> Any:
    """A value that a cell can hold: missing and endless figures are empty, text is cleaned."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Formula):
        return value
    return ILLEGAL_CHARACTERS_RE.sub(" ", str(value))[:MOST_TEXT]


def fill(cell: WriteOnlyCell, value: Any) -> WriteOnlyCell:
    """The cell with a value in it; text stays text whatever it begins with.

    The cell may be used again: text that looks like a formula gets a cell of its own.
    """
    value = plain(value)
    if isinstance(value, str) and not isinstance(value, Formula):
        if value.startswith(RISKY):
            style, cell = copy(cell._style), WriteOnlyCell(cell.parent)
            # The mark that Excel itself sets for text typed with a leading apostrophe:
            # it keeps the text a text when somebody edits the cell later.
            cell._style, cell.quotePrefix = style, True
        cell.value = value
        cell.data_type = "s"
    else:
        cell.value = value
    return cell


def width(text: Any) -> int:
    """Columns that a text takes; a Chinese character takes two."""
    text = "" if text is None else str(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def sheet_title(text: str, taken: set[str]) -> str:
    """A legal tab name, not used yet."""
    base = re.sub(r"[\[\]:*?/\\']", " ", text).strip()[:28] or "Sheet"
    title, number = base, 2
    while title.casefold() in taken:
        title, number = f"{base} {number}", number + 1
    taken.add(title.casefold())
    return title


def table_name(key: str) -> str:
    """A legal name of an Excel table: letters, digits, underscores, and no cell address."""
    words = re.sub(r"\W", "_", key, flags=re.ASCII)
    name = "".join(part[:1].upper() + part[1:] for part in words.split("_")) or "Table"
    cell_like = re.fullmatch(r"[A-Za-z]{1,3}\d+|[RrCc]|R\d*C\d*", name)
    return f"T_{name}" if cell_like or name[0].isdigit() else name


def column_reference(heading: str) -> str:
    """A heading inside a structured reference; four characters need an apostrophe before them."""
    return re.sub(r"(['\[\]#])", r"'\1", heading)
