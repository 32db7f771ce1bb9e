"""`read`: from a folder or a workbook to a checked `Instance`, all problems at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from planner.instance.checking import TableCheck
from planner.instance.folder import read_folder
from planner.instance.instance import Instance
from planner.instance.overrides import Draft
from planner.instance.raw import InvalidInstance, Raw
from planner.instance.references import check_references, check_whole
from planner.instance.scenarios import BASE, Override, check_inheritance, resolved
from planner.instance.settings import check_settings
from planner.instance.tables import CORE_TABLES
from planner.instance.workbook import read_workbook
from planner.vocabulary import Mechanism, Problem, Table
from planner.words import say


def read(path: Path | str, mechanisms: tuple[Mechanism, ...], scenario: str | None = None,
         overrides: Mapping[str, Any] | Iterable[str | Override] = ()) -> Instance:
    """Reads and checks an instance; applies a scenario and then overrides, if any.

    path        a folder (instance.toml and CSV tables) or an .xlsx workbook
    mechanisms  every mechanism the planner knows; which are on, the instance says
    scenario    a name of scenarios/NAME.toml, or 'base'
    overrides   a dict, or texts as after --set
    Raises InvalidInstance with every problem found.
    """
    path, mechanisms = Path(path), tuple(mechanisms)
    tables = declared_tables(mechanisms)
    raw = _raw(path, tuple(tables))
    if raw.fatal:
        raise InvalidInstance(raw.problems, raw.name)
    settings, problems = check_settings(raw, mechanisms)
    settings_sound = raw.settings is not None and not problems
    problems = raw.problems + problems
    units = settings.header["money_unit"], settings.header["talent_unit"]
    have = {name for name, place in raw.places.tables.items() if name in tables and (
        name not in raw.tables or raw.tables[name].cells)}
    frames, unsound = {}, {name for name in have if name not in raw.tables}
    for name, table in tables.items():
        if name in raw.tables:
            check = TableCheck(raw, raw.tables[name], table, have, units)
            problems += check.problems
            if len(check.frame):
                frames[name] = check.frame
            if check.problems:
                unsound.add(name)
    unread = have - frames.keys()
    found = list(check_references(tables, frames, raw.places, unread))
    found += check_whole(tables, frames, settings, raw.places, unread)
    errors = [problem for problem in found if problem.severity == "error"]
    unsound |= {problem.place.removesuffix(".csv") for problem in errors}
    problems += found + _scenario_problems(raw, settings, frames, tables, mechanisms, unsound)
    instance = Instance(
        name=raw.name, path=path, mechanisms=mechanisms, scenario=BASE, overrides=(), warnings=(),
        _settings=settings, _frames=frames, _tables=tables, _scenarios=raw.scenarios,
        _places=raw.places)
    if settings_sound:
        problems += _mechanism_problems(instance, unsound, any(
            problem.severity == "error" for problem in problems))
    instance = instance.settled(_in_order(problems, raw, tables))
    if scenario in (None, BASE) and not overrides:
        return instance
    return instance.with_overrides(overrides, scenario)


def declared_tables(mechanisms: tuple[Mechanism, ...]) -> dict[str, Table]:
    """The core's tables and every mechanism's by name; two that differ may not share a name."""
    tables: dict[str, Table] = {}
    for table in (*CORE_TABLES, *(table for mechanism in mechanisms for table in mechanism.tables)):
        if tables.setdefault(table.name, table) != table:
            raise ValueError(f"table {table.name} is declared twice, differently")
    return tables


def _raw(path: Path, tables: tuple[str, ...]) -> Raw:
    if path.is_dir():
        return read_folder(path, tables)
    if not path.exists():
        raise InvalidInstance([Problem(str(path), say("problem.no_instance"), say("mend.no_instance"))],
                              path.stem)
    if path.suffix.lower() != ".xlsx" or not path.is_file():
        raise InvalidInstance([Problem(str(path), say("problem.not_an_instance"),
                                       say("mend.not_an_instance"))], path.stem)
    return read_workbook(path, tables)


def _scenario_problems(raw: Raw, settings, frames, tables, mechanisms, unsound) -> list[Problem]:
    """Every override of every scenario must name something and fit it."""
    problems = check_inheritance(raw.scenarios)
    whole = not problems
    by_name = {mechanism.name: mechanism for mechanism in mechanisms}
    for scenario in raw.scenarios.values():
        draft = Draft(settings.copy(), dict(frames), tables, by_name)
        for override in resolved(scenario.name, raw.scenarios) if whole else scenario.overrides:
            if override.key.partition(".")[0].partition("[")[0] not in unsound:
                found = draft.apply(override)
                problems += found if any(override is own for own in scenario.overrides) else []
    return problems


def _mechanism_problems(instance: Instance, unsound: set[str], errors: bool) -> list[Problem]:
    """The checks of mechanisms that are on and whose tables (and the core's) are sound."""
    core = {table.name for table in CORE_TABLES}
    found = []
    for mechanism in instance.mechanisms:
        reads = core | {table.name for table in mechanism.tables}
        if not instance.on(mechanism.name) or reads & unsound:
            continue
        try:
            found += instance.mechanism_problems(mechanism)
        except Exception:
            if not errors:
                raise  # a mistake in the check itself; with errors elsewhere it may be their echo
    return found


def _in_order(problems: list[Problem], raw: Raw, tables: dict[str, Table]) -> list[Problem]:
    """Settings first, then tables as they are declared, each by row."""
    rank = {raw.places.settings_place: -1} | {
        raw.places.file(name): number for number, name in enumerate(tables)}
    problems = list(dict.fromkeys(problems)) if all(
        _hashable(problem.value) for problem in problems) else problems
    return sorted(problems, key=lambda problem: (
        rank.get(problem.place, len(rank)), problem.place if problem.place not in rank else "",
        np.inf if problem.row is None else problem.row))


def _hashable(value: Any) -> bool:
    return isinstance(value, (str, int, float, bool, type(None)))
