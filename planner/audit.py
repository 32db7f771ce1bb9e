"""The independent check: every rule of a plan recomputed from its tables alone.

No model and no solver is loaded. Beside the rules that mechanisms measure, the
plan's own book-keeping is checked: that names, cells and zones are those of the
instance, that whole numbers are whole, that the recorded compliance is the
recomputed one, and that no goal is told higher than its tables say.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.mechanisms import MECHANISMS
from planner.model.compliance import broken, rule, together
from planner.model.points import objective
from planner.model.figures import CORE, members, population_share, reference_per_head
from planner.model.values import cell_values
from planner.plan import LABELS, measure_all
from planner.words import say

OWN = "audit"
"""The name under which the audit's own checks stand."""

WHOLE = {"platforms": ("open", "stock"), "missions": ("start",), "focus": ("focus",),
         "mission_races": ("both",), "platform_reach": ("talent_sharing", "data"), "data_sets": ("open",),
         "data_pairs": ("both",), "tiers": ("choose",), "oversight": ("choose",),
         "colocation": ("colocated",), "awards": ("used",), "price_path": ("round", "won")}
"""Columns that hold counts or yes/no decisions, by output table."""

FIGURES = {"allocations": ("baseline", "spend", "value"), "grants": ("amount",), "budget": ("amount",),
           "relief": ("relief",)}
"""Columns in which no figure may be missing, by output table."""

GOAL_TOLERANCE = 1e-6


class NotAPlan(Exception):
    """Tables that cannot be audited at all; the text says which and why."""


def audit(plan, mechanisms=MECHANISMS) -> pd.DataFrame:
    """Compliance rows of a plan, recomputed; the audit's own checks carry mechanism 'audit'.

    The columns are those of `plan.compliance`; a row with status 'broken' is a
    rule that does not hold. Raises NotAPlan when a table cannot be read as one.
    """
    require_figures(plan)
    try:
        own = together(known_names(plan), whole_numbers(plan), whole_units(plan),
                       missing_figures(plan), *cells(plan), relief_allowed(plan, mechanisms), goals(plan),
                       objective_as_told(plan))
        rows = measure_all(plan, mechanisms)
    except KeyError as error:
        raise NotAPlan(say("audit.misfit", name=error.args[0])) from error
    # A comparison with a missing figure is never 'kept'.
    rows.loc[rows["slack"].isna(), "status"] = "broken"
    own = together(own, recorded(plan, rows))
    own = own.assign(mechanism=OWN, relief=0.0)
    own["status"] = np.where(broken(own), "broken", "kept") if len(own) else []
    return pd.concat([rows, own[[c for c in rows.columns if c in own]]], ignore_index=True)


def require_figures(plan) -> None:
    """Raises NotAPlan for a needed column that is missing or holds text, or a plan without rows."""
    for table, columns in FIGURES.items():
        frame = plan.table(table)
        if frame.empty:
            continue
        for column in (*columns, "year") if table != "relief" else columns:
            if column not in frame:
                raise NotAPlan(say("audit.no_column", table=table, column=column))
    if not plan.tables:
        raise NotAPlan(say("audit.no_tables"))
    for table, frame in plan.tables.items():
        for column in frame.columns.difference(list(LABELS)):
            if pd.api.types.is_numeric_dtype(frame[column]) or frame[column].isna().all():
                continue
            numbers = pd.to_numeric(frame[column], errors="coerce")
            wrong = frame.index[numbers.isna() & frame[column].notna()]
            # A column of nothing but text holds names; text among figures is a slip.
            if len(wrong) and (numbers.notna().any() or column in (*FIGURES.get(table, ()), "year")):
                raise NotAPlan(say("audit.no_number", table=table, row=wrong[0] + 2, column=column,
                                   value=frame.at[wrong[0], column]))


# --- the plan's own book-keeping ----------------------------------------------------


def known_names(plan) -> pd.DataFrame | None:
    """Every name in a table is one of the instance: one row per table and column, unknown ones named."""
    found = []
    for dim, known in known_members(plan.instance).items():
        for table, frame in plan.tables.items():
            column = {"region": ("region", "donor", "recipient")}.get(dim, (dim,))
            for name in (name for name in column if name in frame):
                labels = frame[name].astype(str)
                wrong = labels[~labels.isin(known | {""})].value_counts()
                found += [(table, f"{name} {label}", int(count)) for label, count in wrong.items()]
                if wrong.empty:
                    found.append((table, name, 0))
    return counted("known_names", found)


