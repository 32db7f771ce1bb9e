"""Saves changes as a new scenario of an instance, and tells them as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from planner.instance import InvalidInstance, read
from planner.instance.keeping import beside
from planner.instance.scenarios import BASE, WORDS, Override, Scenario, as_overrides, scenario_of_toml
from planner.instance.writing import scenario_text
from planner.mechanisms import MECHANISMS
from planner.vocabulary import Problem
from planner.words import say


class Exists(Exception):
    """A scenario of that name is there already."""


class NotAFolder(Exception):
    """Scenarios of a workbook stand on its own sheet; nothing is written into somebody's workbook."""


def made_scenario(name: str, changes: Sequence[str | Override], parent: str | None = None,
                  **titles: str) -> tuple[Scenario, list[Problem]]:
    """A scenario of changes on top of another, and what is wrong with its name or its changes.

    titles  title, title_zh, about
    """
    overrides, problems = as_overrides(list(changes))
    content = {key: text for key, text in titles.items() if key in WORDS and text}
    if parent not in (None, BASE):
        content["inherits"] = [parent]
    scenario, wrong = scenario_of_toml(name, content, {}, f"scenarios/{name}.toml")
    return Scenario(scenario.name, scenario.title, scenario.title_zh, scenario.about, scenario.inherits,
                    tuple(plain(override) for override in overrides)), problems + wrong


def plain(override: Override) -> Override:
    """A change whose value is written as TOML would: numbers and flags without quotes."""
    value = override.value
    if isinstance(value, str):
        word = value.strip()
        if word.casefold() in ("true", "false"):
            value = word.casefold() == "true"
        else:
            for kind in (int, float):
                try:
                    value = kind(word)
                    break
                except ValueError:
                    continue
    return Override(override.key, override.operator, value, override.where, typed=True)


def save_scenario(path: Path, name: str, changes: Sequence[str | Override], parent: str | None = None,
                  replace: bool = False, **titles: str) -> Path:
    """Writes scenarios/NAME.toml of an instance folder, checked as the reader would.

    replace  whether a scenario of that name may be replaced; the caller has asked
    Raises InvalidInstance, Exists, NotAFolder, OSError.
    """
    if not path.is_dir():
        raise NotAFolder(say("web.save.workbook", name=path.name))
    scenario, problems = made_scenario(name, changes, parent, **titles)
    instance = read(path, MECHANISMS)
    if problems:
        raise InvalidInstance(problems, instance.name)
    if name == parent:
        raise InvalidInstance([Problem(f"scenarios/{name}.toml", say("web.save.itself"),
                                       say("web.save.other_name"), value=name)], instance.name)
    instance.with_overrides(scenario.overrides, parent)
    taken = {other.casefold() for other in instance.scenarios}
    if name.casefold() in taken and (not replace or name not in instance.scenarios):
        raise Exists(say("web.save.exists", name=name))
    file = path / "scenarios" / f"{name}.toml"
    with beside(file) as made:
        made.write_text(scenario_text(scenario), encoding="utf-8")
    return file
