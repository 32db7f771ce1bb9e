"""What a trajectory says: when a gap was proven, and several solvers side by side.

A trajectory is that of `Outcome`: (seconds, incumbent or None, bound or None), one per change.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from os import PathLike

import numpy as np

from solvers.outcome import PROVEN, Outcome, relative_gap

Trajectory = Sequence[tuple[float, float | None, float | None]]

GAPS = (0.05, 0.02, 0.01, 0.005, 0.002)
"""The gaps that a comparison asks for, beside the target."""

ENDINGS = {"gap_limit": "gap reached", "time_limit": "effort ended"}


def time_to(trajectory: Trajectory, gap: float) -> float | None:
    """Seconds until the relative gap was proven (0.01 is 1 %; 0 is optimality); None where it never was."""
    wanted = max(gap, PROVEN) * (1 + 1e-9)
    return next((seconds for seconds, incumbent, bound in trajectory
                 if relative_gap(incumbent, bound) <= wanted), None)


def table(outcomes: Mapping[str, Outcome], target: float) -> str:
    """A text table, one column per solver: seconds to each gap, then what it ended with.

    outcomes  name of the solver -> its outcome; `times["total"]` holds its seconds
    target    relative gap that they were asked for
    """
    gaps = [gap for gap in GAPS if gap > target]
    lines = [["", *outcomes]]
    for gap in [*gaps, target]:
        name = f"seconds to {percent(gap)}" if gap > 0 else "seconds to the optimum"
        lines.append([name + (" (target)" if gap == target > 0 else ""),
                      *(seconds(time_to(one.trajectory, gap)) for one in outcomes.values())])
    lines += [["objective", *(figure(one.objective) for one in outcomes.values())],
              ["bound", *(figure(one.bound) for one in outcomes.values())],
              ["gap", *(percent(one.gap) for one in outcomes.values())],
              ["seconds in all", *(seconds(one.times.get("total")) for one in outcomes.values())],
              ["ended", *(ENDINGS.get(str(one.stop), str(one.stop)) for one in outcomes.values())]]
    width = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join("  ".join([line[0].ljust(width[0]), *(cell.rjust(wide) for cell, wide in
                                                           zip(line[1:], width[1:]))]) for line in lines)


def write_csv(path: str | PathLike, trajectories: Mapping[str, Trajectory]) -> None:
    """Writes trajectories by solver name: solver, seconds, incumbent, bound, gap; empty where unknown."""
    def text(value):
        return "" if value is None or not np.isfinite(value) else repr(float(value))
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["solver", "seconds", "incumbent", "bound", "gap"])
        for name, trajectory in trajectories.items():
            for clock, incumbent, bound in trajectory:
                out.writerow([name, f"{clock:.4f}", text(incumbent), text(bound),
                              text(relative_gap(incumbent, bound))])


def figure(value: float | None) -> str:
    return "–" if value is None or not np.isfinite(value) else f"{value:,.9g}"


def percent(gap: float | None) -> str:
    return "–" if gap is None or not np.isfinite(gap) else f"{100 * gap:.3g} %"


def seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
