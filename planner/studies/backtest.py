"""Backtest: what would have been planned from a past base year on, beside what happened.

The instance is calibrated on its base year and gets the actual totals of the years after it. What happened stands
in its folder, statistics/panel.csv (region, year and a column of money per stage). Beside the plan stand

    constant    the base year's shares of every region and stage, times the actual total
    trend       every region and stage grows on as in the years before the base year, scaled to the actual total

and the plan without its rules (`productivity`: money where the response says it is worth most). Distances are
between shares, so that totals, which all are given, do not help:

    distance[y] = 1/2 sum_c |share_plan[c, y] - share_actual[c, y]|

the part of the money that would have to move to make one into the other (index of dissimilarity, Duncan and
Duncan 1955), by region and stage, region, zone, stage. All are valued by the instance's own response and goals.

A plan is a recommendation, not a forecast: a distance says how far practice was from it, not who was right; and
what money was really worth is not observed, so values show only what the response would have given.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from planner.model.figures import gini, rd_stages
from planner.model.values import goal_values
from planner.studies.case import Case, Options
from planner.studies.engine import run
from planner.words import say

PANEL = Path("statistics") / "panel.csv"
LEVELS = {"region and stage": ["region", "stage"], "region": ["region"], "zone": ["zone"], "stage": ["stage"]}
CELL = ["region", "stage", "year"]
SOLVED = {"plan": False, "productivity": True}
"""Plans that are solved, and whether every mechanism is off."""


class NoBacktest(Exception):
    """The instance is none that can be tested on the past; the text says why."""


@dataclass(frozen=True)
class Backtest:
    """spend: series, region, zone, stage, year, spend (series: actual, plan, productivity, constant, trend)
    shares    series, dim (zone or stage), member, year, share, base year included
    distances series, level, year, distance (year 0: mean over the years); that of `constant` is how much moved at all
    goals     series, goal, value;  regions  region, actual and planned share of the last year, difference
    cases     how each solved plan ended
    """

    spend: pd.DataFrame
    shares: pd.DataFrame
    distances: pd.DataFrame
    goals: pd.DataFrame
    regions: pd.DataFrame
    cases: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        return {name: getattr(self, name) for name in ("distances", "shares", "goals", "regions", "cases", "spend")}


def backtest(instance, *, options: Options | None = None, progress=None, folder=None, jobs: int | None = 1,
             cluster: str | None = None, stop=None) -> Backtest:
    """Plans the years after an instance's base year and sets the plan beside what happened.

    instance  a path or an Instance read from a folder that has statistics/panel.csv
    Raises NoBacktest where there is no panel, it lacks a year, or no plan is found.
    """
    if isinstance(instance, (str, Path)):
        from planner.solving import load
        instance = load(instance)
    panel = panel_of(instance)
    off = tuple(f"{known.name}.on=false" for known in instance.mechanisms if instance.on(known.name))
    found = run(instance, [Case(name, off if free else ()) for name, free in SOLVED.items()], options=options or Options(gap=0.001),
                folder=folder, jobs=jobs, cluster=cluster, progress=progress, stop=stop)
    plans = found.table("allocations")
    if plans.empty or not (plans["case"] == "plan").any():
        raise NoBacktest(say("backtest.no_plan", message=found.cases["message"].iloc[0]))
    years = list(instance.years)
    series = {"actual": panel[panel["year"].isin(years)]}
    series |= {name: part.groupby(CELL, as_index=False, sort=False)["spend"].sum() for name, part in plans.groupby(
        "case", sort=False)}
    series |= {"constant": naive(panel, instance.base_year, years), "trend": trend(panel, instance.base_year, years)}
    zone = instance.table("regions").set_index("region")["zone"].to_dict()
    spend = pd.concat([frame[[*CELL, "spend"]].assign(series=name) for name, frame in series.items()], ignore_index=True)
    spend.insert(1, "zone", spend["region"].map(zone))
    base = panel[panel["year"] == instance.base_year].assign(zone=lambda frame: frame["region"].map(zone))
    return Backtest(spend[["series", "region", "zone", "stage", "year", "spend"]], _shares(spend, base),
                    distances(spend), _goals(instance, spend), _regions(spend, years[-1]),
                    found.cases[["case", "status", "objective", "bound", "gap", "seconds"]])


def panel_of(instance) -> pd.DataFrame:
    """What happened: region, stage, year, spend. Raises NoBacktest."""
    file = (instance.path / PANEL) if instance.path is not None and instance.path.is_dir() else None
    if file is None or not file.is_file():
        raise NoBacktest(say("backtest.no_panel", instance=instance.name, file=PANEL))
    frame = pd.read_csv(file)
    stages = [stage for stage in rd_stages(instance) if stage in frame]
    missing = [year for year in (instance.base_year, *instance.years) if year not in set(frame["year"])]
    if missing or len(stages) < len(instance.table("baseline")["stage"].unique()):
        raise NoBacktest(say("backtest.panel_lacks", file=file, what=", ".join(map(str, missing)) or "stages"))
    return frame.melt(["region", "year"], stages, "stage", "spend")[[*CELL, "spend"]]


def naive(panel: pd.DataFrame, base_year: int, years) -> pd.DataFrame:
    """The base year's shares of the actual totals."""
    base = panel[panel["year"] == base_year]
    return _scaled({year: base for year in years}, panel)


