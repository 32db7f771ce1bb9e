"""Missions and bids: batches of the donor's, as many per region, each in a region drawn from its own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.generate.draw import Draw, resampled

OWN = ("bid_money", "bid_talent", "bid_consortium", "mark_up")
"""Tables with rows of single bids."""


def write(draw: Draw) -> None:
    """Copy c of a mission keeps to copies c of the regions, industries and categories it names.

    A mission whose industry or category was not drawn goes to another of its class.
    """
    missions = _missions(draw)
    bids = _bids(draw, missions)
    if bids.empty:
        return
    draw.put("missions", missions)
    draw.put("bids", bids)
    for name in OWN:
        frame = draw.donor.table(name).rename(columns={"bid": "bid_from"}).merge(
            bids[["bid", "bid_from"]], on="bid_from")
        if name == "bid_money":
            frame = frame[frame["offset"] < frame["bid_from"].map(_years(draw))]
        order = {bid: n for n, bid in enumerate(bids["bid"])}
        draw.put(name, frame.sort_values("bid", key=lambda bid: bid.map(order), kind="stable"))
    _write_order(draw, missions)
    _write_rules(draw, bids)
    _write_limits(draw, missions, bids)


def _years(draw: Draw) -> pd.Series:
    """Years each of the donor's bids runs here: fewer in a shorter plan, at the same money a year."""
    years = draw.donor.table("bid_money").groupby("bid")["offset"].max() + 1
    return np.ceil(years * draw.pace - 1e-9).astype(int)


def _year(draw: Draw, year: pd.Series, up: bool = False) -> pd.Series:
    """A year at the same part of a shorter plan; `up`: the end of that part."""
    step = (year - draw.years[0] + up) * draw.pace
    return draw.years[0] + (np.ceil(step - 1e-9) if up else np.floor(step + 1e-9)) - up


def stand_in(names: list[str], members: pd.DataFrame, table: pd.DataFrame, dim: str, alike: str | None):
    """(name, copy) -> member: that copy of the donor, or of the nearest one that was drawn."""
    drawn = {donor: list(part["member"]) for donor, part in members.groupby("donor", sort=False)}
    group = dict(zip(table[dim], table[alike])) if alike else {}
    found = {}
    for name in names:
        if name not in drawn:
            same = [donor for donor in drawn if group.get(donor) == group.get(name)]
            found[name] = [member for donor in same or drawn for member in drawn[donor]]
        else:
            found[name] = drawn[name]
    return lambda name, copy: found[name][copy % len(found[name])] if name else ""


def _missions(draw: Draw) -> pd.DataFrame:
    donor = draw.donor.table("missions")
    if donor.empty:
        return donor.assign(mission_from=[], copy=[])
    count = max(1, round(len(donor) * draw.scale))
    drawn = resampled(donor["mission"], donor["category"] if count >= 2 * donor["category"].nunique() else None,
                      np.ones(len(donor)), count, draw.random("missions"))
    drawn = drawn.sort_values("copy", kind="stable").reset_index(drop=True)
    frame = drawn.rename(columns={"donor": "mission_from"}).merge(
        donor.rename(columns={"mission": "mission_from"}), on="mission_from", how="left")
    wide = max(3, len(str(len(frame))))
    number = [f"{n:0{wide}}" for n in range(1, len(frame) + 1)]
    frame["mission"] = [f"M{n}" for n in number]
    frame["name_en"], frame["name_zh"] = [f"Mission {n}" for n in number], [f"任务{n}" for n in number]
    for column, table, alike in (("industry", "industries", "class"), ("category", "categories", None)):
        pick = stand_in([name for name in donor[column].unique() if name], draw.members[column],
                         draw.donor.table(table), column, alike)
        frame[f"{column}_from"] = frame[column]
        frame[column] = [pick(name, copy) for name, copy in zip(frame[column], frame["copy"])]
    frame["deadline"] = _year(draw, frame["deadline"].astype(float), up=True)
    # All missions of an industry together close what the donor's do: more missions, smaller parts.
    there = donor.groupby("industry")["dependence"].sum()
    drawn_there = draw.of("industry")
    whole = frame.groupby("industry")["dependence"].transform("sum")
    want = frame["industry"].map(drawn_there).map(there).where(frame["industry"] != "", 0.0).fillna(whole)
    frame["dependence"] = (frame["dependence"] * want / whole.where(whole > 0, 1.0)).clip(upper=1.0)
    return frame


