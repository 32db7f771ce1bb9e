"""Scenarios: named sets of overrides that may build on one another."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from planner.instance.cells import empty, shown
from planner.instance.raw import RawTable, suggestion
from planner.vocabulary import Problem
from planner.words import say

BASE = "base"
"""The instance as it stands, without any override."""
WORDS = ("title", "title_zh", "about", "inherits")
"""What a scenario says beside its overrides."""


@dataclass(frozen=True)
class Override:
    """One change: `key` with its operator ('=', '*=' or '+='), the value, and where it was written.

    typed  True when the value carries a type (TOML, workbook, Python), False for --set
    """

    key: str
    operator: str
    value: Any
    where: dict = field(default_factory=lambda: {"place": "--set"}, compare=False)
    typed: bool = True

    def __str__(self) -> str:
        return f"{self.key}{self.operator}{self.value}"

    def problem(self, what: str, mend: str, value: Any = None, severity: str = "error") -> Problem:
        where = {"column": self.key} | self.where
        return Problem(what=what, mend=mend, value=shown(value), severity=severity, **where)


@dataclass(frozen=True)
class Scenario:
    """A named set of overrides; `inherits` names the scenarios it builds on, in order."""

    name: str
    title: str = ""
    title_zh: str = ""
    about: str = ""
    inherits: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    where: dict = field(default_factory=dict, compare=False)


def split_key(key: str) -> tuple[str, str]:
    """'budget.central*' -> ('budget.central', '*='); without an operator it is '='."""
    key = key.strip()
    if key.endswith(("*=", "+=")):
        return key[:-2].strip(), key[-2:]
    if key.endswith(("*", "+")):
        return key[:-1].strip(), key[-1] + "="
    return key.removesuffix("=").strip(), "="


def parse_set(text: str) -> Override:
    """One `--set`: 'basic_research.floor=0.10', 'budget.central*=0.9', 'budget[2025].central+=100'.

    Raises ValueError with a sentence when it has no '='.
    """
    match = re.fullmatch(r"\s*([^=]*?)\s*([*+]?=)\s*(.*?)\s*", text, re.DOTALL)
    if not match or not match[1]:
        raise ValueError(say("problem.override_form"))
    value = match[3]
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return Override(match[1], match[2], value, {"place": f"--set {text.strip()}", "column": None},
                    typed=False)


def as_overrides(given) -> tuple[list[Override], list[Problem]]:
    """Overrides from a dict (`{"budget.central*": 0.9}`), or from `--set` texts and `Override`s."""
    if hasattr(given, "items"):
        return [Override(*split_key(key), value, {"place": "overrides"})
                for key, value in given.items()], []
    found, problems = [], []
    for item in [given] if isinstance(given, (str, Override)) else given:
        if isinstance(item, Override):
            found.append(item)
            continue
        try:
            found.append(parse_set(item))
        except ValueError:
            problems.append(Problem(f"--set {item}", say("problem.no_override"),
                                    say("mend.override_form")))
    return found, problems


def scenario_of_toml(name: str, content: dict, lines: dict[str, int],
                     place: str) -> tuple[Scenario, list[Problem]]:
    """A scenario from `scenarios/NAME.toml`: title, about, inherits, and overrides in [set]."""
    problems = []
    for key in content:
        if key not in (*WORDS, "set"):
            problems.append(Problem(place, say("problem.scenario_entry"),
                                    suggestion(key, (*WORDS, "set"), say("mend.below_set"), most=0),
                                    row=lines.get(key), value=key))
    changes = content.get("set", {})
    if not isinstance(changes, dict):
        problems.append(Problem(place, say("problem.single_value"), say("mend.write_set"),
                                row=lines.get("set")))
        changes = {}
    overrides = []
    for key, value in _flat(changes):
        where = {"place": place, "row": lines.get(f"set.{key}", lines.get("set"))}
        overrides.append(Override(*split_key(key), value, where))
    return _scenario(name, content, overrides, place, {k: {"place": place, "row": lines.get(k)}
                                                      for k in WORDS}, problems)


def _flat(tree: dict, prefix: str = ""):
    """Dotted keys of nested sections: `a.b = 1` and `"a.b" = 1` mean the same."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def scenarios_of_sheet(table: RawTable) -> tuple[dict[str, Scenario], list[Problem]]:
    """Scenarios from sheet `scenarios`: rows of scenario, key, value."""
    columns = {name: table.headings.index(name) for name in ("scenario", "key", "value")}
    words: dict[str, dict] = {}
    places: dict[str, dict] = {}
    overrides: dict[str, list[Override]] = {}
    problems = []
    for row, cells in zip(table.rows, table.cells):
        name, key, value = (cells[at] for at in columns.values())
        where = {"place": "scenarios", "row": int(row), "cell": f"{chr(65 + columns['key'] % 26)}{row}"}
        if not isinstance(name, str) or empty(name) or not isinstance(key, str) or empty(key):
            problems.append(Problem(what=say("problem.scenario_and_key"), column="key",
                                    mend=say("mend.fill_both"), **where))
            continue
        name, key = name.strip(), key.strip()
        words.setdefault(name, {}), places.setdefault(name, {}), overrides.setdefault(name, [])
        if key in words[name] or any(f"{o.key}{o.operator}" == f"{o.key}{split_key(key)[1]}"
                                     and o.key == split_key(key)[0] for o in overrides[name]):
            problems.append(Problem(what=say("problem.scenario_twice", name=name),
                                    mend=say("mend.one_of_rows"), value=key, column="key", **where))
        elif key in WORDS:
            words[name][key], places[name][key] = value, where
        else:
            overrides[name].append(Override(*split_key(key), value, where))
    found = {}
    for name in words:
        content = dict(words[name])
        if isinstance(content.get("inherits"), str):
            content["inherits"] = [part.strip() for part in re.split(r"[;,]", content["inherits"])
                                   if part.strip()]
        found[name], more = _scenario(name, content, overrides[name], "scenarios", places[name], [])
        problems += more
    return found, problems


