"""What the core computes from an instance's tables alone: no model, no solver.

The model is written from these figures and the audit recomputes with them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.instance.tables import ALL
from planner.model.response import Pieces, pieces

CORE = {"region": "regions", "industry": "industries", "category": "categories", "stage": "stages"}
"""The four dimensions of a cell and the tables that name their members."""


def members(instance, dim: str, table: str) -> pd.DataFrame:
    """A dimension's table; the core's dimensions get the member 'all' where there is none."""
    frame = instance.table(table)
    if frame.empty and dim in CORE and not instance.table("baseline").empty:
        defaults = {column.name: [column.default] for column in instance.declared(table).columns}
        frame = pd.DataFrame(defaults | {dim: [ALL]})
    return frame


def rd_stages(instance) -> list[str]:
    """The stages that count as research and development."""
    return stages_with_role(instance, "basic", "applied", "development")


def curves(instance) -> dict[str, Pieces]:
    """The piecewise response of every stage (formulation, section 2)."""
    stages = members(instance, "stage", "stages")
    return {row.stage: pieces(row.response, float(row.elasticity or 0.5),
                              instance.setting("response_tolerance"),
                              instance.setting("min_ratio"), instance.setting("max_ratio"))
            for row in stages.itertuples()}


def returns(instance) -> tuple[np.ndarray, np.ndarray]:
    """(A_c by year, discount of its effect by year), two arrays cells x years.

    A_c = base_return[stage] x fit[region, industry] x weight[category] x window
    (P3 I.2); a stage's effect arrives `lag` years later and is discounted to the
    base year.
    """
    cells = instance.table("baseline")
    stages = members(instance, "stage", "stages").set_index("stage")
    weight = members(instance, "category", "categories").set_index("category")["weight"]
    base = (cells["stage"].map(stages["base_return"].fillna(1.0)).to_numpy(float)
            * cells["category"].map(weight).to_numpy(float))
    base *= _lookup(instance.table("fit"), ["region", "industry"], "fit", cells)
    gain = np.repeat(base[:, None], len(instance.years), axis=1)
    if instance.on("technology_windows"):
        windows = instance.table("windows")
        for t, year in enumerate(instance.years):
            gain[:, t] *= _lookup(windows[windows["year"] == year], ["industry", "category"],
                                  "multiplier", cells)
    arrives = np.array(instance.years) + cells["stage"].map(stages["lag"]).to_numpy(int)[:, None]
    rate = 1 + instance.setting("discount")
    return gain, rate ** -(arrives - instance.base_year).astype(float)


def _lookup(table: pd.DataFrame, keys: list[str], column: str, cells: pd.DataFrame) -> np.ndarray:
    """A factor per cell; 1 where the table says nothing."""
    if table.empty:
        return np.ones(len(cells))
    factor = table.set_index(keys)[column]
    return factor.reindex(pd.MultiIndex.from_frame(cells[keys])).fillna(1.0).to_numpy(float)


def steering_floor(instance):
    """The private money each (region, industry, year) keeps at least, as a frame.

    Columns region, industry, year, floor: `(1 - steering)^n` of the private
    money that the baseline mix puts there, n the years since the base year (P1).
    """
    base, private = instance.table("baseline"), instance.table("private")
    whole = base.groupby(["region", "stage"])["spend"].transform("sum")
    mix = base.assign(share=(base["spend"] / whole).fillna(0.0))
    mix = mix.groupby(["region", "industry", "stage"], as_index=False)["share"].sum()
    money = mix.merge(private, on=["region", "stage"])
    keep = (1 - instance.setting("steering")) ** (money["year"] - instance.base_year)
    money["floor"] = keep * money["share"] * money["private"]
    return money.groupby(["region", "industry", "year"], as_index=False)["floor"].sum()


def population_share(instance) -> pd.Series:
    """Population share by region."""
    population = instance.table("regions").set_index("region")["population"]
    return population / population.sum()


def mean_difference(spend: pd.Series, population: pd.Series) -> float:
    """sum_{r<r'} w_r w_r' |e_r - e_r'|, e spend per head; both indexed by region."""
    spend = spend.reindex(population.index, fill_value=0.0)
    share = (population / population.sum()).to_numpy()
    per_head = (spend / population).to_numpy()
    return float(share @ np.abs(per_head[:, None] - per_head[None, :]) @ share / 2)


def gini(spend: pd.Series, population: pd.Series) -> float:
    """Population-weighted Gini of spend per head: the mean difference over the mean."""
    mean = spend.sum() / population.sum()
    return mean_difference(spend, population) / mean if mean > 0 else 0.0


def theil(spend: pd.Series, population: pd.Series) -> float:
    """Theil index of spend per head, sum_r s_r ln(s_r / w_r), s and w shares of spend and population.

    0 when all have the same per head, ln(1 / w_r) when r has all.
    """
    spend, share = _shares(spend, population)
    there = spend > 0
    return float((spend[there] * np.log(spend[there] / share[there])).sum())


def atkinson(spend: pd.Series, population: pd.Series, epsilon: float = 0.5) -> float:
    """Atkinson index: the part of spend that equal spend per head could do without.

    epsilon  aversion to inequality, above 0; at 1 the geometric mean stands for the power mean
    """
    spend, share = _shares(spend, population)
    if not spend.any():
        return 0.0
    ratio = spend / share  # per head, over the mean
    if epsilon == 1:
        return 1.0 - float(np.exp(share @ np.log(ratio))) if ratio.all() else 1.0
    if epsilon > 1 and not ratio.all():
        return 1.0
    return 1.0 - float((share @ ratio ** (1 - epsilon)) ** (1 / (1 - epsilon)))


def poorest_fifth_share(spend: pd.Series, population: pd.Series) -> float:
    """Share of spend that goes to the fifth of the population with the least spend per head.

    The region at the edge counts in part; 0.2 when all have the same.
    """
    spend, share = _shares(spend, population)
    if not spend.any():
        return 0.2
    order = np.argsort(spend / share, kind="stable")
    spend, share = spend[order], share[order]
    part = np.clip(0.2 - (np.cumsum(share) - share), 0.0, share) / share
    return float(part @ spend)


def _shares(spend: pd.Series, population: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """(share of spend, share of population) by region with people; shares of no spend are 0."""
    population = population[population > 0]
    spend = spend.reindex(population.index, fill_value=0.0).to_numpy(float)
    whole = spend.sum()
    return spend / whole if whole > 0 else spend * 0.0, (population / population.sum()).to_numpy(float)


def reference_per_head(instance) -> float:
    """Base-year spend per head, the fixed scale of the balance goal."""
    population = instance.table("regions")["population"].sum()
    return float(instance.table("baseline")["spend"].sum() / population)


def stages_with_role(instance, *roles: str) -> list[str]:
    """The stages that play a part in the chain, such as 'basic' or 'conversion'."""
    stages = members(instance, "stage", "stages")
    return list(stages.loc[stages["role"].isin(roles), "stage"])


def path(instance, start: float, end: float) -> dict[int, float]:
    """A straight line over the plan years from `start` in the base year to `end` in the last."""
    span = instance.years[-1] - instance.base_year
    return {year: start + (end - start) * (year - instance.base_year) / span
            for year in instance.years}


def autonomy_weight(instance, frame: pd.DataFrame) -> np.ndarray:
    """Weight of dependence closed in the autonomy goal, per row of (industry, year).

    The industry's criticality, discounted, averaged over the plan years.
    """
    criticality = members(instance, "industry", "industries").set_index("industry")["criticality"]
    rate = 1 + instance.setting("discount")
    discount = rate ** -(frame["year"].to_numpy(float) - instance.base_year)
    return frame["industry"].map(criticality).to_numpy(float) * discount / len(instance.years)
