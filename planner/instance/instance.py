"""The frozen, checked instance: what models, mechanisms, audits and reports read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from planner.instance.checking import empty_frame
from planner.instance.identity import content_hash
from planner.instance.overrides import Draft
from planner.instance.raw import InvalidInstance, Places, suggestion
from planner.instance.references import check_whole
from planner.instance.scenarios import BASE, Override, Scenario, as_overrides, resolved
from planner.instance.settings import NEEDED, Settings, check_years
from planner.vocabulary import Mechanism, Problem, Table
from planner.words import say


@dataclass(frozen=True, eq=False, repr=False)
class Instance:
    """A checked instance. Made by `read`; nothing in it can be changed from outside.

    scenario   the scenario that was applied, 'base' for none
    overrides  what was applied beside it, as 'key=value' texts
    warnings   what is odd but not wrong
    scenarios  every scenario of the instance by name
    """

    name: str
    path: Path | None
    mechanisms: tuple[Mechanism, ...]
    scenario: str
    overrides: tuple[str, ...]
    warnings: tuple[Problem, ...]
    _settings: Settings
    _frames: dict[str, pd.DataFrame]
    _tables: dict[str, Table]
    _scenarios: dict[str, Scenario]
    _places: Places

    def __repr__(self) -> str:
        return f"<Instance {self.name}, scenario {self.scenario}, {self.hash[:12]}>"

    # --- header and settings --------------------------------------------------------

    @property
    def title(self) -> str:
        return self._settings.header["title"] or self.name

    @property
    def title_zh(self) -> str:
        return self._settings.header["title_zh"] or self.title

    @property
    def money_unit(self) -> str:
        return self._settings.header["money_unit"]

    @property
    def talent_unit(self) -> str:
        return self._settings.header["talent_unit"]

    @property
    def mode(self) -> str:
        """How goals are traded."""
        return self._settings.header["mode"]

    @property
    def base_year(self) -> int:
        return self._settings.header["base_year"]

    @property
    def years(self) -> tuple[int, ...]:
        """The plan years."""
        header = self._settings.header
        return tuple(range(header["first_year"], header["last_year"] + 1))

    @property
    def header(self) -> dict[str, Any]:
        return dict(self._settings.header)

    @property
    def settings(self) -> dict[str, Any]:
        """All of section [core]."""
        return dict(self._settings.core)

    @property
    def scenarios(self) -> dict[str, Scenario]:
        return dict(self._scenarios)

    def setting(self, name: str) -> Any:
        """One entry of section [core]."""
        return self._settings.core[name]

    def on(self, mechanism: str) -> bool:
        """Is the mechanism part of the plan? One that is not named is off."""
        return bool(self._settings.mechanisms.get(mechanism, {}).get("on", False))

    def price(self, mechanism: str) -> float | None:
        """Price per unit of relief; None when the mechanism's rules are hard."""
        return self._part(mechanism)["price"]

    def parameter(self, mechanism: str, name: str) -> Any:
        """A mechanism's parameter; None when it is not set."""
        part = self._part(mechanism)
        if name not in part or name in ("on", "price"):
            raise KeyError(f"mechanism {mechanism} declares no parameter {name}")
        return part[name]

    def parameters(self, mechanism: str) -> dict[str, Any]:
        """All of a mechanism's parameters by name."""
        return {name: value for name, value in self._part(mechanism).items()
                if name not in ("on", "price")}

    def _part(self, mechanism: str) -> dict[str, Any]:
        if mechanism not in self._settings.mechanisms:
            raise KeyError(f"no mechanism {mechanism} was given when the instance was read")
        return self._settings.mechanisms[mechanism]

    # --- tables -----------------------------------------------------------------------

    @property
    def tables_declared(self) -> tuple[Table, ...]:
        """The core's tables and those of every mechanism, on or off."""
        return tuple(self._tables.values())

    @property
    def table_names(self) -> tuple[str, ...]:
        """The tables that have rows."""
        return tuple(name for name in self._tables if name in self._frames)

    def declared(self, name: str) -> Table:
        if name not in self._tables:
            raise KeyError(f"no table {name} is declared")
        return self._tables[name]

    def table(self, name: str) -> pd.DataFrame:
        """A copy of a checked table, every declared column present; without rows when absent."""
        table = self.declared(name)
        return self._frames[name].copy() if name in self._frames else empty_frame(table)

    def is_written(self, key: str) -> bool:
        """Does a dotted key such as `core.steering` stand in the input (or is it the default)?"""
        return key in self._settings.written

    @cached_property
    def hash(self) -> str:
        """sha256 of all that shapes the plan: header, settings, mechanisms that are on, tables."""
        return content_hash(self._settings, self._frames)

    # --- changes and problems -------------------------------------------------------------

    def with_overrides(self, overrides: Mapping[str, Any] | Iterable[str | Override],
                       scenario: str | None = None) -> Instance:
        """A new instance with a scenario and then overrides applied, checked like any other.

        overrides  `{"basic_research.floor": 0.1, "budget.central*": 0.9}`, or texts as after --set
        Raises InvalidInstance with every override that does not fit.
        """
        given, problems = as_overrides(overrides)
        changes = []
        if scenario not in (None, BASE):
            if scenario in self._scenarios:
                changes = resolved(scenario, self._scenarios)
            else:
                problems.append(Problem("--scenario", say("problem.no_scenario_here"),
                                        suggestion(scenario, [BASE, *self._scenarios],
                                                   say("mend.no_scenario_here")), value=scenario))
        draft = Draft(self._settings.copy(), dict(self._frames), self._tables,
                      {mechanism.name: mechanism for mechanism in self.mechanisms})
        for override in changes + given:
            problems += draft.apply(override)
        warnings = [draft.off(override) for override in changes + given]
        warnings = list(dict.fromkeys(warning for warning in warnings if warning is not None))
        places = self._places
        if any(self._settings.header[key] != draft.settings.header[key] for key in NEEDED):
            wrong = check_years(draft.settings.header)
            if wrong is not None:
                problems.append(Problem("overrides", wrong[1], wrong[2], column=wrong[0]))
            else:
                kept = draft.shorten()
                places = replace(places, tables=places.tables | {
                    name: replace(places.tables[name], rows=places.tables[name].rows[rows])
                    for name, rows in kept.items() if name in places.tables})
        made = replace(
            self, _settings=draft.settings, _frames=draft.frames, _places=places,
            scenario=scenario or self.scenario, warnings=tuple(warnings),
            overrides=self.overrides + tuple(str(override) for override in given))
        if not problems:
            problems = made.whole_problems()
        return made.settled(warnings + problems)

    def rebuilt(self, name: str, tables: Mapping[str, pd.DataFrame], header: Mapping[str, Any],
                changes: Mapping[str, Any], scenarios: Iterable[str], check: bool = True) -> Instance:
        """An instance of the same mechanisms made of other tables, belonging to no file yet.

        tables   all its tables, with the declared columns; those without rows are left out
        header, changes  words of the header and 'mechanism.parameter' values that differ
        scenarios  names of those that it keeps
        check    raises InvalidInstance with what the core and the mechanisms find wrong
        """
        settings = self._settings.copy()
        settings.header.update(header)
        for key, value in changes.items():
            mechanism, _, parameter = key.partition(".")
            settings.mechanisms[mechanism][parameter] = value
        made = replace(
            self, name=name, path=None, scenario=BASE, overrides=(), warnings=(), _settings=settings,
            _frames={table: frame for table, frame in tables.items() if len(frame)},
            _scenarios={key: self._scenarios[key] for key in scenarios}, _places=Places())
        return made.settled(made.whole_problems()) if check else made

    def settled(self, problems: list[Problem]) -> Instance:
        """The instance with its warnings; raises InvalidInstance if there is any error."""
        if any(problem.severity == "error" for problem in problems):
            raise InvalidInstance(problems, self.name)
        return replace(self, warnings=tuple(problems))

    def whole_problems(self) -> list[Problem]:
        """What the core and the mechanisms that are on find wrong with the instance as a whole."""
        found = list(check_whole(self._tables, self._frames, self._settings, self._places))
        for mechanism in self.mechanisms:
            if self.on(mechanism.name):
                found += self.mechanism_problems(mechanism)
        return found

    def mechanism_problems(self, mechanism: Mechanism) -> list[Problem]:
        """What a mechanism's own `check` finds, with its places as the user knows them."""
        if mechanism.check is None:
            return []
        return [self._placed(problem) for problem in mechanism.check(self) or ()]

    def problem(self, where: str, what: str, mend: str, at: int | None = None,
                column: str | None = None, value: Any = None, severity: str = "error") -> Problem:
        """A problem at a table (`at` = position in `table(where)`) or at a dotted setting.

        For a mechanism's `check`: it need not know whether the input is a folder or a workbook.
        """
        if where in self._tables:
            place = self._places.of_table(where, at, column)
        else:
            place = self._places.of_setting(self._setting_key(where))
        return Problem(what=what, mend=mend, value=value, severity=severity, **place)

    def _setting_key(self, key: str) -> str:
        return f"mechanisms.{key}" if key.partition(".")[0] in self._settings.mechanisms else key

    def _placed(self, problem: Problem) -> Problem:
        """A problem whose place is a table's bare name gets its file or sheet; row 2 is position 0."""
        if problem.cell is not None:
            return problem
        table = problem.place.removesuffix(".csv")
        found = self._places.tables.get(table)
        if table in self._tables and found is not None:
            at = None if problem.row is None else problem.row - 2
            if at is None or 0 <= at < len(found.rows):
                return replace(problem, **found.where(at, problem.column))
        elif table in self._tables:
            return replace(problem, place=self._places.file(table))
        elif problem.place in ("instance.toml", "instance") and problem.row is None and problem.column:
            return replace(problem, **self._places.of_setting(self._setting_key(problem.column)))
        return problem
