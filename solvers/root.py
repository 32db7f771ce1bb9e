"""The root LP: dual simplex and interior point side by side; the first to finish counts."""

from __future__ import annotations

import threading

from solvers.highs import Answer, Live
from solvers.hunt import Hunt
from solvers.outcome import Stop

RACE_FROM = 50_000  # nonzeros from which interior point may win against dual simplex


def root_lp(hunt: Hunt, race: bool) -> tuple[Live, Answer]:
    """Solves the LP relaxation of the hunt's matrix; the live model holds an optimal basis.

    race  also run interior point (with crossover) on a second thread
    """
    matrix = hunt.matrix
    live = Live(matrix.relaxed())
    hunt.times["handover"] = live.handover
    if not race or matrix.nonzeros < RACE_FROM:
        answer = live.solve_lp(hunt.left, tick=hunt.tick)
        hunt.iterations += live.iterations
        return live, answer

    rival, finished = Live(matrix.relaxed()), threading.Event()
    held: list[Answer] = []

    def run_rival():
        answer = rival.solve_lp(hunt.left, method="ipm", tick=finished.is_set)
        if answer.stop is Stop.OPTIMAL:
            held.append(answer)

    runner = threading.Thread(target=run_rival, daemon=True)
    runner.start()
    try:
        answer = live.solve_lp(hunt.left, tick=lambda: hunt.tick() or bool(held))
    finally:
        finished.set()
        rival.interrupt()
        runner.join()
    if held and answer.stop is not Stop.OPTIMAL:
        live.set_basis(rival.basis())
        answer = live.solve_lp(hunt.left, tick=hunt.tick)
        if answer.stop is not Stop.OPTIMAL and not hunt.over:
            live, answer = rival, held[0]
    hunt.iterations += live.iterations + rival.iterations
    return live, answer
