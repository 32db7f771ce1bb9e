"""What of a plan's goals is at risk, and what the goals are in every draw: numbers from tables, no solve.

A plan's productivity is the value of its cells (which the draws multiply), of its missions (which succeed or
fail) and the rest (industry links, benefit sharing: held at what the plan tells). What data add is a share of
value, so it counts with the cells of its region and year. Autonomy is the dependence closed by spend (certain)
and by missions. The other goals do not depend on the draws.

    productivity[n] = sum_c factor[n, c] value_c + missions[n] + rest
    missions[n]     = sum_b ok[n, b] value_b dt(end_b) - sum_{b, b' of one mission} ok ok' lesser dt(later end)
    autonomy[n]     = sum_{i, t} weight_it clip(spend_it + sum_m gain_m ok[n, m, t])

An exposure is three small frames, so that a study can keep them: cells, starts, certain.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from planner.model import tender
from planner.model.figures import CORE, autonomy_weight, members
from planner.model.values import cell_values
from planner.studies.draws import Draws, category_of

SAMPLED = ("productivity", "autonomy")
"""Goals that differ from draw to draw."""

def exposure(plan, without=("risk",)) -> dict[str, pd.DataFrame]:
    """The frames of one plan: `cells`, `starts`, `certain`.

    cells    region, industry, category, stage, value: over all years, in the baseline's order
    starts   bid, end: what was started, and its last year
    certain  goal, value: goals without what the draws move; goal 'closed' by industry and year: by spend
    without  owners whose terms of productivity are left out (what risk takes off is what the draws tell)
    """
    instance, spend, goals = plan.instance, plan.allocations, plan.goals
    cells = instance.table("baseline")[list(CORE)].assign(value=0.0)
    if len(spend):
        worth = spend[[*CORE, "year"]].assign(value=cell_values(instance, spend))
        worth["value"] *= _lifted(plan, worth)
        worth = worth.groupby(list(CORE))["value"].sum()
        cells["value"] = worth.reindex(pd.MultiIndex.from_frame(cells[list(CORE)])).fillna(0.0).to_numpy()
    kept = goals[~((goals["goal"] == "productivity") & goals["owner"].isin(without))]
    total = kept.groupby("goal")["value"].sum()
    told = goals[(goals["goal"] == "productivity") & goals["owner"].isin(("core", "missions"))]["value"].sum()
    told += sum(frame["uplift"].sum() for frame in uplifts(plan))
    certain = [(goal, "", 0, value) for goal, value in total.items() if goal not in SAMPLED]
    certain.append(("productivity", "", 0, float(total.get("productivity", 0.0) - told)))
    closed = plan.table("dependence")
    if len(closed):
        own = closed[closed["owner"] != "missions"].groupby(["industry", "year"], as_index=False)["amount"].sum()
        certain += [("closed", row.industry, row.year, row.amount) for row in own.itertuples()]
    frame = pd.DataFrame(certain, columns=["goal", "industry", "year", "value"])
    return {"cells": cells, "starts": _starts(plan), "certain": frame}


def _lifted(plan, worth: pd.DataFrame) -> np.ndarray:
    """1 + what data add to the value of a cell's region and year, per row of `worth`."""
    keys, tables = ["region", "year"], uplifts(plan)
    if not tables:
        return np.ones(len(worth))
    uplift, value = pd.concat(tables).groupby(keys)["uplift"].sum(), worth.groupby(keys)["value"].sum()
    share = (uplift / value.where(value > 0)).reindex(pd.MultiIndex.from_frame(worth[keys]))
    return 1.0 + share.fillna(0.0).to_numpy()


def uplifts(plan) -> list[pd.DataFrame]:
    """The tables of value that data add, each with region, year and uplift (value)."""
    return [frame for name, frame in plan.tables.items()
            if name.endswith("_uplift") and {"region", "year", "uplift"} <= set(frame)]


def _starts(plan) -> pd.DataFrame:
    made = plan.table("missions")
    if made.empty or not plan.instance.on("missions"):
        return pd.DataFrame({"bid": pd.Series(dtype=str), "end": pd.Series(dtype=int)})
    won = made.loc[made["start"] > 0.5, ["bid", "year"]]
    offers = tender.bids(plan.instance).set_index("bid")["years"]
    return pd.DataFrame({"bid": won["bid"].to_numpy(str),
                         "end": (won["year"] + won["bid"].map(offers) - 1).to_numpy(int)})


def goals_in(instance, exposures: dict[str, dict[str, pd.DataFrame]], draws: Draws) -> dict[str, pd.DataFrame]:
    """Goal -> frame (draws x plans) of what each plan reaches in each draw; all plans meet the same draws."""
    names = list(exposures)
    values = np.column_stack([exposures[name]["cells"]["value"].to_numpy(float) for name in names])
    worth = draws.worth(values, category_of(instance, draws.categories))
    autonomy = np.zeros_like(worth)
    for at, name in enumerate(names):
        part = exposures[name]
        certain = part["certain"]
        worth[:, at] += certain.loc[certain["goal"] == "productivity", "value"].sum()
        earned, autonomy[:, at] = _missions(instance, part, draws)
        worth[:, at] += earned
    out = {"productivity": pd.DataFrame(worth, columns=names), "autonomy": pd.DataFrame(autonomy, columns=names)}
    has = [(exposures[name]["certain"]["goal"] == "closed").any() for name in names]
    if not any(has):
        del out["autonomy"]
    return out


def _missions(instance, part: dict[str, pd.DataFrame], draws: Draws) -> tuple[np.ndarray, np.ndarray]:
    """(value earned by missions, autonomy) of one plan in every draw."""
    certain, starts = part["certain"], part["starts"]
    closed = certain[certain["goal"] == "closed"]
    pairs = closed[["industry", "year"]].reset_index(drop=True)
    amount = np.repeat(closed["value"].to_numpy(float)[None, :], len(draws), axis=0)
    earned = np.zeros(len(draws))
    if len(starts):
        offers = tender.bids(instance).set_index("bid").loc[list(starts["bid"])]
        at = [draws.bids.index(bid) for bid in starts["bid"]]
        ok = draws.luck[:, at] < offers["success"].to_numpy(float)
        end, rate = starts["end"].to_numpy(int), 1 + instance.setting("discount")
        dt = rate ** -(end - instance.base_year).astype(float)
        value = offers["value"].fillna(0.0).to_numpy(float)
        earned = ok @ (value * dt)
        for mission, group in offers.reset_index().groupby("mission", sort=False):
            rows = group.index.to_numpy()
            for one, other in combinations(rows, 2):
                earned -= ok[:, one] * ok[:, other] * min(value[one], value[other]) * min(dt[one], dt[other])
            gain = float(group["criticality"].iloc[0] * group["dependence"].iloc[0])
            for number, pair in enumerate(pairs.itertuples()):
                if pair.industry == group["industry"].iloc[0]:
                    done = ok[:, rows[end[rows] <= pair.year]]
                    amount[:, number] += gain * done.any(axis=1) if done.shape[1] else 0.0
    if pairs.empty:
        return earned, np.zeros(len(draws))
    there = members(instance, "industry", "industries").set_index("industry")["import_dependence"]
    reached = np.clip(amount, -1.0, pairs["industry"].map(there).to_numpy(float))
    return earned, reached @ autonomy_weight(instance, pairs)
