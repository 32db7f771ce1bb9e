"""The desk a mechanism writes at: its own Pyomo block, its rules, draws and reports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyomo.environ as pyo

from solvers.algebra import Index, Linear
from solvers.arrays import Columns, Rows


@dataclass
class Clause:
    """One written rule: its owner, its rows, and the relief columns if it is priced."""

    owner: str
    rule: str
    sense: str
    rows: Rows
    relief: Columns | None = None


class Block:
    """A mechanism's part of the model. See docs/architecture.md for the words."""

    def __init__(self, core, owner: str, price: float | None = None):
        self.core, self.owner, self.price = core, owner, price
        self.pyomo = pyo.Block()
        core.model.add_component(owner, self.pyomo)

    def columns(self, name: str, index: Index, lower=0.0, upper=None, integer=False) -> Columns:
        """Decision variables; `lower`, `upper`: a number or one per row of the index."""
        made = Columns(self.core.book, index, lower, upper, integer)
        self.pyomo.add_component(name, made)
        return made

    def aggregate(self, name: str, sums: Linear, upper=None) -> Columns:
        """One column for every sum, so that each of the many rows that read it holds one number for it."""
        made = self.columns(name, sums.index, upper=upper)
        self.define(f"{name}_sum", made - sums, "==")
        return made

    def _rows(self, name: str, left: Linear, sense: str, right, lazy: bool) -> Rows:
        body = left - right if hasattr(right, "linear") else left
        bound = 0.0 if hasattr(right, "linear") else right
        low = bound if sense in (">=", "==") else -np.inf
        high = bound if sense in ("<=", "==") else np.inf
        rows = Rows(self.core.book, body, low, high, lazy)
        self.pyomo.add_component(name, rows)
        return rows

    def define(self, name: str, left: Linear, sense: str, right=0.0, lazy: bool = False) -> Rows:
        """A definition: balances, linking rows. Always hard; `lazy` as in `require`."""
        return self._rows(name, left.linear(), sense, right, lazy)

    def require(self, name: str, left: Linear, sense: str, right=0.0, lazy: bool = False) -> Clause:
        """A rule of the mechanism: hard, or relieved at the mechanism's price.

        left   one row per clause; its labels name the clause
        sense  '>=', '<=' or '=='
        right  a number, an array or another expression over the same rows
        lazy   most of its rows never bind: the solver looks at them only when one is broken
        """
        left, relief = left.linear(), None
        if self.price is not None:
            relief = self.columns(f"{name}_relief", left.index)
            more = relief.linear()
            if sense == "==":
                less = self.columns(f"{name}_relief_down", left.index)
                self.core.penalty(self.price, less)
                more = more - less.linear()
            left = left - more if sense == "<=" else left + more
            self.core.penalty(self.price, relief)
        clause = Clause(self.owner, name, sense, self._rows(name, left, sense, right, lazy), relief)
        self.core.clauses.append(clause)
        return clause

    def draw(self, balance: str, amount) -> None:
        """Uses up a balance (central, local, talent, platform); negative is an income."""
        self.core.balances[balance].draws.append((self.owner, amount.linear()))

    def supply(self, balance: str, amount) -> None:
        """Provides a balance; one that nobody supplies does not limit."""
        self.core.balances[balance].supplies.append((self.owner, amount.linear()))

    def publish(self, name: str, expression) -> None:
        """Offers an expression to others by name (`core.offered`)."""
        self.core.offers[name] = expression.linear()

    def goal(self, goal: str, term, told=None) -> None:
        """Adds a term to a goal, under this mechanism's name.

        told  `told(tables) -> value`: for a term that only a weight pushes to its value (a worst
              case, a smaller of two), how it is told from a solved plan's tables instead
        """
        self.core.goal_terms.setdefault(goal, []).append((self.owner, term.linear()))
        if told is not None:
            self.core.told[goal, self.owner] = told

    def report(self, table: str, **quantities) -> None:
        """Names an output table; all quantities share one index."""
        self.core.reports.setdefault(table, []).append(quantities)
