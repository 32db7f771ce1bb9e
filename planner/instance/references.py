"""Checks what no table shows alone: references, years, provenance, something to decide."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner.instance.cells import shown
from planner.instance.raw import MOST_ALIKE, Places, capped, nearest, suggestion
from planner.instance.settings import Settings
from planner.vocabulary import Column, Problem, Table
from planner.words import say, say_all

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
        file = places.file(target.name)
        mend = (say("mend.did_you_mean_else", near=near, otherwise=say("mend.else_add_to", file=file)) if near
                else suggestion(values[at], words, say("mend.or_add_to", file=file)))
        told.append(Problem(what=say("problem.table_has_no", table=target.name, field=field), mend=mend,
                            value=shown(values[at]), **places.of_table(name, int(at), column.name)))
    yield from capped(told, len(bad))


def _missing(table: Table | None, target: str, users: list[tuple[str, str, str]],
             places: Places) -> Problem:
    who = say_all(say("problem.named_in", file=places.file(name), column=column, value=value)
                  for name, column, value in users)
    what = say("problem.named_sheet" if places.kind == "workbook" else "problem.named_file", who=who)
    if table is None:
        return Problem(places.file(target), what, say("mend.no_mechanism_table"))
    wanted = [column.name for column in table.columns
              if column.key or column.default is None and not column.optional]
    return Problem(places.file(target), what, say("mend.add_table", names=", ".join(wanted)))


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
        bids = "_bids" if "bids" in tables else ""
        yield Problem(places.file("baseline"), say(f"problem.nothing_to_decide{bids}"),
                      say(f"mend.nothing_to_decide{bids}"))
    yield from _no_scale(frames, places)
    if horizon and "budget" in frames:
        have = set(frames["budget"]["year"])
        lacking = [str(year) for year in range(horizon[0], horizon[1] + 1) if year not in have]
        if lacking:
            yield Problem(places.file("budget"), say("problem.no_row_for", names=", ".join(lacking)),
                          say("mend.no_row_for"), column="year")
    if horizon:
        yield from _thin("local_budget", frames, horizon, places, say("problem.budget_open"))
        yield from _thin("private_capacity", frames, horizon, places, say("problem.mobilised_open"))
    if "provenance" in frames:
        yield from _provenance(tables, frames, settings, places, unread)


def _no_scale(frames: dict, places: Places) -> Iterator[Problem]:
    """What spend per head and spend over the base year would be divided by must not be 0."""
    if "baseline" not in frames:
        return
    if frames["baseline"]["spend"].sum() == 0:
        yield Problem(what=say("problem.no_base_spend"), mend=say("mend.no_base_spend"),
                      **places.of_table("baseline", None, "spend"))
    people = frames["regions"]["population"].to_numpy(float) if "regions" in frames else np.ones(1)
    if len(people) > 1:
        bad = np.flatnonzero(people == 0)
        yield from capped([Problem(what=say("problem.no_people"), mend=say("mend.no_people"), value=0,
                                   **places.of_table("regions", int(at), "population"))
                           for at in bad[:MOST_ALIKE]], len(bad))


def _outside(table: Table, frame: pd.DataFrame, horizon: tuple[int, int],
             places: Places) -> Iterator[Problem]:
    if "year" not in table.keys:
        return
    years = frame["year"].to_numpy()
    bad = np.flatnonzero((years < horizon[0]) | (years > horizon[1]))
    told = [Problem(what=say("problem.outside_years", first=horizon[0], last=horizon[1]),
                    mend=say("mend.outside_years"), value=shown(years[at]),
                    **places.of_table(table.name, int(at), "year")) for at in bad[:MOST_ALIKE]]
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
        yield Problem(places.file(name),
                      say("problem.thin", count=len(lacking), region=region, year=year, so=so),
                      say("mend.thin"), severity="warning")


def _provenance(tables: dict[str, Table], frames: dict, settings: Settings, places: Places,
                unread: set[str]) -> Iterator[Problem]:
    """The table, column and sources of every row of `provenance` must exist."""
    frame = frames["provenance"]
    parameters = [f"core.{key}" for key in settings.core] + list(settings.header) + [
        f"{name}.{key}" for name, part in settings.mechanisms.items() for key in part]
    sources = set(frames["sources"]["source"]) if "sources" in frames else set()
    for at, row in enumerate(frame.itertuples(index=False)):
        if row.table != WHOLE and row.table not in tables:
            yield Problem(what=say("problem.no_table_name"), value=row.table,
                          mend=suggestion(row.table, [*tables, WHOLE], say("mend.else_delete_row"), most=0),
                          **places.of_table("provenance", at, "table"))
            continue
        names = parameters if row.table == WHOLE else [c.name for c in tables[row.table].columns]
        if row.column != "*" and row.column not in names:
            yield Problem(what=say("problem.no_such_entry", table=row.table), value=row.column,
                          mend=suggestion(row.column, names, say("mend.star")),
                          **places.of_table("provenance", at, "column"))
        for source in filter(None, (part.strip() for part in row.source.split(";"))):
            if source not in sources and "sources" not in unread:
                yield Problem(what=say("problem.no_source"), value=source,
                              mend=suggestion(source, sources,
                                              say("mend.else_add_to", file=places.file('sources'))),
                              **places.of_table("provenance", at, "source"))
