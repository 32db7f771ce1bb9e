"""What the tables of platforms say before any decision: where one may open, what it costs and serves.

Pandas only: the model is written from these frames and the audit recomputes with them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd


def places(data) -> pd.DataFrame:
    """Every region and platform with the figures of both tables, and

    room     most that may open there: per_region, one in all if unique, none where the fit is short
    pooled   its capacity is shared by the zone
    limited  its base capacity is known (anywhere in the zone, if pooled), so that it limits
    """
    regions = data.table("regions")[["region", "zone"]]
    frame = regions.merge(data.table("platform_types"), how="cross").merge(
        data.table("platform_stock"), how="left", on=["region", "platform"])
    frame["existing"] = frame["existing"].fillna(0.0)
    room = frame["per_region"].clip(upper=frame["most"].fillna(np.inf)).astype(float)
    alone = room.clip(upper=(1 - frame["existing"]).clip(lower=0))
    frame["room"] = alone.where(frame["unique"], room).where(~_lacks_fit(data, frame), 0.0)
    frame["pooled"] = frame["zone_wide"] & (len(data.table("zones")) > 0)
    known = frame["base_capacity"].notna()
    in_zone = known.groupby([frame["zone"], frame["platform"]]).transform("any")
    frame["limited"] = in_zone.where(frame["pooled"], known).astype(bool)
    return frame


def _lacks_fit(data, frame: pd.DataFrame) -> pd.Series:
    """Is the fit of some industry that the platform needs below what it needs?"""
    wanted = frame[["region", "platform"]].reset_index().merge(
        data.table("platform_fit"), on="platform").merge(
        data.table("fit"), how="left", on=["region", "industry"])
    return frame.index.to_series().isin(wanted.loc[wanted["fit"].fillna(1.0) < wanted["least"], "index"])


def openings(data) -> pd.DataFrame:
    """The decisions: place and `start`, the year, where one may open and stand within the plan."""
    made = places(data).merge(pd.DataFrame({"start": list(data.years)}), how="cross")
    made = made[(made["room"] > 0) & (made["start"] + made["build_years"] <= data.years[-1])]
    made = made.reset_index(drop=True)
    return made.assign(row=range(len(made)))


def by_year(data, made: pd.DataFrame) -> pd.DataFrame:
    """One row per opening and year from its start on: `stands` yet?, `money` it costs that year.

    Capital is spread over the building years (one at least); running cost is paid while it stands.
    """
    rows = made.merge(pd.DataFrame({"year": list(data.years)}), how="cross")
    rows = rows[rows["year"] >= rows["start"]].reset_index(drop=True)
    age, span = rows["year"] - rows["start"], rows["build_years"].clip(lower=1)
    rows["stands"] = age >= rows["build_years"]
    rows["money"] = (rows["capital"] / span).where(age < span, 0.0) + rows["running"] * rows["stands"]
    return rows


def served(data, place: pd.DataFrame) -> pd.DataFrame:
    """Cells that a limiting platform carries, by year: region, platform, category, stage, year."""
    cells = place.loc[place["limited"], ["region", "platform"]].merge(
        data.table("platform_serves")[["platform", "category", "stage"]], on="platform")
    return cells.merge(pd.DataFrame({"year": list(data.years)}), how="cross")


def limits(data) -> Iterator[tuple[str, list[str], str, pd.Series]]:
    """(rule, label columns, sense, bound by label) on the number of new platforms."""
    for prefix, table, keys in (("zone_", "platform_zones", ["zone", "platform"]),
                                ("", "platform_types", ["platform"])):
        for bound, sense in (("fewest", ">="), ("most", "<=")):
            limit = data.table(table).set_index(keys)[bound].dropna()
            if len(limit):
                yield prefix + bound, keys, sense, limit


def reaching(data) -> dict[str, list[str]]:
    """What reaches a whole zone, and the platforms that provide it."""
    types = data.table("platform_types")
    return {name: list(types.loc[types[name], "platform"]) for name in ("talent_sharing", "data")}