def trend(panel: pd.DataFrame, base_year: int, years) -> pd.DataFrame:
    """Growth of each region and stage from the panel's first year to the base year, gone on with and scaled.

    A cell that was nought in the first year keeps its base-year amount.
    """
    first = int(panel["year"].min())
    if first >= base_year:
        return naive(panel, base_year, years)
    keys = ["region", "stage"]
    before = panel[panel["year"] == first].set_index(keys)["spend"]
    base = panel[panel["year"] == base_year].set_index(keys)["spend"]
    rate = (base / before.reindex(base.index).where(lambda money: money > 0)).fillna(1.0) ** (1 / (base_year - first))
    return _scaled({year: (base * rate ** (year - base_year)).reset_index(name="spend") for year in years}, panel)


def _scaled(parts: dict[int, pd.DataFrame], panel: pd.DataFrame) -> pd.DataFrame:
    total = panel.groupby("year")["spend"].sum()
    return pd.concat([part.assign(year=year, spend=part["spend"] * (total[year] / part["spend"].sum()))[[*CELL, "spend"]]
                      for year, part in parts.items()], ignore_index=True)


def distances(spend: pd.DataFrame) -> pd.DataFrame:
    """Part of the money that is elsewhere than it was: series, level, year (0: mean), distance."""
    rows = []
    for level, keys in LEVELS.items():
        sums = spend.groupby(["series", "year", *keys])["spend"].sum()
        share = sums / sums.groupby(["series", "year"]).transform("sum")
        actual = share.loc["actual"]
        for name in spend["series"].unique():
            if name == "actual":
                continue
            apart = (share.loc[name] - actual).abs().groupby("year").sum() / 2
            rows += [(name, level, year, value) for year, value in apart.items()] + [(name, level, 0, apart.mean())]
    return pd.DataFrame(rows, columns=["series", "level", "year", "distance"])


def _shares(spend: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for dim in ("zone", "stage"):
        for name, part in spend.groupby("series", sort=False):
            sums = pd.concat([base, part]).groupby(["year", dim])["spend"].sum()
            share = (sums / sums.groupby("year").transform("sum")).reset_index(name="share")
            parts.append(share.rename(columns={dim: "member"}).assign(series=name, dim=dim))
    return pd.concat(parts, ignore_index=True)[["series", "dim", "member", "year", "share"]]


def _goals(instance, spend: pd.DataFrame) -> pd.DataFrame:
    """The goals that the tables allow, by the instance's own response, and the Gini of all spend per head."""
    rows = []
    people = instance.table("regions").set_index("region")["population"]
    labels = instance.table("baseline")[["industry", "category"]].iloc[0]
    for name, part in spend.groupby("series", sort=False):
        told = goal_values({"allocations": part.assign(industry=labels["industry"], category=labels["category"])}, instance)
        told["gini"] = gini(part.groupby("region")["spend"].sum(), people)
        rows += [(name, goal, value) for goal, value in told.items() if goal != "green"]
    return pd.DataFrame(rows, columns=["series", "goal", "value"])


def _regions(spend: pd.DataFrame, year: int) -> pd.DataFrame:
    """Shares of the last year by region: actual, plan, difference; the largest differences first."""
    last = spend[spend["year"] == year].pivot_table("spend", ["region", "zone"], "series", "sum")
    share = last / last.sum()
    out = share[["actual", "plan"]].assign(difference=share["plan"] - share["actual"]).reset_index()
    return out.sort_values("difference", key=abs, ascending=False, ignore_index=True)
