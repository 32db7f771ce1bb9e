"""Pyomo components that hold arrays: a model written in bulk.

`Columns` is a Pyomo `Var`, `Rows` a Pyomo `Constraint`, `Goal` a Pyomo
`Objective`. Their data objects are made only when somebody looks: another Pyomo
solver, `pprint`, the LP writer. Our own hand-over (`Book.matrix`) reads the
arrays, so that nothing is built twice.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
from pyomo.core.base.constraint import ConstraintData, IndexedConstraint
from pyomo.core.base.objective import IndexedObjective, ObjectiveData
from pyomo.core.base.var import IndexedVar, VarData
from pyomo.core.expr.numeric_expr import LinearExpression
from scipy import sparse

from solvers.algebra import Index, Linear, stack
from solvers.matrix import Matrix


class _Lazy:
    """A Pyomo component whose data objects are made at the first look."""

    _pending = False

    @property
    def _data(self):
        if self._pending:
            self._pending = False
            self._fill(self._made)
        return self._made

    @_data.setter
    def _data(self, made):
        self._made = made

    def construct(self, data=None):
        """Pyomo's hook: declares the component complete, makes nothing yet."""
        if not self._constructed:
            for anonymous in self._anonymous_sets or ():
                anonymous.construct()
            self._constructed = True
            self._pending = True


class Columns(_Lazy, IndexedVar):
    """Variables over an index; lower, upper: arrays (inf allowed); integer: flag."""

    def __init__(self, book: Book, index: Index, lower=0.0, upper=np.inf, integer=False):
        self.index, self.integer = index, integer
        self.lower = np.broadcast_to(np.asarray(lower, float), (len(index),)).copy()
        self.upper = np.broadcast_to(np.asarray(
            np.inf if upper is None else upper, float), (len(index),)).copy()
        self.first = book.n_columns
        book.columns.append(self)
        book.n_columns += len(index)
        IndexedVar.__init__(self, pyo.RangeSet(0, len(index) - 1))

    def linear(self) -> Linear:
        """Each column as an expression of its own."""
        rows = np.arange(len(self.index))
        return Linear(self.index, rows, rows + self.first, np.ones(len(rows)))

    def values_at(self, x: np.ndarray) -> np.ndarray:
        return x[self.first:self.first + len(self.index)]

    def where(self, mask=None, **labels) -> Linear:
        return self.linear().where(mask, **labels)

    def on(self, index: Index) -> Linear:
        return self.linear().on(index)

    def shift(self, dim: str, by: int) -> Linear:
        return self.linear().shift(dim, by)

    def __add__(self, other):
        return self.linear() + other

    def __sub__(self, other):
        return self.linear() - other

    def __mul__(self, factor):
        return self.linear() * factor

    def __neg__(self):
        return -self.linear()

    def __rsub__(self, other):
        return other - self.linear()

    __radd__, __rmul__, __array_ufunc__ = __add__, __mul__, None

    def _fill(self, made: dict) -> None:
        domain = pyo.Integers if self.integer else pyo.Reals
        for i, (low, high) in enumerate(zip(self.lower.tolist(), self.upper.tolist())):
            made[i] = var = VarData(component=self)
            var._index, var._domain = i, domain
            var._lb = None if low == -np.inf else low
            var._ub = None if high == np.inf else high


class Rows(_Lazy, IndexedConstraint):
    """Constraints `lower <= linear <= upper`, one per row of the expression.

    lazy  they seldom bind: an LP may leave them out until a solution breaks one (`solvers.lazy`)
    """

    def __init__(self, book: Book, linear: Linear, lower=-np.inf, upper=np.inf, lazy=False):
        self.index, self.body, self.lazy = linear.index, linear, lazy
        shape = (len(linear),)
        self.lower = np.broadcast_to(np.asarray(lower, float), shape) - linear.const
        self.upper = np.broadcast_to(np.asarray(upper, float), shape) - linear.const
        self.book = book
        self.first = book.n_rows
        book.rows.append(self)
        book.n_rows += len(linear)
        IndexedConstraint.__init__(self, pyo.RangeSet(0, len(linear) - 1))

    def _fill(self, made: dict) -> None:
        variable = self.book.variables()
        body = self.body
        order = np.argsort(body.row, kind="stable")
        cut = np.searchsorted(body.row[order], np.arange(len(self.index) + 1)).tolist()
        col, coef = body.col[order].tolist(), body.coef[order].tolist()
        for i, (low, high) in enumerate(zip(self.lower.tolist(), self.upper.tolist())):
            part = slice(cut[i], cut[i + 1])
            terms = LinearExpression(
                constant=0, linear_coefs=coef[part], linear_vars=[variable[j] for j in col[part]])
            made[i] = data = ConstraintData(component=self)
            data._index = i
            if low == high:
                data.set_value((low, terms))
            else:
                data.set_value((None if low == -np.inf else low, terms,
                                None if high == np.inf else high))


