"""What prices a column out of an LP's optimum: its reduced cost, row by row, told where it is felt."""

from __future__ import annotations

import numpy as np

from solvers.matrix import Matrix

STEPS = 300
ZERO = 1e-7  # reduced costs and moves below this, relative to the largest, count as none


def attribute(matrix: Matrix, x: np.ndarray, duals: np.ndarray, column: int,
              passing: np.ndarray) -> tuple[float, dict[int, float]]:
    """(gain, cost by row) of one unit more of a column, at an optimal x with its duals.

    passing  mask of rows that only pass a price on (definitions, balances). Where the column moves such a row,
             another column of it that lies between its bounds moves along and restores it; such a column has no
             reduced cost, so the sum stays what it was, and the price appears in the rows that set it.
    gain less the costs is the column's reduced cost, up to the duals' own tolerance.
    """
    rows, by_column = matrix.rows, matrix.rows.tocsc()
    reduced = matrix.cost - rows.T @ duals
    small = ZERO * max(float(np.abs(matrix.cost).max(initial=0.0)), 1e-12)
    room = 1e-7 * np.maximum(1.0, np.abs(x))
    free = (np.abs(reduced) <= small) & (x > matrix.lower + room) & (x < matrix.upper - room)
    free[column] = False
    moved: dict[int, float] = {column: 1.0}
    activity: dict[int, float] = {}

    def move(k: int, by: float) -> None:
        part = slice(by_column.indptr[k], by_column.indptr[k + 1])
        for i, a in zip(by_column.indices[part].tolist(), by_column.data[part].tolist()):
            activity[i] = activity.get(i, 0.0) + a * by

    move(column, 1.0)
    done: set[int] = set()
    for _ in range(STEPS):
        open_ = [i for i, by in activity.items() if passing[i] and i not in done and abs(duals[i] * by) > small]
        if not open_:
            break
        i = max(open_, key=lambda row: abs(duals[row] * activity[row]))
        done.add(i)
        part = slice(rows.indptr[i], rows.indptr[i + 1])
        columns, values = rows.indices[part], rows.data[part]
        fit = free[columns] & ~np.isin(columns, list(moved))
        plain = fit & (matrix.cost[columns] == 0)  # rather a sum or a grant than another's gain
        fit = plain if plain.any() else fit
        if not fit.any():
            continue
        k = int(np.flatnonzero(fit)[np.argmax(np.abs(values[fit]))])
        moved[int(columns[k])] = by = -activity[i] / float(values[k])
        move(int(columns[k]), by)
    gain = sum(float(matrix.cost[k]) * by for k, by in moved.items())
    return gain, {i: float(duals[i]) * by for i, by in activity.items() if abs(duals[i] * by) > small}
