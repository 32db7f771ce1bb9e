"""Other solvers on the same matrix, as they come, with the trajectory of each."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from solvers.highs import Live
from solvers.matrix import Matrix, write_mps
from solvers.outcome import PROVEN, Outcome, Stop, relative_gap, words


class NotInstalled(RuntimeError):
    """A rival that this Python does not have; the text says how to get it."""


class Record:
    """A rival's trajectory while it runs: the best incumbent and bound so far, on one clock.

    Takes values in the model's own sense, from any thread.
    """

    def __init__(self, name: str, maximise: bool, progress: Callable[[dict], None] | None = None,
                 stop: Callable[[], bool] | None = None):
        self.name, self.progress, self.stop = name, progress, stop
        self.lower, self.higher = (min, max) if maximise else (max, min)
        self.incumbent: float | None = None
        self.bound: float | None = None
        self.trajectory: list[tuple[float, float | None, float | None]] = []
        self.started = time.perf_counter()
        self._told = (-np.inf, 0)

    @property
    def clock(self) -> float:
        return time.perf_counter() - self.started

    def note(self, incumbent: float | None = None, bound: float | None = None) -> None:
        """A new incumbent or bound; None, or one that is no better, changes nothing."""
        before = self.incumbent, self.bound
        if incumbent is not None:
            self.incumbent = incumbent if before[0] is None else self.higher(incumbent, before[0])
        if bound is not None:
            self.bound = bound if before[1] is None else self.lower(bound, before[1])
        if (self.incumbent, self.bound) != before:
            self.trajectory.append((self.clock, self.incumbent, self.bound))

    def tick(self) -> bool:
        """Tells progress what is new, about once a second; True when the caller wants an end."""
        when, count = self._told
        if self.progress is not None and len(self.trajectory) > count and self.clock - when >= 0.9:
            self._told = self.clock, len(self.trajectory)
            gap = relative_gap(self.incumbent, self.bound)
            self.progress({"time": self.clock, "phase": self.name, "incumbent": self.incumbent,
                           "bound": self.bound, "gap": gap if np.isfinite(gap) else None})
        return self.stop is not None and self.stop()

    def outcome(self, stop: Stop, x: np.ndarray | None, objective: float | None) -> Outcome:
        """What the rival ended with; tells progress the last of it."""
        self._told = -np.inf, self._told[1]
        self.tick()
        if x is not None and stop is Stop.OPTIMAL and relative_gap(objective, self.bound) > PROVEN:
            stop = Stop.GAP_LIMIT
        outcome = Outcome(stop, x, objective, self.bound, times={"total": self.clock},
                          trajectory=self.trajectory)
        outcome.message = words(outcome)
        return outcome


def run_highs(matrix: Matrix, gap: float, time_limit: float, threads: int = 2, *,
              progress: Callable[[dict], None] | None = None,
              stop: Callable[[], bool] | None = None) -> Outcome:
    """Default HiGHS: no option of ours but relative gap, time limit (seconds) and threads.

    progress, stop  as of `solvers.search.solve`; the phase told is "highs"
    Its solution is taken at its word. Ctrl-C is raised after HiGHS has stopped.
    """
    record = Record("highs", matrix.maximise, progress, stop)
    live = Live(matrix, {"threads": threads})
    answer = live.solve_mip(max(time_limit - record.clock, 0.0), gap=gap, absolute_gap=None, tick=record.tick,
                            callback=lambda event: record.note(event["incumbent"], event["bound"]))
    record.note(answer.objective, answer.bound)
    return record.outcome(answer.stop, answer.x, answer.objective)


def run_scip(matrix: Matrix, gap: float, time_limit: float, threads: int = 1, *,
             progress: Callable[[dict], None] | None = None,
             stop: Callable[[], bool] | None = None) -> Outcome:
    """Default SCIP, which takes one thread whatever `threads` says; as `run_highs` otherwise.

    Raises NotInstalled where there is no pyscipopt.
    """
    try:
        from pyscipopt import SCIP_EVENTTYPE, Eventhdlr, Model
    except ImportError:
        raise NotInstalled("SCIP is not installed here: `pip install pyscipopt` brings it.") from None
    record = Record("scip", matrix.maximise, progress, stop)
    scip = Model()
    scip.hideOutput()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.mps"
        write_mps(matrix, path)
        scip.readProblem(str(path))
    scip.setParams({"limits/gap": gap, "limits/time": max(time_limit - record.clock, 0.0),
                    "misc/catchctrlc": False})

    def known(value: float) -> float | None:
        return None if scip.isInfinity(abs(value)) else float(value)

    def note() -> None:
        record.note(known(scip.getPrimalbound()), known(scip.getDualbound()))

    class Ear(Eventhdlr):
        events = SCIP_EVENTTYPE.BESTSOLFOUND, SCIP_EVENTTYPE.NODESOLVED, SCIP_EVENTTYPE.LPSOLVED

        def eventinit(self):
            for event in self.events:
                self.model.catchEvent(event, self)

        def eventexec(self, event):
            note()
            if record.tick():
                self.model.interruptSolve()

    scip.includeEventhdlr(Ear(), "ear", "hears of incumbents and bounds")
    scip.optimize()
    status = scip.getStatus()
    if status == "inforunbd":  # without costs only the first can be
        still = run_scip(_free_of_cost(matrix), 0.0, max(time_limit - record.clock, 0.0))
        status = "unbounded" if still.x is not None else str(still.stop)
    ended = {"optimal": Stop.OPTIMAL, "gaplimit": Stop.GAP_LIMIT, "infeasible": Stop.INFEASIBLE,
             "unbounded": Stop.UNBOUNDED, "userinterrupt": Stop.INTERRUPTED,
             "timelimit": Stop.TIME_LIMIT, "memlimit": Stop.TIME_LIMIT,
             "time_limit": Stop.TIME_LIMIT}.get(status, Stop.FAILED)
    x = objective = None
    if ended not in (Stop.INFEASIBLE, Stop.UNBOUNDED):
        note()
        if scip.getNSols():
            best, value = scip.getBestSol(), {v.name: v for v in scip.getVars()}
            x = np.array([best[value[f"c{j}"]] for j in range(matrix.n_columns)])
            objective = float(scip.getObjVal())
    return record.outcome(ended, x, objective)


def _free_of_cost(matrix: Matrix) -> Matrix:
    return matrix.with_rows([], cost=np.zeros(matrix.n_columns))


RIVALS = {"highs": run_highs, "scip": run_scip}
