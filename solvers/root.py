"""The root LP: dual simplex and interior point side by side; the first to finish counts.

Both solve the LP without its lazy rows; the live model goes on with those that are broken.
"""

from __future__ import annotations

import threading
import time

import numpy as np

from solvers.highs import Answer, Live
from solvers.hunt import Hunt
from solvers.lazy import Lazy
from solvers.outcome import Stop

SETTLED = 0.05  # of the gap aimed at: lazy rows that move the bound less are left to the dives
RACE_FROM = 50_000  # nonzeros from which interior point may win against dual simplex


def root_lp(hunt: Hunt, race: bool, seconds: float = np.inf) -> tuple[Lazy, Answer]:
    """Solves the LP relaxation of the hunt's matrix; the live model holds an optimal basis.

    race     also run interior point (with crossover) on a second thread
    seconds  that it may take
    The bound of every round goes to the hunt. The answer may break lazy rows where these hardly matter.
    """
    matrix, end = hunt.matrix.relaxed(), time.perf_counter() + min(seconds, hunt.left)
    settled = SETTLED * hunt.target if hunt.matrix.integer.any() else 0.0

    def left() -> float:
        return max(end - time.perf_counter(), 0.0)
    live = Lazy(matrix)
    hunt.times["handover"] = live.handover
    if not race or matrix.nonzeros < RACE_FROM:
        answer = live.solve_lp(left(), tick=hunt.tick, heard=hunt.raise_bound, settled=settled)
        hunt.iterations += live.iterations
        return live, answer

    rival = Live(matrix.with_only(live.held))
    finished = threading.Event()  # the live model is done, or has no more use for the rival
    found: list[Answer] = []

    def run_rival():
        answer = rival.solve_lp(left(), method="ipm", tick=finished.is_set)
        if answer.stop is Stop.OPTIMAL:
            found.append(answer)

    def heard(bound):
        finished.set()
        hunt.raise_bound(bound)

    runner = threading.Thread(target=run_rival, daemon=True)
    runner.start()
    try:
        answer = live.solve_lp(left(), heard=heard, settled=settled,
                               tick=lambda: hunt.tick() or (bool(found) and not finished.is_set()))
    finally:
        finished.set()
        rival.interrupt()
        runner.join()
    if found and answer.stop is not Stop.OPTIMAL and left() > 0 and not hunt.over:
        live.set_basis(rival.basis())
        answer = live.solve_lp(left(), tick=hunt.tick, heard=hunt.raise_bound, settled=settled)
    hunt.iterations += live.iterations + rival.iterations
    return live, answer
