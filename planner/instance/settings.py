"""Checks what instance.toml (or sheet `instance`) says: header, core and mechanisms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from planner.instance.cells import PARSERS, Wrong, empty, expected, out_of_bounds, shown
from planner.instance.raw import Raw, suggestion
from planner.instance.tables import CORE_PARAMETERS, HEADER
from planner.vocabulary import Mechanism, Parameter, Problem
from planner.words import as_said, say

ON = Parameter("on", "whether the mechanism is part of the plan", False, kind="flag")
PRICE = Parameter("price", "price per unit by which its rules are relieved; not set: rules are hard",
                  None, low=0.0)
NEEDED = ("base_year", "first_year", "last_year")
"""Header words that every instance writes."""
MOST_YEARS = 200


@dataclass
class Settings:
    """Checked settings. Every declared name is there, with its default where it is not written.

    written  dotted keys that stand in the input
    """

    header: dict[str, Any] = field(default_factory=dict)
    core: dict[str, Any] = field(default_factory=dict)
    mechanisms: dict[str, dict[str, Any]] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)

    def copy(self) -> Settings:
        return Settings(dict(self.header), dict(self.core),
                        {name: dict(part) for name, part in self.mechanisms.items()},
                        set(self.written))


def check_settings(raw: Raw, mechanisms: tuple[Mechanism, ...]) -> tuple[Settings, list[Problem]]:
    """The settings, all present, and everything wrong with them (then defaults stand in)."""
    problems: list[Problem] = []
    places, tree = raw.places, raw.settings or {}
    settings = Settings(written=set())
    names = [parameter.name for parameter in HEADER] + ["core", "mechanisms"]
    units = tree.get("money_unit"), tree.get("talent_unit")
    units = tuple(unit if isinstance(unit, str) and unit.strip() else word
                  for unit, word in zip(units, ("money", "FTE")))
    for key in tree:
        if key not in names:
            home = _home(key, mechanisms)
            mend = (say("mend.belongs_into", home=home) if home else
                    suggestion(key, names, say("mend.else_delete"), most=0))
            problems.append(Problem(what=say("problem.nothing_of_name"), mend=mend, value=key,
                                    **places.of_setting(key)))
    settings.header = _section(tree, "", HEADER, raw, problems, settings.written, units)
    core = _table(tree, "core", raw, problems)
    settings.core = _section(core, "core.", CORE_PARAMETERS, raw, problems, settings.written, units,
                             say("problem.no_core_setting"))
    written = _table(tree, "mechanisms", raw, problems)
    by_name = {mechanism.name: mechanism for mechanism in mechanisms}
    for name in written:
        if name not in by_name:
            problems.append(Problem(what=say("problem.no_mechanism"), value=name,
                                    mend=suggestion(name, by_name, say("mend.else_delete_section"), most=40),
                                    **places.of_setting(f"mechanisms.{name}")))
    for name, mechanism in by_name.items():
        part = _table(written, f"mechanisms.{name}", raw, problems)
        if name in written and "on" not in part:
            problems.append(Problem(what=say("problem.on_missing"), mend=say("mend.on_missing"),
                                    **places.of_setting(f"mechanisms.{name}")))
        settings.mechanisms[name] = _section(
            part, f"mechanisms.{name}.", (ON, PRICE, *mechanism.parameters), raw, problems,
            settings.written, units, say("problem.no_parameter", name=name))
    _check_years(settings, raw, problems)
    return settings, problems if raw.settings is not None else []


def value_of(parameter: Parameter, found: Any, typed: bool,
             units: tuple[str, str] = ("money", "FTE")) -> Any | Wrong:
    """A parameter's value from what was written for it, or what is wrong with it."""
    value = PARSERS[parameter.kind](found, typed)
    wanted = say("mend.expected", expected=expected(parameter, *units))
    if isinstance(value, Wrong):
        return Wrong(value.what, value.mend or wanted)
    if parameter.kind == "choice" and value not in parameter.choices:
        return Wrong(say("problem.not_allowed"), suggestion(value, parameter.choices, wanted, most=0))
    if parameter.kind in ("number", "integer"):
        wrong = out_of_bounds(parameter, value, *units)
        if wrong is not None:
            return wrong
        return int(value) if parameter.kind == "integer" else value + 0.0
    return value


def _home(key: str, mechanisms) -> str | None:
    """The section a stray top-level word belongs to."""
    if any(parameter.name == key for parameter in CORE_PARAMETERS):
        return "core"
    if any(mechanism.name == key for mechanism in mechanisms):
        return f"mechanisms.{key}"
    return None


def _table(tree: dict, key: str, raw: Raw, problems: list[Problem]) -> dict:
    part = tree.get(key.rpartition(".")[2], {})
    if isinstance(part, dict):
        return part
    problems.append(Problem(what=say("problem.single_value"), value=shown(part),
                            mend=say("mend.write_section", key=key), **raw.places.of_setting(key)))
    return {}


def _section(part: dict, prefix: str, declared: tuple[Parameter, ...], raw: Raw,
             problems: list[Problem], written: set[str], units, unknown: str = "") -> dict[str, Any]:
    values = {}
    for parameter in declared:
        key = prefix + parameter.name
        values[parameter.name] = parameter.default
        if parameter.name not in part or empty(part[parameter.name]) and parameter.kind != "text":
            if not prefix and parameter.name in NEEDED:
                problems.append(Problem(what=say("problem.setting_missing", name=parameter.name),
                                        mend=say("mend.add_setting", name=parameter.name,
                                                 about=as_said(parameter.about, "about"),
                                                 expected=expected(parameter)),
                                        place=raw.places.settings_place))
            continue
        written.add(key)
        found = part[parameter.name]
        value = value_of(parameter, "" if found is None else found, True, units)
        if isinstance(value, Wrong):
            problems.append(Problem(what=value.what, mend=value.mend, value=shown(found),
                                    **raw.places.of_setting(key)))
        else:
            values[parameter.name] = value
    if prefix:
        names = [parameter.name for parameter in declared]
        for key in part:
            if key not in names:
                problems.append(Problem(what=unknown, value=key,
                                        mend=suggestion(key, names, say("mend.else_delete")),
                                        **raw.places.of_setting(prefix + key)))
    return values


def check_years(header: dict[str, Any]) -> tuple[str, str, str] | None:
    """(key, what, mend) when base, first and last year do not fit together."""
    base, first, last = (header[key] for key in NEEDED)
    if first <= base:
        return "first_year", say("problem.first_year", base=base), say("mend.or_later", year=base + 1)
    if last < first:
        return "last_year", say("problem.last_year", first=first), say("mend.or_later", year=first)
    if last - base > MOST_YEARS:
        return ("last_year", say("problem.horizon", most=MOST_YEARS),
                say("mend.or_earlier", year=base + MOST_YEARS))
    return None


def _check_years(settings: Settings, raw: Raw, problems: list[Problem]) -> None:
    if not all(settings.header[key] for key in NEEDED):
        return
    wrong = check_years(settings.header)
    if wrong is not None:
        key, what, mend = wrong
        problems.append(Problem(what=what, mend=mend, value=settings.header[key],
                                **raw.places.of_setting(key)))