class Goal(_Lazy, IndexedObjective):
    """The objective: one linear expression, to be maximised or minimised."""

    def __init__(self, book: Book, linear: Linear, maximise: bool = True):
        self.body, self.maximise, self.book = linear, maximise, book
        book.goal = self
        IndexedObjective.__init__(self, pyo.RangeSet(0, 0))

    def _fill(self, made: dict) -> None:
        variable = self.book.variables()
        terms = LinearExpression(
            constant=float(self.body.const[0]), linear_coefs=self.body.coef.tolist(),
            linear_vars=[variable[j] for j in self.body.col.tolist()])
        made[0] = data = ObjectiveData(
            terms, pyo.maximize if self.maximise else pyo.minimize, component=self)
        data._index = 0


class Book:
    """All columns, rows and the goal of one model, numbered in order of writing.

    block  the dimension whose members meet in few rows only (`Matrix.block`), or None
    """

    def __init__(self, block: str | None = None):
        self.block = block
        self.columns: list[Columns] = []
        self.rows: list[Rows] = []
        self.n_columns = self.n_rows = 0
        self.goal: Goal | None = None

    def variables(self) -> list:
        """Pyomo's variable objects by column number."""
        return [var for columns in self.columns for var in columns._data.values()]

    def cost(self, linear: Linear) -> np.ndarray:
        """Coefficients of a one-row expression, one per column."""
        return np.bincount(linear.col, linear.coef, minlength=self.n_columns)

    def matrix(self) -> Matrix:
        """The whole model as arrays, ready for a solver."""
        row = np.concatenate([r.body.row + r.first for r in self.rows] or [np.zeros(0, int)])
        col = np.concatenate([r.body.col for r in self.rows] or [np.zeros(0, int)])
        coef = np.concatenate([r.body.coef for r in self.rows] or [np.zeros(0)])
        body = sparse.coo_matrix((coef, (row, col)), shape=(self.n_rows, self.n_columns)).tocsr()
        body.sum_duplicates()
        body.eliminate_zeros()
        goal = None if self.goal is None else self.goal.body

        def join(parts, kind=float):
            return np.concatenate([np.asarray(p, kind) for p in parts] or [np.zeros(0, kind)])

        return Matrix(
            cost=np.zeros(self.n_columns) if goal is None else self.cost(goal),
            offset=0.0 if goal is None else float(goal.const[0]),
            maximise=True if self.goal is None else self.goal.maximise,
            lower=join([c.lower for c in self.columns]), upper=join([c.upper for c in self.columns]),
            integer=join([np.full(len(c.index), c.integer) for c in self.columns], bool),
            rows=body,
            row_lower=join([r.lower for r in self.rows]), row_upper=join([r.upper for r in self.rows]),
            lazy=join([np.full(len(r.index), i + 1 if r.lazy else 0) for i, r in enumerate(self.rows)], int),
            block=None if self.block is None else join([self._block(c.index) for c in self.columns], int),
            column_name=lambda j: self._name(self.columns, j),
            row_name=lambda i: self._name(self.rows, i))

    def _block(self, index: Index) -> np.ndarray:
        """The member of the block dimension that each row of an index is in, or -1."""
        inside = index.space.path(index.dims, self.block) is not None
        return index.code(self.block) if inside else np.full(len(index), -1)

    @staticmethod
    def _name(components, number: int) -> str:
        for component in components:
            if number < component.first + len(component.index):
                return f"{component.name}[{component.index.name(number - component.first)}]"
        raise IndexError(number)


__all__ = ["Book", "Columns", "Goal", "Rows", "stack"]
