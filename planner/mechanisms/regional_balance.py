"""Balance between regions.

The nation's R&D intensity rises; each zone keeps its share of all money within a band; no
region falls too far behind the nation; the leading zone's lead shrinks; and spend per head is
not more unequal than a Gini index allows.

    sum R&D spend[t] >= intensity_t * GDP[t]
    floor_zt * S[t] <= spend[z, t] <= ceiling_zt * S[t],                S[t] all spend
    spend[r, t] / gdp[r, t] >= iota * S[t] / GDP[t]
    spend[leader, t] - spend[follower, t] <= max(gap_0 - gamma (t - t0), 0) * S[t]
    sum_{r<r'} w_r w_r' d_rr't <= G_t * sum_r w_r e_rt,    d_rr't >= |e_rt - e_r't|

with e_r spend per head and w_r the share of population: the last line is the Gini index
itself, not an approximation, because d is only ever pushed down.

P2 IV.1 sets China's 2.54 % beside 2.2 % in the EU and 2.7 % in the OECD and finds 65.74 % of
the money in the east; P2 V.1 asks for support to the west; P1 V for balance by assistance.

Departures. Bands and intensity move in a straight line from the base year. The gap falls
from its base-year value by gamma for each year passed, which is linear; measured from the
year before it would be a product of two years' decisions. It need not fall below zero. A Gini
index above G in the base year may come down in a straight line; G holds in the last year.
"""

from __future__ import annotations

import pandas as pd

from planner.model import tally
from planner.model.compliance import rule, together
from planner.model.fairness import per_head_difference
from planner.model.figures import mean_difference, path, rd_stages
from planner.model.shares import (
    BAND,
    band_problems,
    base_shares,
    measure_bands,
    national_spend,
    require_bands,
)
from planner.vocabulary import Column, Example, Mechanism, Parameter, Source, Table
from planner.words import say

NAME = "regional_balance"

BANDS = Table("zone_bands", "least and most share of all spend by zone", (
    Column("zone", "text", "the zone", refers="zones", key=True), *BAND))


def _intensity(data) -> dict[int, float] | None:
    """Least R&D money by year: the intensity's path times GDP. None when not set."""
    last, gdp = data.parameter(NAME, "intensity"), data.table("gdp")
    if last is None or gdp.empty or data.table("regions").empty:
        return None
    base, base_gdp = data.table("baseline"), data.table("regions")["gdp"].sum()
    research = base.loc[base["stage"].isin(rd_stages(data)), "spend"].sum()
    start = research / base_gdp if base_gdp else last
    whole = gdp.groupby("year")["gdp"].sum()
    return {year: share * whole[year] for year, share in path(data, start, last).items()}


def _region_shares(data) -> pd.DataFrame | None:
    """Least share of all spend by region and year: iota times its share of GDP."""
    iota, gdp = data.parameter(NAME, "intensity_floor"), data.table("gdp")
    if iota is None or gdp.empty:
        return None
    whole = gdp.groupby("year")["gdp"].transform("sum")
    return gdp[["region", "year"]].assign(share=iota * gdp["gdp"] / whole)


def _gap(data) -> tuple[str, str, dict[int, float]] | None:
    """(leader, follower, largest gap of their shares by year); None when not set."""
    gamma, zones = data.parameter(NAME, "convergence"), [data.parameter(NAME, "leader"),
                                                         data.parameter(NAME, "follower")]
    if gamma is None or data.table("zones").empty:
        return None
    share = base_shares(data, "zone").reindex(zones, fill_value=0.0)
    start = share.iloc[0] - share.iloc[1]
    return *zones, {year: max(start - gamma * (year - data.base_year), 0.0) for year in data.years}


def _gini(data) -> dict[int, float] | None:
    """Largest Gini index of spend per head by year; None when not set."""
    last, regions = data.parameter(NAME, "gini"), data.table("regions")
    if last is None or len(regions) < 2:
        return None
    population = regions.set_index("region")["population"]
    spend = data.table("baseline").groupby("region")["spend"].sum()
    start = mean_difference(spend, population) * population.sum() / spend.sum() if spend.sum() else 0.0
    return {year: max(limit, last) for year, limit in path(data, start, last).items()}


def add(block, core, data):
    if not core.has("cells"):
        return
    require_bands(block, core, data, "zone_bands", "zone")
    if (money := _intensity(data)) is not None:
        research = core.spend_by("year", stage=rd_stages(data))
        block.require("intensity", research, ">=", research.map("year", money))
    if (shares := _region_shares(data)) is not None:
        index = core.space.frame(shares[["region", "year"]])
        least = national_spend(core).on(index) * shares["share"].to_numpy()
        block.require("intensity_floor", core.spend_by("region", "year").on(index) - least, ">=", lazy=True)
    if (gap := _gap(data)) is not None:
        leader, follower, limit = gap
        ahead = core.spend_by("year", zone=[leader]) - core.spend_by("year", zone=[follower])
        block.require("convergence", ahead - national_spend(core) * ahead.map("year", limit), "<=")
    if (limit := _gini(data)) is not None:
        # times the population, so that both sides are money
        unequal = per_head_difference(core) * data.table("regions")["population"].sum()
        block.require("gini", unequal - national_spend(core) * unequal.map("year", limit), "<=")


