"""The reserve as recourse: what a plan loses to a named shock, and what of it the reserve can repair.

The named shocks of an instance are what its own tables name:

    state      each state of table scenario_weight: categories return factor[s, k] of what was expected
    category   each category with an interval (return_intervals) disappoints by its whole deviation
    region     each region is lost with all its work, in every year (N-1)

A shock leaves part_c of each cell's value. Once it is seen, the year's reserve may be spent on what is left:

    max sum_c part_c worth_ct (curve_c(spend + x) - curve_c(spend))
    s.t. sum_c x_c <= arriving * reserve_t,     sum_c fte_cq x_c <= free people_qt      (the surge)
         x >= 0,  spend + x within what the cell absorbs

one LP a year and shock (P1 IV.3; two-stage recourse as in Birge and Louveaux, the first stage being the plan).
The LP is small without loss: cells of one region and stage need the same people, so only the best of them,
up to the whole reserve, can be used.

Departures. Reserve money goes to stages that a central instrument may pay for and mobilises none of the
firms'. Where closer oversight is on, the cheapest level's loss and cost are taken off. Free people are those
unused nationally (a lost region's are gone); stages with a threshold response take none, as their gain
is not concave. The year's reserve does not carry over (mechanism emergency_reserve).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from planner.model.figures import CORE, curves, returns
from planner.studies.draws import declared_states, deviations
from solvers.highs import Live
from solvers.matrix import Matrix

KINDS = ("state", "category", "region")


@dataclass(frozen=True)
class Shock:
    """part: what is left of every baseline cell's value; lost: the region that is gone, or ''."""

    kind: str
    name: str
    part: np.ndarray
    lost: str = ""


def shocks(instance, kinds=KINDS) -> Iterator[Shock]:
    """The named shocks of an instance, kind by kind."""
    cells = instance.table("baseline")
    names = tuple(dict.fromkeys(cells["category"]))
    column = cells["category"].map({name: at for at, name in enumerate(names)}).to_numpy(int)
    if "state" in kinds:
        states, factor = declared_states(instance, names)
        for state, row in zip(states["scenario"], factor):
            if (row != 1).any():
                yield Shock("state", state, row[column])
    if "category" in kinds and len(instance.table("return_intervals")):
        for at, wide in enumerate(deviations(instance, names)):
            if wide > 0:
                yield Shock("category", names[at], np.where(column == at, 1.0 - wide, 1.0))
    if "region" in kinds and cells["region"].nunique() > 1:
        for region in dict.fromkeys(cells["region"]):
            yield Shock("region", region, (cells["region"] != region).to_numpy(float), region)