def counted(name: str, found: list[tuple]) -> pd.DataFrame | None:
    """A rule that no row may break: (table, column, rows that break it)."""
    if not found:
        return None
    frame = pd.DataFrame(found, columns=["table", "column", "rows"])
    return rule(name, frame[["table", "column"]], 0, frame["rows"].astype(float), "==", unit="rows")


def known_members(instance) -> dict[str, set[str]]:
    """The members of every dimension that the instance's tables name."""
    found = {"level": {"central", "local"}}
    for table in instance.tables_declared:
        if len(table.keys) != 1 or table.column(table.keys[0]).kind != "text" or (
                table.column(table.keys[0]).refers):
            continue
        dim = table.keys[0]
        frame = members(instance, dim, table.name) if dim in CORE else instance.table(table.name)
        if len(frame):
            found.setdefault(dim, set()).update(frame[dim].astype(str))
    return found


def whole_numbers(plan) -> pd.DataFrame | None:
    """Rows of counts and yes/no decisions that are not whole, by table and column."""
    found = []
    for table, columns in WHOLE.items():
        frame = plan.table(table)
        for column in (column for column in columns if column in frame):
            values = frame[column].dropna()
            found.append((table, column, int((np.abs(values - values.round()) > 1e-6).sum())))
    return counted("whole_numbers", found)


def whole_units(plan) -> pd.DataFrame | None:
    """Grants that are no whole number of accounting units, in a plan that says it was rounded to them."""
    unit, grants = plan.passport.get("rounded_to"), plan.table("grants")
    if unit is None or grants.empty:
        return None
    units = grants["amount"] / unit
    wrong = np.abs(units - units.round()) > 1e-6 * np.maximum(1.0, units.abs())
    return counted("whole_units", [("grants", "amount", int(wrong.sum()))])


def missing_figures(plan) -> pd.DataFrame | None:
    found = [(table, column, int((~np.isfinite(plan.table(table)[column].astype(float))).sum()))
             for table, columns in FIGURES.items() if len(plan.table(table)) for column in columns]
    return counted("figures_given", found)


def cells(plan) -> list[pd.DataFrame]:
    """Allocations list every eligible cell and year once, with its baseline, zone and value."""
    spend, instance = plan.table("allocations"), plan.instance
    base = instance.table("baseline")
    keys = [*CORE, "year"]
    if spend.empty and base.empty:
        return []
    if spend.empty:
        spend = pd.DataFrame(columns=[*keys, "zone", "baseline", "spend", "value"])
    wanted = base[list(CORE)].merge(pd.DataFrame({"year": instance.years}), how="cross")
    both = wanted.merge(spend[keys].drop_duplicates(), how="outer", on=keys, indicator=True)
    listed = both["_merge"].value_counts()
    one = pd.DataFrame({"table": ["allocations"]})
    found = [rule(name, one, 0, float(count), "==", unit="rows") for name, count in (
        ("cells_missing", listed["left_only"]), ("cells_not_eligible", listed["right_only"]),
        ("cells_twice", spend.duplicated(keys).sum()))]
    known = spend.merge(base.rename(columns={"spend": "given"}), how="left", on=list(CORE))
    found.append(_equal("baseline", one, known["baseline"], known["given"]))
    regions = instance.table("regions")
    if len(regions) and "zone" in spend:
        zone = spend["region"].map(dict(zip(regions["region"], regions["zone"]))).fillna("")
        found.append(rule("zones", one, 0, float((zone != spend["zone"]).sum()), "==", unit="rows"))
    if found[1]["reached"].iloc[0] == 0:  # an ineligible cell has no value that could be recomputed
        found.append(_equal("value", one, spend["value"], cell_values(instance, spend)))
    return found


