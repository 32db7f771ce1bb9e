"""A linear or mixed-integer model as arrays: the one form every solver here takes.

    minimise or maximise   cost @ x + offset
    subject to             row_lower <= rows @ x <= row_upper
                           lower <= x <= upper,  x[integer] whole numbers
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from os import PathLike

import numpy as np
from scipy import sparse

FEW = 1e-3  # of the costs: outliers that do not count for the scale


@dataclass
class Matrix:
    """A model with n columns and m rows; bounds may be -inf and inf.

    cost, lower, upper      float arrays of n
    integer                 bool array of n
    rows                    scipy.sparse.csr_matrix, m x n
    row_lower, row_upper    float arrays of m
    lazy                    int array of m, or None: rows numbered above 0 seldom bind; a live LP may
                            leave a family of equal numbers out until a solution breaks it
    block                   int array of n, or None: columns of equal numbers meet the others in few rows;
                            -1: in no block
    column_name, row_name   number -> name; called only when somebody asks
    """

    cost: np.ndarray
    offset: float
    maximise: bool
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray
    rows: sparse.csr_matrix
    row_lower: np.ndarray
    row_upper: np.ndarray
    lazy: np.ndarray | None = None
    block: np.ndarray | None = None
    column_name: Callable[[int], str] = "x{}".format
    row_name: Callable[[int], str] = "r{}".format

    @property
    def n_columns(self) -> int:
        return len(self.cost)

    @property
    def n_rows(self) -> int:
        return len(self.row_lower)

    @property
    def nonzeros(self) -> int:
        return int(self.rows.nnz)

    @property
    def family(self) -> np.ndarray:
        """The number of each row's lazy family (int array of m), 0 for rows that are not lazy."""
        return np.zeros(self.n_rows, int) if self.lazy is None else self.lazy

    def check(self) -> None:
        """Raises ValueError for arrays that do not fit together or hold NaN."""
        m, n = self.n_rows, self.n_columns
        if self.rows.shape != (m, n):
            raise ValueError(f"rows is {self.rows.shape[0]} x {self.rows.shape[1]}, expected {m} x {n}")
        for name, array, size in (
                ("cost", self.cost, n), ("lower", self.lower, n), ("upper", self.upper, n),
                ("integer", self.integer, n), ("row_lower", self.row_lower, m),
                ("row_upper", self.row_upper, m)):
            if array.shape != (size,):
                raise ValueError(f"{name} has shape {array.shape}, expected ({size},)")
            if np.isnan(array).any():
                raise ValueError(f"{name}[{int(np.isnan(array).argmax())}] is not a number")
        if not (np.isfinite(self.cost).all() and np.isfinite(self.rows.data).all()
                and np.isfinite(self.offset)):
            raise ValueError("costs and coefficients must be finite numbers")

    def objective(self, x: np.ndarray) -> float:
        """The objective at x, in the model's own sense."""
        return float(self.cost @ x) + self.offset

    def violation(self, x: np.ndarray) -> float:
        """The largest violation at x of bounds, rows and wholeness.

        Rows and bounds count relative to max(1, |side|): money of 1e6 is not held to 1e-12.
        """
        activity = self.rows @ x
        parts = [beyond(x, self.lower, self.upper), beyond(activity, self.row_lower, self.row_upper)]
        whole = x[self.integer]
        parts.append(np.abs(whole - np.rint(whole)))
        worst = max((float(p.max()) for p in parts if len(p)), default=0.0)
        return np.inf if np.isnan(worst) else worst

    def relaxed(self) -> Matrix:
        """The same model without whole numbers: its LP relaxation."""
        return replace(self, integer=np.zeros(self.n_columns, bool))

    def with_only(self, kept: np.ndarray) -> Matrix:
        """The model with some of its rows only (index array), none of them lazy."""
        name = self.row_name
        return replace(self, rows=self.rows[kept], row_lower=self.row_lower[kept],
                       row_upper=self.row_upper[kept], lazy=None, row_name=lambda i: name(kept[i]))

    def with_rows(self, more: Sequence[tuple[np.ndarray, float]], cost: np.ndarray | None = None,
                  offset: float | None = None) -> Matrix:
        """The model with further rows `coefficients @ x >= side`, and perhaps another objective.

        more    (coefficients: array of n, side: float) per row
        cost    array of n, or None to keep the objective
        offset  of the new objective (0 where it is not named)
        """
        if offset is None:
            offset = self.offset if cost is None else 0.0
        rows = self.rows
        if more:
            extra = sparse.csr_matrix(np.array([coefficients for coefficients, _ in more], float))
            rows = sparse.vstack([rows, extra], format="csr")
        sides = np.array([side for _, side in more], float)
        m, old = self.n_rows, self.row_name
        return replace(
            self, cost=self.cost if cost is None else np.asarray(cost, float),
            offset=float(offset), rows=rows,
            row_lower=np.concatenate((self.row_lower, sides)),
            row_upper=np.concatenate((self.row_upper, np.full(len(sides), np.inf))),
            lazy=None if self.lazy is None else np.concatenate((self.lazy, np.zeros(len(sides), int))),
            row_name=lambda i: old(i) if i < m else f"kept[{i - m}]")

    def coefficient_range(self) -> dict[str, tuple[float, float]]:
        """Smallest and largest absolute nonzero of matrix, cost, bounds and sides (for a log line)."""
        def span(*arrays):
            values = np.abs(np.concatenate(arrays))
            values = values[np.isfinite(values) & (values > 0)]
            return (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
        return {"matrix": span(self.rows.data), "cost": span(self.cost),
                "bounds": span(self.lower, self.upper), "sides": span(self.row_lower, self.row_upper)}


def beyond(value: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """How far values lie outside [low, high], relative to the side."""
    def side(bound, gap):
        scale = np.maximum(1.0, np.abs(np.where(np.isfinite(bound), bound, 0.0)))
        return np.maximum(gap, 0.0) / scale
    with np.errstate(invalid="ignore"):
        return np.maximum(side(low, low - value), side(high, value - high))


def cost_scale(cost: np.ndarray) -> float:
    """A power of two that brings the largest cost, but for a few (such as prices of relief), near 24.

    The solver's dual tolerances are absolute: costs of 1e-4 leave an LP with
    hundreds of thousands of columns all but unsolved (measured: no optimum in
    400 s unscaled, 48 s scaled, on the same matrix).
    """
    sizes = np.abs(cost[cost != 0])
    most = np.quantile(sizes, 1 - FEW) if len(sizes) else 0.0
    return float(2.0 ** np.round(np.log2(24 / most))) if most > 0 else 1.0


def read_mps(path: str | PathLike) -> Matrix:
    """Reads an MPS or LP file (also .gz). Raises ValueError where it cannot be read as such."""
    from solvers.highs import read_file  # every word of highspy stands in that one file
    return read_file(path)


def write_mps(matrix: Matrix, path: str | PathLike) -> None:
    """Writes an MPS file (LP where the name ends so), columns named c0, c1, ... and rows r0, r1, ..."""
    from solvers.highs import write_file
    write_file(matrix, path)
