"""What money needs to be spent: performers, people and platforms, in the donor's proportion to money."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.generate.draw import Draw
from planner.generate.money import by, region_growth


def write(draw: Draw) -> None:
    for name in ("performers", "enterprise_floors", "talent_types", "talent_need", "assistance_talent",
                 "tiers", "minimum_grants"):
        draw.put(name, draw.donor.table(name))
    able = draw.carried("performer_capacity")
    able["capacity"] *= able["region"].map(region_growth(draw))
    draw.put("performer_capacity", able)
    _write_talent(draw)
    _write_platforms(draw)


# --- people ---------------------------------------------------------------------------


def _write_talent(draw: Draw) -> None:
    """The base year uses the same part of a region's people as its donor's."""
    stock, need = draw.carried("talent_stock"), draw.donor.table("talent_need")
    new, old = by(draw, "region", "stage")
    people = [(spend.rename("spend").reset_index().merge(need, on="stage").assign(
        fte=lambda frame: frame["fte"] * frame["spend"]).groupby(["region", "talent_type"])["fte"].sum())
        for spend in (new, old)]
    growth = (people[0].reindex(pd.MultiIndex.from_frame(stock[["region", "talent_type"]])).to_numpy()
              / people[1].reindex(pd.MultiIndex.from_frame(stock[["region_from", "talent_type"]])).to_numpy())
    for column in ("stock", "training"):
        stock[column] *= np.nan_to_num(growth, nan=1.0)
    draw.put("talent_stock", stock)
    quota = draw.carried("introduction")
    last = quota[quota["year"] == draw.donor.years[-1]]
    quota = pd.concat([quota, *(last.assign(year=year) for year in draw.years if year > draw.donor.years[-1])])
    quota["quota"] = (quota["quota"] * draw.scale).round()
    draw.put("introduction", quota)
    surge = draw.donor.table("surge")
    draw.put("surge", surge.assign(surge=surge["surge"] * draw.scale))


# --- platforms -------------------------------------------------------------------------


def _write_platforms(draw: Draw) -> None:
    types = draw.donor.table("platform_types")
    built = draw.years[0] + types["build_years"] <= draw.years[-1]
    types["fewest"] = _fewest(draw, types["fewest"]).where(built | types["fewest"].isna(), 0.0)
    types["most"] = np.ceil(types["most"].astype(float) * draw.scale)
    draw.put("platform_types", types)
    zones = draw.carried("platform_zones")
    built = zones["platform"].map(dict(zip(types["platform"], built)))
    zones["fewest"] = _fewest(draw, zones["fewest"]).where(built | zones["fewest"].isna(), 0.0)
    zones["most"] = np.ceil(zones["most"].astype(float) * draw.scale)
    draw.put("platform_zones", zones)
    for name in ("platform_fit", "platform_serves"):
        draw.put(name, draw.carried(name))
    draw.put("platform_stock", _stock(draw, types))


def _fewest(draw: Draw, fewest: pd.Series) -> pd.Series:
    """A least number in proportion to regions and years, rounded down so that it can be met."""
    return np.floor(fewest.astype(float) * draw.scale * draw.pace + 1e-9)


def _stock(draw: Draw, types: pd.DataFrame) -> pd.DataFrame:
    """Standing platforms grow with the region; what all can carry keeps its ratio to the spend they serve."""
    stock = draw.carried("platform_stock")
    before = stock["existing"].astype(float)
    grown = (before * stock["region"].map(region_growth(draw))).round()
    stock["existing"] = grown.where(before == 0, grown.clip(lower=1))
    serves, new_served = draw.donor.table("platform_serves"), draw.tables["platform_serves"]
    new, old = by(draw, "region", "category", "stage")
    served = [spend.rename("spend").reset_index().merge(table, on=["category", "stage"]).groupby(
        ["region", "platform"])["spend"].sum() for spend, table in ((new, new_served), (old, serves))]
    now = served[0].reindex(pd.MultiIndex.from_frame(stock[["region", "platform"]])).fillna(0.0).to_numpy()
    then = served[1].reindex(pd.MultiIndex.from_frame(stock[["region_from", "platform"]])).to_numpy()
    each = stock["platform"].map(types.set_index("platform")["capacity"])
    whole = (stock["base_capacity"] + each * before) * np.nan_to_num(now / then)
    stock["base_capacity"] = (whole - each * stock["existing"]).clip(lower=0.0)
    return stock
