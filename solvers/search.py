"""Solves any mixed-integer matrix to a proven gap: LP, dives, neighbourhoods, branch and bound.

Small models go straight to HiGHS. Large ones without lazy rows, which may be none of our kind, go to
it first, and it works on beside the rest. Otherwise (`solvers.large`): the root LP gives the bound, and
blocks solved apart a better one; dives give a first solution; groups of blocks solved anew, and
neighbourhoods, improve it; HiGHS's branch and bound, started from it, raises the bound when the gap is not
yet proven. If no dive finds a solution, HiGHS looks for one in the time that is left. Models beyond
simplex, with blocks, go the way of `solvers.vast`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from solvers.beside import Beside
from solvers.blocks import components
from solvers.branch import branch, close, tighter
from solvers.crew import Cluster, Crew, Threads
from solvers.hunt import Hunt
from solvers.kept import Kept
from solvers.large import Large
from solvers.matrix import Matrix, cost_scale
from solvers.outcome import PROVEN, Outcome, Stop, words
from solvers.profiles import Profile, load_profile
from solvers.root import root_lp


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
            ended = branch(hunt, settings, start, None, seed)
        elif settings.first > 0 and not matrix.family.any():
            ended = _ordinary(hunt, settings, start, seed, crew)
        else:
            large = Large(hunt, settings, start, seed, crew, kept)
            vast = matrix.block is not None and matrix.nonzeros > settings.vast
            ended = large.vast() if vast else large.search()
    except KeyboardInterrupt:
        hunt.interrupted = True
    finally:
        crew.close()
    return _outcome(hunt, ended)


def _linear(hunt: Hunt, settings: Profile) -> Stop:
    """An LP: the root solve is the whole answer."""
    with hunt.enter("lp"):
        live, answer = root_lp(hunt, settings.race)
    if answer.stop is Stop.OPTIMAL:
        if not hunt.offer(answer.x, answer.duals):
            answer = tighter(hunt, live)
            if answer.stop is not Stop.OPTIMAL or not hunt.offer(answer.x, answer.duals):
                return Stop.FAILED
        hunt.raise_bound(answer.bound)
        hunt.root_bound = hunt.bound
    return answer.stop


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
                return Large(hunt, settings, start, seed, crew).search()
        elif not done and not hunt.over:
            Large(hunt, replace(settings, race=False, branch=False), start, seed, crew, beside=True).search()
            with hunt.enter("mip"):
                rival.wait(np.inf if settings.branch or hunt.x is None else 0.0)
        with hunt.enter("mip"):
            ended = close(hunt, rival.live, rival.end(), seed)
    return None if ended is Stop.INTERRUPTED else ended  # we ended it ourselves


def _blocks(matrix: Matrix) -> int:
    """How many independent blocks have whole columns."""
    return len(np.unique(components(matrix)[matrix.integer]))


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
