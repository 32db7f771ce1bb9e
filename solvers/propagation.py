"""Bounds that follow from bounds: what fixing some whole columns says about others."""

from __future__ import annotations

import numpy as np

from solvers.matrix import Matrix

SLACK = 1e-7
DIGITS = 1e-12  # of the terms of a row: what summing them may lose


class Propagator:
    """Tightens the bounds of whole columns through the rows they stand in.

    Works on arrays over the integer columns only (positions in `columns`); the
    continuous columns keep their global bounds.
    """

    def __init__(self, matrix: Matrix):
        self.columns = np.flatnonzero(matrix.integer)
        place = np.full(matrix.n_columns, -1)
        place[self.columns] = np.arange(len(self.columns))
        rows = matrix.rows
        owner = np.repeat(np.arange(matrix.n_rows), np.diff(rows.indptr))
        touched = np.zeros(matrix.n_rows, bool)
        touched[owner[matrix.integer[rows.indices]]] = True
        kept = touched[owner]
        row, column, value = (np.cumsum(touched) - 1)[owner[kept]], rows.indices[kept], rows.data[kept]
        self.m = int(touched.sum())
        self.upper_side, self.lower_side = matrix.row_upper[touched], matrix.row_lower[touched]
        whole = matrix.integer[column]
        rest_low, rest_high = _terms(value[~whole], matrix.lower[column[~whole]],
                                     matrix.upper[column[~whole]])
        self.rest_low = np.bincount(row[~whole], rest_low, self.m)
        self.rest_high = np.bincount(row[~whole], rest_high, self.m)
        self.row, self.value, self.place = row[whole], value[whole], place[column[whole]]
        useful = np.isfinite(self.rest_low) & np.isfinite(self.upper_side)
        useful |= np.isfinite(self.rest_high) & np.isfinite(self.lower_side)
        keep = useful[self.row]
        self.row, self.value, self.place = self.row[keep], self.value[keep], self.place[keep]

    def tighten(self, lower: np.ndarray, upper: np.ndarray, rounds: int = 8) -> bool:
        """Tightens the bound arrays in place; False when they contradict each other or a row."""
        row, value, place = self.row, self.value, self.place
        positive = value > 0
        for _ in range(rounds):
            if (lower > upper).any():
                return False
            low, high = _terms(value, lower[place], upper[place])
            least = np.bincount(row, low, self.m) + self.rest_low
            most = np.bincount(row, high, self.m) + self.rest_high
            scale = SLACK * np.maximum(1.0, np.abs(np.where(np.isfinite(least), least, 1.0)))
            if (least > self.upper_side + scale + SLACK * np.abs(_number(self.upper_side))).any():
                return False
            scale = SLACK * np.maximum(1.0, np.abs(np.where(np.isfinite(most), most, 1.0)))
            if (most < self.lower_side - scale - SLACK * np.abs(_number(self.lower_side))).any():
                return False
            with np.errstate(invalid="ignore"):
                room = self.upper_side[row] - (least[row] - low)   # value * x <= room
                need = self.lower_side[row] - (most[row] - high)   # value * x >= need
                top = np.where(positive, room, need) / value
                bottom = np.where(positive, need, room) / value
            top = np.where(np.isnan(top), np.inf, top)
            bottom = np.where(np.isnan(bottom), -np.inf, bottom)
            new_upper, new_lower = upper.copy(), lower.copy()
            np.minimum.at(new_upper, place, np.floor(top + 1e-6))
            np.maximum.at(new_lower, place, np.ceil(bottom - 1e-6))
            if (new_upper >= upper).all() and (new_lower <= lower).all():
                return True
            lower[:], upper[:] = new_lower, new_upper
        return not (lower > upper).any()


def implied_bounds(matrix: Matrix, rounds: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of all columns, those that are missing taken from the rows where these imply one."""
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    rows = matrix.rows.tocoo()
    there = rows.data != 0
    row, column, value = rows.row[there], rows.col[there], rows.data[there]
    for _ in range(rounds):
        open_ = np.isinf(lower) | np.isinf(upper)
        low, high = _terms(value, lower[column], upper[column])
        new_lower, new_upper = lower.copy(), upper.copy()
        for side, ends, sign in ((matrix.row_upper, low, 1), (matrix.row_lower, high, -1)):
            missing = np.isinf(ends)
            ends = np.where(missing, 0.0, ends)
            rest = np.bincount(row, ends, matrix.n_rows)
            blur = DIGITS * (np.bincount(row, np.abs(ends), matrix.n_rows) + np.abs(_number(side)))
            lacking = np.bincount(row, missing, matrix.n_rows)
            entry = open_[column] & np.isfinite(side)[row] & (lacking[row] == missing)
            r, c, v = row[entry], column[entry], value[entry]
            bound = (side[r] + sign * blur[r] - rest[r] + ends[entry]) / v
            top = sign * v > 0
            np.minimum.at(new_upper, c[top], bound[top])
            np.maximum.at(new_lower, c[~top], bound[~top])
        new_upper = np.where(np.isinf(upper), new_upper, upper)
        new_lower = np.where(np.isinf(lower), new_lower, lower)
        if (np.isinf(new_upper) == np.isinf(upper)).all() and (np.isinf(new_lower) == np.isinf(lower)).all():
            break
        lower, upper = new_lower, new_upper
    return lower, upper


def _terms(value, lower, upper):
    """Least and most of value * x for x in [lower, upper]."""
    with np.errstate(invalid="ignore"):
        first, second = value * lower, value * upper
    return np.minimum(first, second), np.maximum(first, second)


def _number(side):
    return np.where(np.isfinite(side), side, 0.0)
