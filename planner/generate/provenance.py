"""What a generated instance says of itself: every figure is synthetic."""

from __future__ import annotations

import pandas as pd

from planner.generate.draw import Draw
from planner.instance.references import WHOLE

HOW = {
    "regions": "zone totals scaled, people and GDP follow the money with noise",
    "baseline": "cells with lognormal noise, fitted to the scaled zone, class and stage totals",
    "fit": "with noise, the mean over an industry's money kept",
    "talent_stock": "in the same proportion to the people that the base year needs",
    "platform_stock": "in the same proportion to the spend that platforms serve",
    "missions": "as many per region; dependence shared out among them",
    "bids": "of the resampled missions, in regions drawn from the donor's",
    "goals": "ideal and nadir scaled with the value of the base-year pattern, not solved for",
}


def origin(draw: Draw) -> str:
    return f"generated, seed {draw.size.seed}, resampled from {draw.donor.name}"


def provenance(draw: Draw) -> pd.DataFrame:
    """Table provenance: every table and every parameter is assumed, and generated."""
    rows = [(name, "*", "assumed", "", origin(draw) + (f": {HOW[name]}" if name in HOW else ""))
            for name in draw.donor.table_names if len(draw.tables.get(name, ()))]
    rows.append((WHOLE, "*", "assumed", "", origin(draw) + ": settings carried over or scaled"))
    return pd.DataFrame(rows, columns=["table", "column", "status", "source", "reason"])


def readme(instance) -> str:
    """README.md of a generated folder."""
    reason = instance.table("provenance")["reason"].iloc[-1].partition(":")[0]
    return (f"# {instance.title}\n\n"
            f"**Synthetic** ({reason}): a benchmark made by `planner generate`. No figure in this folder is a "
            "statistic, and no region exists. The same arguments write the same bytes.\n")
