"""What moved: money by any dimensions, people, platforms, missions, and other yes/no decisions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.comparison.shared import AMOUNT, TABLES, YES_NO
from planner.model.compliance import places
from planner.plan import LABELS

MONEY = ["reference", "amount", "difference", "relative", "share_reference", "share", "share_difference"]
DUST = 1e-9
"""A difference below this part of the whole is told as 0: it is solver's dust."""


def table_for(tables: dict[str, pd.DataFrame], by: tuple[str, ...]) -> str | None:
    """The first table of money that has all dimensions."""
    return next((name for name in AMOUNT if name in tables and set(by) <= set(tables[name])
                 & set(TABLES[name])), None)


def can(shared, by: tuple[str, ...]) -> bool:
    """Do all plans have money by these dimensions?"""
    return all(table_for(tables, by) is not None for tables in shared)


def joined(one: pd.Series, other: pd.Series) -> pd.DataFrame:
    """Two amounts by the same labels: columns reference, amount, difference; 0 where only one has a row."""
    both = pd.concat([one.rename("reference"), other.rename("amount")], axis=1, sort=False).fillna(0.0)
    both["difference"] = both["amount"] - both["reference"]
    whole = max(both["reference"].abs().sum(), both["amount"].abs().sum())
    both.loc[both["difference"].abs() <= DUST * whole, "difference"] = 0.0
    return both


def money(names, shared, by: tuple[str, ...]) -> pd.DataFrame:
    """See `Comparison.moved`."""
    if not by or not can(shared, by):
        raise ValueError(
            f"No table of money has the dimensions {', '.join(by) or '(none)'} together in all plans. "
            f"Spend has {', '.join(TABLES['allocations'])}; grants have {', '.join(TABLES['grants'])}.")
    sums = []
    for tables in shared:
        table = table_for(tables, by)
        sums.append(tables[table].groupby(list(by), sort=False)[AMOUNT[table]].sum())
    parts = []
    for name, other in zip(names[1:], sums[1:]):
        both = joined(sums[0], other)
        both["relative"] = both["difference"] / both["reference"].where(both["reference"] != 0)
        for column, share in (("reference", "share_reference"), ("amount", "share")):
            whole = (both[column].groupby(level="year").transform("sum") if "year" in by and len(by) > 1
                     else both[column].sum())
            both[share] = both[column] / whole if np.ndim(whole) or whole else 0.0
        both["share_difference"] = both["share"] - both["share_reference"]
        both = both[MONEY].reset_index()
        both.columns = [*by, *MONEY]
        both.insert(0, "plan", name)
        parts.append(both)
    return pd.concat(parts, ignore_index=True)


def totals(names, shared) -> pd.DataFrame:
    """See `Comparison.totals`."""
    rows = []
    for measure, table in (("spend", "allocations"), ("grants", "grants")):
        if not all(table in tables for tables in shared):
            continue
        keys = [dim for dim in TABLES[table] if dim != "zone"]
        sums = [tables[table].groupby(keys)[AMOUNT[table]].sum() for tables in shared]
        for name, other in zip(names[1:], sums[1:]):
            both = joined(sums[0], other)
            apart = both["difference"].abs().sum() / 2
            whole = both["reference"].sum()
            rows.append((name, measure, whole, both["amount"].sum(), both["amount"].sum() - whole, apart,
                         apart / whole if whole else np.nan))
    return pd.DataFrame(rows, columns=["plan", "measure", "reference", "amount", "difference", "moved",
                                       "moved_share"])


def quantities(names, shared, table: str) -> pd.DataFrame:
    """A table's figures in long form, side by side; nothing where a plan has no such table."""
    keys = list(TABLES[table])
    columns = ["plan", "quantity", *keys, "reference", "amount", "difference"]
    if not all(table in tables for tables in shared):
        return pd.DataFrame(columns=columns)
    figures = [name for name in shared[0][table].columns if name not in keys]
    long = [tables[table].melt(id_vars=keys, value_vars=[name for name in figures if name in tables[table]],
                               var_name="quantity", value_name="value").groupby(
        ["quantity", *keys], sort=False)["value"].sum() for tables in shared]
    parts = [joined(long[0], other).reset_index().assign(plan=name)
             for name, other in zip(names[1:], long[1:])]
    return pd.concat(parts, ignore_index=True)[columns]


def missions(names, plans, shared) -> pd.DataFrame:
    """See `Comparison.missions`. A bid starts once at most."""
    columns = ["plan", "mission", "bid", "reference", "year", "change"]
    if not all("missions" in tables for tables in shared):
        return pd.DataFrame(columns=columns)
    starts = [tables["missions"].loc[tables["missions"]["start"] > 0.5].set_index("bid")["year"]
              for tables in shared]
    mission = {}
    for plan in plans:
        bids = plan.instance.table("bids")
        mission |= dict(zip(bids["bid"], bids["mission"]))
    parts = []
    for name, other in zip(names[1:], starts[1:]):
        both = pd.concat([starts[0].rename("reference"), other.rename("year")], axis=1).astype("Int64")
        both = both.rename_axis("bid").reset_index()
        first, second = both["reference"], both["year"]
        both["change"] = np.select(
            [first.isna(), second.isna(), (second < first).fillna(False), (second > first).fillna(False)],
            ["started", "dropped", "earlier", "later"], "as_before")
        parts.append(both.assign(plan=name, mission=both["bid"].map(mission)))
    return pd.concat(parts, ignore_index=True)[columns]


def decisions(names, shared) -> pd.DataFrame:
    """Yes/no decisions of YES_NO that differ; a row that only one plan's table has counts as no there."""
    columns = ["plan", "table", "quantity", "where", "year", "reference", "amount"]
    parts = []
    for table in YES_NO:
        if not all(table in tables for tables in shared):
            continue
        found = []
        for tables in shared:
            frame = tables[table]
            keys = [name for name in frame if name in LABELS]
            where = places(frame[[name for name in keys if name != "year"]])
            year = frame.get("year", 0)
            long = frame.drop(columns=[name for name in (*keys, "year") if name in frame])
            long = long.assign(where=where, year=year)
            found.append(long.melt(id_vars=["where", "year"], var_name="quantity").groupby(
                ["quantity", "where", "year"], sort=False)["value"].sum())
        for name, other in zip(names[1:], found[1:]):
            both = joined(found[0], other)
            both = both[both["difference"].abs() > 0.5].reset_index()
            parts.append(both.assign(plan=name, table=table))
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
