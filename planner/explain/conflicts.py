"""The smallest set of clauses that cannot hold together: by bounds, then by LP, then with whole numbers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from planner.explain.clauses import Clause, Model
from solvers.certificate import certificate
from solvers.conflict import ByBounds, ByLP, ByMip, shrink
from solvers.highs import Live
from solvers.intervals import tighten
from solvers.matrix import Matrix, cost_scale
from solvers.outcome import Stop
from solvers.profiles import load_profile
from solvers.search import solve as search

LARGE = load_profile("balanced").small
"""Nonzeros from which a whole model is solved by the search and not by branch and bound alone."""

IDLE = 30.0
"""Seconds for a large model with every whole column at its least."""

ONE_TEST = 120.0
"""Seconds for one test of a large model with whole numbers."""


@dataclass
class Conflict:
    """Clauses that cannot hold together, with the model's definitions and bounds.

    by        how it was found: 'bounds', 'relaxation' or 'whole numbers'
    smallest  proven: without any one of them the rest can hold
    unproven  names of those whose need was not proven in time
    """

    clauses: list[Clause]
    by: str
    smallest: bool
    unproven: list[str]
    tests: int
    seconds: float

    @property
    def rows(self) -> np.ndarray:
        return np.array([clause.row for clause in self.clauses], int)


class Budget:
    """What is left of the time, and whether somebody asked to stop."""

    def __init__(self, seconds: float, stop: Callable[[], bool] | None = None):
        self.start, self.seconds, self._stop = time.perf_counter(), seconds, stop

    @property
    def used(self) -> float:
        return time.perf_counter() - self.start

    @property
    def left(self) -> float:
        return max(self.seconds - self.used, 0.0)

    def over(self) -> bool:
        return self.left <= 0 or self._stop is not None and self._stop()


def holds(matrix: Matrix, budget: Budget) -> tuple[bool | None, np.ndarray | None]:
    """(True and a point, False, or None when neither was proven): has the whole model a solution?"""
    if matrix.nonzeros <= LARGE:
        verdict = ByMip(matrix, np.zeros(0, int), budget.left, budget.over)(np.zeros(0, bool))
        return (None if verdict.infeasible is None else not verdict.infeasible), verdict.x
    answer = any_solution(matrix, budget.left, budget)
    return True if answer.x is not None else False if answer.stop is Stop.INFEASIBLE else None, answer.x


def any_solution(matrix: Matrix, seconds: float, budget: Budget):
    """Some solution of a large model: every whole column at its least, where that will do; else by the search."""
    least = np.where(matrix.integer, np.ceil(matrix.lower - 1e-9), 0.0)
    if matrix.integer.any() and np.isfinite(least).all():
        idle = replace(matrix.relaxed(), lower=np.where(matrix.integer, least, matrix.lower),
                       upper=np.where(matrix.integer, least, matrix.upper), cost=np.zeros(matrix.n_columns))
        answer = Live(idle).solve_lp(min(seconds, IDLE), tick=budget.over)
        if answer.x is not None:
            return answer
    return search(matrix, gap=1e9, time_limit=min(seconds, budget.left), stop=budget.over)


def find_conflict(model: Model, budget: Budget, tell: Callable[[dict], None] = lambda event: None,
                  matrix: Matrix | None = None) -> tuple[Conflict | None, bool | None]:
    """(conflict, None) or (None, True when the clauses can all hold; None when nothing is proven).

    Background are definitions and bounds. Where these cannot hold by themselves, definitions are told
    instead of clauses.
    """
    matrix = model.matrix if matrix is None else matrix
    begin, tests = time.perf_counter(), 0
    candidates = model.ruled

    def telling(phase):
        tell({"phase": phase})
        return lambda event: tell({"phase": phase} | event)

    heard = telling("bounds")
    found, start = (model.intervals if matrix is model.matrix else tighten(matrix)).contradiction, None
    by = None
    if found is not None:
        few = matrix.with_only(found.rows)  # the proof needs no other row
        inside = np.flatnonzero(np.isin(found.rows, candidates))
        oracle = ByBounds(few, inside)
        part = shrink(oracle, model.paths(found.rows[inside]), tell=heard, stop=budget.over)
        if part is not None:
            by, tests = "bounds", part.tests
            start = np.isin(candidates, found.rows[inside[part.kept]])
    else:
        heard = telling("relaxation")
        every = np.ones(len(candidates), bool)
        if matrix.nonzeros > LARGE:
            start = _by_certificate(model, matrix, budget)
        elif ByLP(matrix, candidates, budget.left, budget.over)(every).infeasible:
            start = every
        by = None if start is None else "relaxation"
    if by is None:
        heard = telling("whole numbers")
        held, _ = holds(matrix, budget)
        if held is not False:
            return None, held
        by, start = "whole numbers", np.ones(len(candidates), bool)
    kept = candidates[start]
    smallest, unproven = False, []
    for oracle_of in (ByLP, ByMip):
        if oracle_of is ByLP and by == "whole numbers":
            continue
        if oracle_of is ByMip and not matrix.integer.any():
            break
        heard = telling("relaxation" if oracle_of is ByLP else "whole numbers")
        rows = np.sort(np.concatenate((model.defined, kept)))
        inside = np.flatnonzero(np.isin(rows, kept))
        part = matrix.with_only(rows)
        oracle = _by_mip(part, inside, budget) if oracle_of is ByMip else ByLP(part, inside, budget.left, budget.over)
        part = shrink(oracle, model.paths(rows[inside]), time_limit=budget.left, tell=heard, stop=budget.over,
                      trusted=True)
        tests += part.tests
        kept = rows[inside[part.kept]]
        smallest, unproven = part.smallest, ["{}.{}[{}]".format(*path[:2], ", ".join(
            str(word) for word in (path[3], path[2] or "") if word)) for path in part.unproven]
    if not len(kept):
        return _by_definition(model, matrix, budget, tell, begin)
    return Conflict([model.clause(row) for row in kept], by, smallest, unproven, tests,
                    time.perf_counter() - begin), None


def _by_certificate(model: Model, matrix: Matrix, budget: Budget) -> np.ndarray | None:
    """Mask of the candidates in a small proof that a large LP is infeasible; None when none is found.

    Mechanisms' rules come in as they are broken; budgets, capacities and definitions hold from the start. The goal
    stays: without it the dual simplex method wanders (measured on the flagship: no end in 150 s).
    """
    candidates = model.ruled
    paths = model.paths(candidates)
    policy = np.array([path[0] != "core" for path in paths], bool)
    names = {name: number for number, name in enumerate(dict.fromkeys(path[:2] for path in paths), 1)}
    families = np.array([names[path[:2]] for path in paths], int)
    factor = (-1.0 if matrix.maximise else 1.0) * cost_scale(matrix.cost)
    lp = replace(matrix.relaxed(), cost=factor * matrix.cost, offset=0.0, maximise=False)
    _, rows = certificate(lp, candidates[policy], families[policy], budget.left, budget.over)
    if rows is None:
        return None
    inside = np.flatnonzero(np.isin(rows, candidates))
    part = shrink(ByLP(matrix.with_only(rows), inside, budget.left, budget.over), model.paths(rows[inside]),
                  time_limit=budget.left, stop=budget.over, trusted=True)
    return np.isin(candidates, rows[inside[part.kept]])


def _by_mip(matrix: Matrix, inside, budget: Budget) -> ByMip:
    """Tests with whole numbers: by branch and bound, large models by the search, which finds solutions sooner."""
    def by_search(part, seconds):
        return any_solution(replace(part, cost=matrix.cost, maximise=matrix.maximise), min(seconds, ONE_TEST), budget)
    return ByMip(matrix, inside, budget.left / 4, budget.over, search=by_search if matrix.nonzeros > LARGE else None)


def _by_definition(model, matrix, budget, tell, begin) -> tuple[Conflict, None]:
    """The conflict among definitions and bounds alone: no clause takes part."""
    by, few = "relaxation", matrix.with_only(model.defined)
    paths = model.paths(model.defined)
    inside = np.flatnonzero([not path[1].endswith("_sum") for path in paths])  # sums are nobody's wish
    rows, paths = model.defined[inside], [paths[i] for i in inside]
    oracle = ByLP(few, inside, budget.left, budget.over)
    part = shrink(oracle, paths, time_limit=budget.left, stop=budget.over,
                  tell=lambda event: tell({"phase": "definitions"} | event))
    if part is None:
        oracle, by = _by_mip(few, inside, budget), "whole numbers"
        part = shrink(oracle, paths, time_limit=budget.left, stop=budget.over, trusted=True)
    return Conflict([model.clause(row) for row in rows[part.kept]], by, part.smallest,
                    [".".join(path[:2]) for path in part.unproven], part.tests, time.perf_counter() - begin), None
