"""Strategic backup: no key industry stands on one place alone.

Part of every key industry is kept in the hinterland, new key industries are in focus in several
zones, and whichever single region is lost, the others keep a given part of the industry.

    sum_{r in hinterland} spend[r,i,t] >= sigma_it * sum_r spend[r,i,t]
    zones with a region in focus on i in the last year >= zones
    spend[r,i,t] <= limit_it * sum_r spend[r,i,t],             limit in the last year 1 - rho

P3 IV.3 asks for a backup of key industries in the strategic hinterland.

Goal `resilience`: the number of key industries that have a backup, discounted and averaged over
the years, where an industry counts in part: covered[i,t] <= 1 and

    sigma * base-year spend_i * covered[i,t] <= sum_{r in hinterland} spend[r,i,t]

Departures. sigma_it rises in a straight line from the base-year share (where that is below
sigma), limit_it falls in one from the largest region's (where that is above 1 - rho). Coverage is
measured against base-year spend, as against the same year's it would be a quotient of decisions;
its most, 1, is a bound and no rule. The zones are counted without a whole column of their own:
zone_focus <= 1 and <= the zone's focus may as well be the smaller of the two, which is whole.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model import tally
from planner.model.compliance import rule, sum_at, together
from planner.model.figures import members, path
from planner.vocabulary import Example, Mechanism, Parameter, Source
from planner.words import say
from solvers.algebra import total

NAME = "strategic_backup"


def _hinterland(data) -> list[str]:
    """The regions of the zones that count as hinterland."""
    zones, regions = data.table("zones"), data.table("regions")
    return list(regions.loc[regions["zone"].isin(zones.loc[zones["hinterland"], "zone"]), "region"])


def _base(data) -> pd.DataFrame:
    """Key industries with base-year spend: industry, spend, share (hinterland's), largest, places.

    largest: the largest region's share; places: how many regions have cells of it.
    """
    industries, base = members(data, "industry", "industries"), data.table("baseline")
    base = base[base["industry"].isin(industries.loc[industries["key"].astype(bool), "industry"])]
    place = base.groupby(["industry", "region"], as_index=False)["spend"].sum()
    place["inner"] = place["spend"].where(place["region"].isin(_hinterland(data)), 0.0)
    out = place.groupby("industry", as_index=False, sort=False).agg(
        spend=("spend", "sum"), inner=("inner", "sum"), largest=("spend", "max"),
        places=("region", "nunique"))
    out = out[out["spend"] > 0].reset_index(drop=True)
    return out.assign(share=out["inner"] / out["spend"], largest=out["largest"] / out["spend"])


def _paths(data, start: str, end: float, better) -> pd.DataFrame:
    """industry, year, limit: from the base year's value, where that is worse than `end`, to `end`."""
    rows = [(row["industry"], *point) for row in _base(data).to_dict("records")
            for point in path(data, better(row[start], end), end).items()]
    return pd.DataFrame(rows, columns=["industry", "year", "limit"])


def _shares(data) -> pd.DataFrame:
    """Least share of the hinterland; no rows where sigma is 0 or there is no hinterland."""
    sigma = data.parameter(NAME, "share") if _hinterland(data) else 0
    return _paths(data, "share", sigma, min) if sigma else pd.DataFrame()


def _largest(data) -> pd.DataFrame:
    """Largest share of any one region; no rows where rho is 0 or there is one region."""
    rho = data.parameter(NAME, "rho") if len(data.table("regions")) > 1 else 0
    return _paths(data, "largest", 1 - rho, max) if rho else pd.DataFrame()


def _full(data) -> pd.DataFrame:
    """Hinterland spend that makes a whole backup: industry, year, full (money), weight (discounted)."""
    out = _shares(data)
    if len(out):
        spend = _base(data).set_index("industry")["spend"]
        out["full"] = data.parameter(NAME, "share") * out["industry"].map(spend)
        rate = 1 + data.setting("discount")
        out["weight"] = rate ** -(out["year"] - data.base_year).astype(float) / len(data.years)
    return out


def add(block, core, data):
    if not core.has("cells"):
        return
    if len(rows := _full(data)):
        index = core.space.frame(rows[["industry", "year"]])
        inner = core.spend_by("industry", "year", region=_hinterland(data)).on(index)
        whole = core.spend_by("industry", "year").on(index)
        block.require("share", inner - whole * rows["limit"].to_numpy(), ">=")
        covered = block.columns("covered", index, upper=1.0)
        block.define("covered_by", covered * rows["full"].to_numpy() - inner, "<=")
        block.goal("resilience", covered * rows["weight"].to_numpy(),
                   told=lambda tables: _resilience(tables.get("allocations"), data))
    if len(rows := _largest(data)):
        here = core.spend_by("region", "industry", "year", industry=list(rows["industry"].unique()))
        limit = here.map(("industry", "year"), _by_label(rows))
        block.require("lost_region", here - core.spend_by("industry", "year").on(here.index) * limit, "<=", lazy=True)
    core.after(lambda: _add_zones(block, core, data))


def _add_zones(block, core, data):
    focus, keys = core.offered("focus"), list(_base(data)["industry"])
    least = data.parameter(NAME, "zones")
    if focus is None or not keys or not least or not core.has("zone"):
        return
    there = total(focus.where(year=[data.years[-1]], industry=keys), ("zone", "industry"))
    if len(there):
        zone_focus = block.columns("zone_focus", there.index, upper=1.0)
        block.define("zone_focus_most", zone_focus - there, "<=")
        block.require("zones", total(zone_focus, ("industry",)), ">=", least)


def _by_label(rows: pd.DataFrame) -> dict:
    return dict(zip(zip(rows["industry"], rows["year"]), rows["limit"]))


def _resilience(spend: pd.DataFrame, data) -> float:
    """The goal's value, recomputed from allocations."""
    rows = _full(data)
    inner = sum_at(spend[spend["region"].isin(_hinterland(data))], "spend", rows[["industry", "year"]])
    return float((np.minimum(inner / rows["full"], 1.0) * rows["weight"]).sum())


def measure(plan, data):
    spend, parts = plan.table("allocations"), []
    if spend.empty:
        return None
    if len(rows := _full(data)):
        keys, goals = rows[["industry", "year"]], plan.goals
        inner = sum_at(spend[spend["region"].isin(_hinterland(data))], "spend", keys)
        parts.append(rule("share", keys, rows["limit"] * sum_at(spend, "spend", keys), inner, ">="))
        told = goals.loc[(goals["goal"] == "resilience") & (goals["owner"] == NAME), "value"].sum()
        parts.append(rule("covered", pd.DataFrame({"goal": ["resilience"]}), _resilience(spend, data),
                          told, "==", "industries"))
    if len(rows := _largest(data)):
        here = spend[spend["industry"].isin(rows["industry"])]
        here = here.groupby(["region", "industry", "year"], as_index=False)["spend"].sum()
        limit = here[["industry", "year"]].apply(tuple, axis=1).map(_by_label(rows))
        whole = here.groupby(["industry", "year"])["spend"].transform("sum")
        parts.append(rule("lost_region", here[["region", "industry", "year"]], limit * whole,
                          here["spend"], "<="))
    parts.append(_measure_zones(plan.table("focus"), data))
    return together(*parts)


def _measure_zones(focus, data):
    least = data.parameter(NAME, "zones")
    if focus.empty or not least or data.table("zones").empty:
        return None
    last = focus[(focus["year"] == data.years[-1]) & focus["industry"].isin(_base(data)["industry"])]
    zone = last["region"].map(data.table("regions").set_index("region")["zone"])
    reached = last["focus"].groupby([last["industry"], zone]).sum().clip(upper=1.0).groupby("industry").sum()
    return rule("zones", reached.index.to_frame(index=False), least, reached, ">=", "zones")


def check(data):
    key = _base(data)
    if key.empty:
        return
    zones, rho = data.table("zones"), data.parameter(NAME, "rho")
    if data.parameter(NAME, "share") and len(zones) and not _hinterland(data):
        yield data.problem("zones", say("problem.strategic_backup.no_hinterland", name=NAME),
                           say("mend.strategic_backup.no_hinterland", name=NAME), column="hinterland")
    if len(zones) and data.parameter(NAME, "zones") > len(zones):
        yield data.problem(f"{NAME}.zones", say("problem.strategic_backup.zones", count=len(zones)),
                           say("mend.lower_it"), value=data.parameter(NAME, "zones"))
    if rho and len(data.table("regions")) > 1:
        for row in key[key["places"] * (1 - rho) < 1 - 1e-9].itertuples():
            yield data.problem("baseline", say("problem.strategic_backup.places", industry=row.industry,
                                               places=row.places, rho=rho),
                               say("mend.strategic_backup.places", name=NAME))


SUMS = {
    "share": tally.rule("industry", tally.spend("industry", zone="hinterland"), tally.spend("industry")),
    "lost_region": tally.rule("region industry", tally.spend("region", "industry"), tally.spend("industry")),
}


MECHANISM = Mechanism(
    name=NAME, number=21,
    says="Key industries have a backup in the hinterland and never depend on one region.",
    formula="sum_{hinterland} spend[r,i,t] >= sigma_it sum_r spend[r,i,t]; "
            "spend[r,i,t] <= (1 - rho) sum_r spend[r,i,t]; zones in focus on i >= zones",
    sources=(Source("P3", "IV.3", "The strategic hinterland holds backups of key industries."),),
    parameters=(
        Parameter("share", "least share of each key industry in the hinterland in the last plan year; "
                  "0: none", 0.25, "share", 0, 1),
        Parameter("zones", "zones that must focus on each key industry that can be in focus; 0: none", 2,
                  "zones", 0, 100, "integer"),
        Parameter("rho", "share of each key industry that is left whichever region is lost; 0: none", 0.75,
                  "share", 0, 1),
    ),
    add=add, measure=measure, sums=SUMS, check=check,
    levers={"share": "strategic_backup.share", "lost_region": "strategic_backup.rho",
            "zones": "strategic_backup.zones"},
    example=Example(
        settings=("share = 0.2", "zones = 1", "rho = 0.1"),
        sets=("strategic_backup.rho=0.5",),
        worked=("Chips are a key industry and inland is the hinterland: of 110 spent on chips inland gets "
                "at least 0.2 x 110 = 22.",
                "No region has more than (1 - 0.1) x 110 = 99 of them, so that whichever is lost, a tenth "
                "is left; with rho at 0.5 half is left, and of 115 no region has more than 57.5.",
                "At least 1 zone has chips in focus in 2026, where regional_fit is on.")),
)
