"""Shares of all spend kept within bands, by zone, class or category: written and measured alike.

A band's floor and ceiling move in a straight line from the base-year share to the share
stated for the last plan year, so that nobody is asked to jump.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner.model.compliance import rule, together
from planner.model.figures import members, path
from planner.vocabulary import Column, Problem
from planner.words import say
from solvers.algebra import Linear

BAND = (
    Column("floor", "number", "least share of all spend in the last plan year; empty: none",
           "share", 0, 1, optional=True),
    Column("ceiling", "number", "most share of all spend in the last plan year; empty: none",
           "share", 0, 1, optional=True),
)
"""The two columns of every table of bands."""


def national_spend(core) -> Linear:
    """All spend by year, as one column a year; made once and shared, so that share rows stay short."""
    made = core.offered("national_spend")
    if made is None:
        column = core.block.aggregate("national_spend", core.spend_by("year"))
        core.block.publish("national_spend", column)
        made = column.linear()
    return made


def labels(data, frame: pd.DataFrame, dim: str) -> pd.Series:
    """The label of every row of spend in `dim`: its own column, its region's zone, its industry's class."""
    if dim == "zone":
        return frame["region"].map(data.table("regions").set_index("region")["zone"])
    if dim == "class":
        industries = members(data, "industry", "industries")
        return frame["industry"].map(industries.set_index("industry")["class"])
    return frame[dim]


def base_shares(data, dim: str) -> pd.Series:
    """Share of all base-year spend by label of `dim`; labels without cells are not there."""
    base = data.table("baseline")
    summed = base["spend"].groupby(labels(data, base, dim)).sum()
    return summed / summed.sum() if summed.sum() else summed


def _bands(data, table: str, dim: str) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """(rule, sense, frame of label, year and share) for the floors and the ceilings that are set."""
    start = base_shares(data, dim)
    for side, sense in (("floor", ">="), ("ceiling", "<=")):
        rows = [(row[dim], year, share)
                for row in data.table(table).dropna(subset=[side]).to_dict("records")
                for year, share in path(data, start.get(row[dim], 0.0), row[side]).items()]
        if rows:
            yield f"{dim}_{side}", sense, pd.DataFrame(rows, columns=[dim, "year", "share"])


def require_bands(block, core, data, table: str, dim: str) -> None:
    """floor_t * all spend <= spend of the label <= ceiling_t * all spend, for every band of a table."""
    for name, sense, frame in _bands(data, table, dim):
        index = core.space.frame(frame[[dim, "year"]])
        all_spend = national_spend(core).on(index) * frame["share"].to_numpy()
        block.require(name, core.spend_by(dim, "year").on(index) - all_spend, sense)


def measure_bands(spend: pd.DataFrame, data, table: str, dim: str) -> pd.DataFrame:
    """The same rules from the table of allocations."""
    whole = spend.groupby("year")["spend"].sum()
    part = spend["spend"].groupby([labels(data, spend, dim), spend["year"]]).sum()
    parts = []
    for name, sense, frame in _bands(data, table, dim):
        reached = part.reindex(pd.MultiIndex.from_frame(frame[[dim, "year"]]), fill_value=0.0)
        required = frame["share"] * frame["year"].map(whole)
        parts.append(rule(name, frame[[dim, "year"]], required.to_numpy(), reached.to_numpy(), sense))
    return together(*parts)


def band_problems(data, table: str, dim: str) -> Iterator[Problem]:
    """Bands that no split of the money can keep."""
    frame, there = data.table(table), base_shares(data, dim)
    if there.empty:
        return
    for at, row in enumerate(frame.to_dict("records")):
        if row["floor"] > row["ceiling"]:
            yield data.problem(table, say("problem.bands.crossed", member=row[dim]),
                               say("mend.bands.crossed"), at, "floor", row["floor"])
        if row["floor"] > 0 and row[dim] not in there.index:
            yield data.problem(table, say("problem.bands.no_cells", member=row[dim]),
                               say("mend.bands.no_cells"), at, "floor", row["floor"])
    floors = frame["floor"].sum()
    if floors > 1 + 1e-9:
        yield data.problem(table, say("problem.bands.floors", floors=floors), say("mend.bands.floors"),
                           column="floor")
    ceilings = frame.set_index(dim)["ceiling"].reindex(there.index)
    if np.isfinite(ceilings).all() and ceilings.sum() < 1 - 1e-9:
        yield data.problem(table, say("problem.bands.ceilings", ceilings=ceilings.sum()),
                           say("mend.bands.ceilings"), column="ceiling")
