"""HiGHS's own branch and bound, and what a solution that came without duals still needs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solvers.dive import Diver
from solvers.highs import Answer, Live
from solvers.hunt import Hunt
from solvers.outcome import Stop
from solvers.profiles import Profile
from solvers.propagation import Propagator


def branch(hunt: Hunt, settings: Profile, start, bounds, seed: int) -> Stop:
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
        return close(hunt, live, answer, seed)


def close(hunt: Hunt, live: Live, answer: Answer, seed: int) -> Stop:
    """Takes the last word of a branch and bound on a live model; duals for the incumbent, if it has none."""
    hunt.iterations += answer.iterations
    if hunt.root_bound is None and np.isfinite(hunt.bound):
        hunt.root_bound = hunt.bound
    if answer.x is not None:
        hunt.offer(answer.x)
        if hunt.x is None or (hunt.duals is None and not hunt.interrupted):
            diver = Diver(hunt, live, Propagator(hunt.matrix), np.random.default_rng(seed))
            values = hunt.x if hunt.x is not None else answer.x
            fixed(hunt, diver, np.rint(values[diver.columns]))
    if answer.stop is not Stop.FAILED:  # HiGHS's bound is then 0
        hunt.raise_bound(answer.bound)
    if answer.stop is Stop.INFEASIBLE and hunt.x is not None:
        # The tightened bounds leave nothing better: the incumbent is optimal.
        hunt.raise_bound(hunt.objective)
        return Stop.OPTIMAL
    if answer.stop in (Stop.OPTIMAL, Stop.GAP_LIMIT) and hunt.x is None:
        return Stop.FAILED
    return answer.stop


def fixed(hunt: Hunt, diver: Diver, values: np.ndarray) -> None:
    """Takes the LP with these whole values: exact solution and duals. Has 30 s even where the search is over."""
    before = hunt.interrupted
    diver.live.set_bounds(diver.columns, values, values)
    answer = diver.live.solve_lp(max(hunt.left, 30.0), tick=lambda: hunt.tick() and hunt.interrupted and not before)
    if answer.stop is not Stop.OPTIMAL:
        return
    if hunt.offer(answer.x, answer.duals):
        return
    if hunt.x is None:
        answer = tighter(hunt, diver.live)
        if answer.stop is Stop.OPTIMAL:
            hunt.offer(answer.x, answer.duals)
    elif answer.objective <= hunt.objective + 1e-6 * max(1.0, abs(hunt.objective)):
        hunt.duals = answer.duals


def tighter(hunt: Hunt, live: Live) -> Answer:
    """Once more with narrower tolerances, for a solution that misses the original rows."""
    live.tighten_tolerance()
    return live.solve_lp(max(hunt.left, 30.0))


def polish(hunt: Hunt, diver: Diver) -> None:
    """Duals, and the best continuous values, for an incumbent that came without them."""
    if hunt.x is not None and hunt.duals is None and not hunt.interrupted:
        with hunt.enter("polish"):
            fixed(hunt, diver, np.rint(hunt.x[diver.columns]))
