"""Ways to a first solution: from one brought along, mended where it must be, from the blocks solved apart, by dives."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from solvers.dive import Diver, Rule
from solvers.highs import Answer
from solvers.lagrange import Relaxed
from solvers.mending import mend
from solvers.neighbourhood import improve

FIRST_TURNS = 2  # neighbourhoods of a solution brought along, before anything else is tried
MORE_TURNS = 8   # more of them where a bound was carried over, before the blocks are solved anew
FAR = 0.05       # gap from which a solution brought along is not worth keeping to
DIVES = (Rule(share=0.5), Rule(share=0.25), Rule(share=0.1), Rule(share=0.25, up_from=0.3, noise=0.1),
         Rule(share=0.25, up_from=0.7, noise=0.1), Rule(share=0.05, noise=0.2))


@dataclass
class First:
    """First solutions on a live LP at its root; found ones are the hunt's incumbent.

    root, basis  the LP's optimal answer, and its basis
    """

    diver: Diver
    root: Answer
    basis: object

    def brought_along(self, start: np.ndarray, basis, settings, mended: list[Diver] | None = None) -> None:
        """The whole values of a point (array of n), mended where they fit no more; then what is near to that.

        basis   of the LP that gave the point, or None
        mended  that has been tried already: by these divers, with success (`Kept.mending`); None: not yet
        """
        diver, hunt = self.diver, self.diver.hunt
        wanted = np.clip(np.rint(start[diver.columns]), diver.lower, diver.upper)
        if mended is None:
            if basis is not None:
                diver.live.set_basis(basis)
            mend(diver, wanted, self.root.x[diver.columns])
        elif mended:
            diver.go_on_from(mended[0])
        if hunt.x is None:
            diver.live.set_basis(self.basis)
            diver.follow(self.root, diver.lower, diver.upper, wanted)
        if hunt.x is not None and not hunt.over:
            improve(hunt, diver, self.root, replace(settings, neighbourhoods=FIRST_TURNS))

    def go_on(self, before: Relaxed, settings) -> None:
        """More of the same: after blocks solved at earlier prices where nothing is held, then what is near.

        before  of the same matrix with other numbers
        """
        diver, hunt = self.diver, self.diver.hunt
        if hunt.x is None:
            diver.live.set_basis(self.basis)
            lower, upper = diver.lower.copy(), diver.upper.copy()
            if diver.propagator.tighten(lower, upper):
                diver.follow(self.root, lower, upper, before.wishes(diver.columns, lower, upper))
        if hunt.x is not None and not hunt.over:
            improve(hunt, diver, self.root, replace(settings, neighbourhoods=MORE_TURNS))

    def dive(self, apart: Relaxed | None, settings, below: bool) -> None:
        """After the blocks where there are, else by the LP alone, until there is a solution.

        below  one short dive even where there is one, which ends where it comes to nothing better
        A solution far from the bound counts for none, but only one dive is tried against it.
        """
        diver, hunt = self.diver, self.diver.hunt
        diver.live.set_basis(self.basis)
        near = hunt.x is not None and (below or hunt.gap <= FAR)
        cutoff = hunt.objective if below and near else None
        lower, upper = diver.lower.copy(), diver.upper.copy()
        if not diver.propagator.tighten(lower, upper):
            lower, upper = diver.lower.copy(), diver.upper.copy()  # let the proof come from HiGHS
        if apart is not None and (below or not near):
            answer, low, high = self._outside_first(lower, upper)
            found = diver.follow(answer, low, high, apart.wishes(diver.columns, low, high), cutoff)
            near = near or (found and hunt.gap <= FAR)
        elif cutoff is not None:
            diver.dive(self.root, lower, upper, DIVES[0], cutoff)
        for rule in DIVES[:settings.dives if hunt.x is None else 1]:
            if near or hunt.over:
                break
            diver.live.set_basis(self.basis)
            near = diver.dive(self.root, lower, upper, rule)

    def _outside_first(self, lower: np.ndarray, upper: np.ndarray) -> tuple[Answer, np.ndarray, np.ndarray]:
        """The LP with the whole columns outside blocks settled, and bounds that say so; the root where they cannot be.

        All blocks depend on these, and a dive that comes to them last finds them all but decided.
        """
        diver = self.diver
        outside = np.flatnonzero(diver.hunt.matrix.block[diver.columns] < 0)
        for rule in (Rule(share=1.0), DIVES[0]) if len(outside) else ():
            low, high = lower.copy(), upper.copy()
            answer = diver.settle(self.root, low, high, outside, rule)
            if answer is not None:
                return answer, low, high
        return self.root, lower, upper
