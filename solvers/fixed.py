"""The LP that is left of a solution when its whole columns are fixed: what each row's side is worth there.

A model with whole numbers has no dual prices. With them fixed it is an LP, and duality holds in it
(Gomory and Baumol, 1960: prices of an integer programme; Wolsey, 1981). What is told is therefore local:
what a side is worth while the whole decisions stay as they are.

    dual       d objective / d side of a row, from the optimal basis B: y = B^-T c_B
    goal-wise  the same basis with another cost vector: y_g = B^-T g_B, one solve for all rows
    range      the sides between which the basis stays feasible, so that the dual stays what it is:
               B dx = e_i, and the ratio test over every basic column and every row (right-side ranging)

At a degenerate vertex a range ends at the present side: the dual then holds for one direction only, or for
none, and `step` finds what a small move is worth by solving again.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solvers.highs import Answer
from solvers.kept import Kept
from solvers.lazy import Lazy
from solvers.matrix import Matrix, cost_scale

ZERO = 1e-9  # a direction's entries below this, relative to its largest, are none
FEASIBLE = 1e-7  # distance from a bound that counts as none, relative to max(1, |bound|)


class Fixed:
    """A live LP of a model with its whole columns at a solution's values.

    matrix  the model as its caller knows it; every figure told is in its own sense and unit
    x       array of n, a solution; only its whole columns count
    kept    what a search of this model left: its live LP and basis are used, and may be used again after
    Raises ValueError where the LP has no optimum: x is no solution then.
    """

    def __init__(self, matrix: Matrix, x: np.ndarray, kept: Kept | None = None, time_limit: float = np.inf):
        self.factor = (-1.0 if matrix.maximise else 1.0) * cost_scale(matrix.cost)
        self.matrix, self.moved, self.away = matrix, False, False  # has the live LP been solved again, and changed?
        self.whole = np.flatnonzero(matrix.integer)
        self.values = np.rint(x[self.whole])
        if kept is not None and kept.live is not None and kept.fits(matrix):
            self.factor = float(np.copysign(kept.factor, self.factor))
            self.live = kept.live
            self.live.become(self._inner(matrix))
            self.live.set_basis(kept.solution_basis if kept.solution_basis is not None else kept.basis)
        else:
            self.live = Lazy(self._inner(matrix))
        self.answer = self.solve(matrix, time_limit)
        if self.answer is None:
            raise ValueError("with the whole numbers fixed the LP has no optimum")
        self._look()

    def _inner(self, matrix: Matrix) -> Matrix:
        """The LP as it is solved: minimised, scaled, whole columns fixed."""
        lower, upper = matrix.lower.copy(), matrix.upper.copy()
        lower[self.whole] = upper[self.whole] = self.values
        return replace(matrix.relaxed(), cost=self.factor * matrix.cost, offset=self.factor * matrix.offset,
                       maximise=False, lower=lower, upper=upper)

    def solve(self, matrix: Matrix, time_limit: float = np.inf) -> Answer | None:
        """Solves the LP of a model of the same shape, from the last basis; None where it has no optimum.

        Objective, duals and reduced costs are the caller's.
        """
        self.live.become(self._inner(matrix))
        answer, self.moved = self.live.solve_lp(time_limit), True
        self.away = matrix is not self.matrix
        if answer.x is None:
            return None
        for name in ("objective", "bound", "duals", "reduced"):
            setattr(answer, name, getattr(answer, name) / self.factor)
        return answer

    def _back(self) -> None:
        """Puts the live LP back to the optimum that is asked about, where it has been moved since."""
        if self.moved:
            self.live.set_basis(self.basis)
            self.solve(self.matrix)
            self._look()

    def _look(self) -> None:
        """Remembers basis and bounds of the optimum, which later solves replace."""
        live, inner = self.live, self._inner(self.matrix)
        self.basis, self.held, self.moved = live.basis(), live.held.copy(), False
        basic = live.basic()
        self.columns, self.places = basic[basic >= 0], np.flatnonzero(basic >= 0)
        self.basic_rows = set(self.held[-1 - basic[basic < 0]].tolist())
        self.place_of = {int(row): k for k, row in enumerate(self.held)}
        x, activity = self.answer.x, self.matrix.rows @ self.answer.x
        self.activity = activity

        def room(value, low, high):
            small = FEASIBLE * np.maximum(1.0, np.abs(value))
            down, up = value - low, high - value
            return np.where(down <= small, 0.0, down), np.where(up <= small, 0.0, up)

        self.column_room = room(x, inner.lower, inner.upper)
        self.row_room = room(activity, inner.row_lower, inner.row_upper)

    def worth(self, cost: np.ndarray) -> np.ndarray:
        """What each row's side is worth in another linear measure (array of n): array of m, 0 for slack rows."""
        self._back()
        side = np.zeros(len(self.held))
        side[self.places] = cost[self.columns]
        found = np.zeros(self.matrix.n_rows)
        found[self.held] = self.live.basis_solve(side, transposed=True)
        return found

    def range(self, row: int) -> tuple[float, float]:
        """(down, up): how far a row's side may move, down (<= 0) and up (>= 0), while its dual holds."""
        self._back()
        if row not in self.place_of or row in self.basic_rows:  # it does not bind: up to where it would
            down, up = self.row_room[0][row], self.row_room[1][row]
            floor = np.isfinite(self.matrix.row_lower[row])
            return (-np.inf, down) if floor else (-up, np.inf)
        side = np.zeros(len(self.held))
        side[self.place_of[row]] = 1.0
        found = self.live.basis_solve(side)
        move = np.zeros(self.matrix.n_columns)
        move[self.columns] = found[self.places]
        move[np.abs(move) <= ZERO * max(1.0, np.abs(move).max(initial=0.0))] = 0.0
        along = self.matrix.rows @ move
        along[np.abs(along) <= ZERO * max(1.0, np.abs(along).max(initial=0.0))] = 0.0
        along[row] = 0.0  # its side moves with it
        up, down = (min(_ratio(sign * move, *self.column_room), _ratio(sign * along, *self.row_room))
                    for sign in (1.0, -1.0))
        return -down, up

    def step(self, row: int, by: float) -> float | None:
        """Change of the objective when a row's binding side moves by an amount; None: nothing is left then."""
        low, high = self.matrix.row_lower.copy(), self.matrix.row_upper.copy()
        binds_above = self.row_room[1][row] <= self.row_room[0][row]
        if binds_above:
            high[row] += by
        else:
            low[row] += by
        if low[row] > high[row]:  # an equality moves as a whole
            low[row] = high[row] = high[row] if binds_above else low[row]
        if row in self.place_of and not self.away:  # one side of the live LP, not the whole model anew
            place = [self.place_of[row]]
            self.live.set_row_bounds(place, low[[row]], high[[row]])
            answer, self.moved = self.live.solve_lp(), True
            self.live.set_row_bounds(place, self.matrix.row_lower[[row]], self.matrix.row_upper[[row]])
            if answer.x is not None:
                answer.objective /= self.factor
        else:
            answer = self.solve(replace(self.matrix, row_lower=low, row_upper=high))
        return None if answer is None or answer.x is None else answer.objective - self.answer.objective

    def forecast(self, matrix: Matrix) -> float:
        """First-order change of the objective when the model becomes another of the same shape.

        The Lagrangian's difference at the optimum and its duals (envelope theorem): moved sides, moved
        coefficients, moved bounds and moved costs count. Exact while the basis stays optimal and what moves are
        sides, bounds or costs; first order where coefficients move.
        """
        x, y, old = self.answer.x, self.answer.duals, self.matrix
        reduced = self.answer.reduced
        at_top = self.row_room[1] <= self.row_room[0]
        old_side, new_side = (np.where(at_top, m.row_upper, m.row_lower) for m in (old, matrix))
        priced = np.flatnonzero(y)
        change = float(y[priced] @ (new_side[priced] - old_side[priced]))
        change -= float(y[priced] @ ((matrix.rows[priced] - old.rows[priced]) @ x))
        change += float((matrix.cost - old.cost) @ x) + matrix.offset - old.offset
        free = np.ones(len(x), bool)
        free[self.whole] = False
        bound = free & (reduced != 0)
        top = self.column_room[1] <= self.column_room[0]
        old_bound, new_bound = (np.where(top, m.upper, m.lower)[bound] for m in (old, matrix))
        return change + float(reduced[bound] @ (new_bound - old_bound))


def _ratio(move: np.ndarray, down: np.ndarray, up: np.ndarray) -> float:
    """How far a direction can be gone before a value meets its lower or upper bound."""
    falling, rising = move < 0, move > 0
    return min(float((down[falling] / -move[falling]).min(initial=np.inf)),
               float((up[rising] / move[rising]).min(initial=np.inf)))
