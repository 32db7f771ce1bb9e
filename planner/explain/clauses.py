"""The clauses of a written model: which rows a policy owns, and by what names people know them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from planner.mechanisms import MECHANISMS
from planner.model.build import build
from planner.model.goals import aims, write_goal
from solvers.intervals import Intervals, tighten
from solvers.matrix import Matrix

ASKED = "asked", "forced_in", 0, ""
"""The path of a row that somebody asks for beside the instance's own."""


@dataclass(frozen=True)
class Clause:
    """One row of a rule, named `MECHANISM.zone_floor[west, 2025]` and the like.

    row         its number in the model
    sense       '>=', '<=' or '=='
    labels      dimension -> label
    definition  True for a balance or definition of the model, which is no wish of anybody's
    """

    mechanism: str
    rule: str
    where: str
    year: int
    row: int
    sense: str
    labels: dict = field(default_factory=dict, compare=False, hash=False)
    definition: bool = False

    @property
    def name(self) -> str:
        inside = ", ".join(part for part in (self.where, str(self.year or "")) if part)
        return f"{self.mechanism}.{self.rule}" + (f"[{inside}]" if inside else "")


class Model:
    """An instance written as rows, with its clauses by name; nothing is solved yet.

    instance  the checked instance
    matrix    its rows and bounds; the goal only guides searches for any solution
    asked     `asked(core)` -> further rows (coefficients, least) that are asked for and always hold
    """

    def __init__(self, instance, mechanisms=MECHANISMS, asked=None):
        self.instance, self.mechanisms, self.asked = instance, mechanisms, asked
        self.core = build(instance, mechanisms)
        self.aims = aims(self.core)
        write_goal(self.core, self.aims)
        matrix = self.core.book.matrix()
        self.matrix: Matrix = matrix if asked is None else matrix.with_rows(asked(self.core))

    @classmethod
    def of(cls, core, matrix: Matrix) -> Model:
        """A model that is written already, its goal included."""
        made = cls.__new__(cls)
        made.instance, made.mechanisms, made.core, made.aims, made.asked = core.instance, MECHANISMS, core, [], None
        made.matrix = matrix
        return made

    @cached_property
    def intervals(self) -> Intervals:
        """Bounds of all columns carried through all rows."""
        return tighten(self.matrix)

    @cached_property
    def ruled(self) -> np.ndarray:
        """Numbers of the rows that clauses own."""
        parts = [np.arange(c.rows.first, c.rows.first + len(c.rows.index)) for c in self.core.clauses]
        return np.concatenate(parts or [np.zeros(0, int)])

    @cached_property
    def defined(self) -> np.ndarray:
        """Numbers of the rows that only define or balance."""
        return np.setdiff1d(np.arange(self.matrix.n_rows), self.ruled)

    @cached_property
    def _parts(self):
        """(first, end, mechanism, rule, index, sense, definition) of every written family of rows."""
        senses = {id(clause.rows): clause.sense for clause in self.core.clauses}
        made = []
        for rows in self.core.book.rows:
            owner, _, rule = rows.name.partition(".")
            made.append((rows.first, rows.first + len(rows.index), owner, rule, rows.index,
                         senses.get(id(rows), "=="), id(rows) not in senses))
        return made

    def paths(self, rows: np.ndarray) -> list[tuple]:
        """Per row: (mechanism, rule, year, where), from coarse to fine."""
        found: dict[int, tuple] = {}
        wanted = np.asarray(rows)
        for first, end, owner, rule, index, _, _ in self._parts:
            here = wanted[(wanted >= first) & (wanted < end)]
            if not len(here):
                continue
            part = index.take(here - first)
            years = part.labels("year") if "year" in part.dims else np.zeros(len(here), int)
            others = [part.labels(dim) for dim in part.dims if dim != "year"]
            for k, row in enumerate(here.tolist()):
                where = ", ".join(str(labels[k]) for labels in others)
                found[row] = (owner, rule, int(years[k]), where)
        return [found.get(row, ASKED) for row in wanted.tolist()]

    def family(self, clause: Clause) -> np.ndarray:
        """Rows of a clause's rule with the same labels, in all years."""
        for first, end, _, _, index, _, _ in self._parts:
            if first <= clause.row < end:
                same = index.mask(**{dim: [label] for dim, label in clause.labels.items() if dim != "year"})
                return first + np.flatnonzero(same)
        return np.array([clause.row])

    def clause(self, row: int) -> Clause:
        """The clause that a row is."""
        for first, end, owner, rule, index, sense, definition in self._parts:
            if first <= row < end:
                one = index.take(np.array([row - first]))
                labels = {dim: one.labels(dim)[0] for dim in one.dims}
                where = ", ".join(str(label) for dim, label in labels.items() if dim != "year")
                return Clause(owner, rule, where, int(labels.get("year", 0)), int(row), sense, labels, definition)
        return Clause(*ASKED[:2], "", 0, int(row), ">=", {}, True)
