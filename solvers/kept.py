"""What one solve leaves for the next of the same model with other numbers: live LP, basis, solution.

A changed budget, floor, price or weight leaves most of an optimal basis as it was. The live LP is
changed in place and goes on from there by dual simplex.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from solvers.dive import Diver
from solvers.highs import Answer
from solvers.hunt import Hunt
from solvers.lagrange import Relaxed
from solvers.lazy import Lazy
from solvers.matrix import Matrix
from solvers.mending import mend
from solvers.propagation import Propagator


class Kept:
    """Give the same `Kept` to every `solvers.search.solve` of a model whose numbers change.

    Rows and columns must stay where they are; a model of another shape is solved from scratch.
    live    the LP as the last root left it; None where no root was solved
    factor  of the live LP's costs over the caller's: a changed one would spoil the basis
    x       the last solution, array of n, or None
    apart   its blocks at the prices of then, or None
    """

    def __init__(self):
        self.live: Lazy | None = None
        self.basis = self.solution_basis = self.matrix = self.x = self.factor = None
        self.apart: Relaxed | None = None

    def fits(self, matrix: Matrix) -> bool:
        """Is what is kept of this shape?"""
        old = self.matrix
        return old is not None and old.rows.shape == matrix.rows.shape and (
            old.integer == matrix.integer).all()

    def root(self, hunt: Hunt, seconds: float) -> tuple[Lazy, Answer]:
        """The root LP of the hunt's matrix, from the kept basis, within some seconds."""
        self.live.become(hunt.matrix)
        self.live.set_basis(self.basis)
        before = self.live.iterations
        answer = self.live.solve_lp(min(seconds, hunt.left), tick=hunt.tick, heard=hunt.raise_bound)
        hunt.iterations += self.live.iterations - before
        return self.live, answer

    @contextmanager
    def mending(self, hunt: Hunt, start: np.ndarray, seed: int) -> Iterator[list[Diver]]:
        """While the root LP is solved inside: mends a point on a second thread and a live LP of its own.

        The incumbent is the hunt's; where it reaches the gap, the root LP ends too. Afterwards the list holds the
        diver that found it.
        """
        held, found = self.live.held.copy(), []
        with hunt.alongside(self._mend, hunt, start, held, seed, found):
            yield found

    def _mend(self, hunt: Hunt, start: np.ndarray, held: np.ndarray, seed: int, found: list[Diver]) -> None:
        live = Lazy.holding(hunt.matrix.relaxed(), held, self.solution_basis)
        diver = Diver(hunt, live, Propagator(hunt.matrix), np.random.default_rng(seed))
        wanted = start[diver.columns]
        if mend(diver, np.clip(np.rint(wanted), diver.lower, diver.upper), wanted):
            found.append(diver)

    def keep(self, live: Lazy, hunt: Hunt) -> None:
        """Takes a live LP as it stands at the root of a hunt."""
        self._begin(hunt)
        self.live, self.basis = live, live.basis()

    def keep_solution(self, hunt: Hunt, basis) -> None:
        """Takes a hunt's solution, and the basis of the LP that gave it, if there are."""
        self._begin(hunt)
        self.x = self.x if hunt.x is None else hunt.x
        self.solution_basis = self.solution_basis if basis is None else basis

    def _begin(self, hunt: Hunt) -> None:
        """What another shape left is of no use."""
        if not self.fits(hunt.matrix):
            self.__init__()
        self.matrix, self.factor = hunt.matrix, hunt.factor
