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
from solvers.hunt import Hunt
from solvers.matrix import Matrix
from solvers.outcome import Stop
from solvers.propagation import implied_bounds

APART = 0.05   # of the gap aimed at: what all blocks together may well be short of their optima
NODES = 200    # of one block; its bound counts also where it stops there
COUPLING = -2  # in place of a block's number: a row that joins blocks


@dataclass
class Relaxed:
    """The blocks at given prices: a proven bound (minimisation), and their solutions side by side.

    x      array of n; whole columns are whole; rows between blocks may be broken
    known  bool array of n: columns whose block has a solution
    stop   OPTIMAL; INFEASIBLE where a block has no solution, so that nothing has; else why it ended early
    """

    stop: Stop
    bound: float
    x: np.ndarray
    known: np.ndarray

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
        lower, upper = implied_bounds(matrix)
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
        matrix = self.matrix
        price = np.where(self.coupling, duals, 0.0)
        side = np.where(price > 0, matrix.row_lower, matrix.row_upper)
        price = np.where(np.isfinite(side), price, 0.0)
        cost = matrix.cost - matrix.rows.T @ price
        bound = matrix.offset + float(np.where(price != 0, side, 0.0) @ price)
        x, known, stop = np.zeros(matrix.n_columns), np.zeros(matrix.n_columns, bool), Stop.OPTIMAL
        tasks = [Task(replace(model, cost=cost[columns]), tolerance / len(self.parts), NODES, hunt.left)
                 for columns, model in self.parts]
        for (columns, _), answer in zip(self.parts, crew.solve(tasks, hunt.tick)):
            hunt.iterations += answer.iterations
            if answer.stop in (Stop.INFEASIBLE, Stop.UNBOUNDED, Stop.FAILED, Stop.INTERRUPTED):
                stop = answer.stop if stop is not Stop.INFEASIBLE else stop
            bound += -np.inf if answer.bound is None or answer.stop is Stop.FAILED else answer.bound
            if answer.x is not None:
                x[columns], known[columns] = answer.x, True
        if stop is Stop.OPTIMAL and hunt.left <= 0:
            stop = Stop.TIME_LIMIT
        return Relaxed(stop, bound, x, known)
