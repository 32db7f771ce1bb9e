"""A sweep: the same instance solved over a grid of values, over a list of cases, over named scenarios.

Every case is solved in full (a *re-optimisation* sensitivity analysis: Saltelli et al., Global Sensitivity
Analysis, 2008, chapter 1, on grids), so what moves is the best plan under each setting, not one fixed plan.
Departure: grids are full factorials or lists; there is no sampling design here (`stress` samples).
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pandas as pd

from planner.instance import Instance, InvalidInstance
from planner.instance.scenarios import split_key
from planner.instance.tables import GOAL_NAMES
from planner.solving import load
from planner.studies.case import Case, Options
from planner.studies.engine import USUAL, run
from planner.studies.results import Results
from planner.studies.store import StudyError
from planner.studies.study import Study
from planner.vocabulary import Problem
from planner.words import say

MOST = 100_000
"""Cases of a sweep at most: more is a slip of the keyboard."""


@dataclass(frozen=True)
class Sweep(Results):
    """A sweep's tables; `cases` has a column per key of the grid.

    keys      the keys of the grid, in order: columns of `cases`
    warnings  what is odd about a value, such as one of a mechanism that is off
    """

    keys: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def goals(self) -> list[str]:
        """The columns of `cases` that tell goals: the objective, then each goal by name."""
        return [name for name in ("objective", *GOAL_NAMES) if name in self.cases and self.cases[name].notna().any()]


def sweep(instance: Instance | str | Path, grid: Mapping[str, Iterable | str] | None = None, *,
          zip: bool = False, list: Iterable[Mapping] | pd.DataFrame = (),
          scenarios: Iterable[str] = (), options: Options = USUAL, folder: Path | None = None,
          jobs: int | None = None, cluster: str | None = None,
          progress: Callable[[dict], None] | None = None, stop: Callable[[], bool] | None = None,
          force: bool = False) -> Sweep:
    """Solves an instance for every combination of values.

    grid       override key -> values, or 'from:to:step' with both ends; "budget.central*" multiplies, "...+" adds
    zip        the values side by side, not every one with every other
    list       instead: cases one by one, each {key: value}; `scenario` is a key too; a missing value changes nothing
    scenarios  named scenarios of the instance, each with every case; column `scenario`
    options, folder, jobs, cluster, progress, stop, force: as `planner.studies.run`
    Gives `Sweep`: `.cases` with a row per case, `.table("allocations")` and so on, `.query(sql)`.

    >>> import planner
    >>> found = planner.sweep("instances/tiny", {"basic_research.floor": [0.1, 0.2]})    # doctest: +SKIP
    >>> found.cases[["basic_research.floor", "objective", "gap"]]                        # doctest: +SKIP

    (`zip` and `list` are the words of study.toml.) Raises InvalidInstance, before anything is solved, for a key, scenario or single value that does not fit;
    StudyError for a grid that makes no sense; and as `planner.studies.run`.
    """
    if not isinstance(instance, Instance):
        instance = load(instance)
    axes = {key: values(key, given) for key, given in (grid or {}).items()}
    rows = listed(list)
    scenarios = tuple(dict.fromkeys(scenarios))
    cases, keys = of(axes, rows, scenarios, zip)
    warnings = checked(instance, cases)
    study = Study.of("sweep", instance, options, jobs, grid=axes, zip=zip, list=rows, scenarios=scenarios)
    found = run(instance, cases, options=options, folder=folder, jobs=jobs, cluster=cluster, progress=progress,
                stop=stop, study=study, force=force)
    return Sweep(**{part.name: getattr(found, part.name) for part in fields(Results)}, keys=keys, warnings=warnings)


# --- the cases ----------------------------------------------------------------------


def of(axes: dict, rows: list[dict], scenarios: tuple[str, ...], together: bool) -> tuple[list[Case], tuple]:
    """(cases, keys). Raises StudyError for what makes no sense."""
    if rows and axes:
        raise StudyError(say("sweep.both"))
    if not (rows or axes or scenarios):
        raise StudyError(say("sweep.nothing"))
    if together and len({len(of_key) for of_key in axes.values()}) > 1:
        raise StudyError(say("sweep.zip", lengths=", ".join(f"{key}: {len(axes[key])}" for key in axes)))
    count = math.prod(map(len, axes.values())) * max(len(scenarios), 1)
    if count > MOST:
        raise StudyError(say("sweep.many", count=f"{count:,}", most=f"{MOST:,}"))
    if not rows:
        points = zip(*axes.values(), strict=True) if together and axes else itertools.product(*axes.values())
        rows = [dict(zip(axes, point, strict=True)) for point in points]
    if scenarios and any("scenario" in row for row in rows):
        raise StudyError(say("sweep.scenario_twice"))
    keys = tuple(dict.fromkeys(key for row in rows for key in row if key != "scenario"))
    cases = [case(row, row.get("scenario", scenario)) for scenario in scenarios or (None,) for row in rows]
    return [*{made.name: made for made in cases}.values()], keys


def case(row: dict, scenario: str | None) -> Case:
    """A case with a value for each key."""
    changes = {key: value for key, value in row.items() if key != "scenario"}
    texts = tuple("".join(split_key(key)) + shown(value) for key, value in changes.items())
    named = "+".join([*([scenario] if scenario else []), *texts])
    return Case(named or "base", texts, scenario, settings=changes)


def checked(instance: Instance, cases: list[Case]) -> tuple[Problem, ...]:
    """Tries every value alone, under its scenario. Raises InvalidInstance with all that do not fit.

    What is wrong only together (two floors above a whole) is the business of that one case.
    """
    problems, warnings = {}, {}
    for scenario, text in dict.fromkeys((case.scenario, text) for case in cases for text in case.overrides or ("",)):
        try:
            made = instance.with_overrides([text] if text else [], scenario)
            warnings |= {str(problem): problem for problem in made.warnings if problem.place.startswith("--set")}
        except InvalidInstance as error:
            problems |= {str(problem): problem for problem in error.problems
                         if problem.severity == "error" and problem.place.startswith("--")}
    if problems:
        raise InvalidInstance(problems.values(), instance.name)
    return tuple(warnings.values())


# --- values -------------------------------------------------------------------------


def values(key: str, given: Iterable | str) -> list:
    """The values of a key: as given, or from 'from:to:step'. Raises StudyError."""
    found = spread(key, given) if isinstance(given, str) else [plain(value) for value in given]
    if not found:
        raise StudyError(say("sweep.empty", key=key))
    return list(dict.fromkeys(found))


def spread(key: str, text: str) -> list:
    """'0.06:0.14:0.02' -> 0.06, 0.08, ... 0.14, in decimals as they are written. Raises StudyError."""
    try:
        first, last, step = (Decimal(part.strip()) for part in text.split(":"))
        count = (last - first) / step
        if not 0 <= count < MOST:
            raise InvalidOperation
    except (InvalidOperation, ValueError, ArithmeticError):
        raise StudyError(say("sweep.range", key=key, text=text)) from None
    return [number(str(first + step * place)) for place in range(int(count) + 1)]


def number(text: str):
    """A whole number, a number, or the text itself."""
    for sort in (int, float):
        try:
            made = sort(text)
        except ValueError:
            continue
        return made if math.isfinite(made) else text
    return {"true": True, "false": False}.get(text, text)


def plain(value):
    """A value as TOML and JSON know it."""
    return value.item() if hasattr(value, "item") else value


def shown(value) -> str:
    """A value as --set takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def axis(text: str) -> tuple[str, list]:
    """(key, values) of one --grid: 'basic_research.floor=0.06:0.14:0.01' or 'mode=weighted,maximin'.

    Raises StudyError for a text without '=' or without values.
    """
    match = re.fullmatch(r"\s*([^=]*?)\s*([*+]?)=\s*(.*?)\s*", text, re.DOTALL)
    if not match or not match[1]:
        raise StudyError(say("sweep.grid", text=text))
    key = match[1] + match[2]
    if match[3].count(":") == 2:
        return key, spread(key, match[3])
    return key, values(key, [number(part.strip()) for part in match[3].split(",") if part.strip()])


def listed(given: Iterable[Mapping] | pd.DataFrame) -> list[dict]:
    """A list of cases as plain dicts, without the values that are missing."""
    if isinstance(given, pd.DataFrame):
        given = given.to_dict("records")
    return [{str(key): plain(value) for key, value in row.items() if not (
        value is None or value == "" or isinstance(value, float) and math.isnan(value))} for row in given]
