"""Conditional sums over the Excel tables of a workbook: the formula and what it comes to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from planner.report.cells import column_reference, plain

MONTH = re.compile(r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[\W_]*\d", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """An Excel table that formulas add up, and the plan table it was written from.

    table     its name in the workbook
    headings  internal column -> heading
    frame     the plan table, with keys in place of names
    amount    column that is added up; base: the same for the base year, or None
    """

    table: str
    headings: dict[str, str]
    frame: pd.DataFrame
    amount: str
    base: str | None = None

    def column(self, name: str) -> str:
        return f"{self.table}[{column_reference(self.headings[name])}]"


def safe(label: str) -> bool:
    """Does a SUMIFS criterion match exactly this label?

    No for wildcards, comparisons, and what a spreadsheet reads as a number, a date or a truth value.
    """
    text = str(label)
    return (text[:1].isalpha() and not re.search(r"[*?~]", text) and not MONTH.match(text)
            and text.casefold() not in ("true", "false"))


def quoted(label: str) -> str:
    """A label as a text constant in a formula, cleaned as the cell that it must match."""
    return '"' + str(plain(label)).replace('"', '""') + '"'


def one_by_one(source: Source, amount: str, *labels: tuple[str, str, str]) -> str:
    """Sum over the rows of some labels that stand in cells: (column, label, its address) each."""
    if all(safe(text) or column == "year" for column, text, _ in labels):
        return "SUMIFS(" + ",".join([source.column(amount), *(
            part for column, _, address in labels for part in (source.column(column), address))]) + ")"
    equal = [f"({source.column(column)}={address})" for column, _, address in labels]
    return f"SUMPRODUCT({'*'.join([*equal, source.column(amount)])})"


def conditional(source: Source, amount: str, conditions: dict[str, Iterable[str] | int]) -> str:
    """Sum over the rows that meet all conditions: column -> a number or the labels that are allowed."""
    if not conditions:
        return f"SUM({source.column(amount)})"
    labels = {column: list(value) for column, value in conditions.items() if not isinstance(value, int)}
    long = [column for column, found in labels.items() if len(found) != 1]
    if len(long) > 1 or not all(safe(text) for found in labels.values() for text in found):
        return _product(source, amount, conditions)
    parts = [source.column(amount)]
    for column, value in conditions.items():
        if isinstance(value, int):
            parts += [source.column(column), str(value)]
        else:
            texts = [quoted(text) for text in labels[column]]
            parts += [source.column(column), texts[0] if len(texts) == 1 else "{" + ",".join(texts) + "}"]
    made = f"SUMIFS({','.join(parts)})"
    return f"SUMPRODUCT({made})" if long else made


def _product(source: Source, amount: str, conditions: dict) -> str:
    """The same without criteria: comparisons that take every text as it stands."""
    parts = []
    for column, value in conditions.items():
        if isinstance(value, int):
            parts.append(f"({source.column(column)}={value})")
        else:
            parts.append("(" + "+".join(f"({source.column(column)}={quoted(text)})" for text in value) + ")")
    return f"SUMPRODUCT({'*'.join([*parts, source.column(amount)])})"
