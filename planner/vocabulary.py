"""The words everything else is said in: records without behaviour.

A `Table` of `Column`s declares one input table once; the reader, the input
workbook, the headings, the manual and the checks are all made from it.
A `Mechanism` is one policy idea: its rule, its source, its numbers, its rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

STATUSES = ("published", "derived", "assumed")
"""Where a number comes from. Nothing assumed is shown as if published."""


@dataclass(frozen=True)
class Column:
    """One column of an input table.

    kind     'key' (part of the row's key), 'text', 'number', 'integer', 'flag'
             (true/false) or 'choice'
    unit     'money', 'FTE', 'share', 'year', 'persons', ... ('' for a pure
             number or a name); 'money' and 'FTE' are shown in the instance's
             own units
    low, high  closed bounds; None for none
    default  value of an empty cell; None means the cell must be filled,
             unless `optional`
    refers   'table' or 'table.column' whose entries are the only ones allowed
    choices  the allowed words of a 'choice'
    """

    name: str
    kind: str
    about: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    default: Any = None
    refers: str | None = None
    choices: tuple[str, ...] = ()
    key: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Table:
    """One input table: a CSV file of an instance folder or a workbook sheet."""

    name: str
    about: str
    columns: tuple[Column, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.key)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class Parameter:
    """One number, flag or word of `instance.toml`, in a mechanism or the core.

    kind is 'number', 'integer', 'flag', 'text' or 'choice'; a default of None
    means "not set: the rule it feeds is left out".
    """

    name: str
    about: str
    default: Any
    unit: str = ""
    low: float | None = None
    high: float | None = None
    kind: str = "number"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """Where a rule comes from: a paper's key (see `papers`), its section, and
    what it says there in our own words."""

    paper: str
    section: str
    claim: str


@dataclass(frozen=True)
class Example:
    """How a mechanism is used and what follows, in numbers worked out by hand on instances/tiny.

    settings  lines of its section of `instance.toml`, after `on = true`
    tables    (name, heading, rows ...) as they stand in the CSV; columns with a default may be left out
    sets      a change to try: lines after `--set`
    worked    sentences
    """

    worked: tuple[str, ...]
    settings: tuple[str, ...] = ()
    tables: tuple[tuple[str, ...], ...] = ()
    sets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mechanism:
    """One policy mechanism: one file, one line in `MECHANISMS`, one test file.

    number    its number in the formulation
    says      the rule in one plain sentence
    formula   the inequality, as it is shown in the manual
    sources   the papers' sections it is taken from (at least one)
    parameters, tables  what it reads beyond the core's own
    example   how it is used, worked out in numbers
    levers    rule -> the override key whose number moves it; {zone} and the like stand for the labels of its
              rows, and `rule_*` for all rules so begun, with {name} the rest
    add       `add(block, core, data)` writes its columns, rows, draws and goal terms
    measure   `measure(plan, data)` re-computes its rules from tables alone
    sums      rule -> `planner.model.tally.Tally`, for the rules that are plain sums over the plan's tables
    """

    name: str
    number: int
    says: str
    formula: str
    sources: tuple[Source, ...]
    add: Callable
    measure: Callable
    parameters: tuple[Parameter, ...] = ()
    tables: tuple[Table, ...] = ()
    check: Callable | None = None
    """`check(data)` yields `Problem`s that no single cell shows (cycles, floors
    that add to more than the whole)."""
    example: Example | None = None
    sums: dict[str, Any] = field(default_factory=dict)
    levers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """One thing wrong in an input: where, what, and how to mend it.

    place is a file or a sheet; row counts as the user sees it (the heading is
    row 1); cell is the address when the place is a workbook sheet.
    """

    place: str
    what: str
    mend: str
    row: int | None = None
    column: str | None = None
    value: Any = None
    cell: str | None = None
    severity: str = field(default="error")

    def __str__(self) -> str:
        if self.cell:
            where = f"{self.place}!{self.cell}"
        else:
            where = self.place + (f", row {self.row}" if self.row else "")
            where += f", column {self.column}" if self.column else ""
        shown = "" if self.value is None else f" (found: {self.value!r})"
        return f"{where}: {self.what}{shown}. {self.mend}"
