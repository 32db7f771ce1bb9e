"""What several plans have in common: units, members of dimensions, tables."""

from __future__ import annotations

import pandas as pd

from planner.plan import Plan
from planner.words import say

TABLES = {"allocations": ("region", "zone", "industry", "category", "stage", "year"),
          "grants": ("region", "stage", "instrument", "level", "year"),
          "talent": ("region", "talent_type", "year"), "platforms": ("region", "platform", "year"),
          "missions": ("bid", "year")}
"""Tables that are compared, and their dimensions."""

YES_NO = ("focus", "data_sets", "data_pairs", "tiers", "oversight", "colocation")
"""Tables of other yes/no decisions."""

CORE = ("region", "industry", "category", "stage", "year")
"""Dimensions whose members shape goals and objective: a plan of other years or regions has other sums."""

AMOUNT = {"allocations": "spend", "grants": "amount"}


class NotComparable(Exception):
    """Plans that cannot be set side by side; the text says which, why, and what would do."""


def same_units(plans: tuple[Plan, ...]) -> None:
    """Raises NotComparable for fewer than two plans, or money in different units."""
    if len(plans) < 2:
        raise NotComparable(say("compare.two", count=len(plans)))
    units = list(dict.fromkeys(plan.instance.money_unit for plan in plans))
    if len(units) > 1:
        raise NotComparable(say("compare.units", units=" / ".join(units)))


def dimensions(tables: dict[str, pd.DataFrame]) -> dict[str, set]:
    """dimension -> the members that a plan's tables name."""
    found: dict[str, set] = {}
    for table, dims in TABLES.items():
        frame = tables.get(table)
        for dim in dims if frame is not None else ():
            if dim in frame:
                found.setdefault(dim, set()).update(frame[dim].unique())
    return found


def in_common(plans: tuple[Plan, ...]) -> dict[str, set]:
    """dimension -> members that every plan has which knows the dimension at all."""
    shared: dict[str, set] = {}
    for plan in plans:
        for dim, members in dimensions(plan.tables).items():
            shared[dim] = shared[dim] & members if dim in shared else members
    return shared


def shared_tables(plans: tuple[Plan, ...]) -> tuple[dict[str, pd.DataFrame], ...]:
    """Each plan's tables, those of TABLES and YES_NO cut to what all plans share."""
    shared, out = in_common(plans), []
    for plan in plans:
        tables = dict(plan.tables)
        for name in (*TABLES, *YES_NO):
            frame = tables.get(name)
            if frame is not None:
                inside = pd.Series(True, index=frame.index)
                for dim in shared:
                    if dim in frame:
                        inside &= frame[dim].isin(shared[dim])
                tables[name] = frame[inside].reset_index(drop=True)
        out.append(tables)
    return tuple(out)


def same_sets(one: Plan, other: Plan) -> bool:
    """Do two plans have the same members of every dimension of CORE?"""
    a, b = (dimensions(plan.tables) for plan in (one, other))
    return all(a.get(dim, set()) == b.get(dim, set()) for dim in CORE)


def not_shared(names: tuple[str, ...], plans: tuple[Plan, ...]) -> pd.DataFrame:
    """dimension, member, plan (that has it), money (its spend or grants, where they name it)."""
    shared, rows = in_common(plans), []
    for name, plan in zip(names, plans):
        for dim, members in dimensions(plan.tables).items():
            for member in sorted(members - shared[dim]):
                rows.append((dim, str(member), name, money_of(plan, dim, member)))
        for table in (*TABLES, *YES_NO):
            if table in plan.tables and not all(table in other.tables for other in plans):
                rows.append(("table", table, name, float("nan")))
    if len({plan.instance.talent_unit for plan in plans}) > 1:
        rows += [("talent_unit", plan.instance.talent_unit, name, float("nan"))
                 for name, plan in zip(names, plans)]
    return pd.DataFrame(rows, columns=["dimension", "member", "plan", "money"])


def money_of(plan: Plan, dim: str, member) -> float:
    for table, amount in AMOUNT.items():
        frame = plan.tables.get(table)
        if frame is not None and dim in frame:
            return float(frame.loc[frame[dim] == member, amount].sum())
    return float("nan")
