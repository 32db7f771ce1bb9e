"""Rules side by side: which started or stopped binding, which are broken, relieved, new or gone.

Clauses are joined by mechanism, rule, where and year. Columns: plan, mechanism, rule, where, year,
sense, unit, change, status_reference, status, required_reference, required, reached_reference,
reached, slack_reference, slack. A clause kept with room in both plans has no row, nor
has one of a year that not all plans have. `change` is one of

    breaks, mended                 broken in the plan only, in the reference only
    relieved, not_relieved         relief is used in the plan only, in the reference only
    starts_binding, stops_binding  its limit is reached in the plan only, in the reference only
    appears, vanishes              the other plan has no such clause (mechanism off, other table)
    as_before                      binding, relieved or broken in both
"""

from __future__ import annotations

import numpy as np
import pandas as pd

KEYS = ["mechanism", "rule", "where", "year"]
FIGURES = ["status", "required", "reached", "slack"]
CHANGES = ("breaks", "mended", "relieved", "not_relieved", "starts_binding", "stops_binding", "appears",
           "vanishes", "as_before")
"""Every `change`, most telling first."""

COLUMNS = ["plan", *KEYS, "sense", "unit", "change",
           *(f"{name}{side}" for name in FIGURES for side in ("_reference", ""))]


def side_by_side(names, plans) -> pd.DataFrame:
    """The changed clauses of each plan against the first."""
    years = set.intersection(*(set(plan.instance.years) for plan in plans)) | {0}
    rows = [plan.compliance for plan in plans]
    rows = [frame[frame["year"].isin(years)] if len(frame) else frame for frame in rows]
    parts = [pair(rows[0], frame).assign(plan=name)
             for name, frame in zip(names[1:], rows[1:])]
    out = pd.concat(parts, ignore_index=True)
    order = out["change"].map({name: at for at, name in enumerate(CHANGES)})
    return out.assign(order=order).sort_values("order", kind="stable", ignore_index=True)[COLUMNS]


def pair(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Two compliance tables joined, without what is kept in both."""
    wanted = [*KEYS, "sense", "unit", *FIGURES]
    if one.empty and other.empty:
        return pd.DataFrame(columns=COLUMNS)
    one, other = (frame if len(frame) else pd.DataFrame(columns=wanted) for frame in (one, other))
    both = one[wanted].merge(other[wanted], how="outer", on=KEYS, suffixes=("_reference", ""), sort=False)
    for name in ("sense", "unit"):
        both[name] = both[name].fillna(both.pop(f"{name}_reference"))
    before, after = (both[name].fillna("absent") for name in ("status_reference", "status"))
    quiet = before.isin(["kept", "absent"]) & after.isin(["kept", "absent"])
    both["change"] = np.select(
        [before == after, before == "absent", after == "absent", after == "broken", before == "broken",
         after == "relieved", before == "relieved", after == "binding"],
        ["as_before", "appears", "vanishes", "breaks", "mended", "relieved", "not_relieved", "starts_binding"],
        "stops_binding")
    # A clause that is there in one plan only and broken there is told as broken or mended.
    both.loc[(before == "absent") & (after == "broken"), "change"] = "breaks"
    return both[~quiet].copy()
