"""Nesting of a ladder's rungs, written into a model: bounds on cells and platforms, rows for missions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.plan import Plan
from planner.studies.holding import EXACT, at, bound_spend, bound_whole, find
from solvers.algebra import Linear


class Nested:
    """Holds a rung to a solved one: not below it upwards, not above it downwards; given as `amend`.

    other  the solved rung; None holds to nothing, in a model of the same shape
    give   part of its spend that a cell may lose (upwards) or gain (downwards); from 1 on no cell is held
    rungs  plans whose cells all hold, so that what each gives does not add up; default: `other` alone
    """

    def __init__(self, other: Plan | None, upwards: bool, give: float = 0.0, rungs: list[Plan] | None = None):
        self.other, self.upwards, self.give = other, upwards, give
        self.rungs = rungs or ([] if other is None else [other])

    def __call__(self, core) -> None:
        self._missions(core)
        if self.other is None:
            return
        side = "low" if self.upwards else "high"
        if core.has("cells") and self.give < 1:
            spends = np.array([at(plan.allocations, "spend", core.cells) for plan in self.rungs])
            spend = spends.max(axis=0) if self.upwards else spends.min(axis=0)
            slip = EXACT * np.maximum(1.0, np.abs(spend)) + self.give * np.abs(spend)
            bound_spend(core, **{side: np.maximum(spend - slip, 0.0) if self.upwards else spend + slip})
        columns = find(core, "platforms", "open")
        if columns is not None:
            bound_whole(columns, **{side: at(self.other.table("platforms"), "open", columns.index)})

    def _missions(self, core) -> None:
        """Starts of each mission up to each year: no fewer, or no more, than on the other rung."""
        start = find(core, "missions", "start")
        if start is None:
            return
        made = start.index.frame().assign(column=start.first + np.arange(len(start.index)))
        bids = core.instance.table("bids")
        made["mission"] = made["bid"].map(dict(zip(bids["bid"], bids["mission"])))
        if self.other is not None:
            made["there"] = np.nan_to_num(at(self.other.table("missions"), "start", start.index)).round()
        years = pd.DataFrame({"until": list(core.instance.years)})
        rows = made.merge(years, how="cross")
        rows = rows[rows["year"] <= rows["until"]]
        by = ["mission", "until"]
        number, sums = rows.groupby(by).ngroup().to_numpy(), rows.groupby(by)
        index = core.space.frame(sums.size().index.to_frame(index=False).rename(columns={"until": "year"}))
        started = Linear(index, number, rows["column"].to_numpy(), np.ones(len(rows)))
        there = None if self.other is None else sums["there"].sum().to_numpy(float)
        least = there if there is not None and self.upwards else 0.0
        most = there if there is not None and not self.upwards else float(len(made))
        core.block.define("ladder_started", started, ">=", least)
        core.block.define("ladder_not_started", started, "<=", most)
