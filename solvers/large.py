"""The search over a large matrix: root LP, blocks apart, dives, groups and neighbourhoods, branch and bound.

Each is a method of `Large`, in the order in which they come. Matrices beyond simplex go the way of `solvers.vast`,
whose groups of blocks come back here as matrices of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from solvers.around import Groups, Search
from solvers.blocks import settle_blocks
from solvers.branch import branch, polish
from solvers.crew import Crew, Threads
from solvers.dive import Diver
from solvers.first import First
from solvers.highs import Answer
from solvers.hunt import Hunt
from solvers.kept import Kept
from solvers.lagrange import AGAIN, Blocks, Relaxed
from solvers.lazy import Lazy
from solvers.matrix import Matrix
from solvers.neighbourhood import improve, reduced_cost_bounds
from solvers.outcome import Stop
from solvers.profiles import Profile
from solvers.propagation import Propagator
from solvers.root import root_lp
from solvers.vast import solve_vast

PART_TURNS, PART_NODES = 4, 20  # neighbourhoods, and nodes of branch and bound, that a part of a model gets
PART_APART = 0.5  # `apart` of a part, whose blocks say how to round, and whose bound nobody needs
SMALL_BLOCK = 20_000  # nonzeros of a block solved on its own where the profile names no size


@dataclass
class Large:
    """A search over the hunt's matrix; incumbent and bound are the hunt's.

    start   a point (array of n) whose whole values are tried first, or None
    kept    what earlier solves of the matrix with other numbers left, or None
    beside  HiGHS's branch and bound runs beside this search: one short dive, and no tree of its own
    better  the hunt has a solution, and is only to better it: also one short dive
    """

    hunt: Hunt
    settings: Profile
    start: np.ndarray | None
    seed: int
    crew: Crew
    kept: Kept | None = None
    beside: bool = False
    better: bool = False

    def __post_init__(self):
        self.blocked = self.hunt.matrix.block is not None
        again = self.kept is not None and self.kept.live is not None and self.kept.fits(self.hunt.matrix)
        self.earlier = self.kept if again else None  # with a live LP to go on from
        self.below = self.beside or self.better  # dives end where they come to nothing better than what is held

    def search(self) -> Stop | None:
        """All steps, until the gap is proven or the time over; returns why it ended, None where nothing more is to be said."""
        hunt, kept = self.hunt, self.kept
        before = self.earlier.apart if self.blocked and self.earlier else None
        carried = before is not None and self._carried(before)
        with hunt.enter("lp"):
            if not (self.below or kept) and settle_blocks(hunt, self.settings.small or SMALL_BLOCK) is Stop.INFEASIBLE:
                return Stop.INFEASIBLE
            live, root, mended = self._root()
        if root.stop is not Stop.OPTIMAL:
            return self._without_root(root.stop)
        if kept is not None:
            kept.keep(live, hunt)
        hunt.raise_bound(root.bound)
        hunt.root_bound = hunt.bound
        diver = Diver(hunt, live, Propagator(hunt.matrix), np.random.default_rng(self.seed))
        first, apart = First(diver, root, live.basis()), None
        if self.start is not None:
            with hunt.enter("dive"):
                first.brought_along(self.start, None if kept is None else kept.solution_basis, self.settings, mended)
        if carried and not hunt.over:  # the blocks anew would say little else: a better plan first
            with hunt.enter("dive"):
                first.go_on(before, self.settings)
        if self.blocked and not hunt.over:
            apart = self._apart(root, before is not None)
            if apart.stop is Stop.INFEASIBLE:
                return apart.stop
            hunt.raise_bound(apart.bound)
        with hunt.enter("dive"):
            first.dive(apart, self.settings, self.below)
        if hunt.x is not None and not hunt.over:
            self._improve(diver, root)
        ended = None
        if not (hunt.over or self.beside) and (hunt.x is None or self.settings.branch):
            ended = branch(hunt, self.settings, hunt.x if hunt.x is not None else self.start,
                           reduced_cost_bounds(hunt, diver, root), self.seed)
        polish(hunt, diver)
        if kept is not None:
            kept.keep_solution(hunt, diver.basis)
        return ended

    @cached_property
    def blocks(self) -> Blocks:
        """Made when they are first asked for."""
        return Blocks(self.hunt.matrix)

    def _carried(self, before: Relaxed) -> bool:
        """Do the blocks' bounds of an earlier solve still say something?"""
        hunt = self.hunt
        with hunt.enter("blocks"):
            bound = self.blocks.carried(before, hunt, AGAIN * hunt.target * abs(before.bound), self.crew)
            hunt.raise_bound(bound)
        return bool(np.isfinite(bound))

    def _root(self) -> tuple[Lazy, Answer, list[Diver] | None]:
        """The root LP, from what is kept where there is something; who has mended the start beside it, None where nobody tried.

        One of blocks that outlasts the profile's patience is left for interior point.
        """
        hunt, settings, kept = self.hunt, self.settings, self.earlier
        patience = np.inf
        if self.blocked and not self.below and settings.patience < 1:
            patience = settings.patience * hunt.time_limit / (1 if hunt.x is None else 2)
        if kept is None:
            return *root_lp(hunt, settings.race, patience), None
        if self.start is None or kept.solution_basis is None or not settings.race or settings.threads < 2:
            return *kept.root(hunt, patience), None
        with kept.mending(hunt, self.start, self.seed) as mended:
            live, root = kept.root(hunt, patience)
        return live, root, mended

    def _without_root(self, stop: Stop) -> Stop | None:
        """What is left where the root LP has no optimum, or took too long."""
        hunt = self.hunt
        if stop is Stop.INFEASIBLE:
            return stop
        if self.earlier is not None:
            self.earlier.keep_solution(hunt, None)
        if hunt.over or self.below:
            return stop
        if stop is Stop.TIME_LIMIT and self.settings.patience < 1:
            return self.vast()
        return branch(hunt, self.settings, self.start, None, self.seed)

    def _apart(self, root: Answer, again: bool) -> Relaxed:
        """The blocks at the root LP's prices."""
        hunt, kept = self.hunt, self.kept
        short = (AGAIN if again else self.settings.apart) * hunt.target * abs(hunt.root_bound)  # of their optima, all together
        with hunt.enter("blocks"):
            apart = self.blocks.relax(root.duals, hunt, short, self.crew)
        if kept is not None and apart.stop is Stop.OPTIMAL:
            kept.apart = apart
        return apart

    def _improve(self, diver: Diver, root: Answer) -> None:
        """Groups of blocks where there are several, then neighbourhoods."""
        hunt = self.hunt
        with hunt.enter("neighbourhood"):
            if self.blocked and (groups := Groups(hunt, self.settings.threads)).several:
                groups.better(np.random.default_rng(self.seed), self.parts(), lambda: polish(hunt, diver))
            improve(hunt, diver, root, self.settings)

    def vast(self) -> Stop | None:
        """Beyond simplex; the ordinary way only where that found nothing and time is left."""
        hunt = self.hunt
        ended = solve_vast(hunt, self.settings, self.crew, np.random.default_rng(self.seed), self.parts())
        if self.kept is not None:
            self.kept.keep_solution(hunt, None)
        if hunt.x is None and not hunt.over and ended is not Stop.INFEASIBLE:
            return replace(self, settings=replace(self.settings, patience=1.0)).search()
        return ended

    def parts(self) -> Search:
        """How parts of the hunt's matrix are searched: as models of their own, without long searches at their ends."""
        hunt, settings = self.hunt, self.settings

        def search(part: Matrix, gap: float, abreast: int) -> np.ndarray | None:
            few = replace(settings, neighbourhoods=PART_TURNS, branch=False, node_limit=PART_NODES, apart=PART_APART,
                          threads=max(settings.threads // abreast, 1), race=settings.race and abreast == 1)
            within = Hunt(part, hunt.factor, gap, hunt.left, stop=hunt.tick)
            if part.nonzeros <= settings.small:
                branch(within, few, np.zeros(part.n_columns), None, self.seed)
            else:
                within.offer(np.zeros(part.n_columns))
                Large(within, few, None, self.seed, Threads(few.threads), better=True).search()
            hunt.iterations += within.iterations
            return within.x

        return search