class Recourse:
    """One plan's cells, reserve and free people, ready to be asked shock by shock.

    value   cells x years: discounted value of each cell in the plan
    """

    def __init__(self, plan):
        self.instance = instance = plan.instance
        self.cells, self.years = instance.table("baseline"), list(instance.years)
        gain, discount = returns(instance)
        worth, base = gain * discount, self.cells["spend"].to_numpy(float)
        spend = plan.allocations.set_index([*CORE, "year"])["spend"]
        keys = pd.MultiIndex.from_frame(self.cells[list(CORE)])
        wide = spend.unstack("year").reindex(index=keys, columns=self.years).fillna(0.0)
        ratio = wide.to_numpy(float) / np.where(base > 0, base, 1.0)[:, None]
        self.value, parts = np.zeros(ratio.shape), []
        payable = _payable(instance)
        for stage, curve in curves(instance).items():
            here = np.flatnonzero((self.cells["stage"] == stage).to_numpy())
            self.value[here] = curve(ratio[here]) * (worth[here] * base[here, None])
            if stage in payable and curve.concave and len(here):
                # room per segment: what of [low, high] lies above the ratio reached
                low, high = curve.ratio[:-1], curve.ratio[1:]
                room = np.clip(high - np.maximum(low, ratio[here][:, :, None]), 0.0, None)
                cell, year, piece = np.nonzero(room * base[here][:, None, None] > 1e-9)
                parts.append(pd.DataFrame({
                    "cell": here[cell], "year": year, "room": room[cell, year, piece] * base[here[cell]],
                    "gain": worth[here[cell], year] * curve.slope[piece]}))
        self.pieces = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(
            columns=["cell", "year", "room", "gain"])
        # the place in (region, stage) decides which people a piece needs
        place = self.cells.groupby(["region", "stage"], sort=False).ngroup().to_numpy()
        self.pieces["place"] = place[self.pieces["cell"].to_numpy(int)]
        self.pieces = [self.pieces[self.pieces["year"] == at] for at in range(len(self.years))]
        self.reserve, self.free = _reserve(plan), _free(plan)
        self.types, need = sorted(self.free["talent_type"].unique()), _need(instance)
        self.need = np.array([[need.get((region, stage, kind), 0.0) for kind in self.types] for region, stage in zip(
            self.cells["region"], self.cells["stage"])]).reshape(len(self.cells), len(self.types))

    def answer(self, shock: Shock) -> pd.DataFrame:
        """By year: loss (value), reserve (money), worth of the reserve (value), spent (money), bound.

        loss below 0 is a gain; bound says what limits the recourse: money, people, room or none.
        """
        lost, rows = ((1.0 - shock.part)[:, None] * self.value).sum(axis=0), []
        for at, year in enumerate(self.years):
            money = float(self.reserve.get(year, 0.0))
            worth, spent, bound = self._repair(shock, at, year, money) if money > 0 else (0.0, 0.0, "none")
            rows.append((shock.kind, shock.name, year, lost[at], money, worth, spent, bound))
        return pd.DataFrame(rows, columns=["kind", "shock", "year", "loss", "reserve", "worth", "spent", "bound"])

    def _repair(self, shock: Shock, at: int, year: int, money: float) -> tuple[float, float, str]:
        pieces = self.pieces[at]
        gain = pieces["gain"].to_numpy(float) * shock.part[pieces["cell"].to_numpy(int)]
        here = pieces.assign(gain=gain)[gain > 0].sort_values("gain", ascending=False, kind="stable")
        before = here.groupby("place")["room"].cumsum() - here["room"]
        here = here[before < money]  # more than the whole reserve goes into no place
        if here.empty:
            return 0.0, 0.0, "room"
        free = self.free[(self.free["year"] == year) & (self.free["region"] != (shock.lost or "\0"))]
        free = free.groupby("talent_type")["free"].sum().reindex(self.types, fill_value=0.0).clip(lower=0.0)
        rows = np.vstack([np.ones(len(here)), self.need[here["cell"].to_numpy(int)].T])
        upper = np.concatenate([[money], free.to_numpy(float)])
        n = len(here)
        matrix = Matrix(here["gain"].to_numpy(float), 0.0, True, np.zeros(n), here["room"].to_numpy(float),
                        np.zeros(n, bool), sparse.csr_matrix(rows), np.full(len(upper), -np.inf), upper)
        answer = Live(matrix, {"threads": 1, "output_flag": False}).solve_lp()
        if answer.x is None:
            raise RuntimeError(f"recourse LP of shock {shock.name}, {year}: {answer.stop}")
        used = rows @ answer.x
        tight = used >= upper - 1e-6 * np.maximum(1.0, upper)
        return (float(answer.objective), float(used[0]),
                "people" if tight[1:].any() else "money" if tight[0] else "room")


