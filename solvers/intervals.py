"""What bounds alone say: intervals of all columns carried through all rows, and contradictions with their rows.

Each row bounds each of its columns by what the others can be at least and at most (feasibility-based
bound tightening; Savelsbergh, 1994). A row that its columns cannot meet, or a column whose bounds
cross, proves that no solution exists: nothing is solved. Every bound remembers the row it came from,
so a contradiction is traced back to the few rows that made it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.matrix import Matrix

SURE = 1e-6  # a contradiction counts from here, relative to the size of what was added up
STEP = 1e-3  # a bound moves only if it moves by this part of its size or of its range
HUGE = 1e15  # bounds beyond are of no use


@dataclass
class Contradiction:
    """Rows that cannot all hold, given the bounds of their columns.

    rows      numbers of the rows that the proof uses
    row       the last of them, which cannot be met
    possible  the least or most that its left side can be, given the others
    side      what it asks for
    at_least  True when it asks for at least `side`
    """

    rows: np.ndarray
    row: int
    possible: float
    side: float
    at_least: bool


@dataclass
class Intervals:
    """Bounds of every column after the tightening, and the contradiction found, or None."""

    lower: np.ndarray
    upper: np.ndarray
    contradiction: Contradiction | None = None


def tighten(matrix: Matrix, rounds: int = 40) -> Intervals:
    """Carries bounds through rows until they settle, contradict each other, or `rounds` are over.

    Sound: it says that there is no solution only when the rows traced have none, with a margin
    above the tolerance of a solver. What it does not find proves nothing.
    """
    coo = matrix.rows.tocoo()
    row, column, value = coo.row, coo.col, coo.data
    m, positive = matrix.n_rows, value > 0
    lower, upper = matrix.lower.astype(float).copy(), matrix.upper.astype(float).copy()
    whole = matrix.integer
    high, low = matrix.row_upper, matrix.row_lower
    history: list[tuple[np.ndarray, np.ndarray]] = []  # per round, the row behind each new lower, upper bound
    for _ in range(rounds):
        with np.errstate(invalid="ignore"):
            least = np.where(positive, value * lower[column], value * upper[column])
            most = np.where(positive, value * upper[column], value * lower[column])
        row_least, open_least, size_least = _sums(row, least, m)
        row_most, open_most, size_most = _sums(row, most, m)
        found = _broken(row_least, open_least, size_least, row_most, open_most, size_most, low, high)
        if found is not None:
            at, at_least = found
            possible = row_most[at] if at_least else row_least[at]
            rows = _trace(history, matrix, at, at_least, row, column, positive)
            return Intervals(lower, upper, Contradiction(
                rows, at, float(possible), float(low[at] if at_least else high[at]), at_least))
        new_lower, new_upper = lower.copy(), upper.copy()
        from_lower, from_upper = np.full(len(lower), -1), np.full(len(upper), -1)
        for side, ends, sums, open_, size, sign in (
                (high, least, row_least, open_least, size_least, 1),
                (low, most, row_most, open_most, size_most, -1)):
            missing = ~np.isfinite(ends)
            useful = np.isfinite(side)[row] & (open_[row] == missing)
            r, c, v = row[useful], column[useful], value[useful]
            rest = sums[r] - np.where(missing[useful], 0.0, ends[useful])
            blur = 1e-9 * (size[r] + np.abs(side[r]))
            bound = (side[r] - rest + sign * blur) / v
            top = sign * v > 0
            for chosen, into, behind, better in ((top, new_upper, from_upper, np.less),
                                                 (~top, new_lower, from_lower, np.greater)):
                cc, bb, rr = c[chosen], bound[chosen], r[chosen]
                bb = _rounded(bb, whole[cc], upward=better is np.greater)
                (np.minimum if better is np.less else np.maximum).at(into, cc, bb)
                hit = (bb == into[cc]) & better(bb, (upper if better is np.less else lower)[cc])
                behind[cc[hit]] = rr[hit]
        with np.errstate(invalid="ignore"):
            span = np.where(np.isfinite(upper - lower), upper - lower, np.inf)
            reach = np.maximum(np.where(np.isfinite(span), span, 0.0), 1e-3)
        for old, new, behind, sign in ((lower, new_lower, from_lower, 1), (upper, new_upper, from_upper, -1)):
            with np.errstate(invalid="ignore"):
                gain = sign * (new - old)
            keep = (np.abs(new) < HUGE) & (~np.isfinite(old) | (gain > STEP * reach))
            behind[~keep] = -1
            new[~keep] = old[~keep]
        moved = (from_lower >= 0) | (from_upper >= 0)
        if not moved.any():
            break
        history.append((from_lower, from_upper))
        lower, upper = new_lower, new_upper
        crossing = lower - upper > SURE * np.maximum(1.0, np.maximum(np.abs(lower), np.abs(upper)))
        if crossing.any():
            at = int(np.flatnonzero(crossing)[0])
            rows = _traced(history, matrix, {(at, 0), (at, 1)}, set(), row, column, positive)
            last = int(from_lower[at] if from_lower[at] >= 0 else from_upper[at])
            by_lower = from_lower[at] >= 0
            return Intervals(lower, upper, Contradiction(
                rows, last, float(upper[at] if by_lower else lower[at]),
                float(lower[at] if by_lower else upper[at]), bool(by_lower)))
    return Intervals(lower, upper)


def _sums(row, ends, m):
    """Per row: the sum of the finite ends, how many are infinite, and the size of what was added."""
    finite = np.isfinite(ends)
    numbers = np.where(finite, ends, 0.0)
    return (np.bincount(row, numbers, m), np.bincount(row, ~finite, m).astype(int),
            np.bincount(row, np.abs(numbers), m))


def _broken(least, open_least, size_least, most, open_most, size_most, low, high):
    """(row, asks for at least?) of the row furthest from what it asks for, or None."""
    def beyond(gap, size, side, open_):
        scale = np.maximum(1.0, np.maximum(size, np.abs(np.where(np.isfinite(side), side, 0.0))))
        return np.where((open_ == 0) & np.isfinite(side), gap / scale, -np.inf)
    with np.errstate(invalid="ignore"):
        over = beyond(least - high, size_least, high, open_least)
        under = beyond(low - most, size_most, low, open_most)
    worst = np.maximum(over, under)
    if not len(worst) or worst.max() <= SURE:
        return None
    at = int(worst.argmax())
    return at, bool(under[at] >= over[at])


def _rounded(bound, whole, upward: bool):
    return np.where(whole, np.ceil(bound - 1e-6) if upward else np.floor(bound + 1e-6), bound)


def _trace(history, matrix, at, at_least, row, column, positive):
    """Rows behind a row that cannot be met, itself included."""
    return _traced(history, matrix, _ends(matrix, at, at_least), {at}, row, column, positive)


def _ends(matrix, at, most: bool, without: int = -1) -> set:
    """The (column, side) pairs that make the least (0: lower) or the most of a row."""
    part = slice(matrix.rows.indptr[at], matrix.rows.indptr[at + 1])
    return {(int(c), int((v > 0) == most)) for c, v in zip(matrix.rows.indices[part], matrix.rows.data[part])
            if c != without}


def _traced(history, matrix, needed: set, rows: set, row, column, positive):
    """Goes back through the rounds: a bound made in one needs the bounds its row had before."""
    for behind in reversed(history):
        earlier = set()
        for c, side in needed:
            source = int(behind[side][c])
            if source < 0:
                earlier.add((c, side))
                continue
            rows.add(source)
            part = slice(matrix.rows.indptr[source], matrix.rows.indptr[source + 1])
            own = matrix.rows.data[part][matrix.rows.indices[part] == c][0]
            # An upper bound by a <= row with a positive coefficient comes from the least of the others,
            # and so on: the end of the row that was held against its side.
            by_least = (side == 1) == (own > 0)
            earlier |= _ends(matrix, source, not by_least, without=c)
        needed = earlier
    return np.array(sorted(rows), int)
