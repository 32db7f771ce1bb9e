"""Ideal and nadir of every goal, scaled from the donor's instead of being solved for."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.figures import autonomy_weight, members
from planner.model.values import goal_values


def rescaled(instance, donor) -> pd.DataFrame:
    """The donor's table goals with ideal and nadir times drawn over donor's value of the base-year pattern.

    The pattern grows with all money (decision 5: the nadir is what it reaches). The ideal of
    autonomy, all dependence closed, is computed; 0 stays 0.
    """
    table, ratio = donor.table("goals"), _ratios(instance, donor)
    for side in ("ideal", "nadir"):
        table[side] = table[side].astype(float) * table["goal"].map(ratio).fillna(1.0)
    whole = _all_closed(instance) / (_all_closed(donor) or 1.0)
    autonomy = table["goal"] == "autonomy"
    table.loc[autonomy, "ideal"] = donor.table("goals").loc[autonomy, "ideal"].astype(float) * whole
    for side in ("ideal", "nadir"):
        table[side] = [float(f"{value:.8g}") for value in table[side]]
    return table


def _ratios(instance, donor) -> dict[str, float]:
    new, old = _grown(instance), _grown(donor)
    return {goal: new[goal] / old[goal] for goal in new if old.get(goal) and new[goal] / old[goal] > 0}


def _grown(instance) -> dict[str, float]:
    """Goal values when every cell grows with all money."""
    base, rows = instance.table("baseline"), []
    money = sum(instance.table(name).groupby("year")[column].sum() for name, column in (
        ("private", "private"), ("local_budget", "local"), ("budget", "central")))
    growth = money / base["spend"].sum()
    for year in instance.years:
        rows.append(base.assign(year=year, spend=base["spend"] * growth[year]))
    industries = members(instance, "industry", "industries")
    closed = industries.merge(growth.rename("growth").reset_index(), how="cross")
    closed["amount"] = closed["dependence_cut"] * (closed["growth"] - 1)
    return goal_values({"allocations": pd.concat(rows, ignore_index=True),
                        "dependence": closed[closed["import_dependence"] > 0]}, instance)


def _all_closed(instance) -> float:
    """The autonomy goal when no import dependence is left."""
    industries = members(instance, "industry", "industries")
    rows = industries.merge(pd.DataFrame({"year": list(instance.years)}), how="cross")
    return float(np.sum(rows["import_dependence"] * autonomy_weight(instance, rows)))
