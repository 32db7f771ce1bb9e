"""Checks what no table shows alone: references, years, provenance, something to decide."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner.instance.cells import shown
from planner.instance.raw import MOST_ALIKE, Places, capped, nearest, suggestion
from planner.instance.settings import Settings
from planner.vocabulary import Column, Problem, Table

WHOLE = "parameters"
"""The word in provenance.table that stands for instance.toml."""


def check_references(tables: dict[str, Table], frames: dict[str, pd.DataFrame], places: Places,
                     unread: set[str] = frozenset()) -> Iterator[Problem]:
    """Every name that refers to another table must stand there.

    tables  all declared tables    frames  those that have rows
    unread  tables that are there but could not be checked: nothing is said about them
    """
    missing: dict[str, list[tuple[str, str, str]]] = {}
    for name, frame in frames.items():
        for column in tables[name].columns:
            if not column.refers:
                continue
            target, _, field = column.refers.partition(".")
            if target in unread:
                continue
            values = frame[column.name]
            named = (values != "").to_numpy()
            if target not in frames:
                named = named & (values != (column.default or "")).to_numpy()
                if named.any():
                    missing.setdefault(target, []).append((name, column.name, values[named].iloc[0]))
                continue
            known = frames[target][field or tables[target].keys[0]]
            bad = np.flatnonzero(named & ~values.isin(known).to_numpy())
            if len(bad):
                yield from _unknown(tables[target], name, column, values, bad, known, places)
    for target, users in missing.items():
        yield _missing(tables.get(target), target, users, places)


def _unknown(target: Table, name: str, column: Column, values: pd.Series, bad, known: pd.Series,
             places: Places) -> Iterator[Problem]:
    words = list(dict.fromkeys(known))
    field = column.refers.partition(".")[2] or target.keys[0]
    told = []
    for at in bad[:MOST_ALIKE]:
        near = nearest(values[at], words)
        mend = (f"Did you mean {near!r}? Otherwise add it to {places.file(target.name)}." if near else
                suggestion(values[at], words, f"Or add it to {places.file(target.name)}."))
        told.append(Problem(what=f"table {target.name} has no such {field}", mend=mend,
                            value=shown(values[at]), **places.of_table(name, int(at), column.name)))
    yield from capped(told, len(bad))


def _missing(table: Table | None, target: str, users: list[tuple[str, str, str]],
             places: Places) -> Problem:
    noun = "sheet" if places.kind == "workbook" else "file"
    who = "; ".join(f"{places.file(name)} column {column} (such as {value!r})"
                    for name, column, value in users)
    what = f"the {noun} is missing, but its entries are named in {who}"
    if table is None:
        return Problem(places.file(target), what, "Leave those cells empty: no mechanism has this table.")
    wanted = [column.name for column in table.columns
              if column.key or column.default is None and not column.optional]
    return Problem(places.file(target), what, f"Add it with at least the columns {', '.join(wanted)}.")


def check_whole(tables: dict[str, Table], frames: dict[str, pd.DataFrame], settings: Settings,
                places: Places, unread: set[str] = frozenset()) -> Iterator[Problem]:
    """Years within the horizon, a budget for every year, provenance, something to decide."""
    header = settings.header
    horizon = None
    if header["first_year"] and header["last_year"] >= header["first_year"]:
        horizon = header["first_year"], header["last_year"]
        for name, frame in frames.items():
            yield from _outside(tables[name], frame, horizon, places)
    if not ({"baseline", "bids"} & (frames.keys() | unread)):
        bids = " or bids" if "bids" in tables else ""
        yield Problem(places.file("baseline"), f"there is nothing to decide: no baseline{bids} with rows",
                      "List the cells that may get money in baseline"
                      + (", or the bids to choose from in bids." if bids else "."))
    if horizon and "budget" in frames:
        have = set(frames["budget"]["year"])
        lacking = [str(year) for year in range(horizon[0], horizon[1] + 1) if year not in have]
        if lacking:
            yield Problem(places.file("budget"), f"no row for {', '.join(lacking)}",
                          "Give each plan year its central budget, 0 where there is none.",
                          column="year")
    if horizon:
        yield from _thin("local_budget", frames, horizon, places, "there the budget counts as not limited")
        yield from _thin("private_capacity", frames, horizon, places,
                         "there mobilised money counts as not limited")
    if "provenance" in frames:
        yield from _provenance(tables, frames, settings, places, unread)


def _outside(table: Table, frame: pd.DataFrame, horizon: tuple[int, int],
             places: Places) -> Iterator[Problem]:
    if "year" not in table.keys:
        return
    years = frame["year"].to_numpy()
    bad = np.flatnonzero((years < horizon[0]) | (years > horizon[1]))
    told = [Problem(what=f"the year is not one of the plan years {horizon[0]}-{horizon[1]}",
                    mend="Mend the year, delete the row, or change first_year or last_year.",
                    value=shown(years[at]), **places.of_table(table.name, int(at), "year"))
            for at in bad[:MOST_ALIKE]]
    yield from capped(told, len(bad))


def _thin(name: str, frames: dict, horizon: tuple[int, int], places: Places, so: str) -> Iterator[Problem]:
    """A warning where a limit by region and year has gaps: a gap means no limit."""
    if name not in frames or "regions" not in frames:
        return
    frame = frames[name]
    years = range(horizon[0], horizon[1] + 1)
    have = set(zip(frame["region"], frame["year"]))
    lacking = [(region, year) for region in frames["regions"]["region"] for year in years
               if (region, year) not in have]
    if lacking:
        region, year = lacking[0]
        yield Problem(places.file(name), f"{len(lacking):,} pairs of region and year have no row "
                      f"(such as {region}, {year}): {so}", "Add the rows if a limit was meant.",
                      severity="warning")


def _provenance(tables: dict[str, Table], frames: dict, settings: Settings, places: Places,
                unread: set[str]) -> Iterator[Problem]:
    """The table, column and sources of every row of `provenance` must exist."""
    frame = frames["provenance"]
    parameters = [f"core.{key}" for key in settings.core] + list(settings.header) + [
        f"{name}.{key}" for name, part in settings.mechanisms.items() for key in part]
    sources = set(frames["sources"]["source"]) if "sources" in frames else set()
    for at, row in enumerate(frame.itertuples(index=False)):
        if row.table != WHOLE and row.table not in tables:
            yield Problem(what="no table has this name", value=row.table, mend=suggestion(
                row.table, [*tables, WHOLE], "Otherwise delete the row.", most=0),
                **places.of_table("provenance", at, "table"))
            continue
        names = parameters if row.table == WHOLE else [c.name for c in tables[row.table].columns]
        if row.column != "*" and row.column not in names:
            yield Problem(what=f"{row.table} has no such entry", value=row.column, mend=suggestion(
                row.column, names, "Write '*' for all of it."),
                **places.of_table("provenance", at, "column"))
        for source in filter(None, (part.strip() for part in row.source.split(";"))):
            if source not in sources and "sources" not in unread:
                yield Problem(what="table sources has no such source", value=source, mend=suggestion(
                    source, sources, f"Otherwise add it to {places.file('sources')}."),
                    **places.of_table("provenance", at, "source"))