def repairs(plan, kinds=KINDS, progress=None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(one row a shock, one row a shock and year).

    Shock rows: kind, shock, loss, share (of the value of cells), reserve, worth, repaired (no more than
    the loss), remains, part_repaired (NaN where nothing is lost).
    """
    desk, parts = Recourse(plan), []
    for number, shock in enumerate(shocks(plan.instance, kinds)):
        if progress:
            progress({"phase": "shocks", "done": number})
        parts.append(desk.answer(shock))
    years = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(
        columns=["kind", "shock", "year", "loss", "reserve", "worth", "spent", "bound"])
    out = years.groupby(["kind", "shock"], as_index=False, sort=False)[["loss", "reserve", "worth", "spent"]].sum()
    whole = desk.value.sum()
    out["share"] = out["loss"] / whole if whole > 0 else np.nan
    out["repaired"] = np.minimum(out["worth"], out["loss"].clip(lower=0.0))
    out["remains"] = out["loss"].clip(lower=0.0) - out["repaired"]
    out["part_repaired"] = out["repaired"] / out["loss"].where(out["loss"] > 0)
    return out, years


def without_a_region(plan) -> pd.DataFrame:
    """N-1: for each key industry and year the region whose loss costs most, and the part that the rest keeps.

    Columns industry, year, region, spend, kept, asked (by the plan's rule on a lost region in
    that year; NaN without one).
    """
    instance, spend = plan.instance, plan.allocations
    industries = instance.table("industries")
    if spend.empty or industries.empty or spend["region"].nunique() < 2:
        return pd.DataFrame(columns=["industry", "year", "region", "spend", "kept", "asked"])
    key = industries.loc[industries["key"].astype(bool), "industry"]
    here = spend[spend["industry"].isin(key)].groupby(["industry", "year", "region"], as_index=False)["spend"].sum()
    whole = here.groupby(["industry", "year"])["spend"].transform("sum")
    here["kept"] = 1.0 - here["spend"] / whole.where(whole > 0)
    worst = here.sort_values("kept", kind="stable").groupby(["industry", "year"], as_index=False).first()
    rules, total = plan.compliance, spend.groupby(["industry", "year"])["spend"].sum()
    most = rules[rules["rule"] == "lost_region"].set_index(["where", "year"])["required"] if len(rules) else {}
    worst["asked"] = [1.0 - most.get((f"{row.region}, {row.industry}", row.year), np.nan) / total[row.industry, row.year]
                      for row in worst.itertuples()]
    return worst[["industry", "year", "region", "spend", "kept", "asked"]]


def _payable(instance) -> set[str]:
    """Stages that a central instrument may pay for; all where there are no instruments."""
    leverage, instruments = instance.table("leverage"), instance.table("instruments")
    if leverage.empty:
        return set(instance.table("baseline")["stage"])
    central = instruments.loc[instruments["level"].isin(("central", "both")), "instrument"]
    return set(leverage.loc[leverage["instrument"].isin(central), "stage"])


def _reserve(plan) -> dict[int, float]:
    """Money of the reserve by year that arrives where it is spent."""
    table, oversight = plan.table("reserve"), plan.instance.table("oversight")
    if table.empty:
        return {}
    arriving = 1.0
    if plan.instance.on("supervision") and len(oversight):
        arriving = 1.0 - float((oversight["loss"] + oversight["cost"]).min())
    return (table.groupby("year")["reserve"].sum() * arriving).to_dict()


def _free(plan) -> pd.DataFrame:
    """People whom nothing draws on: region, talent_type, year, free (FTE)."""
    table = plan.table("talent_balance")
    if table.empty or not plan.instance.on("talent"):
        return pd.DataFrame(columns=["region", "talent_type", "year", "free"])
    sign = table["side"].map({"supply": 1.0, "draw": -1.0})
    table = table.assign(free=sign * table["amount"])
    if "region" not in table:
        table["region"] = ""
    return table.groupby(["region", "talent_type", "year"], as_index=False)["free"].sum()


def _need(instance) -> dict[tuple[str, str, str], float]:
    """FTE per unit of money by (region, stage, talent type)."""
    table = instance.table("talent_need")
    if table.empty or not instance.on("talent"):
        return {}
    rows = table.merge(instance.table("talent_stock")[["region", "talent_type", "need_factor"]], on="talent_type")
    factor = rows["need_factor"].fillna(1.0).astype(float)
    return dict(zip(zip(rows["region"], rows["stage"], rows["talent_type"]), rows["fte"] * factor))