def _bids(draw: Draw, missions: pd.DataFrame) -> pd.DataFrame:
    donor = draw.donor.table("bids")
    regions = draw.donor.table("regions")
    pick = stand_in([name for name in donor["region"].unique() if name], draw.members["region"], regions,
                     "region", "zone")
    frame = missions[["mission", "mission_from", "copy"]].merge(
        donor.rename(columns={"mission": "mission_from", "bid": "bid_from"}), on="mission_from", how="left")
    frame = frame.dropna(subset="bid_from").reset_index(drop=True)
    frame["region_from"] = frame["region"]
    frame["region"] = [pick(name, copy) for name, copy in zip(frame["region"], frame["copy"])]
    ending = [bid.removeprefix(mission).strip("_") or "bid"
              for bid, mission in zip(frame["bid_from"], frame["mission_from"])]
    frame["bid"] = frame["mission"] + "_" + ending
    frame["name_en"] = [f"Mission {m[1:]}, {kind} bid, {region}" for m, kind, region in zip(
        frame["mission"], ending, frame["region"])]
    frame["name_zh"] = [f"任务{m[1:]}（{region}，{kind}）" for m, kind, region in zip(
        frame["mission"], ending, frame["region"])]
    if draw.pace < 1:
        last = draw.years[-1] - frame["bid_from"].map(_years(draw)) + 1
        frame["earliest"] = np.minimum(_year(draw, frame["earliest"]), last).astype(int)
        frame["latest"] = np.maximum(_year(draw, frame["latest"]), frame["earliest"]).astype(int)
    return frame


# --- the tender's logic, within a batch --------------------------------------------------


def _write_order(draw: Draw, missions: pd.DataFrame) -> None:
    drawn = missions[["mission", "mission_from", "copy"]]
    order = draw.donor.table("mission_order")
    for side in ("before", "after"):
        order = order.rename(columns={side: "mission_from"}).merge(drawn, on="mission_from" if (
            "copy" not in order) else ["mission_from", "copy"]).rename(columns={"mission": side}).drop(
            columns="mission_from")
    draw.put("mission_order", order)


def _write_rules(draw: Draw, bids: pd.DataFrame) -> None:
    """A batch has a rule of its own; counts shrink with the bids that were drawn, rules in pairs stay whole."""
    donor, rows = draw.donor.table("bid_rules"), []
    drawn = {copy: dict(zip(part["bid_from"], part["bid"])) for copy, part in bids.groupby("copy")}
    for copy, names in drawn.items():
        for rule, part in donor.groupby("rule", sort=False):
            kept = part[part["bid"].isin(names)]
            count = np.floor(part["count"].astype(float) * len(kept) / len(part) + 1e-9)[kept.index]
            if kept.empty or (count < 1).any() or (kept["role"].ne("").any() and len(kept) < len(part)):
                continue
            rows.append(kept.assign(rule=f"{rule}_{copy + 1}", bid=kept["bid"].map(names), count=count))
    if rows:
        draw.put("bid_rules", pd.concat(rows, ignore_index=True))


def _write_limits(draw: Draw, missions: pd.DataFrame, bids: pd.DataFrame) -> None:
    """A region's limit holds for each of its copies; national ones grow with the missions there are."""
    limits = draw.carried("bid_limits")
    if len(limits):
        national = limits["region"] == ""
        there = draw.donor.table("missions")
        for column in ("industry", "category"):
            named = limits[column] != ""
            part = limits[column].map(missions[column].value_counts()).fillna(0) / limits[
                f"{column}_from"].map(there[column].value_counts())
            limits.loc[named & national, "count"] = np.floor(
                (limits["count"] * part + 1e-9)[named & national]).astype(int)
        limits = limits[(limits["count"] > 0) | ~national]
        again = limits.groupby("limit").cumcount()
        limits["limit"] = limits["limit"].where(again == 0, limits["limit"] + "_" + (again + 1).astype(str))
        if len(limits):
            draw.put("bid_limits", limits)
    least = draw.carried("mission_minimum")
    part = least["category"].map(missions["category"].value_counts()).fillna(0) / least["category_from"].map(
        draw.donor.table("missions")["category"].value_counts())
    least["at_least"] = np.floor(least["at_least"] * part + 1e-9).astype(int)
    draw.put("mission_minimum", least[least["at_least"] > 0])
