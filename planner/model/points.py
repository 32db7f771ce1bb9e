"""The objective recomputed from a plan's tables: no model, no solver (formulation, section 4)."""

from __future__ import annotations

import numpy as np
import pandas as pd

POINTS = 100.0
"""The weighted sum is told in points: 100 x weight x normalised value."""

SUMMED = ("weighted", "epsilon")
"""Modes whose objective is the weighted sum; the others end with one of several objectives."""


def objective(tables: dict[str, pd.DataFrame], instance) -> tuple[float, float] | None:
    """(objective in points, size of its parts), or None: the mode's objective is no weighted sum, or no ranges are told.

    tables  'goals' (goal, value by owner, ideal and nadir), 'relief' (mechanism, relief)
    A single goal without a range counts with its plain value. Weights and prices are the instance's own.
    """
    told, terms = tables.get("goals"), []
    if instance.mode not in SUMMED or told is not None and not {"ideal", "nadir"} <= set(told):
        return None
    if told is not None and len(told):
        given = instance.table("goals").set_index("goal")
        found = told.groupby("goal", sort=False).agg(
            {"value": "sum", "ideal": "first", "nadir": "first"}).reset_index()
        for name in ("ideal", "nadir"):  # the instance's own where it has one
            found[name] = found["goal"].map(given[name] if len(given) else {}).astype(float).fillna(found[name])
        found["weight"] = found["goal"].map(given["weight"]).fillna(0.0) if len(given) else 1.0
        used = found[found["weight"] > 0]
        for row in used.itertuples():
            ranged = np.isfinite(row.ideal) and np.isfinite(row.nadir)
            span = row.ideal - row.nadir if ranged and row.ideal - row.nadir > 1e-12 else 1.0
            nadir = row.nadir if np.isfinite(row.nadir) else 0.0
            if len(used) == 1 and not ranged:
                terms.append(row.value)
            else:
                terms += [POINTS * row.weight / span * part for part in (row.value, -nadir)]
    relief = tables.get("relief")
    if relief is not None and len(relief):
        used = relief.groupby("mechanism")["relief"].sum()
        terms += [-amount * (instance.price(name) or 0.0) for name, amount in used.items() if name != "core"]
    return float(np.sum(terms)), float(np.abs(terms).sum())
