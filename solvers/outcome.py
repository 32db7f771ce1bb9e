"""What a solve gave. How it stopped and whether a solution is held are two answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np

PROVEN = 1e-6  # a relative gap at or below this counts as proven optimal
TINY = 1e-10


class Stop(str, Enum):
    """Why the solver stopped; says nothing about holding a solution."""

    OPTIMAL = "optimal"
    GAP_LIMIT = "gap_limit"
    TIME_LIMIT = "time_limit"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    INTERRUPTED = "interrupted"
    FAILED = "failed"

    def __str__(self) -> str:
        return self.value


def relative_gap(objective: float | None, bound: float | None) -> float:
    """|objective - bound| / |objective|; infinite where either is unknown."""
    if objective is None or bound is None or not (np.isfinite(objective) and np.isfinite(bound)):
        return np.inf
    return abs(objective - bound) / max(abs(objective), TINY) if objective != bound else 0.0


@dataclass
class Outcome:
    """How a solve ended and what is held.

    stop           why it stopped
    x              solution, array of n columns, or None
    objective      its value in the model's own sense, or None
    bound          proven bound on the best objective, or None
    root_bound     the bound after the first LP relaxation, or None
    duals          per row, d objective / d side of the final LP with integers fixed, or None
    lp_iterations  simplex iterations, all LPs of ours together
    times          seconds by part: handover, lp, dive, neighbourhood, mip, polish, total
    trajectory     (seconds, incumbent or None, bound or None), one per change
    message        one sentence for people
    """

    stop: Stop
    x: np.ndarray | None = None
    objective: float | None = None
    bound: float | None = None
    root_bound: float | None = None
    duals: np.ndarray | None = None
    lp_iterations: int = 0
    times: dict[str, float] = field(default_factory=dict)
    trajectory: list[tuple[float, float | None, float | None]] = field(default_factory=list)
    message: str = ""

    @property
    def gap(self) -> float:
        """Relative distance of the objective from the proven bound; inf where one is missing."""
        return relative_gap(self.objective if self.x is not None else None, self.bound)

    @property
    def status(self) -> str:
        """optimal, feasible, infeasible, unbounded, no_plan or failed.

        A solution counts only if it is held; infeasible only if it was proven.
        """
        if self.x is not None:
            return "optimal" if self.gap <= PROVEN else "feasible"
        if self.stop in (Stop.INFEASIBLE, Stop.UNBOUNDED):
            return str(self.stop)
        if self.stop is Stop.FAILED:
            return "failed"
        return "no_plan"


def words(outcome: Outcome) -> str:
    """How it ended, in one sentence for people."""
    if outcome.x is None:
        return {Stop.INFEASIBLE: "Proven: no solution meets all rows.",
                Stop.UNBOUNDED: "The objective has no limit.",
                Stop.TIME_LIMIT: "The effort allowed ended before a solution was found.",
                Stop.INTERRUPTED: "Interrupted before a solution was found."}.get(
                    outcome.stop, "The solver failed: numbers of very different size may be the cause.")
    gap = f"{100 * outcome.gap:.3g} %" if np.isfinite(outcome.gap) else "unknown"
    return {Stop.OPTIMAL: "Proven optimal.", Stop.GAP_LIMIT: f"Target reached: gap {gap}.",
            Stop.TIME_LIMIT: f"Effort ended; the best solution is kept: gap {gap}.",
            Stop.INTERRUPTED: f"Interrupted; the best solution is kept: gap {gap}."}.get(
                outcome.stop, f"Ended as {outcome.stop}; the best solution is kept: gap {gap}.")
