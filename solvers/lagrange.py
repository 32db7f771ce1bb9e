"""Price decomposition: the blocks of a matrix solved apart, the rows between them priced.

A plan is block-angular: what one region may do is said by rows of its own, and few rows join the
regions. With a price on each joining row the model falls apart into small mixed-integer models. The
sum of their optima bounds the optimum, never worse than the LP whose prices they take, for each
block keeps its whole numbers (Lagrangian relaxation: Geoffrion, Mathematical Programming Study 2,
1974); their solutions say how to round.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from solvers.crew import Crew, Task
from solvers.highs import Answer
from solvers.hunt import Hunt
from solvers.matrix import Matrix
from solvers.outcome import Stop
from solvers.propagation import implied_bounds

AGAIN = 0.2    # `apart` of a live re-solve, which asks for its gap and no better start of a search: a third of the time less
NODES = 200    # of one block; its bound counts also where it stops there
FEW = 0.2      # of all columns: blocks that may be solved anew for a bound carried over
ROOM = 1.5     # bounds that a block has from rows alone are taken this much wider, so that a later one stays within
COUPLING = -2  # in place of a block's number: a row that joins blocks


@dataclass
class Relaxed:
    """The blocks at given prices: a proven bound (minimisation), and their solutions side by side.

    x      array of n; whole columns are whole; rows between blocks may be broken
    known  bool array of n: columns whose block has a solution; not those outside blocks: without the blocks that use
           them they are as good at 0 as at 1, and all at 0 cost the flagship half of its worth
    stop   OPTIMAL; INFEASIBLE where a block has no solution, so that nothing has; else why it ended early
    price  of every row, 0 for those that are not between blocks
    parts  each block's model at these prices and its proven bound
    """

    stop: Stop
    bound: float
    x: np.ndarray
    known: np.ndarray
    price: np.ndarray
    parts: list[tuple[Matrix, float]]

    def wishes(self, columns: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
        """What the blocks say of whole columns (index array, with their bounds); NaN where that is no advice.

        At given prices a column of more than two values leaps from end to end, in all blocks at once.
        """
        told = self.known[columns] & (upper - lower <= 1)
        return np.where(told, self.x[columns], np.nan)


class Blocks:
    """The blocks of a minimisation matrix by its `block` labels; columns without one form a block too.

    Raises ValueError for a matrix without labels.
    """

    def __init__(self, matrix: Matrix):
        if matrix.block is None:
            raise ValueError("the matrix says of no column which block it is in")
        self.matrix = matrix
        rows, label = matrix.rows, matrix.block
        self.tight = implied_bounds(matrix)
        lower, upper = roomy(matrix, *self.tight)
        owner = np.full(matrix.n_rows, COUPLING)
        filled = np.flatnonzero(np.diff(rows.indptr))
        first = rows.indptr[filled]
        least, most = (f.reduceat(label[rows.indices], first) for f in (np.minimum, np.maximum))
        owner[filled] = np.where(least == most, least, COUPLING)
        self.coupling = owner == COUPLING
        self.parts = []
        for name in np.unique(label).tolist():
            columns, own = np.flatnonzero(label == name), np.flatnonzero(owner == name)
            self.parts.append((columns, Matrix(
                np.zeros(len(columns)), 0.0, False, lower[columns], upper[columns],
                matrix.integer[columns], rows[own][:, columns],
                matrix.row_lower[own], matrix.row_upper[own])))

    def relax(self, duals: np.ndarray, hunt: Hunt, tolerance: float, crew: Crew) -> Relaxed:
        """Solves every block at the prices of the rows between them.

        duals      per row of the matrix; a price that would ask for a side that is not there counts as 0
        tolerance  what all blocks together may be short of their optima
        crew       who solves the blocks; the result does not depend on how many do
        """
        price = np.where(self.coupling, duals, 0.0)
        price = np.where(np.isfinite(self._sides(price)), price, 0.0)
        bound, models = self._priced(price)
        x, known, stop = np.zeros(self.matrix.n_columns), np.zeros(self.matrix.n_columns, bool), Stop.OPTIMAL
        answers, parts = self._solve(models, hunt, tolerance, crew), []
        for (columns, _), model, answer in zip(self.parts, models, answers):
            if answer.stop in (Stop.INFEASIBLE, Stop.UNBOUNDED, Stop.FAILED, Stop.INTERRUPTED):
                stop = answer.stop if stop is not Stop.INFEASIBLE else stop
            parts.append((model, proven(answer)))
            if answer.x is not None:
                x[columns], known[columns] = answer.x, self.matrix.block[columns[0]] >= 0
        if stop is Stop.OPTIMAL and hunt.left <= 0:
            stop = Stop.TIME_LIMIT
        return Relaxed(stop, bound + sum(least for _, least in parts), x, known, price, parts)

    def carried(self, before: Relaxed, hunt: Hunt, tolerance: float, crew: Crew) -> float:
        """A proven bound from an earlier relaxation of this matrix with other numbers, at the prices of then.

        A block that is the same there or narrower keeps its bound; the others are solved, if they are few.
        Minus infinity where they are many, or a side that had a price is no longer there.
        """
        if not np.isfinite(self._sides(before.price)[before.price != 0]).all():
            return -np.inf
        bound, models = self._priced(before.price)
        low, high = self.tight
        models = [replace(model, lower=low[columns], upper=high[columns])
                  for (columns, _), model in zip(self.parts, models)]
        wider = []
        for model, (old, least) in zip(models, before.parts):
            if narrower(model, old):
                bound += least
            else:
                wider.append(model)
        if sum(model.n_columns for model in wider) > FEW * self.matrix.n_columns:
            return -np.inf
        return bound + sum(proven(answer) for answer in self._solve(wider, hunt, tolerance, crew))

    def _sides(self, price: np.ndarray) -> np.ndarray:
        return np.where(price > 0, self.matrix.row_lower, self.matrix.row_upper)

    def _priced(self, price: np.ndarray) -> tuple[float, list[Matrix]]:
        """What the priced rows' sides are worth, and the blocks' models at these prices."""
        cost = self.matrix.cost - self.matrix.rows.T @ price
        worth = float(np.where(price != 0, self._sides(price), 0.0) @ price)
        return self.matrix.offset + worth, [replace(model, cost=cost[columns]) for columns, model in self.parts]

    def _solve(self, models: list[Matrix], hunt: Hunt, tolerance: float, crew: Crew) -> list[Answer]:
        tasks = [Task(model, tolerance / len(self.parts), NODES, hunt.left) for model in models]
        answers = crew.solve(tasks, hunt.tick)
        hunt.iterations += sum(answer.iterations for answer in answers)
        return answers


def proven(answer: Answer) -> float:
    """The bound of a block's answer."""
    return -np.inf if answer.bound is None or answer.stop is Stop.FAILED else answer.bound


def roomy(matrix: Matrix, lower: np.ndarray, upper: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Implied bounds of all columns; those that rows alone imply with room, so that a small change leaves them valid."""
    lower, upper = lower.copy(), upper.copy()
    far = np.isinf(matrix.lower) & np.isfinite(lower), np.isinf(matrix.upper) & np.isfinite(upper)
    lower[far[0]] -= (ROOM - 1) * np.abs(lower[far[0]])
    upper[far[1]] += (ROOM - 1) * np.abs(upper[far[1]])
    return lower, upper


def narrower(model: Matrix, old: Matrix) -> bool:
    """Has a model the costs and rows of an old one, and bounds and sides that allow no more than the old ones?"""
    rows, before = model.rows, old.rows
    return rows.shape == before.shape and rows.nnz == before.nnz and all(np.array_equal(a, b) for a, b in (
        (model.cost, old.cost), (rows.indptr, before.indptr), (rows.indices, before.indices),
        (rows.data, before.data), (model.integer, old.integer))) and bool(
        (model.lower >= old.lower).all() and (model.upper <= old.upper).all()
        and (model.row_lower >= old.row_lower).all() and (model.row_upper <= old.row_upper).all())
