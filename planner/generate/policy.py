"""The rules' own tables and parameters, at the donor's distance from the base year.

What the donor set against a figure of its base year (a share, a largest region, the Gini index)
is set against the same figure of the drawn one. Where they agree, nothing changes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.generate.draw import Draw
from planner.generate.money import by, industry_growth
from planner.generate.tender import stand_in
from planner.model.figures import gini

NEW = ("emerging", "future")


def write(draw: Draw) -> None:
    draw.put("public_share", draw.donor.table("public_share"))
    oversight = draw.donor.table("oversight")
    draw.put("oversight", oversight.assign(office=oversight["office"] * draw.scale))
    for name in ("cofunding", "windows", "data_sets", "return_intervals", "return_scenarios", "scenario_weight",
                 "autonomy_targets", "focus_limits", "lead_regions"):
        draw.put(name, draw.carried(name))
    _write_bands(draw)
    _write_chains(draw)
    _write_focus(draw)
    _write_pairs(draw)
    _write_data(draw)
    _write_parameters(draw)


# --- shares -----------------------------------------------------------------------------


def _shares(draw: Draw, dim: str) -> tuple[pd.Series, pd.Series]:
    """Base-year share of all spend by zone, class or category: (drawn, the donor's)."""
    source = {"zone": ("region", "regions"), "class": ("industry", "industries"), "category": ("category", "")}
    over, table = source[dim]
    out = []
    for spend, tables in zip(by(draw, over), (draw.tables.get, draw.donor.table)):
        if table:
            spend = spend.groupby(tables(table).set_index(over)[dim]).sum()
        out.append(spend / spend.sum())
    return out[0], out[1]


def _write_bands(draw: Draw) -> None:
    for name, dim in (("zone_bands", "zone"), ("class_bands", "class"), ("category_bands", "category")):
        frame = draw.carried(name)
        new, old = _shares(draw, dim)
        start = frame[f"{dim}_from"].map(old) if f"{dim}_from" in frame else frame[dim].map(old)
        ratio = frame[dim].map(new) / start
        for side in ("floor", "ceiling"):
            frame[side] = (draw.paced(start, frame[side].astype(float)) * ratio).clip(upper=1.0)
        draw.put(name, frame)
    floors, spend = draw.donor.table("basic_floors"), draw.donor.table("baseline")
    zone = spend["region"].map(draw.donor.table("regions").set_index("region")["zone"])
    basic = _basic_share(draw, spend.groupby([zone, "stage"])["spend"].sum().unstack())
    floors["floor"] = draw.paced(floors["zone"].map(basic), floors["floor"])
    draw.put("basic_floors", floors)


def _stages(draw: Draw, *roles: str) -> list[str]:
    stages = draw.donor.table("stages")
    return list(stages.loc[stages["role"].isin(roles), "stage"])


def _basic_share(draw: Draw, spend):
    """Basic research's share of R&D: `spend` has stages as columns (or as index, for the nation)."""
    axis = {"axis": 1} if isinstance(spend, pd.DataFrame) else {}
    return spend[_stages(draw, "basic")].sum(**axis) / spend[
        _stages(draw, "basic", "applied", "development")].sum(**axis)


# --- industries ---------------------------------------------------------------------------


def _write_chains(draw: Draw) -> None:
    """Stocks grow with their industry's money, caps keep their distance from the base year."""
    base = draw.carried("chain_base")
    for column in ("conversion", "industrialisation"):
        base[column] *= base["industry"].map(industry_growth(draw, _stages(draw, column)))
    draw.put("chain_base", base)

    known = draw.carried("knowledge")
    basic = known["industry"].map(industry_growth(draw, _stages(draw, "basic")))
    categories = draw.donor.table("categories")
    rests = list(categories.loc[categories["frontier"], "category"])
    known["stock"] *= basic
    known["kappa"] *= known["industry"].map(industry_growth(draw, None, rests)) / basic.where(basic > 0, 1.0)
    draw.put("knowledge", known)

    links, drawn = draw.donor.table("links"), draw.members["industry"]
    for side in ("upstream", "downstream"):  # copy by copy, the shorter side over again
        links = links.rename(columns={side: "donor"}).merge(drawn, on="donor").rename(
            columns={"member": side, "copy": f"{side}_copy"}).drop(columns="donor")
    if len(links):
        times = drawn.groupby("donor").size()
        up, down = (links[side].map(draw.of("industry")).map(times) for side in ("upstream", "downstream"))
        links = links[links["upstream_copy"] % np.minimum(up, down)
                      == links["downstream_copy"] % np.minimum(up, down)]
        made = industry_growth(draw, _stages(draw, "industrialisation"))
        used = industry_growth(draw, _stages(draw, "development", "conversion"))
        links["cap"] *= links["downstream"].map(made) / links["upstream"].map(used)
        links["bonus"] *= links["downstream"].map(_scale_growth(draw)).fillna(1.0)
        draw.put("links", links)


def _scale_growth(draw: Draw) -> pd.Series:
    """By industry: base-year spend of the region at the same rank, over the donor's.

    The rank is that of the region whose spend the donor's scale is nearest to.
    """
    new, old = by(draw, "industry", "region")
    bands = draw.donor.table("focus_bands").set_index("industry")["scale"].astype(float)
    out = {}
    for industry, donor in draw.of("industry").items():
        if donor in bands.index:
            there = np.sort(old[donor])[::-1]
            part = (np.abs(there - bands[donor]).argmin() + 0.5) / len(there)
            here = np.sort(new[industry])[::-1]
            out[industry] = (np.interp(part * len(here) - 0.5, np.arange(len(here)), here)
                             / np.interp(part * len(there) - 0.5, np.arange(len(there)), there))
    return pd.Series(out, dtype=float)


def _write_focus(draw: Draw) -> None:
    """Counts grow with the regions; least ones no further than there are regions able to."""
    bands = draw.carried("focus_bands")
    bands["scale"] *= bands["industry"].map(_scale_growth(draw))
    able = _able(draw, bands)
    count = bands["industry"].map(able.groupby("industry").size()).fillna(0)
    bands["fewest"] = np.minimum(np.floor(bands["fewest"].astype(float) * draw.scale + 1e-9), count)
    bands["most"] = np.ceil(bands["most"].astype(float) * draw.scale - 1e-9)
    draw.put("focus_bands", bands)
    zones = able["region"].map(draw.tables["regions"].set_index("region")["zone"])
    reached = zones.groupby(able["industry"]).nunique()
    industries = draw.tables["industries"]
    wanted = industries.loc[industries["key"] & industries["class"].isin(NEW), "industry"]
    least = draw.donor.parameter("strategic_backup", "zones")
    if least is not None and len(wanted):
        draw.changes["strategic_backup.zones"] = int(min(least, reached.reindex(wanted, fill_value=0).min()))


def _able(draw: Draw, bands: pd.DataFrame) -> pd.DataFrame:
    """(region, industry) that can come into focus within the plan."""
    new, _ = by(draw, "region", "industry")
    rows = new.rename("base").reset_index().merge(draw.tables["fit"], on=["region", "industry"]).merge(
        bands[["industry", "scale"]], on="industry")
    rows = rows[(rows["fit"] >= draw.donor.parameter("regional_fit", "threshold"))
                & (rows["scale"] <= draw.donor.setting("max_ratio") * rows["base"])]
    leads = draw.tables["lead_regions"].assign(leads=True)
    rows = rows.merge(leads, how="left", on=["region", "industry"])
    lag = draw.donor.parameter("regional_fit", "transfer_lag")
    if lag is not None:  # others wait for a lead region that is able itself
        led = rows["industry"].isin(leads["industry"])
        first = rows["industry"].isin(rows.loc[rows["leads"].eq(True), "industry"])
        rows = rows[~led | rows["leads"].eq(True) | (first & (len(draw.years) > lag))]
    return rows


# --- pairs and data -----------------------------------------------------------------------


def _write_pairs(draw: Draw) -> None:
    """As many pairs per region: copy c of a recipient has copy c of its donor, or a region like it."""
    pairs, members = draw.donor.table("pairs"), draw.members["region"]
    pick = stand_in(list(pairs["donor"].unique()), members, draw.donor.table("regions"), "region", "zone")
    rows = pairs.rename(columns={"recipient": "recipient_from"}).merge(
        members.rename(columns={"donor": "recipient_from", "member": "recipient"}), on="recipient_from")
    rows["donor"] = [pick(name, copy) for name, copy in zip(rows["donor"], rows["copy"])]
    rows = rows[rows["donor"] != rows["recipient"]].drop_duplicates(["donor", "recipient"])
    if len(rows):
        draw.put("pairs", rows)


def _write_data(draw: Draw) -> None:
    """Data sets of an industry exist once, for the first of its copies."""
    sets = draw.tables["data_sets"].drop_duplicates("data_set")
    draw.put("data_sets", sets.assign(cost=sets["cost"] * draw.scale))
    pairs = draw.donor.table("data_pairs")
    draw.put("data_pairs", pairs[pairs["first"].isin(sets["data_set"]) & pairs["second"].isin(sets["data_set"])])


# --- parameters -----------------------------------------------------------------------------


def _write_parameters(draw: Draw) -> None:
    """Parameters that speak of the size, or of a figure of the base year."""
    _change(draw, "basic_research.floor", lambda floor: draw.paced(
        _basic_share(draw, draw.donor.table("baseline").groupby("stage")["spend"].sum()), floor))
    research = _stages(draw, "basic", "applied", "development")
    spend = draw.donor.table("baseline")
    gdp = draw.donor.table("regions")["gdp"].sum()
    intensity = spend.loc[spend["stage"].isin(research), "spend"].sum() / gdp
    _change(draw, "regional_balance.intensity", lambda end: draw.paced(intensity, end))
    lowest, unequal = (_of_regions(draw, measure) for measure in (_lowest, _gini))
    _change(draw, "regional_balance.intensity_floor", lambda floor: floor * min(lowest, 1.0))
    _change(draw, "regional_balance.gini", lambda limit: limit * unequal)
    for name, weight in _industry_weights().items():
        new, old = (_weighted(frame, spend, weight) for frame, spend in zip(
            (draw.tables["industries"], draw.donor.table("industries")), by(draw, "industry")))
        _change(draw, f"industry_portfolio.{name}", lambda end, new=new, old=old: (
            draw.paced(old, end) * new / old if old else end))
    many = len(draw.members["category"]) / len(draw.donor.table("categories"))
    _change(draw, "category_portfolio.key_share", lambda share: share / max(many, 1.0))
    _change(draw, "risk.gamma", lambda count: count * many)
    # A zone has `scale` times as many platforms, and each reaches so much less of it.
    for name in ("data_multiplier.reach_per_platform", "talent.borrow_cap"):
        _change(draw, name, lambda part: min(1.0, part / draw.scale))
    new, old = _key_shares(draw)
    _change(draw, "strategic_backup.rho", lambda rho: 1 - min(1.0, draw.paced(
        old["largest"], 1 - rho) * new["largest"] / old["largest"]))
    _change(draw, "strategic_backup.share", lambda share: share * min(1.0, new["inner"] / old["inner"]))


def _change(draw: Draw, name: str, change) -> None:
    value = draw.donor.parameter(*name.split("."))
    if value is not None:
        changed = float(f"{change(value):.10g}")
        if changed != value:
            draw.changes[name] = changed


def _of_regions(draw: Draw, measure) -> float:
    new, old = (measure(spend, regions.set_index("region")) for spend, regions in zip(
        by(draw, "region"), (draw.tables["regions"], draw.donor.table("regions"))))
    return new / old if old > 0 else 1.0


def _lowest(spend: pd.Series, regions: pd.DataFrame) -> float:
    """The lowest spend over GDP, as part of the nation's."""
    return float((spend / regions["gdp"]).min() / (spend.sum() / regions["gdp"].sum()))


def _gini(spend: pd.Series, regions: pd.DataFrame) -> float:
    return gini(spend, regions["population"])


def _industry_weights() -> dict:
    return {"upgrading_floor": lambda frame: (frame["class"] == "traditional") * 1.0,
            "manufacturing_floor": lambda frame: frame["manufacturing"] * 1.0,
            "green_floor": lambda frame: frame["greenness"]}


def _weighted(industries: pd.DataFrame, spend: pd.Series, weight) -> float:
    rows = industries.set_index("industry")
    return float((spend * weight(rows).reindex(spend.index)).sum() / spend.sum())


def _key_shares(draw: Draw) -> tuple[dict, dict]:
    """Of the key industries, drawn and the donor's: largest share of one region, least of the hinterland."""
    out = []
    for spend, tables in zip(by(draw, "industry", "region"), (draw.tables.get, draw.donor.table)):
        industries, regions, zones = tables("industries"), tables("regions"), tables("zones")
        key = industries.loc[industries["key"], "industry"]
        inner = regions.loc[regions["zone"].isin(zones.loc[zones["hinterland"], "zone"]), "region"]
        share = spend.unstack().reindex(key) if len(key) else spend.unstack()
        share = share.div(share.sum(axis=1), axis=0)
        out.append({"largest": float(share.max(axis=1).max()),
                    "inner": float(share[share.columns.intersection(inner)].sum(axis=1).min())})
    return out[0], out[1]
