"""What differs in the inputs of plans: scenario and overrides, settings, mechanisms, figures of tables."""

from __future__ import annotations

import math

import pandas as pd

from planner.plan import Plan

IGNORED = {"title", "title_zh"}
"""Words of the header that shape no plan."""


def passports(names, plans) -> pd.DataFrame:
    """One row per plan; see `Comparison.passports`."""
    rows = []
    for name, plan in zip(names, plans):
        told = plan.passport
        rows.append({
            "plan": name, "instance": told.get("instance"), "scenario": told.get("scenario") or "base",
            "overrides": "; ".join(told.get("overrides", plan.instance.overrides)),
            "status": told.get("status"), "stop": told.get("stop"), "objective": told.get("objective"),
            "bound": told.get("bound"), "gap": told.get("gap"), "hash": told.get("instance_hash", "")[:12],
            "code": told.get("code_hash"), "solver": told.get("solver"), "made": told.get("made")})
    return pd.DataFrame(rows).astype({name: float for name in ("objective", "bound", "gap")})


def differences(names, plans) -> pd.DataFrame:
    """See `Comparison.inputs`; figures as text, '' for what is not there, ✓ for a row."""
    parts = [pd.DataFrame(list(pair(plans[0], plan)), columns=["kind", "key", "reference", "value"]).assign(
        plan=name) for name, plan in zip(names[1:], plans[1:])]
    return pd.concat(parts, ignore_index=True)[["plan", "kind", "key", "reference", "value"]]


def pair(one: Plan, other: Plan):
    """(kind, key, reference, value) of all that differs."""
    for key in ("instance", "scenario", "overrides", "code_hash", "solver"):
        yield from differs("plan", key, *(told(plan, key) for plan in (one, other)))
    for key in sorted({*(o := one.passport.get("options", {})), *(p := other.passport.get("options", {}))}):
        yield from differs("plan", f"options.{key}", o.get(key), p.get(key))
    a, b = one.instance, other.instance
    if a.hash == b.hash:
        return
    for key, value in a.header.items():
        if key not in IGNORED:
            yield from differs("header", key, value, b.header.get(key))
    for key, value in a.settings.items():
        yield from differs("core", f"core.{key}", value, b.settings.get(key))
    for name in (mechanism.name for mechanism in a.mechanisms):
        yield from differs("mechanism", f"{name}.on", a.on(name), b.on(name))
        if a.on(name) and b.on(name):
            yield from differs("mechanism", f"{name}.price", a.price(name), b.price(name))
            theirs = b.parameters(name)
            for key, value in a.parameters(name).items():
                yield from differs("mechanism", f"{name}.{key}", value, theirs.get(key))
    for table in dict.fromkeys((*a.table_names, *b.table_names)):
        yield from figures(a, b, table)


def told(plan: Plan, key: str) -> str:
    if key == "overrides":
        return "; ".join(plan.passport.get("overrides", plan.instance.overrides))
    return (plan.passport.get(key) or "") if key != "scenario" else plan.passport.get(key) or "base"


def differs(kind: str, key: str, one, other):
    if one != other:
        yield kind, key, words(one), words(other)


def words(value) -> str:
    """A value as text: figures in full, flags true/false, '' for nothing."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def figures(a, b, table: str):
    """Figures of a table that differ, by its keys: key zone_bands[west].floor as after --set."""
    keys = list(a.declared(table).keys)
    one, other = (instance.table(table) for instance in (a, b))
    if one.equals(other) or table == "provenance":
        return
    columns = [name for name in one.columns if name not in keys]
    if not keys or one.duplicated(keys).any() or other.duplicated(keys).any():
        yield "table", table, str(len(one)), str(len(other))
        return
    both = one.merge(other, how="outer", on=keys, suffixes=("", "_other"), indicator=True, sort=False)
    labels = both[keys].astype(str).agg(",".join, axis=1)
    for side, there in (("left_only", True), ("right_only", False)):
        for label in labels[both["_merge"] == side]:
            yield ("table", f"{table}[{label}]", *(("✓", "") if there else ("", "✓")))
    inside = both["_merge"] == "both"
    for name in columns:
        left, right = both[name], both[f"{name}_other"]
        changed = inside & ~((left == right) | (left.isna() & right.isna()))
        for label, x, y in zip(labels[changed], left[changed], right[changed]):
            yield "table", f"{table}[{label}].{name}", words(x), words(y)


def condensed(frame: pd.DataFrame, most: int = 3) -> pd.DataFrame:
    """The differences with many figures of one column in one line each, as budget[*].central.

    Columns as in `differences`, and rows: how many figures the line stands for; the reference and the
    value are then their sums, or what all of them are.
    """
    if frame.empty:
        return frame.assign(rows=0)
    key = frame["key"].str.replace(r"\[.*\]", "[*]", regex=True)
    frame = frame.assign(key_of_all=key)
    parts = []
    for _, part in frame.groupby(["plan", "kind", "key_of_all"], sort=False):
        if len(part) <= most:
            parts.append(part.assign(rows=1))
            continue
        parts.append(part.head(1).assign(key=part["key_of_all"].iloc[0], rows=len(part), **{
            side: together(part[side]) for side in ("reference", "value")}))
    return pd.concat(parts, ignore_index=True).drop(columns="key_of_all")


def together(texts: pd.Series) -> str:
    """The sum of figures; of other texts the one that all of them are, or nothing."""
    numbers = pd.to_numeric(texts, errors="coerce")
    if numbers.notna().all():
        return words(float(numbers.sum()))
    return texts.iloc[0] if texts.nunique() == 1 else "…"
