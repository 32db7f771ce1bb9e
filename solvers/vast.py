"""Models too large for simplex: interior point for prices, blocks apart at them, and little else.

Simplex needs more than quadratic time in the number of blocks; interior point without crossover, and blocks
solved one by one or in groups, need linear time (docs/decisions/0010). So:

1. interior point on the rows that are not lazy gives prices, near the LP's, and a point;
2. each block solved at these prices gives a proven bound and whole values (`solvers.lagrange`);
3. all of these, made to fit together (`solvers.fitting`), are fixed, and interior point gives the continuous
   columns: a solution. Where there is none, most are fixed, and interior point says how to round the rest;
4. some blocks at a time are solved again by simplex and dives, all others held, which only betters it (`solvers.around`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solvers import gpu
from solvers.around import Groups, Search, again
from solvers.crew import Crew
from solvers.dive import Diver
from solvers.fitting import fitted
from solvers.guide import Guide
from solvers.highs import Answer, Live
from solvers.hunt import Hunt
from solvers.lagrange import Blocks, Relaxed
from solvers.matrix import Matrix, beyond
from solvers.outcome import Stop
from solvers.propagation import Propagator

BROKEN = 3e-7   # violation from which a lazy row counts as broken, relative to max(1, |side|)
ROUNDS = 6      # interior points with more lazy rows, for one solution
MOST = 0.8      # of the whole columns are fixed first; of these again where they leave no solution


def solve_vast(hunt: Hunt, settings, crew: Crew, rng: np.random.Generator, search: Search) -> Stop | None:
    """Searches the hunt's matrix, which has blocks; the incumbent and the bound are the hunt's.

    search  for groups of blocks, each a model that simplex can do
    Returns why it ended without having gone all its way, else None.
    """
    interior = Interior(hunt, settings.threads)
    with hunt.enter("lp"):
        relaxed = interior.prices()
    if relaxed.stop is not Stop.OPTIMAL:
        return relaxed.stop
    blocks = Blocks(hunt.matrix)
    tolerance = settings.apart * hunt.target * abs(relaxed.objective)
    with hunt.enter("blocks"):
        apart = blocks.relax(relaxed.duals, hunt, tolerance, crew)
        hunt.raise_bound(apart.bound)
        hunt.root_bound = hunt.bound if np.isfinite(hunt.bound) else None
        if apart.stop is Stop.INFEASIBLE:
            return apart.stop
    interior.hold_local()
    with hunt.enter("dive"):
        found = first(hunt, interior, relaxed, apart, rng)
    if found and not hunt.over:
        with hunt.enter("neighbourhood"):
            Groups(hunt, settings.threads).better(rng, search)
    return None


class Interior:
    """Interior points without crossover of a matrix's LP relaxation, over the rows held so far.

    held  row numbers; at first those that are not lazy
    """

    def __init__(self, hunt: Hunt, threads: int):
        self.hunt, self.threads = hunt, threads
        self.matrix = matrix = hunt.matrix.relaxed()
        self.held = np.flatnonzero(matrix.family == 0)

    def prices(self) -> Answer:
        """A point and prices near the LP's optimum, from a GPU where there is one."""
        part = self.matrix.with_only(self.held)
        found = gpu.solve_lp(part, self.hunt.left)
        return self._interior(part) if found is None else self._whole(found)

    def solve(self, matrix: Matrix) -> Answer:
        """The LP of a matrix with the rows held; the answer has a dual for each row, 0 for those not held."""
        return self._interior(matrix.with_only(self.held))

    def _interior(self, part: Matrix) -> Answer:
        live = Live(part, {"threads": self.threads})
        answer = live.solve_lp(self.hunt.left, method="interior", tick=self.hunt.tick)
        self.hunt.iterations += answer.iterations
        return self._whole(answer)

    def _whole(self, answer: Answer) -> Answer:
        if answer.x is not None:
            duals = np.zeros(self.matrix.n_rows)
            duals[self.held] = answer.duals
            answer.duals = duals
        return answer

    def broken(self, x: np.ndarray) -> np.ndarray:
        """Numbers of the rows not held that x breaks."""
        absent = np.setdiff1d(np.arange(self.matrix.n_rows), self.held, assume_unique=True)
        sides = self.matrix.row_lower[absent], self.matrix.row_upper[absent]
        return absent[beyond(self.matrix.rows[absent] @ x, *sides) > BROKEN]

    def hold(self, rows: np.ndarray) -> None:
        self.held = np.union1d(self.held, rows)

    def hold_local(self) -> None:
        """Holds all rows inside a block: they cost interior point little; those between blocks much."""
        absent = np.flatnonzero(self.matrix.family)
        self.hold(absent[blocks_in(self.matrix, absent) < 2])


