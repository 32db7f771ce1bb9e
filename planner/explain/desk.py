"""The desk at which the repairs of one conflict are worked out: levers moved, rows given way, both solved again."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from planner.explain.clauses import Clause, Model
from planner.explain.confirm import Confirmed
from planner.explain.conflicts import Budget, Conflict, holds
from planner.explain.levers import Lever
from planner.instance import InvalidInstance
from planner.plan import Plan, measure_all, tables_of
from solvers.elastic import freed, given_way, nearest, plain_solve, relief_of, relieved
from solvers.matrix import Matrix

GIVES = 1e-7  # relief from which a row counts as giving way
NUDGES = 3  # times that a rounded value is moved on when the whole model still does not hold


@dataclass
class Repair:
    """One way to end a conflict.

    clauses  names of the clauses it moves
    key      the override key of its lever, or None where no single number moves the clause
    now, to  the lever's value, and the value nearest to it with which the others hold
    unit     of the lever, or of the row where there is none
    relief   without a lever: by how much the row must give way, in its own unit
    share    the move as a part of the larger of both values: by it repairs are ranked
    words    what to write after --set
    checked  'holds': solved again with the repair, whole numbers included; 'relaxation': only without them,
             for want of time; 'others' : ends this conflict, others remain; 'unproven'
    edge     where `to` lies beyond it: the value that the conflict's own rules ask for, not confirmed
    seconds  that the check took, on large models
    """

    clauses: list[str]
    key: str | None
    now: float | None
    to: float | None
    unit: str
    relief: float | None
    share: float
    words: list[str] = field(default_factory=list)
    checked: str = "unproven"
    edge: float | None = None
    seconds: float | None = None


class Desk:
    """Where the repairs of one conflict are worked out.

    relax  the conflict shows without whole numbers, so figures are found without them, and then checked
    x      a point that keeps all other rules, or where it cannot, one at which as little as possible gives way
    """

    def __init__(self, model: Model, conflict: Conflict, budget: Budget, point: bool = True):
        self.model, self.relax, self.budget = model, conflict.by != "whole numbers", budget
        defined = any(clause.definition for clause in conflict.clauses)
        self.solve, self._beside, self._made = plain_solve(budget.over), {}, {}
        self.rows = np.arange(model.matrix.n_rows) if defined else model.ruled
        self.x = None
        if not point:
            return
        own = np.concatenate([model.family(clause) for clause in conflict.clauses])
        aside = self._numbers(freed(model.matrix, own), not self.relax)
        self.x = holds(aside, budget)[1]
        if self.x is None and not budget.over():
            found = self._least(model.matrix, self.rows)
            self.x = None if found is None else found[1]

    def _least(self, matrix: Matrix, rows) -> tuple[np.ndarray, np.ndarray] | None:
        """(relief by row, point): the least relief of some rows, each relative to its side."""
        whole = relieved(matrix, rows, 1.0 / np.maximum(_scale(matrix, rows), 1.0))
        answer = self.solve(self._numbers(whole, not self.relax), self.budget.left)
        return None if answer.x is None else (relief_of(answer, matrix, rows), answer.x[:matrix.n_columns])

    def written(self, changes: dict) -> Model | None:
        """The model of the instance with some numbers changed; None where its own checks refuse them."""
        key = tuple(changes.items())
        if key not in self._made:
            try:
                self._made[key] = Model(
                    self.model.instance.with_overrides(changes), self.model.mechanisms, self.model.asked)
            except InvalidInstance:
                self._made[key] = None
        return self._made[key]

    def _numbers(self, matrix: Matrix, whole: bool) -> Matrix:
        return matrix if whole else matrix.relaxed()

    def _holds(self, matrix: Matrix, conflict: Conflict | None) -> bool | None:
        """Has it a solution? Beside other conflicts only at this one's own level: theirs may need whole numbers."""
        return holds(self._numbers(matrix, conflict is None or not self.relax), self.budget)[0]

    def beside(self, conflict: Conflict | None) -> np.ndarray | None:
        """Rows that must give way beside a conflict and are left aside; None when nothing can be said of them.

        The conflict's own rules, in all years, are not among them: its levers move them too.
        """
        if conflict is None:
            return np.zeros(0, int)
        if id(conflict) not in self._beside:
            own = np.concatenate([self.model.family(clause) for clause in conflict.clauses])
            outside = np.setdiff1d(self.rows, own)
            found = self._least(freed(self.model.matrix, own), outside)
            self._beside[id(conflict)] = None if found is None else outside[found[0] > GIVES]
        return self._beside[id(conflict)]

    def by_lever(self, found: Lever, clauses, conflict: Conflict | None, whole: bool) -> Repair | None:
        """The lever's nearest value that mends, rounded away from the present one and checked by solving."""
        now, start, x, verdict, budget = found.now, found.now, self.x, None, self.budget
        others = self.beside(conflict)
        if others is None:
            return None
        here = self.model
        for _ in range(NUDGES):
            there, step = self.beyond(here, found, start)
            if there is None:
                return None
            one, two = (self._numbers(freed(part.matrix, others), whole) for part in (here, there))
            moved = nearest(one, two, start, start + step, x, low=found.low, high=found.high, solve=self.solve,
                            time_limit=budget.left)
            if moved.value is None:
                return None
            to = found.rounded(moved.value)
            if to == start and start != now:  # seen as enough, yet it does not hold: on by the tolerance
                to = found.rounded(start + np.sign(start - now) * max(abs(start - now) * 1e-3, 1e-6))
            if to == now:
                return None
            here = self.written({found.key: to})
            if here is None:
                return None
            gave = freed(here.matrix, others)
            verdict = self._holds(gave, conflict)
            if verdict is not False:
                break
            if not whole and holds(gave.relaxed(), budget)[0]:
                return None  # enough only without whole numbers
            start, x = to, moved.x
        if verdict is False:
            return None
        checked = _checked(verdict, conflict)
        if verdict is None and holds(gave.relaxed(), budget)[0]:
            checked = "relaxation"
        return self.repair(found, clauses, to, checked)

    def repair(self, found: Lever, clauses, to: float, checked: str) -> Repair:
        return Repair([clause.name for clause in clauses], found.key, found.now, to, _unit(self.model, found.unit),
                      None, _share(found.now, to), [f"{found.key}={to:.12g}"], checked)

    def confirm(self, repair: Repair, confirmed: Confirmed) -> None:
        """Takes what a check on the whole model showed; a value beyond the repair's own becomes the repair."""
        repair.checked = {True: "holds", False: "others", None: "unproven"}[confirmed.verdict]
        repair.seconds = confirmed.seconds
        if confirmed.to != repair.to:
            repair.edge, repair.to = repair.to, confirmed.to
            repair.share, repair.words = _share(repair.now, repair.to), [f"{repair.key}={repair.to:.12g}"]

    def beyond(self, here: Model, found: Lever, start: float) -> tuple[Model | None, float]:
        """(model with the lever a small step further, the step); None where it changes more than numbers."""
        step = _step(found, start)
        there = self.written({found.key: start + step})
        if there is None and found.low <= start - step <= found.high:  # refused, as a floor above its ceiling
            step = -step
            there = self.written({found.key: start + step})
        return (there if there is not None and _alike(here.matrix, there.matrix) else None), step

    def by_row(self, clauses, conflict: Conflict | None, whole: bool) -> Repair | None:
        """By how much the rows must give way; the words then price the mechanism's rules, not one number."""
        others, model = self.beside(conflict), self.model
        if others is None:
            return None
        rows, owner = np.array([clause.row for clause in clauses]), clauses[0].mechanism
        matrix = freed(model.matrix, others)
        answer = self.solve(self._numbers(relieved(matrix, rows), whole), self.budget.left)
        if answer.x is None:
            return None
        relief = float(relief_of(answer, matrix, rows).sum())
        gave = given_way(matrix, rows, relief_of(answer, matrix, rows))
        words, checked = [], _checked(self._holds(gave, conflict), conflict)
        if checked == "unproven" and not whole and matrix.integer.any():
            return None  # enough only without whole numbers
        if not clauses[0].definition and owner != "core":
            made = self.written({f"{owner}.price": 1.0})
            if made is not None and made.matrix.n_rows == model.matrix.n_rows:
                words = [f"{owner}.price=1"]
                checked = _checked(self._holds(freed(made.matrix, others), conflict), conflict)
        return Repair([clause.name for clause in clauses], None, None, None,
                      _row_unit(model, clauses[0], answer.x[:model.matrix.n_columns]), relief,
                      1.0 + relief / float(max(_scale(model.matrix, rows).max(), 1.0)), words, checked)


