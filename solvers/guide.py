"""What an LP solution says about rounding: which way is free, and which member of a choice is meant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.matrix import Matrix

LEAN = 0.6  # how far a guide goes from the LP's value to one found elsewhere


@dataclass
class Point:
    """An LP solution as a dive sees it: arrays over the whole columns.

    x         the LP's values
    guide     the same, but in a choice of one the members' shares of what the choice is used for, and leaning to
              what is wanted
    down, up  may this column alone be rounded so, with no inequality broken? Never in a choice.
    """

    x: np.ndarray
    guide: np.ndarray
    down: np.ndarray
    up: np.ndarray


class Guide:
    """Looks at LP solutions of one matrix through the inequalities of its whole columns.

    Equalities are left to propagation: the other columns in them make up for a rounding.
    """

    def __init__(self, matrix: Matrix):
        self.columns = np.flatnonzero(matrix.integer)
        rows = np.flatnonzero(matrix.row_lower != matrix.row_upper)
        self.rows, self.lower, self.upper = matrix.rows[rows], matrix.row_lower[rows], matrix.row_upper[rows]
        self.part = self.rows[:, self.columns].tocoo()
        self.choice = choices(matrix)

    def point(self, x: np.ndarray, wanted: np.ndarray | None = None) -> Point:
        """The point of an LP solution x (array of n).

        wanted  values found elsewhere, array over the whole columns, NaN where none: the guide leans to them

        In a choice of one the LP often splits: the member that is used takes the least that its rows
        ask for, and a cheaper one that nothing uses takes the rest. So the guide is each member's
        least value over the sum of these.
        """
        part, activity, x = self.part, self.rows @ x, x[self.columns]
        slip = 1e-7 * np.maximum(1.0, np.abs(activity))
        below = (activity - self.lower + slip)[part.row]
        above = (self.upper - activity + slip)[part.row]
        positive, size = part.data > 0, np.abs(part.data)
        drop, rise = np.full((2, len(x)), np.inf)  # how far each column can go alone
        np.minimum.at(drop, part.col, np.where(positive, below, above) / size)
        np.minimum.at(rise, part.col, np.where(positive, above, below) / size)
        guide, member = x.copy(), self.choice >= 0
        if member.any():
            choice, least = self.choice[member], np.clip(x - drop, 0.0, 1.0)[member]
            whole = np.bincount(choice, least)[choice]
            guide[member] = np.where(whole > 1e-6, least / np.maximum(whole, 1e-6), x[member])
        if wanted is not None:
            guide = np.where(np.isnan(wanted), guide, (1 - LEAN) * guide + LEAN * wanted)
        return Point(x, guide, ~member & (drop >= x - np.floor(x)), ~member & (rise >= np.ceil(x) - x))


def choices(matrix: Matrix) -> np.ndarray:
    """For each whole column the choice of one that it is in (sum of binaries = 1), or -1."""
    ones = matrix.integer & (matrix.lower >= 0) & (matrix.upper <= 1)
    body = matrix.rows[np.flatnonzero((matrix.row_lower == 1) & (matrix.row_upper == 1))]
    row = np.repeat(np.arange(body.shape[0]), np.diff(body.indptr))
    other = np.bincount(row[(body.data != 1) | ~ones[body.indices]], minlength=body.shape[0]) > 0
    choice = np.full(matrix.n_columns, -1)
    choice[body.indices[~other[row]]] = row[~other[row]]
    return choice[matrix.integer]
