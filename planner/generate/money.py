"""Regions and their money: base year, who pays, and the paths over the plan years."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.generate.draw import Draw
from planner.instance.calibration import ras

SIZE, RATIO, MIX, FIT = 0.25, 0.08, 0.15, 0.05
"""Sigma of the lognormal noise: a region's size; its people, GDP and stages; its industries; its fit."""

TILES = 40


def write(draw: Draw) -> None:
    for name in ("zones", "industries", "categories"):
        draw.put(name, _titled(draw, name))
    for name in ("stages", "instruments", "leverage"):
        draw.put(name, draw.donor.table(name))
    draw.base, draw.donor_base = _base(draw)
    _write_baseline(draw)
    _write_regions(draw)
    _write_fit(draw)
    _write_paths(draw)


def by(draw: Draw, *dims: str) -> tuple[pd.Series, pd.Series]:
    """Base-year spend by some dimensions of the cells: (drawn, the donor's)."""
    out = []
    for frame in (draw.tables["baseline"], draw.donor.table("baseline")):
        out.append(frame.groupby(list(dims), sort=False)["spend"].sum())
    return out[0], out[1]


def region_growth(draw: Draw, *more: str) -> pd.Series:
    """Base-year spend of each region (and stage) over its donor's."""
    new, old = by(draw, "region", *more)
    keys = new.index.to_frame(index=False)
    keys["region"] = keys["region"].map(draw.of("region"))
    there = old.reindex(pd.MultiIndex.from_frame(keys) if more else pd.Index(keys["region"])).to_numpy()
    return new / there


def industry_growth(draw: Draw, stages: list[str] | None = None, categories=None) -> pd.Series:
    """Base-year spend of each industry over its donor's, in some stages and categories (donor's names)."""
    new, old = by(draw, "industry", "category", "stage")
    frames = []
    for series, of in ((new, draw.of("category")), (old, {})):
        frame = series.rename("spend").reset_index()
        keep = frame["stage"].isin(stages) if stages is not None else frame["stage"].notna()
        if categories is not None:
            keep &= frame["category"].map(lambda name: of.get(name, name)).isin(categories)
        frames.append(frame[keep].groupby("industry")["spend"].sum())
    new, old = (frame.reindex(names, fill_value=0.0) for frame, names in zip(
        frames, (draw.labels("industry"), draw.donor.table("industries")["industry"])))
    there = old.reindex(new.index.map(draw.of("industry"))).to_numpy()
    return new / np.where(there > 0, there, np.inf)


# --- members ------------------------------------------------------------------------


def _titled(draw: Draw, name: str) -> pd.DataFrame:
    """Members keep their donor's name, with a number for its copies."""
    frame = draw.carried(name)
    dim = {"industries": "industry", "categories": "category"}.get(name)
    if dim:
        copy = frame[dim].map(draw.members[dim].set_index("member")["copy"])
        for title in ("name_en", "name_zh"):
            frame[title] = frame[title].where(copy == 0, frame[title] + " " + (copy + 1).astype(str))
    return frame


