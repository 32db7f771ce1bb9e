"""How the columns of a long sheet look: headings with units, widths, and number formats."""

from __future__ import annotations

import pandas as pd

from planner.report.cells import plain, width
from planner.report.sheets import Sheet
from planner.report.words import catalogue, heading

WIDEST = 60
NARROWER = {"where": 40, "rule": 36, "mechanism": 26, "beaten": 50, "used_for": 50}
"""Most characters that a column is wide."""


def headings(sheet: Sheet, lang: str) -> dict[str, str]:
    """Column -> heading; headings differ, as a table demands."""
    heads, taken = {}, set()
    for column in sheet.frame:
        known = f"goal.{column}" if f"goal.{column}" in catalogue() else column
        base = head = plain(heading(known, lang, sheet.units.get(column, "")))
        number = 2
        while head.casefold() in taken:
            head, number = f"{base} {number}", number + 1
        taken.add(head.casefold())
        heads[column] = head
    return heads


def after_figures(frame: pd.DataFrame) -> list[str]:
    """'_after' for each column of words that stands right of a column of figures: it keeps a distance."""
    kinds = [column == "year" or pd.api.types.is_numeric_dtype(frame[column]) for column in frame]
    return ["_after" if not here and before else "" for before, here in zip([False, *kinds], kinds)]


def style_of(key: str, column: str, values: pd.Series) -> str:
    if key == "compliance" and column == "status":
        return "light"
    if column == "year":
        return "year"
    if column in ("reason", "meaning", "citation", "claim", "used_for", "beaten"):
        return "wrap"
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return "text"
    if column in ("share", "normalised", "success", "mark_up", "reach") or (
            key in ("dependence", "mission_dependence")):
        return "share"
    if key in ("goals", "frontier") or column in ("dual", "worth", "worth_percent"):
        return "fine"
    return "number"


def column_width(column: str, head: str, values: pd.Series) -> int:
    if column in ("status", "basis"):
        return 24
    widest = NARROWER.get(column, WIDEST)
    if pd.api.types.is_numeric_dtype(values):
        return max(12, min(width(head) + 3, 24))
    longest = max((width(value) for value in values.unique()), default=0)
    return min(max(width(head) + 3, longest + 2, 8), widest)
