"""A live LP whose lazy rows come in only when a solution breaks them.

Most local rules of a plan never bind. Without them the LP is a third as tall and its basis
sparser; the few that do bind are found by looking at the solution, and added to the live model,
which goes on by dual simplex from its basis. The answer is that of the whole LP: a solution is
told only when it breaks no row, and a contradiction among some rows is one among all.
The method is row generation (Dantzig, Fulkerson and Johnson, 1954).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from solvers.highs import Answer, Live
from solvers.matrix import Matrix, beyond
from solvers.outcome import Stop

BROKEN = 3e-7  # violation from which a row is added, relative to max(1, |side|)
ONE_BY_ONE = 3  # rounds that add the broken rows alone; later ones add their whole family


class Lazy(Live):
    """A live model of the relaxation of a matrix with lazy rows; for LPs only.

    Bounds, costs and answers are those of the whole matrix; answers carry a dual for each of its
    rows, 0 for those not held.
    """

    def __init__(self, matrix: Matrix, options: dict | None = None):
        self.all = matrix
        self.held, self.absent = np.flatnonzero(matrix.family == 0), np.flatnonzero(matrix.family)
        super().__init__(matrix.with_only(self.held), options)

    def solve_lp(self, time_limit: float = np.inf, *, heard: Callable[[float], None] | None = None,
                 method: str = "simplex", settled: float = 0.0, **options) -> Answer:
        """As `Live.solve_lp`, over all rows.

        heard    told the bound after every round: it is proven, for rows only raise the optimum
        settled  relative change of the bound in a round at which a solution that still breaks lazy rows
                 is told; 0: never
        """
        end, rounds, iterations = time.perf_counter() + time_limit, 0, 0
        before = -np.inf
        while True:
            answer = super().solve_lp(max(end - time.perf_counter(), 0.0), method=method, **options)
            iterations += answer.iterations
            if answer.stop is Stop.UNBOUNDED and len(self.absent):
                self._add(self.absent)  # perhaps only for want of the absent rows
                continue
            if answer.x is None:
                break
            if heard is not None:
                heard(answer.bound)
            broken = self._broken(answer.x, whole_families=rounds >= ONE_BY_ONE)
            change, before = answer.bound - before, answer.bound
            if not len(broken) or (settled and change < settled * abs(before)):
                duals = np.zeros(self.all.n_rows)
                duals[self.held] = answer.duals
                answer.duals = duals
                break
            self._add(broken)
            rounds, method = rounds + 1, "simplex"  # it alone goes on from a basis
        answer.iterations = iterations
        return answer

    def become(self, matrix: Matrix) -> None:
        """Changes the live model into the relaxation of another matrix of the same shape, in place."""
        old, held = self.all, self.held
        self.all = matrix if matrix.lazy is not None else replace(matrix, lazy=old.lazy)
        every = np.arange(matrix.n_columns)
        self.set_offset(matrix.offset)
        self.set_cost(matrix.cost)
        self.set_bounds(every, matrix.lower, matrix.upper)
        self.set_row_bounds(np.arange(len(held)), matrix.row_lower[held], matrix.row_upper[held])
        change = (matrix.rows[held] - old.rows[held]).tocoo()
        moved = change.data != 0
        row, column = change.row[moved], change.col[moved]
        new = np.asarray(matrix.rows[held[row], column]).ravel() if len(row) else np.zeros(0)
        self.change_coefficients(row, column, new)

    def twin(self) -> Lazy:
        """Another live model of the same LP, with the same rows and basis."""
        return Lazy.holding(self.all, self.held, self.basis())

    @classmethod
    def holding(cls, matrix: Matrix, held: np.ndarray, basis) -> Lazy:
        """A live model with the rows that another one of this shape held when it had this basis."""
        made = cls(matrix)
        made._add(held[len(made.held):])
        made.set_basis(basis)
        return made

    def solve_mip(self, *args, **options):
        """Not for this class: branch and bound would never see the absent rows."""
        raise TypeError("a lazy model solves LPs only")

    def _broken(self, x: np.ndarray, whole_families: bool) -> np.ndarray:
        """Numbers of absent rows that x breaks, or of all absent rows of their families."""
        rows, all_ = self.absent, self.all
        activity = all_.rows[rows] @ x if len(rows) else np.zeros(0)
        wrong = beyond(activity, all_.row_lower[rows], all_.row_upper[rows]) > BROKEN
        if whole_families:
            wrong = np.isin(all_.lazy[rows], all_.lazy[rows[wrong]])
        return rows[wrong]

    def _add(self, rows: np.ndarray) -> None:
        self.add_rows(self.all.rows[rows], self.all.row_lower[rows], self.all.row_upper[rows])
        self.held = np.concatenate((self.held, rows))
        self.absent = np.setdiff1d(self.absent, rows, assume_unique=True)