# --- small parts ----------------------------------------------------------------------


def _share(now: float, to: float) -> float:
    return abs(to - now) / max(abs(to), abs(now))


def _alike(one: Matrix, two: Matrix) -> bool:
    return one.rows.shape == two.rows.shape and np.array_equal(one.integer, two.integer)


def _checked(verdict: bool | None, conflict: Conflict | None) -> str:
    return "unproven" if not verdict else "holds" if conflict is None else "others"


def _unit(model: Model, unit: str) -> str:
    return {"money": model.instance.money_unit, "FTE": model.instance.talent_unit}.get(unit, unit)


def _row_unit(model: Model, clause: Clause, x: np.ndarray) -> str:
    """The unit in which a rule is measured."""
    if clause.mechanism == "core":
        return _unit(model, "FTE" if clause.rule.endswith("talent") else "money")
    table = measure_all(Plan(model.instance, tables_of(model.core, x), {}), model.mechanisms)
    units = table.loc[(table["mechanism"] == clause.mechanism) & (table["rule"] == clause.rule), "unit"]
    return _unit(model, units.iloc[0]) if len(units) else ""


def _step(found: Lever, start: float) -> float:
    """A small move within the limits, to see what the lever does."""
    step = 1.0 if found.whole else max(abs(start), 1e-2) * 1e-2
    return -step if start + step > found.high else step


def _scale(matrix: Matrix, rows: np.ndarray) -> np.ndarray:
    """How large the numbers of some rows are: their side, or their largest coefficient."""
    sides = np.where(np.isfinite(matrix.row_lower[rows]), matrix.row_lower[rows], matrix.row_upper[rows])
    return np.where(np.isfinite(sides), np.abs(sides), 0.0)
