"""Holding a model to an earlier plan: bounds on its columns, read from the plan's tables.

Bounds only, never rows: the model keeps its shape, so that a live re-solve goes on from the one before.
A cell's spend is the sum of segments whose returns fall, so a plan loses nothing by filling them in
order: at least f in a cell is its first segments full up to f, at most f is no more than that.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.instance import Instance, InvalidInstance
from planner.plan import Plan
from solvers.algebra import Index
from solvers.arrays import Columns

EXACT = 1e-5
"""A figure that is held may move by this part of itself (or of 1): a plan keeps its rows to 1e-7 and its whole
decisions to 1e-6, of sides that may be large, so that figures held more tightly can contradict each other (seen with
1e-8 on a small instance, with 1e-6 on the flagship)."""


def at(table: pd.DataFrame, column: str, index: Index) -> np.ndarray:
    """A table's figures at the labels of an index, summed; NaN where the table has no such row."""
    dims = list(index.dims)
    if table.empty or not set(dims) <= set(table):
        return np.full(len(index), np.nan)
    sums = table.groupby(dims)[column].sum()
    wanted = index.frame()[dims]
    keys = pd.MultiIndex.from_frame(wanted) if len(dims) > 1 else pd.Index(wanted[dims[0]])
    return sums.reindex(keys).to_numpy(float)


def find(core, owner: str, name: str) -> Columns | None:
    """Decision columns by owner and name; None where the mechanism or its decision is not there."""
    block = core.model.component(owner)
    return None if block is None else block.component(name)


def bound_spend(core, low: np.ndarray | None = None, high: np.ndarray | None = None) -> np.ndarray:
    """Keeps every cell's spend between two amounts (arrays over `core.cells`; NaN: no bound).

    Returns by how much each lower bound lies above what the cell can take at all: 0 where it fits.
    """
    segment, row = core.block.pyomo.segment, core.spend.row
    width, cells = segment.upper.copy(), len(core.cells)
    full = np.cumsum(width)
    begin = np.searchsorted(row, np.arange(cells))
    start = full - width - (full - width)[begin][row]
    if high is not None:
        most = np.clip(high[row] - start, 0.0, width)
        segment.upper = np.where(np.isnan(most), width, most)
    if low is None:
        return np.zeros(cells)
    least = np.nan_to_num(np.clip(low[row] - start, 0.0, width))
    segment.lower = np.minimum(np.maximum(segment.lower, least), segment.upper)
    room = np.bincount(row, segment.upper, minlength=cells)
    return np.maximum(np.nan_to_num(low - room), 0.0)


def bound_whole(columns: Columns | None, low: np.ndarray | None = None, high: np.ndarray | None = None) -> None:
    """Keeps whole decisions between two counts (arrays over their index; NaN: no bound)."""
    if columns is None:
        return
    if low is not None:
        columns.lower = np.maximum(columns.lower, np.nan_to_num(np.rint(low), nan=-np.inf))
    if high is not None:
        columns.upper = np.minimum(columns.upper, np.nan_to_num(np.rint(high), nan=np.inf))


def on_scale_of(instance: Instance, plan: Plan) -> Instance:
    """The instance with the goal ranges that a plan was solved on, so that objectives stay comparable.

    Ranges that the instance does not give are computed for each solve, and would be others in a model
    that is held to something. An instance whose table `goals` cannot take them is left as it is.
    """
    goals = plan.goals
    if goals.empty or not {"weight", "ideal", "nadir"} <= set(goals):
        return instance
    ranges = goals[goals["weight"] > 0].groupby("goal")[["ideal", "nadir"]].first().dropna()
    given = instance.table("goals")
    if given.empty or ranges.empty:
        return instance
    given = given.set_index("goal")
    changes = {f"goals[{goal}].{side}": float(ranges.at[goal, side]) for goal in ranges.index
               for side in ("ideal", "nadir") if goal in given.index and pd.isna(given.at[goal, side])}
    if not changes:
        return instance
    try:
        return instance.with_overrides(changes)
    except InvalidInstance:
        return instance


__all__ = ["EXACT", "at", "bound_spend", "bound_whole", "find", "on_scale_of"]
