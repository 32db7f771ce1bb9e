"""What differs between the tables of an edited workbook and those that were written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.report.wayback.reading import Read, is_label

SAME = 1e-9
"""Relative difference that saving a file anew may make to a figure."""


@dataclass(frozen=True)
class Change:
    """One edit: kind 'cell', 'deleted' or 'added'.

    place   sheet and cell (or row); the sheet alone for a deleted row
    labels  column -> key of the row
    before, after  the figures of a changed cell, the row's figures otherwise
    """

    kind: str
    table: str
    place: str
    labels: dict
    column: str = ""
    before: float | None = None
    after: float | None = None


def changes(read: Read, written: pd.DataFrame) -> list[Change]:
    """Edited cells, deleted rows and added rows, in the order of the sheet, deleted rows last."""
    labels = [column for column in read.frame if is_label(column, written) and column in written]
    # What follows from the region is no name of its own: a wrong one is the audit's to tell.
    labels = [column for column in labels if (read.table, column) != ("allocations", "zone")]
    figures = [column for column in read.frame if column in written and not is_label(column, written)]
    one, two = keyed(written, labels, figures), keyed(read.frame, labels, figures)
    found = []
    values = {column: (written[column].to_numpy(float), read.frame[column].to_numpy(float))
              for column in figures}
    for key, at in two.items():
        names = dict(zip(labels, key))
        if key not in one:
            found.append(Change("added", read.table, read.cell(at, labels[0]), names, first(figures),
                                after=value(values, figures, 1, at)))
            continue
        for column in figures:
            before, after = values[column][0][one[key]], values[column][1][at]
            if (at, column) not in read.unknown and differ(before, after):
                found.append(Change("cell", read.table, read.cell(at, column), names, column, before, after))
    for key, at in one.items():
        if key not in two:
            found.append(Change("deleted", read.table, read.title, dict(zip(labels, key)), first(figures),
                                before=value(values, figures, 0, at)))
    return found


def keyed(frame: pd.DataFrame, labels: list[str], figures: list[str]) -> dict[tuple, int]:
    """(labels and which of the rows with these labels) -> position; rows alike are ordered by their figures."""
    found, seen = {}, {}
    columns = [frame[column].tolist() for column in labels]
    order = range(len(frame))
    if labels and figures and frame.duplicated(labels).any():
        order = frame.reset_index(drop=True).sort_values(figures, kind="stable").index
    keys = list(zip(*columns))
    for at in order:
        key = keys[at]
        count = seen[key] = seen.get(key, -1) + 1
        found[(*key, count)] = at
    return dict(sorted(found.items(), key=lambda item: item[1]))


def twice(read: Read, written: pd.DataFrame | None) -> list[tuple[int, int]]:
    """(row, earlier row) of the sheet's rows with the same labels, in a table that has each only once.

    One owner may stand several times in a balance: such tables are left out.
    """
    labels = [column for column in read.frame if is_label(column, written)]
    if not labels or "owner" in labels or written is not None and written.duplicated(
            [column for column in labels if column in written]).any():
        return []
    first_at: dict[tuple, int] = {}
    found = []
    for at, key in enumerate(zip(*(read.frame[column].tolist() for column in labels))):
        if key in first_at:
            found.append((at, first_at[key]))
        first_at.setdefault(key, at)
    return found


def first(figures: list[str]) -> str:
    """The figure that a whole row is told by."""
    return next((name for name in ("spend", "amount", "stock") if name in figures), figures[0] if figures else "")


def value(values: dict, figures: list[str], side: int, at: int) -> float | None:
    return float(values[first(figures)][side][at]) if figures else None


def differ(before: float, after: float) -> bool:
    if np.isnan(before) or np.isnan(after):
        return bool(np.isnan(before) != np.isnan(after))
    return abs(before - after) > SAME * max(1.0, abs(before), abs(after))
