"""Solves any mixed-integer matrix to a proven gap: LP, dives, neighbourhoods, branch and bound.

Small models go straight to HiGHS. Large ones without lazy rows, which may be none of our kind, go to
it first, and it works on beside the rest. Otherwise: the root LP gives the bound, and blocks solved
apart a better one; dives give a first solution; groups of blocks solved anew, and neighbourhoods, improve
it; HiGHS's branch and bound, started from it, raises the bound when the gap is not yet proven. If no dive
finds a solution, HiGHS looks for one in the time that is left. Models beyond simplex, with blocks, go the
way of `solvers.vast`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from solvers.around import Groups, Search
from solvers.beside import Beside
from solvers.blocks import components, settle_blocks
from solvers.crew import Cluster, Crew, Threads
from solvers.dive import Diver
from solvers.first import First
from solvers.highs import Answer, Live
from solvers.hunt import Hunt
from solvers.kept import Kept
from solvers.lagrange import AGAIN, Blocks
from solvers.lazy import Lazy
from solvers.matrix import Matrix
from solvers.neighbourhood import improve, reduced_cost_bounds
from solvers.outcome import PROVEN, Outcome, Stop, words
from solvers.profiles import Profile, load_profile
from solvers.propagation import Propagator
from solvers.root import root_lp
from solvers.vast import solve_vast

FEW = 1e-3  # of the costs: outliers that do not count for the scale
PART_TURNS, PART_NODES = 4, 20  # neighbourhoods, and nodes of branch and bound, that a part of a model gets
PART_APART = 0.5  # `apart` of a part, whose blocks say how to round, and whose bound nobody needs
SMALL_BLOCK = 20_000  # nonzeros of a block solved on its own where the profile names no size


def solve(matrix: Matrix, *, gap: float | None = None, time_limit: float | None = None,
          profile: str = "balanced", progress: Callable[[dict], None] | None = None,
          start: np.ndarray | None = None, stop: Callable[[], bool] | None = None,
          seed: int = 0, kept: Kept | None = None, cluster: str | None = None,
          threads: int | None = None) -> Outcome:
    """Solves a model to a relative gap within a time limit (seconds); None: the profile's.

    progress  told {time, phase, incumbent, bound, gap} about once a second, values in the
              model's own sense, None where unknown; phases: lp, blocks, dive, neighbourhood, mip,
              polish, end
    start     a point (array of n): a solution where it keeps every row; its whole columns are tried first
    stop      asked about five times a second; True ends the search and keeps the incumbent
    seed      of every random choice
    kept      what earlier solves of the same model with other numbers left; takes what this one leaves
    cluster   address of a Dask scheduler whose workers solve the blocks; None: threads of this process
    threads   at most; None: the profile's
    Ctrl-C also ends the search and keeps the incumbent. Raises ValueError for a matrix or
    a profile that makes no sense, NoCluster where none answers; never takes a stop for a solution.
    """
    settings = load_profile(profile)
    if threads is not None:
        settings = replace(settings, threads=min(settings.threads, max(threads, 1)))
    matrix.check()
    crew = Threads(settings.threads) if cluster is None else Cluster(cluster)
    factor = (-1.0 if matrix.maximise else 1.0) * (
        cost_scale(matrix.cost) if matrix.nonzeros > settings.small else 1.0)
    if kept is not None and kept.fits(matrix):
        factor, start = np.copysign(kept.factor, factor), kept.x if start is None else start
    inner = replace(matrix, cost=factor * matrix.cost, offset=factor * matrix.offset, maximise=False)
    hunt = Hunt(inner, factor, settings.gap if gap is None else gap,
                settings.time_limit if time_limit is None else time_limit, progress, stop)
    hunt.target = max(hunt.target, 0.0)
    if start is not None:
        hunt.offer(start)  # where every row still holds, there is a solution before anything is solved
    ended = None
    try:
        if not matrix.integer.any():
            ended = _linear(hunt, settings)
        elif matrix.nonzeros <= settings.small:
            ended = _branch(hunt, settings, start, None, seed)
        elif settings.first > 0 and not matrix.family.any():
            ended = _ordinary(hunt, settings, start, seed, crew)
        else:
            vast = matrix.block is not None and matrix.nonzeros > settings.vast
            search = _vast if vast else _large
            ended = search(hunt, settings, start, seed, crew=crew, kept=kept)
    except KeyboardInterrupt:
        hunt.interrupted = True
    finally:
        crew.close()
    return _outcome(hunt, ended)


def cost_scale(cost: np.ndarray) -> float:
    """A power of two that brings the largest cost, but for a few (such as prices of relief), near 24.

    The solver's dual tolerances are absolute: costs of 1e-4 leave an LP with
    hundreds of thousands of columns all but unsolved (measured: no optimum in
    400 s unscaled, 48 s scaled, on the same matrix).
    """
    sizes = np.abs(cost[cost != 0])
    most = np.quantile(sizes, 1 - FEW) if len(sizes) else 0.0
    return float(2.0 ** np.round(np.log2(24 / most))) if most > 0 else 1.0


def _linear(hunt: Hunt, settings: Profile) -> Stop:
    """An LP: the root solve is the whole answer."""
    with hunt.enter("lp"):
        live, answer = root_lp(hunt, settings.race)
    if answer.stop is Stop.OPTIMAL:
        if not hunt.offer(answer.x, answer.duals):
            answer = _tighter(hunt, live)
            if answer.stop is not Stop.OPTIMAL or not hunt.offer(answer.x, answer.duals):
                return Stop.FAILED
        hunt.raise_bound(answer.bound)
        hunt.root_bound = hunt.bound
    return answer.stop


def _tighter(hunt: Hunt, live: Live) -> Answer:
    """Once more with narrower tolerances, for a solution that misses the original rows."""
    live.tighten_tolerance()
    return live.solve_lp(max(hunt.left, 30.0))


def _ordinary(hunt: Hunt, settings: Profile, start: np.ndarray | None, seed: int, crew: Crew) -> Stop | None:
    """HiGHS alone at first; later our search beside it, or instead of it.

    Instead, where it has not even solved the root LP, or where there are blocks to settle.
    """
    with Beside(hunt, {"threads": settings.threads, "random_seed": seed % 2**31}, start) as rival:
        with hunt.enter("mip"):
            done = rival.wait(min(settings.first, hunt.left / 4))
        if not done and not hunt.over and (not np.isfinite(hunt.bound) or _blocks(hunt.matrix) > 1):
            rival.end()
            if not hunt.settled:  # by its last word, which came before its end
                return _large(hunt, settings, start, seed, crew)
        elif not done and not hunt.over:
            _large(hunt, replace(settings, race=False, branch=False), start, seed, crew, beside=True)
            with hunt.enter("mip"):
                rival.wait(np.inf if settings.branch or hunt.x is None else 0.0)
        with hunt.enter("mip"):
            ended = _close(hunt, rival.live, rival.end(), seed)
    return None if ended is Stop.INTERRUPTED else ended  # we ended it ourselves


def _blocks(matrix: Matrix) -> int:
    """How many independent blocks have whole columns."""
    return len(np.unique(components(matrix)[matrix.integer]))


def _vast(hunt: Hunt, settings: Profile, start: np.ndarray | None, seed: int, crew: Crew,
          kept: Kept | None) -> Stop | None:
    """Beyond simplex; the ordinary way only where that found nothing and time is left."""
    ended = solve_vast(hunt, settings, crew, np.random.default_rng(seed), _parts(hunt, settings, seed))
    if kept is not None:
        kept.keep_solution(hunt, None)
    if hunt.x is None and not hunt.over and ended is not Stop.INFEASIBLE:
        return _large(hunt, replace(settings, patience=1.0), start, seed, crew=crew, kept=kept)
    return ended


def _parts(hunt: Hunt, settings: Profile, seed: int) -> Search:
    """How parts of the hunt's model are searched: as models of their own, without long searches at their ends."""

    def search(part: Matrix, gap: float, beside: int) -> np.ndarray | None:
        few = replace(settings, neighbourhoods=PART_TURNS, branch=False, node_limit=PART_NODES, patience=1.0, apart=PART_APART,
                      threads=max(settings.threads // beside, 1), race=settings.race and beside == 1)
        factor = cost_scale(part.cost)
        part = replace(part, cost=factor * part.cost, offset=factor * part.offset)
        within = Hunt(part, factor, gap, hunt.left, stop=hunt.tick)
        if part.nonzeros <= settings.small:
            _branch(within, few, np.zeros(part.n_columns), None, seed)
        else:
            _large(within, few, None, seed, Threads(few.threads))
        hunt.iterations += within.iterations
        return within.x

    return search


def _large(hunt: Hunt, settings: Profile, start: np.ndarray | None, seed: int, crew: Crew,
           beside: bool = False, kept: Kept | None = None) -> Stop | None:
    """Root LP, dives, neighbourhoods, then branch and bound, unless that runs beside it.

    A root LP of blocks that outlasts the profile's patience is left for interior point.
    """
    blocked = hunt.matrix.block is not None
    patience = settings.patience * hunt.time_limit if blocked and not beside and settings.patience < 1 else np.inf
    if hunt.x is not None:
        patience /= 2
    again = kept is not None and kept.live is not None and kept.fits(hunt.matrix)
    before, carried, blocks, apart = kept.apart if again else None, -np.inf, None, None
    if blocked and before is not None:
        short = AGAIN * hunt.target * abs(before.bound)  # of their optima, all blocks together
        with hunt.enter("blocks"):
            blocks = Blocks(hunt.matrix)
            hunt.raise_bound(carried := blocks.carried(before, hunt, short, crew))
    with hunt.enter("lp"):
        if not (beside or kept) and settle_blocks(hunt, settings.small or SMALL_BLOCK) is Stop.INFEASIBLE:
            return Stop.INFEASIBLE
        live, root, mended = _root(hunt, settings, start, seed, patience, kept if again else None)
        if kept is not None and root.stop is Stop.OPTIMAL:
            kept.keep(live, hunt)
    if root.stop is Stop.INFEASIBLE:
        return root.stop
    if root.stop is not Stop.OPTIMAL:
        if again:
            kept.keep_solution(hunt, None)
        if hunt.over or beside:
            return root.stop
        if root.stop is Stop.TIME_LIMIT and settings.patience < 1:
            return _vast(hunt, settings, start, seed, crew, kept)
        return _branch(hunt, settings, start, None, seed)
    hunt.raise_bound(root.bound)
    hunt.root_bound = hunt.bound
    diver = Diver(hunt, live, Propagator(hunt.matrix), np.random.default_rng(seed))
    first = First(diver, root, live.basis())
    if before is None:
        short = settings.apart * hunt.target * abs(hunt.bound)
    if start is not None:
        with hunt.enter("dive"):
            first.brought_along(start, None if kept is None else kept.solution_basis, settings, mended)
    if np.isfinite(carried) and not hunt.over:  # the blocks anew would say little else: a better plan first
        with hunt.enter("dive"):
            first.go_on(before, settings)
    if blocked and not hunt.over:
        with hunt.enter("blocks"):
            blocks = blocks or Blocks(hunt.matrix)
            apart = blocks.relax(root.duals, hunt, short, crew)
        if apart.stop is Stop.INFEASIBLE:
            return Stop.INFEASIBLE
        hunt.raise_bound(apart.bound)
        if kept is not None and apart.stop is Stop.OPTIMAL:
            kept.apart = apart
    with hunt.enter("dive"):
        first.dive(apart, settings, below=beside)
    if hunt.x is not None and not hunt.over:
        with hunt.enter("neighbourhood"):
            if blocked and (groups := Groups(hunt, settings.threads)).several:
                groups.better(np.random.default_rng(seed), _parts(hunt, settings, seed), lambda: _polish(hunt, diver))
            improve(hunt, diver, root, settings)
    ended = None
    if not (hunt.over or beside) and (hunt.x is None or settings.branch):
        bounds = reduced_cost_bounds(hunt, diver, root)
        ended = _branch(hunt, settings, hunt.x if hunt.x is not None else start, bounds, seed)
    _polish(hunt, diver)
    if kept is not None:
        kept.keep_solution(hunt, diver.basis)
    return ended


def _root(hunt: Hunt, settings: Profile, start: np.ndarray | None, seed: int, patience: float,
          kept: Kept | None) -> tuple[Lazy, Answer, list[Diver] | None]:
    """The root LP, from what is kept where there is something; who has mended the start beside it, None where nobody tried."""
    if kept is None:
        return *root_lp(hunt, settings.race, patience), None
    if start is None or kept.solution_basis is None or not settings.race or settings.threads < 2:
        return *kept.root(hunt, patience), None
    with kept.mending(hunt, start, seed) as mended:
        live, root = kept.root(hunt, patience)
    return live, root, mended


def _branch(hunt: Hunt, settings: Profile, start, bounds, seed: int) -> Stop:
    """HiGHS's own branch and bound, from the incumbent, within tightened whole bounds.

    bounds  (lower, upper) over the whole columns that no better solution breaks, or None
    """
    matrix = hunt.matrix
    whole = np.flatnonzero(matrix.integer)
    if bounds is not None:
        lower, upper = matrix.lower.copy(), matrix.upper.copy()
        lower[whole], upper[whole] = bounds
        if hunt.x is not None:  # the incumbent stays inside, so that it can be the start
            lower[whole] = np.minimum(lower[whole], hunt.x[whole])
            upper[whole] = np.maximum(upper[whole], hunt.x[whole])
        matrix = replace(matrix, lower=lower, upper=upper)
    with hunt.enter("mip"):
        live = Live(matrix, {"threads": settings.threads, "random_seed": seed % 2**31})
        hunt.times["handover"] = hunt.times.get("handover", 0.0) + live.handover
        answer = live.solve_mip(hunt.left, gap=hunt.target, start=start, callback=hunt.hear, tick=hunt.tick,
                                node_limit=settings.node_limit or None)
        return _close(hunt, live, answer, seed)


def _close(hunt: Hunt, live: Live, answer: Answer, seed: int) -> Stop:
    """Takes the last word of a branch and bound on a live model; duals for the incumbent, if it has none."""
    hunt.iterations += answer.iterations
    if hunt.root_bound is None and np.isfinite(hunt.bound):
        hunt.root_bound = hunt.bound
    if answer.x is not None:
        hunt.offer(answer.x)
        if hunt.x is None or (hunt.duals is None and not hunt.interrupted):
            diver = Diver(hunt, live, Propagator(hunt.matrix), np.random.default_rng(seed))
            values = hunt.x if hunt.x is not None else answer.x
            _fixed(hunt, diver, np.rint(values[diver.columns]))
    if answer.stop is not Stop.FAILED:  # HiGHS's bound is then 0
        hunt.raise_bound(answer.bound)
    if answer.stop is Stop.INFEASIBLE and hunt.x is not None:
        # The tightened bounds leave nothing better: the incumbent is optimal.
        hunt.raise_bound(hunt.objective)
        return Stop.OPTIMAL
    if answer.stop in (Stop.OPTIMAL, Stop.GAP_LIMIT) and hunt.x is None:
        return Stop.FAILED
    return answer.stop


def _fixed(hunt: Hunt, diver: Diver, values: np.ndarray) -> None:
    """Takes the LP with these whole values: exact solution and duals. Needs little time; no tick."""
    diver.live.set_bounds(diver.columns, values, values)
    answer = diver.live.solve_lp(max(hunt.left, 30.0))
    if answer.stop is not Stop.OPTIMAL:
        return
    if hunt.offer(answer.x, answer.duals):
        return
    if hunt.x is None:
        answer = _tighter(hunt, diver.live)
        if answer.stop is Stop.OPTIMAL:
            hunt.offer(answer.x, answer.duals)
    elif answer.objective <= hunt.objective + 1e-6 * max(1.0, abs(hunt.objective)):
        hunt.duals = answer.duals


def _polish(hunt: Hunt, diver: Diver) -> None:
    """Duals, and the best continuous values, for an incumbent that came without them."""
    if hunt.x is not None and hunt.duals is None and not hunt.interrupted:
        with hunt.enter("polish"):
            _fixed(hunt, diver, np.rint(hunt.x[diver.columns]))


def _outcome(hunt: Hunt, ended: Stop | None) -> Outcome:
    """What the caller gets: own sense, both answers, one sentence."""
    held = hunt.x is not None and ended is not Stop.UNBOUNDED  # a point on the way to nowhere is no answer
    if held and hunt.gap <= PROVEN:
        stop = Stop.OPTIMAL
    elif held and hunt.proven:
        stop = Stop.GAP_LIMIT
    elif hunt.interrupted:
        stop = Stop.INTERRUPTED
    elif ended in (Stop.INFEASIBLE, Stop.UNBOUNDED, Stop.FAILED) and not held:
        stop = ended
    elif hunt.left <= 0 or ended in (None, Stop.TIME_LIMIT):
        stop = Stop.TIME_LIMIT
    else:
        stop = ended
    hunt.times["total"], hunt.phase = hunt.clock, "end"
    outcome = Outcome(
        stop, x=hunt.x if held else None, objective=hunt.outward(hunt.objective) if held else None,
        bound=hunt.outward(hunt.bound), root_bound=hunt.outward(hunt.root_bound),
        duals=None if hunt.duals is None or not held else hunt.duals / hunt.factor,
        lp_iterations=hunt.iterations,
        times=dict(hunt.times), trajectory=list(hunt.trajectory))
    outcome.message = words(outcome)
    hunt.tell()
    return outcome