def _equal(name: str, one: pd.DataFrame, told, true) -> pd.DataFrame:
    """The number of rows in which a told figure differs from the true one by more than 1e-6 relative."""
    told, true = np.asarray(told, float), np.asarray(true, float)
    wrong = ~(np.abs(told - true) <= GOAL_TOLERANCE * np.maximum(1.0, np.abs(true)))
    return rule(f"{name}_as_computed", one, 0, float(wrong.sum()), "==", unit="rows")


def relief_allowed(plan, mechanisms) -> pd.DataFrame:
    """Only mechanisms with a price may be relieved."""
    relief = plan.table("relief")
    if relief.empty:
        return relief
    hard = [m.name for m in mechanisms if plan.instance.on(m.name) and plan.instance.price(m.name) is None]
    used = relief[relief["mechanism"].isin([*hard, "core"])]
    used = used.groupby("mechanism", as_index=False)["relief"].sum()
    return rule("relief_without_price", used[["mechanism"]], 0, used["relief"], "<=")


def goals(plan) -> pd.DataFrame:
    """The core's part of productivity, green and balance, recomputed from allocations.

    A goal may be told lower than it is (segments and distances of a plan that is
    not proven optimal may be slack), never higher.
    """
    told, spend, instance = plan.goals, plan.allocations, plan.instance
    if told.empty or spend.empty:
        return told.head(0)
    core = told[told["owner"] == "core"].groupby("goal")["value"].sum()
    rate = 1 + instance.setting("discount")
    discount = {year: rate ** -(year - instance.base_year) for year in instance.years}
    true = {"productivity": float(np.nansum(cell_values(instance, spend)))}
    industries = members(instance, "industry", "industries")
    green = spend["industry"].map(dict(zip(industries["industry"], industries["greenness"]))).astype(float)
    true["green"] = float((spend["spend"] * green * spend["year"].map(discount)).sum())
    if "balance" in core:
        true["balance"] = balance(instance, spend, discount)
    rows = [(goal, true[goal], core[goal]) for goal in true if goal in core]
    frame = pd.DataFrame(rows, columns=["goal", "true", "told"])
    return rule("goal_not_overstated", frame[["goal"]], frame["told"], frame["true"], ">=", unit="goal")


def objective_as_told(plan) -> pd.DataFrame | None:
    """The objective of the passport is no better than goals, weights, relief and prices make it.

    Not asked of a plan edited by hand, which comes without recorded compliance: its passport is the old one's.
    """
    if plan.compliance.empty:
        return None
    told, found = plan.passport.get("objective"), objective(plan.tables, plan.instance)
    if told is None or found is None:
        return None
    one = pd.DataFrame({"table": ["goals"]})
    return rule("objective_as_told", one, told, found[0], ">=", unit="points", scale=found[1])


def balance(instance, spend: pd.DataFrame, discount: dict[int, float]) -> float:
    """Minus the mean difference in spend per head over its base-year mean, discounted."""
    share = population_share(instance)
    population = instance.table("regions").set_index("region")["population"]
    scale = reference_per_head(instance) * len(instance.years)
    total = 0.0
    for year, part in spend.groupby("year"):
        per_head = (part.groupby("region")["spend"].sum().reindex(share.index, fill_value=0.0)
                    / population).to_numpy()
        apart = np.abs(per_head[:, None] - per_head[None, :])
        total -= discount[year] / scale * float(share.to_numpy() @ apart @ share.to_numpy()) / 2
    return total


def recorded(plan, rows: pd.DataFrame) -> pd.DataFrame:
    """The compliance table that came with the plan says what the audit finds."""
    told = plan.compliance
    keys = ["mechanism", "rule", "where", "year"]
    if told.empty:
        return pd.DataFrame()
    both = rows[[*keys, "reached", "required"]].merge(
        told[[*keys, "reached", "required"]], how="outer", on=keys, suffixes=("", "_told"), indicator=True)
    wrong = both["_merge"] != "both"
    for side in ("reached", "required"):
        wrong |= ~(np.abs(both[side] - both[f"{side}_told"])
                   <= GOAL_TOLERANCE * np.maximum(1.0, np.abs(both[side])))
    counts = wrong.groupby(both["mechanism"]).sum().rename("rows").reset_index()
    return rule("compliance_as_recorded", counts[["mechanism"]], 0, counts["rows"].astype(float), "==",
                unit="rows")