def _scenario(name: str, content: dict, overrides: list[Override], place: str, places: dict,
              problems: list[Problem]) -> tuple[Scenario, list[Problem]]:
    texts = {}
    for word in ("title", "title_zh", "about"):
        value = content.get(word)
        if value is not None and not isinstance(value, str):
            problems.append(Problem(what=say("problem.not_text"), mend=say("mend.write_text"),
                                    value=shown(value), column=word, **places[word]))
        texts[word] = value if isinstance(value, str) else ""
    parents = content.get("inherits") or []
    parents = [parents] if isinstance(parents, str) else parents
    if not isinstance(parents, list) or not all(isinstance(part, str) for part in parents):
        problems.append(Problem(what=say("problem.inherits"), mend=say("mend.inherits"), value=shown(parents),
                                column="inherits", **places["inherits"]))
        parents = []
    if name == BASE:
        problems.append(Problem(place, say("problem.base_scenario", base=BASE), say("mend.base_scenario")))
    if not re.fullmatch(r"[\w][\w.-]*", name) or len(name) > 100:
        problems.append(Problem(place, say("problem.scenario_name"), value=shown(name),
                                mend=say("mend.scenario_name")))
    where = places.get("inherits") or {"place": place}
    return Scenario(name, **texts, inherits=tuple(parents), overrides=tuple(overrides), where=where), problems


def check_inheritance(scenarios: dict[str, Scenario]) -> list[Problem]:
    """Parents that do not exist, and circles."""
    problems, told = [], set()
    for scenario in scenarios.values():
        for parent in scenario.inherits:
            if parent not in scenarios and parent != BASE:
                problems.append(Problem(what=say("problem.no_scenario"), value=parent, column="inherits",
                                        mend=suggestion(parent, scenarios, say("mend.else_leave_out")),
                                        **scenario.where))
        ring = _ring(scenario.name, scenarios, ())
        if ring and frozenset(ring) not in told:
            told.add(frozenset(ring))
            problems.append(Problem(what=say("problem.inherits_circle", names=" -> ".join((*ring, ring[0]))),
                                    mend=say("mend.inherits_circle"), column="inherits",
                                    **scenarios[ring[-1]].where))
    return problems


def _ring(name: str, scenarios: dict[str, Scenario], path: tuple[str, ...]) -> tuple[str, ...]:
    if name in path:
        return path[path.index(name):]
    for parent in scenarios[name].inherits if name in scenarios else ():
        if ring := _ring(parent, scenarios, (*path, name)):
            return ring
    return ()


def resolved(name: str, scenarios: dict[str, Scenario]) -> list[Override]:
    """A scenario's overrides after those it inherits; inherited ones come once, first."""
    order: list[str] = []

    def visit(one: str) -> None:
        for parent in scenarios[one].inherits:
            if parent != BASE and parent not in order:
                visit(parent)
        order.append(one)

    if name != BASE:
        visit(name)
    return [override for one in order for override in scenarios[one].overrides]
