"""study.toml: what a study is, so that it can be run again by somebody else.

    kind = "sweep"                    # a key of planner.studies.kinds.KINDS
    instance = "tiny"                 # what it was run on; INSTANCE on the command line counts
    instance_hash = "5f..."           # sha256 of that instance's contents (may be left out)
    scenario = "base"
    set = ["budget.central*=0.9"]
    jobs = 2                          # optional
    [options]                         # of planner.studies.Options; what is left out has its usual value
    gap = 0.01
    [arguments]                       # what the kind takes
    grid = { "basic_research.floor" = "0.06:0.14:0.02" }
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import planner
from planner.instance import Instance, InvalidInstance
from planner.instance.folder import parse_toml, toml_lines
from planner.instance.raw import suggestion
from planner.instance.writing import toml_value
from planner.studies.case import Options
from planner.studies.kinds import KINDS, arguments
from planner.vocabulary import Problem
from planner.words import say

FILE = "study.toml"
TEXTS, LISTS, TABLES = ("kind", "instance", "instance_hash", "scenario"), ("set",), ("options", "arguments")
KNOWN = (*TEXTS, *LISTS, "jobs", *TABLES)
SHAPING = ("kind", "instance", "scenario", "set", "options", "arguments")
"""What makes two studies the same; the instance's contents may change, then its cases are solved again."""


@dataclass(frozen=True)
class Study:
    """A described study; see the module's text for its entries."""

    kind: str
    instance: str = ""
    instance_hash: str = ""
    scenario: str = "base"
    set: tuple[str, ...] = ()
    jobs: int | None = None
    options: Options = field(default_factory=Options)
    arguments: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, kind: str, instance: Instance, options: Options, jobs: int | None = None, **given) -> Study:
        """A study of an instance, whose scenario and overrides it takes; arguments that are empty are left out."""
        return cls(kind, instance.name, instance.hash, instance.scenario, tuple(instance.overrides), jobs, options,
                   {name: value for name, value in given.items() if value not in (None, False, (), [], {})})

    def differs(self, other: Study) -> list[str]:
        """The entries in which two studies are not the same."""
        one, two = asdict(self), asdict(other)
        return [name for name in SHAPING if text(one[name]) != text(two[name])]


# --- writing --------------------------------------------------------------------------


def written(study: Study) -> str:
    """The study as TOML."""
    whole = {name: value for name, value in asdict(study).items() if name not in TABLES and value is not None}
    lines = [f"# Made by planner {planner.__version__}. To run it again: planner sweep INSTANCE --study study.toml",
             *(f"{name} = {text(value)}" for name, value in whole.items())]
    for name in TABLES:
        lines += ["", f"[{name}]"]
        for key, value in asdict(study)[name].items():
            if isinstance(value, (list, tuple)) and value and isinstance(value[0], dict):
                lines += [f"{key} = [", *(f"  {text(part)}," for part in value), "]"]
            else:
                lines.append(f"{key} = {text(value)}")
    return "\n".join(lines) + "\n"


def text(value: Any) -> str:
    """A value as TOML writes it; tables on one line, entries without a value left out."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml_value(str(key))} = {text(part)}" for key, part in value.items()
                                if part is not None) + " }" if value else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(text(part) for part in value)}]"
    return toml_value(value)


# --- reading --------------------------------------------------------------------------


def read_study(file: Path | str) -> Study:
    """A study from its file. Raises InvalidInstance with everything that is wrong, OSError."""
    file = Path(file)
    content = file.read_text(encoding="utf-8-sig")
    found = parse_toml(content, str(file))
    if isinstance(found, Problem):
        raise InvalidInstance([found], file.name)
    problems, rows = [], toml_lines(content)

    def wrong(name: str, what: str, mend: str, value=None) -> None:
        problems.append(Problem(str(file), what, mend, row=rows.get(name), value=value))

    for name, value in found.items():
        if name not in KNOWN:
            wrong(name, say("study.entry"), suggestion(name, KNOWN, say("study.entry_mend"), most=20), name)
        elif name in TEXTS and not isinstance(value, str) or name in TABLES and not isinstance(value, dict) or (
                name in LISTS and not (isinstance(value, list) and all(isinstance(part, str) for part in value))):
            wrong(name, say("study.type"), say(f"study.type_{sort(name)}"), str(value))
    if isinstance(jobs := found.get("jobs", 1), bool) or not isinstance(jobs, int) or jobs < 1:
        wrong("jobs", say("study.type"), say("study.type_jobs"), str(jobs))
    kind = found.get("kind")
    if kind is None or isinstance(kind, str) and kind not in KINDS:
        wrong("kind", say("study.no_kind"), suggestion(str(kind), KINDS, say("study.no_kind_mend"), most=30), kind)
    elif isinstance(kind, str) and isinstance(found.get("arguments"), dict):
        for name in set(found["arguments"]) - set(known := arguments(kind)):
            wrong(f"arguments.{name}", say("study.argument", kind=kind),
                  suggestion(name, known, say("study.entry_mend"), most=20), name)
    usual = asdict(Options())
    for name, value in found["options"].items() if isinstance(found.get("options"), dict) else ():
        if name not in usual:
            wrong(f"options.{name}", say("study.option"), suggestion(name, usual, say("study.entry_mend")), name)
        elif not fits(value, usual[name]):
            wrong(f"options.{name}", say("study.type"), say("study.type_option", usual=usual[name]), str(value))
    if problems:
        raise InvalidInstance(problems, file.name)
    options = Options(**{name: type(usual[name])(value) for name, value in found.get("options", {}).items()})
    told = {name: found[name] for name in (f.name for f in fields(Study)) if name in found and name != "options"}
    return Study(**told | {"options": options, "set": tuple(found.get("set", ()))})


def sort(name: str) -> str:
    return "text" if name in TEXTS else "list" if name in LISTS else "table"


def fits(value, usual) -> bool:
    """Is a value of the kind of the usual one? A whole number is a number; below nought nothing is."""
    if isinstance(usual, (bool, str)) or isinstance(value, (bool, str)):
        return type(value) is type(usual)
    return isinstance(value, int if isinstance(usual, int) else (int, float)) and value >= 0