def blocks_in(matrix: Matrix, rows: np.ndarray) -> np.ndarray:
    """For each of some rows: 0, 1 or 2 blocks in it, 2 also for more."""
    body = matrix.rows[rows]
    label = matrix.block[body.indices]
    start, filled = body.indptr[:-1], np.diff(body.indptr) > 0
    least, most = np.full(len(rows), -1), np.full(len(rows), -1)
    far = np.where(label < 0, np.iinfo(label.dtype).max, label)
    least[filled] = np.minimum.reduceat(far, start[filled])
    most[filled] = np.maximum.reduceat(label, start[filled])
    return (most >= 0).astype(int) + ((most >= 0) & (least != most))


def first(hunt: Hunt, interior: Interior, relaxed: Answer, apart: Relaxed, rng: np.random.Generator) -> bool:
    """A first solution: all whole columns as near to the blocks' as they fit together; True if the hunt has an incumbent.

    Where that leaves none, in two steps: most as in the blocks, the rest as the LP then says. Those nearest to
    the LP are fixed first; where interior point finds these to leave no solution, or comes to no end, fewer.
    """
    diver = Diver(hunt, None, Propagator(hunt.matrix), rng)  # it only propagates: there is no live LP
    lower, upper = diver.lower.copy(), diver.upper.copy()
    if not diver.propagator.tighten(lower, upper):
        return False
    columns, x = diver.columns, relaxed.x
    wishes, share = apart.wishes(columns, lower, upper), MOST
    wanted = np.where(np.isnan(wishes), rounded(diver.guide, x), wishes)
    fits = fitted(diver.propagator, wanted, x[columns], lower, upper, hunt.left, hunt.tick)
    if fits is not None:
        solution(hunt, interior, columns, fits, fits)
    while hunt.x is None and not hunt.over:
        order = np.argsort(np.abs(wanted - x[columns]), kind="stable")
        order = order[lower[order] < upper[order]]
        size = int(np.ceil(share * len(order)))
        while True:
            low, high = lower.copy(), upper.copy()
            fits = fix_all(diver, order[:size], wanted, low, high)
            if fits:
                answer = solution(hunt, interior, columns, low, high)
                if answer.stop is Stop.OPTIMAL:
                    break
            size = int(MOST * size)
            if not size or hunt.over:
                return hunt.x is not None
        if (low == high).all():
            return hunt.x is not None
        lower, upper, x, share = low, high, answer.x, 1.0
        wanted = rounded(diver.guide, x)
        fits = fitted(diver.propagator, wanted, x[columns], lower, upper, hunt.left, hunt.tick)
        wanted = wanted if fits is None else fits
    return hunt.x is not None


def rounded(guide: Guide, x: np.ndarray) -> np.ndarray:
    """Whole values near an LP solution x (array of n); where one direction alone breaks nothing, that one."""
    point = guide.point(x)
    near = np.rint(point.guide)
    near = np.where(point.down & ~point.up, np.floor(point.x + 1e-6), near)
    return np.where(point.up & ~point.down, np.ceil(point.x - 1e-6), near)


def fix_all(diver: Diver, order: np.ndarray, wanted: np.ndarray, lower: np.ndarray,
            upper: np.ndarray) -> bool:
    """Fixes whole columns in this order, in place, at the values wanted or the nearest still possible."""
    while len(order := order[lower[order] < upper[order]]):
        if not diver.fix(order, np.clip(wanted[order], lower[order], upper[order]), len(order), lower, upper):
            return False
    return True


def solution(hunt: Hunt, interior: Interior, columns: np.ndarray, low: np.ndarray,
             high: np.ndarray) -> Answer:
    """The LP within whole bounds; offered to the hunt where all whole columns are fixed.

    Rows not held that it breaks are mended by the columns outside blocks alone, or held in the next round.
    """
    matrix = interior.matrix
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    lower[columns], upper[columns] = low, high
    within = replace(matrix, lower=lower, upper=upper)
    for _ in range(ROUNDS):
        answer = interior.solve(within)
        if answer.x is None or not (low == high).all():
            break
        x = answer.x.copy()
        x[columns] = low
        x = np.clip(x, lower, upper)
        broken = interior.broken(x)
        if len(broken):
            free = np.unique(matrix.rows[broken].indices)
            x = again(hunt.matrix, x, free[(matrix.block[free] < 0) & ~hunt.matrix.integer[free]], hunt)
        if hunt.offer(x, answer.duals) or hunt.over:
            break
        if not len(broken):
            break  # broken beyond what lazy rows explain
        interior.hold(broken)
    return answer
