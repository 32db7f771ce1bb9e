"""What lies between two rungs of a ladder: where the next money goes, and what starts or opens."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.comparison import compare
from planner.plan import Plan

NEXT = ["lower", "upper", "dimension", "member", "amount", "per_100"]
ENTRIES = ["rung", "kind", "member", "region", "year", "count"]


def next_money(low: Plan, high: Plan, lower: float, upper: float, budget: float) -> pd.DataFrame:
    """Spend (and by instrument grants) that the upper rung has more, also for every 100 more of budget.

    budget  public money that the upper rung has more, over all years
    """
    money = compare(low, high, names=["low", "high"]).money
    made = money[["dimension", "member"]].assign(lower=lower, upper=upper, amount=money["difference"])
    return made.assign(per_100=100 * made["amount"] / budget if budget else np.nan)[NEXT]


def entries(low: Plan | None, high: Plan | None, rung: float) -> pd.DataFrame:
    """Missions that start and platforms that open on the upper rung only."""
    if low is None or high is None:
        return pd.DataFrame(columns=ENTRIES)
    bids = high.instance.table("bids").set_index("bid")
    parts = []
    for table, column, keys, kind in (("missions", "start", ["bid", "year"], "mission"),
                                      ("platforms", "open", ["region", "platform", "year"], "platform")):
        one, other = low.table(table), high.table(table)
        if other.empty:
            continue
        before = one.groupby(keys)[column].sum() if len(one) else pd.Series(dtype=float)
        more = other.groupby(keys)[column].sum().sub(before, fill_value=0.0).round()
        more = more[more > 0.5].rename("count").reset_index()
        more["member"] = more["bid"] if kind == "mission" else more["platform"]
        if kind == "mission":
            more["region"] = more["bid"].map(bids["region"]).fillna("")
        parts.append(more.assign(rung=rung, kind=kind)[ENTRIES])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=ENTRIES)
