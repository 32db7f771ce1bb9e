"""Tables as HTML: text left, figures right in full, everything from data escaped."""

from __future__ import annotations

import html
import math

import pandas as pd

from planner.report.figures.chart import Grid
from planner.report.figures.look import NONE, percents
from planner.report.words import term, word

FORMATS = {
    "money": lambda v: f"{v:,.2f}", "count": lambda v: f"{v:,.0f}", "year": lambda v: f"{v:.0f}",
    "share": lambda v: percents(v, 2), "points": lambda v: percents(v, 3, signed=True)[:-2],
    "fine": lambda v: f"{v:,.6f}", "figure": lambda v: f"{v:,.6g}",
    "number": lambda v: number(v), "signed": lambda v: number(v, "+")}

DUST = 5e-9
"""Slack below this is written as nought."""


def escape(text: object) -> str:
    """Text that can stand between tags and in quoted attributes."""
    return html.escape("" if text is None else str(text), quote=True)


def number(value: float, sign: str = "") -> str:
    """Two decimals, or three significant digits where those would say nothing."""
    if abs(value) < DUST:
        return "0"
    return f"{value:{sign},.2f}" if abs(value) >= 0.995 else f"{value:{sign}.3g}"


def written(value: object, kind: str, lang: str) -> str:
    """One cell's text; a dash where there is no figure."""
    if kind == "status":
        return term(str(value), lang, "compliance")
    if kind in ("text", "unit"):
        return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)
    if value is None or pd.isna(value) or math.isinf(value):
        return NONE
    text = FORMATS[kind](float(value))
    text = text.lstrip("-") if not text.strip("-0.,") else text
    return text.replace("-", "−")


def table(grid: Grid, caption: str, lang: str, foreign: tuple[str, ...] = ()) -> str:
    """A table in a box that scrolls by itself; '' for an empty one.

    foreign  headings of columns whose text is English whatever the report's language
    """
    frame, kinds = grid.frame, [grid.kinds.get(column, "text") for column in grid.frame]
    if frame.empty:
        return ""
    heads = "".join(f'<th scope="col"{_side(kind)}>{escape(column)}</th>' for column, kind in zip(frame, kinds))
    strange = [' lang="en"' if column in foreign and lang != "en" else "" for column in frame]
    lines, last = [], len(frame) - 1
    for at, values in enumerate(zip(*(frame[column].tolist() for column in frame))):
        cells = "".join(_cell(value, kind, lang, first, mark) for value, kind, first, mark in zip(
            values, kinds, [True] + [False] * len(kinds), strange))
        lines.append(f"<tr{' class=' + chr(34) + 'sum' + chr(34) if grid.sums and at == last else ''}>{cells}</tr>")
    name = escape(word("report.table", lang, title=caption))
    return (f'<div class="scroll" tabindex="0" role="region" aria-label="{name}"><table>'
            f'<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>\n'
            f"<tbody>{chr(10).join(lines)}</tbody></table></div>")


def _side(kind: str) -> str:
    return "" if kind in ("text", "status", "year", "unit", "link") else ' class="n"'


def _cell(value: object, kind: str, lang: str, first: bool, mark: str) -> str:
    if kind == "link":
        text, address = value or ("", "")
        return f'<td>{link(text, address)}</td>'
    text = escape(written(value, kind, lang))
    if kind == "status":
        return f'<td><span class="light {escape(value)}">{text}</span></td>'
    if first and kind == "text":
        return f'<th scope="row"{mark}>{text}</th>'
    side = ' class="u"' if kind == "unit" else _side(kind)
    return f"<td{side}{mark}>{text}</td>"


def link(text: str, address: str) -> str:
    """A link of ours; '' without a text."""
    return f'<a class="act" href="{escape(address)}">{escape(text)}</a>' if text else ""


def block(key: str, lang: str, body: str, **values) -> str:
    """A heading, its sentence and its body; '' without a body."""
    if not body:
        return ""
    return (f'<div class="block"><h3>{escape(word(f"part.{key}", lang))}</h3>'
            f'<p>{escape(word(f"part.{key}.about", lang, **values))}</p>{body}</div>')


def drawer(title: str, body: str, lang: str) -> str:
    """A table behind a line that opens it."""
    if not body:
        return ""
    return f"<details><summary>{escape(word('report.table', lang, title=title))}</summary>{body}</details>"