def measure(plan, data):
    spend = plan.table("allocations")
    if spend.empty:
        return None
    national = spend.groupby("year")["spend"].sum()
    parts, years = [measure_bands(spend, data, "zone_bands", "zone")], national.index.to_frame(index=False)
    if (money := _intensity(data)) is not None:
        research = spend[spend["stage"].isin(rd_stages(data))].groupby("year")["spend"].sum()
        parts.append(rule("intensity", years, years["year"].map(money),
                          research.reindex(national.index, fill_value=0.0), ">="))
    by_region = spend.groupby(["region", "year"])["spend"].sum()
    if (shares := _region_shares(data)) is not None:
        keys = shares[["region", "year"]]
        parts.append(rule("intensity_floor", keys, shares["share"] * shares["year"].map(national),
                          by_region.reindex(pd.MultiIndex.from_frame(keys), fill_value=0.0), ">="))
    if (gap := _gap(data)) is not None:
        leader, follower, limit = gap
        signed = spend["spend"] * ((spend["zone"] == leader) * 1.0 - (spend["zone"] == follower))
        parts.append(rule("convergence", years, years["year"].map(limit) * national.to_numpy(),
                          signed.groupby(spend["year"]).sum(), "<="))
    if (limit := _gini(data)) is not None:
        population = data.table("regions").set_index("region")["population"]
        unequal = [mean_difference(by_region.xs(year, level="year"), population) * population.sum()
                   for year in years["year"]]
        parts.append(rule("gini", years, years["year"].map(limit) * national.to_numpy(), unequal, "<="))
    return together(*parts)


def check(data):
    yield from band_problems(data, "zone_bands", "zone")
    zones = set(data.table("zones")["zone"])
    for role in ("leader", "follower"):
        if data.parameter(NAME, "convergence") is not None and data.parameter(NAME, role) not in zones:
            yield data.problem(f"{NAME}.{role}", say("problem.regional_balance.no_zone", role=role),
                               say("mend.regional_balance.no_zone"), value=data.parameter(NAME, role))
    for wish in ("intensity", "intensity_floor"):
        regions = data.table("regions")[["region"]]
        if data.parameter(NAME, wish) is None or regions.empty:
            continue
        wanted = regions.merge(pd.DataFrame({"year": data.years}), how="cross")
        found = wanted.merge(data.table("gdp"), how="left", on=["region", "year"])
        lacking = found[found["gdp"].isna()]
        if len(lacking):
            yield data.problem("gdp", say("problem.regional_balance.no_gdp", wish=wish, count=len(lacking),
                                          region=lacking["region"].iloc[0], year=lacking["year"].iloc[0]),
                               say("mend.regional_balance.no_gdp", name=NAME, wish=wish))


SUMS = {
    "zone_floor": tally.rule("zone", tally.spend("zone"), tally.spend()),
    "zone_ceiling": tally.rule("zone", tally.spend("zone"), tally.spend()),
    "intensity": tally.rule("", tally.spend(stage="rd")),
    "intensity_floor": tally.rule("region", tally.spend("region"), tally.spend()),
    "convergence": tally.rule("", (tally.spend(zone="parameter leader"),
        tally.spend(zone="parameter follower", sign=-1)),
                        tally.spend()),
    "gini": tally.rule("", tally.spend(weight="gini"), tally.spend()),
}


MECHANISM = Mechanism(
    name=NAME, number=6,
    says="Zones keep their share of the money, lagging regions keep up, and the gap narrows.",
    formula="floor_zt S_t <= spend[z,t] <= ceiling_zt S_t;  Gini(spend per head) <= G",
    sources=(
        Source("P2", "IV.1", "R&D intensity of 2.54 % and its uneven spread hold back the west."),
        Source("P2", "V.1", "More support should go to the regions that lag behind."),
        Source("P1", "V", "Regions are balanced by the nation as a whole."),
    ),
    parameters=(
        Parameter("intensity", "R&D spend over GDP in the last plan year, at least", None, "share", 0, 1),
        Parameter("intensity_floor", "least spend over GDP of any region, as part of the nation's", None,
                  "ratio", 0, 1),
        Parameter("convergence", "share points by which the follower catches up with the leader each year",
                  None, "share", 0, 1),
        Parameter("leader", "zone that is ahead", "", kind="text"),
        Parameter("follower", "zone that catches up", "", kind="text"),
        Parameter("gini", "largest Gini index of spend per head in the last plan year", None, "ratio", 0, 1),
    ),
    tables=(BANDS,), add=add, measure=measure, sums=SUMS, check=check,
    levers={"zone_floor": "zone_bands[{zone}].floor", "zone_ceiling": "zone_bands[{zone}].ceiling",
            "intensity": "regional_balance.intensity",
            "intensity_floor": "regional_balance.intensity_floor",
            "convergence": "regional_balance.convergence", "gini": "regional_balance.gini"},
    example=Example(
        settings=("intensity = 0.033",
                  "intensity_floor = 0.2",
                  'leader = "east"',
                  'follower = "west"',
                  "gini = 0.3"),
        tables=(("zone_bands", "zone,floor,ceiling", "east,,0.8", "west,0.3,"),),
        sets=("regional_balance.gini=0.05", "zone_bands[west].floor=0.45"),
        worked=("R&D was 160 of a GDP of 5,000, or 0.032; 0.033 in 2026 asks for 165, and half way in 2025 "
                "for 162.5.",
                "The west had half of all money; the line to its floor of 0.3 passes 0.4 in 2025: 78 of "
                "195.",
                "The coast has 4/5 of GDP, so it gets at least 0.2 x 0.8 x 195 = 31.2.",
                "A Gini of 0.3 lets the mean difference of spend per head, times the population, be 0.3 x "
                "195 = 58.5; the base year's Gini is 0.1, so a limit of 0.05 comes down from there.")),
)