def _write_regions(draw: Draw) -> None:
    """People and GDP follow the region's money; zones have the donor's per region."""
    frame = draw.carried("regions").set_index("region").loc[draw.labels("region")].reset_index()
    growth, donor = region_growth(draw).reindex(frame["region"]).to_numpy(), draw.donor.table("regions")
    ratio = draw.noise("people", (2, len(frame)), RATIO)
    for row, column in enumerate(("population", "gdp")):
        amount = frame[column] * growth * ratio[row]
        whole = frame["zone"].map(donor.groupby("zone")[column].sum()) * draw.scale
        frame[column] = amount * whole / amount.groupby(frame["zone"]).transform("sum")
    frame["name_en"], frame["name_zh"] = "Region " + frame["region"], "地区" + frame["region"]
    wide = int(np.ceil(np.sqrt(len(frame))))
    at = np.arange(len(frame))
    frame["tile_x"], frame["tile_y"] = (at % wide, at // wide) if wide <= TILES else (np.nan, np.nan)
    draw.put("regions", frame)


# --- the base year ----------------------------------------------------------------------


def _array(draw: Draw, frame: pd.DataFrame) -> np.ndarray:
    """Donor's cells as region x industry x category x stage; a cell that is not listed is 0."""
    at, shape = [], []
    for dim, table in (("region", "regions"), ("industry", "industries"), ("category", "categories"),
                       ("stage", "stages")):
        names = draw.donor.table(table)[dim]
        at.append(frame[dim].map({name: n for n, name in enumerate(names)}).to_numpy())
        shape.append(len(names))
    out = np.zeros(shape)
    out[tuple(at)] = frame["spend"]
    return out


def _base(draw: Draw) -> tuple[np.ndarray, np.ndarray]:
    """(drawn, donor's) base year.

    Cells are the donor's with noise, fitted so that zone x stage and class x stage (industry x
    category x stage where all were drawn once) have the donor's amounts, times `scale`.
    """
    there = _array(draw, draw.donor.table("baseline"))
    r, i, k = (draw.positions(dim) for dim in ("region", "industry", "category"))
    zone = draw.donor.table("regions")["zone"].to_numpy()
    size = draw.noise("size", (len(r), 1), SIZE) * draw.noise("stages", (len(r), there.shape[3]), RATIO)
    of_region = there.sum(axis=(1, 2))
    regions = _filled(of_region[r] * size, zone[r], of_region * draw.scale, zone)

    of_industry = there.sum(axis=0)
    kinds = of_industry[np.ix_(i, k)] * _split(draw, i)[:, None, None]
    kinds = kinds * _split(draw, k)[None, :, None]
    classes = draw.donor.table("industries")["class"].to_numpy()
    part = kinds.sum(axis=1)
    whole = _filled(part, classes[i], of_industry.sum(axis=1) * draw.scale, classes)
    kinds = kinds * np.divide(whole, part, out=np.zeros_like(part), where=part > 0)[:, None, :]

    seed = there[np.ix_(r, i, k)] * draw.noise("cells", (len(r), len(i)), MIX)[:, :, None, None]
    return ras(seed, [((0, 3), regions), ((1, 2, 3), kinds)], 1e-10), there


def _split(draw: Draw, donors: np.ndarray) -> np.ndarray:
    """What each copy takes of its donor: equal parts with noise; 1 where it is the only one."""
    times = np.bincount(donors)[donors]
    return np.where(times > 1, draw.noise("copies", len(donors), RATIO) / times, 1.0)


def _filled(amount: np.ndarray, group: np.ndarray, whole: np.ndarray, group_there: np.ndarray) -> np.ndarray:
    """Rows scaled, stage by stage, so that each group adds to what its donors add to in `whole`."""
    out = amount.copy()
    for name in np.unique(group):
        here = group == name
        want, have = whole[group_there == name].sum(axis=0), amount[here].sum(axis=0)
        out[here] *= np.divide(want, have, out=np.zeros_like(want), where=have > 0)
    return out


def _write_baseline(draw: Draw) -> None:
    stages = list(draw.donor.table("stages")["stage"])
    cells = pd.MultiIndex.from_product(
        [draw.labels("region"), draw.labels("industry"), draw.labels("category"), stages],
        names=["region", "industry", "category", "stage"]).to_frame(index=False)
    cells["spend"] = draw.base.ravel()
    draw.put("baseline", cells[cells["spend"] > 0])


def _write_fit(draw: Draw) -> None:
    """The donor's fit with noise; an industry's mean over its money stays."""
    frame = draw.carried("fit")
    frame["fit"] *= draw.noise("fit", len(frame), FIT)
    new, old = by(draw, "region", "industry")
    mean = _mean_fit(draw.donor.table("fit"), old)
    now = _mean_fit(frame[["region", "industry", "fit"]], new)
    frame["fit"] *= (frame["industry_from"].map(mean) / frame["industry"].map(now)).fillna(1.0)
    there = draw.donor.table("fit")["fit"]
    frame["fit"] = frame["fit"].clip(there.min(), there.max())
    draw.put("fit", frame)


def _mean_fit(fit: pd.DataFrame, spend: pd.Series) -> pd.Series:
    spend = spend.reindex(pd.MultiIndex.from_frame(fit[["region", "industry"]]), fill_value=0.0).to_numpy()
    return (fit["fit"] * spend).groupby(fit["industry"]).sum() / pd.Series(spend).groupby(
        fit["industry"].to_numpy()).sum()


# --- who pays -----------------------------------------------------------------------------


def _write_paths(draw: Draw) -> None:
    """Private money as the region's stages grow; public money by what the base year leaves to it."""
    donor, whole = draw.donor, region_growth(draw)
    private = draw.carried("private")
    stage = region_growth(draw, "stage")
    private["private"] *= stage.reindex(pd.MultiIndex.from_frame(private[["region", "stage"]])).to_numpy()
    old = donor.table("private")
    public = _public(draw, draw.tables["baseline"], private, draw.scale) / _public(
        draw, donor.table("baseline"), old, 1.0)
    budget, local = draw.carried("budget"), draw.carried("local_budget")
    budget["central"] *= public
    national = donor.table("local_budget").groupby("year")["local"].sum() * public
    local["local"] *= local["region"].map(whole)
    local["local"] *= local["year"].map(national / local.groupby("year")["local"].sum())
    by_region = private.groupby(["region", "year"])["private"].sum()
    before = old.groupby(["region", "year"])["private"].sum()
    able = draw.carried("private_capacity")
    rows = able[["region", "year"]]
    able["capacity"] *= (by_region.reindex(pd.MultiIndex.from_frame(rows)).to_numpy()
                         / before.reindex(pd.MultiIndex.from_arrays(
                             [able["region_from"], able["year"]])).to_numpy())
    gdp, regions = draw.carried("gdp"), draw.tables["regions"].set_index("region")["gdp"]
    there = donor.table("regions").set_index("region")["gdp"]
    gdp["gdp"] *= (gdp["region"].map(regions) / gdp["region_from"].map(there))
    for name, frame, column in (("private", private, "private"), ("private_capacity", able, "capacity"),
                                ("budget", budget, "central"), ("local_budget", local, "local"),
                                ("gdp", gdp, "gdp")):
        draw.put(name, grown(draw, frame, column))


def _public(draw: Draw, base: pd.DataFrame, private: pd.DataFrame, scale: float) -> float:
    """What the base-year pattern, grown with all money, leaves to public money in the first year."""
    donor, first = draw.donor, draw.years[0]
    paid = donor.table("private"), donor.table("local_budget"), donor.table("budget")
    money = sum(frame.loc[frame["year"] == first].iloc[:, -1].sum() for frame in paid)
    growth = money / donor.table("baseline")["spend"].sum()
    return growth * base["spend"].sum() - private.loc[private["year"] == first, "private"].sum()


def grown(draw: Draw, frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Later years than the donor's grow as its last year did."""
    last = draw.donor.years[-1]
    before, end = (frame.loc[frame["year"] == year, column].sum() for year in (last - 1, last))
    rate = end / before if before else 1.0
    final = frame[frame["year"] == last]
    more = [final.assign(**{"year": year, column: final[column] * rate ** (year - last)})
            for year in draw.years if year > last]
    return pd.concat([frame, *more], ignore_index=True)
