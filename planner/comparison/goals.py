"""Objectives, goals and fairness side by side, and what the gaps allow to say of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.comparison.shared import same_sets
from planner.model.figures import atkinson, gini, poorest_fifth_share, theil
from planner.model.points import POINTS

FAIRNESS = {"gini": gini, "theil": theil, "atkinson": atkinson, "poorest_fifth": poorest_fifth_share}
SEQUENCES = ("lexicographic", "leximin")
"""Modes whose objective is that of their last solve only."""

SCALE = ["weight", "ideal", "nadir"]


def fairness(plan) -> dict[str, float]:
    """Measures of the whole plan's spend per head over regions; nothing without people or cells."""
    spend, regions = plan.allocations, plan.instance.table("regions")
    if spend.empty or len(regions) < 2 or regions["population"].sum() <= 0:
        return {}
    by_region = spend.groupby("region")["spend"].sum()
    population = regions.set_index("region")["population"]
    return {name: float(measure(by_region, population)) for name, measure in FAIRNESS.items()}


def fair(names, plans) -> pd.DataFrame:
    """plan, measure, reference, amount, difference; each plan over its own regions."""
    first, rows = fairness(plans[0]), []
    for name, plan in zip(names[1:], plans[1:]):
        for measure, value in fairness(plan).items():
            if measure in first:
                rows.append((name, measure, first[measure], value, value - first[measure]))
    return pd.DataFrame(rows, columns=["plan", "measure", "reference", "amount", "difference"])


# --- objectives ---------------------------------------------------------------------


def objectives(names, plans) -> pd.DataFrame:
    """plan, reference, amount, difference (of objectives), least, most, verdict, reason.

    least, most  what the best plan of these inputs is above that of the reference's inputs, at least and
                 at most: from objective less the other's bound to bound less the other's objective
    verdict      higher, lower, undecided (the interval holds 0: within the gaps, no difference), or
                 not_comparable, and then `reason` is sets (other years, regions ...), mode, scale or unknown
    """
    rows, first = [], plans[0]
    for name, plan in zip(names[1:], plans[1:]):
        mine, its = (one.passport.get("objective") for one in (first, plan))
        reason = why_not(first, plan)
        least = most = np.nan
        if not reason:
            least = its - proven(first)
            most = proven(plan) - mine
            size = 1e-9 * max(abs(mine), abs(its), 1.0)
            verdict = "higher" if least > size else "lower" if most < -size else "undecided"
        else:
            verdict = "not_comparable"
        known = mine is not None and its is not None
        rows.append((name, np.nan if mine is None else mine, np.nan if its is None else its,
                     its - mine if known else np.nan, least, most, verdict, reason))
    return pd.DataFrame(rows, columns=[
        "plan", "reference", "amount", "difference", "least", "most", "verdict", "reason"])


def proven(plan) -> float:
    """The proven bound; endless where there is none, or where rounding broke rules and it says nothing."""
    bound = plan.passport.get("bound")
    return np.inf if bound is None or plan.passport.get("status") == "rounded" else max(
        float(bound), float(plan.passport["objective"]))


def why_not(one, other) -> str:
    """Why two objectives cannot be compared: '' where they can."""
    if one.passport.get("objective") is None or other.passport.get("objective") is None:
        return "unknown"
    if not same_sets(one, other):
        return "sets"
    if one.instance.mode != other.instance.mode or one.instance.mode in SEQUENCES:
        return "mode"
    return "" if same_scale(one, other) else "scale"


def same_scale(one, other) -> bool:
    """Do both count goals by the same weights on the same ranges?"""
    found = []
    for plan in (one, other):
        frame = plan.goals
        if frame.empty or not set(SCALE) <= set(frame):
            return False
        frame = frame[frame["weight"] > 0].groupby("goal")[SCALE].first()
        found.append(frame.astype(float))
    if set(found[0].index) != set(found[1].index):
        return False
    if len(found[0]) == 1:  # a single goal without a range counts as it is, whatever its weight
        ranged = [frame[["ideal", "nadir"]].notna().to_numpy().all() for frame in found]
        if not any(ranged):
            return True
    left, right = found[0].to_numpy(), found[1].reindex(found[0].index).to_numpy()
    return bool(np.allclose(left, right, rtol=1e-9, atol=1e-12, equal_nan=True))


def values(names, plans) -> pd.DataFrame:
    """plan, goal, weight, reference, amount, difference, points, within_gaps.

    points       what the difference is worth in the reference's objective (empty without a weight)
    within_gaps  True where it is worth no more than both gaps together: where the search stopped may
                 explain it; empty where that cannot be told
    """
    columns = ["plan", "goal", "weight", "reference", "amount", "difference", "points", "within_gaps"]
    first = plans[0].goals
    if first.empty:
        return pd.DataFrame(columns=columns)
    base, scale = first.groupby("goal")["value"].sum(), first.groupby("goal")[
        [name for name in SCALE if name in first]].first().reindex(columns=SCALE).astype(float)
    parts = []
    for name, plan in zip(names[1:], plans[1:]):
        if plan.goals.empty:
            continue
        its = plan.goals.groupby("goal")["value"].sum()
        both = pd.concat([base.rename("reference"), its.rename("amount")], axis=1).join(scale)
        both["difference"] = both["amount"] - both["reference"]
        span = both["ideal"] - both["nadir"]
        single = (both["weight"] > 0).sum() == 1 and span[both["weight"] > 0].isna().all()
        worth = both["difference"] if single else both["difference"] / span.where(span > 1e-12) * (
            POINTS * both["weight"])
        both["points"] = worth.where(both["weight"] > 0)
        room = sum(proven(one) - one.passport["objective"] if one.passport.get("objective") is not None
                   else np.nan for one in (plans[0], plan))
        both["within_gaps"] = (both["points"].abs() <= room).astype(object).where(
            both["points"].notna() & np.isfinite(room) & same_sets(plans[0], plan), None)
        parts.append(both.rename_axis("goal").reset_index().assign(plan=name))
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
