"""Handing public money out to cells: room, instruments, mobilised money. No solver.

Private money stands in every stage of a region as given and follows the base-year mix there (a rule
may place it itself). A unit of public money in a stage is given in equal parts through all
instruments that may pay for it, and buys `reach` of spend with what it mobilises. Where a region
mobilises more than its firms have, the part too much goes through instruments that mobilise nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.figures import CORE
from planner.policies.standing import cheapest_oversight

DUST = 1e-9
LEVELS = ("central", "local")


class CannotApply(Exception):
    """A policy that an instance lacks the tables for; the text says which."""


class Hand:
    """One instance's cells and money, and what has been placed so far.

    cells     region, industry, category, stage, spend (baseline), in the baseline's order
    most      what a cell absorbs; mix: its part of the baseline of its region and stage
    public    money handed out, cells x years, by level
    private   private money, cells x years (placed by the mix until `place_private`)
    """

    def __init__(self, instance, central: dict[int, float], local: dict[tuple[str, int], float]):
        self.instance, self.central, self.local = instance, central, local
        self.cells = instance.table("baseline")[[*CORE, "spend"]].reset_index(drop=True)
        self.base = self.cells["spend"].to_numpy(float)
        self.most = instance.setting("max_ratio") * self.base
        self.region, self.stage = (self.cells[dim].to_numpy() for dim in ("region", "stage"))
        pair = [self.cells["region"], self.cells["stage"]]
        whole = self.cells["spend"].groupby(pair).transform("sum")
        self.mix = (self.cells["spend"] / whole.where(whole > 0)).fillna(0.0).to_numpy()
        self.years = instance.years
        self.given = self._given()
        self.private = self.given * self.mix[:, None]
        self.public = {level: np.zeros(self.private.shape) for level in LEVELS}
        self.pays = self._instruments()
        self.reach = {level: self._per_cell(level, "reach") for level in LEVELS}

    def _given(self) -> np.ndarray:
        """Private money of each cell's region and stage, cells x years."""
        table = self.instance.table("private").set_index(["region", "stage", "year"])["private"].to_dict()
        return np.array([[float(table.get((region, stage, year), 0.0)) for year in self.years]
                         for region, stage in zip(self.region, self.stage)]).reshape(
                             len(self.cells), len(self.years))

    def _instruments(self) -> pd.DataFrame:
        """stage, level, instrument, leverage and the part of a grant that arrives."""
        leverage, oversight = self.instance.table("leverage"), cheapest_oversight(self.instance)
        if leverage.empty:  # public money needs no instrument: it is spent as it is
            stages = pd.DataFrame({"stage": sorted(set(self.stage))})
            return stages.assign(level="central", instrument="", leverage=0.0, arriving=1.0)
        table = leverage.merge(self.instance.table("instruments")[["instrument", "level"]], on="instrument")
        both = pd.DataFrame({"level": ["both", "both", *LEVELS], "paid": [*LEVELS, *LEVELS]})
        table = table.merge(both, on="level").drop(columns="level").rename(columns={"paid": "level"})
        arriving = 1.0 if oversight is None else 1.0 - float(oversight["loss"]) - float(oversight["cost"])
        return table.assign(arriving=arriving)

    def _per_cell(self, level: str, what: str) -> np.ndarray:
        """Spend that a unit of public money makes in each cell (`reach`), or mobilised money; 0: none may."""
        table = self.pays[self.pays["level"] == level]
        value = table["arriving"] * (1 + table["leverage"]) if what == "reach" else table["leverage"]
        mean = value.groupby(table["stage"]).mean().to_dict()
        return np.array([mean.get(stage, 0.0) for stage in self.stage])

    # --- placing ------------------------------------------------------------------

    def spend(self, t: int) -> np.ndarray:
        """What cells hold in a year, were all that is handed out given in equal parts."""
        return self.private[:, t] + sum(self.public[level][:, t] * self.reach[level] for level in LEVELS)

    def room(self, t: int, level: str) -> np.ndarray:
        """Public money of a level that cells still absorb."""
        free = np.clip(self.most - self.spend(t), 0.0, None)
        reach = self.reach[level]
        return np.where(reach > 0, free / np.where(reach > 0, reach, 1.0), 0.0)

    def spread(self, t: int, level: str, amount: float, weight: np.ndarray, where=None) -> None:
        """Money in proportion to weights; what cells cannot absorb goes to the others likewise."""
        room = self.room(t, level) if where is None else np.where(where, self.room(t, level), 0.0)
        weight, got = np.where(room > DUST, weight, 0.0), np.zeros(len(room))
        while amount > DUST and weight.sum() > 0:
            give = np.minimum(amount * weight / weight.sum(), room - got)
            got, amount = got + give, amount - give.sum()
            full = room - got <= DUST * np.maximum(room, 1.0)
            if not (full & (weight > 0)).any():
                break
            weight = np.where(full, 0.0, weight)
        self.public[level][:, t] += got

    def locals(self, t: int):
        """(money of a region in a year, its cells), region by region."""
        for region in dict.fromkeys(self.region):
            money = self.local.get((region, self.years[t]), 0.0)
            if money > DUST:
                yield money, self.region == region

    # --- the tables -----------------------------------------------------------------

    def tables(self) -> dict[str, pd.DataFrame]:
        """`allocations` without value, and `grants` where instruments pay."""
        part = self._mobilised_part()
        spend, grants = self.private.copy(), []
        for level in LEVELS:
            own = self.pays[self.pays["level"] == level]
            for stage, rows in own.groupby("stage", sort=False):
                here, plain = self.stage == stage, rows["leverage"].to_numpy() == 0
                money = self.public[level] * here[:, None]
                for n, row in enumerate(rows.itertuples()):
                    even = part / len(rows)
                    rest = (1 - part) / plain.sum() if plain[n] else 0.0
                    given = money * (even + rest)
                    spend += given * row.arriving * (1 + row.leverage)
                    grants.append(self._grants(given, row, level, here))
        frame = self.cells.rename(columns={"spend": "baseline"}).merge(
            pd.DataFrame({"year": list(self.years)}), how="cross")
        frame = frame[[*CORE, "year", "baseline"]].assign(spend=spend.ravel())
        regions = self.instance.table("regions")
        frame.insert(1, "zone", frame["region"].map(dict(zip(regions["region"], regions["zone"]))).fillna(""))
        out = {"allocations": frame}
        if len(self.instance.table("leverage")):
            out["grants"] = pd.concat(grants, ignore_index=True)
            if cheapest_oversight(self.instance) is None:
                out["grants"] = out["grants"].drop(columns="effective")
        return out

    def _grants(self, given: np.ndarray, row, level: str, here: np.ndarray) -> pd.DataFrame:
        """Rows of table `grants` for one stage, instrument and level: every region and year."""
        cells = pd.DataFrame(given[here], columns=list(self.years))
        summed = cells.groupby(self.region[here], sort=False).sum()
        flat = summed.rename_axis("region").reset_index().melt("region", var_name="year", value_name="amount")
        flat["year"] = flat["year"].astype(int)
        flat = flat.assign(stage=row.stage, instrument=row.instrument, level=level,
                           effective=flat["amount"] * row.arriving)
        return flat[["region", "stage", "instrument", "level", "year", "amount", "effective"]]

    def _mobilised_part(self) -> np.ndarray:
        """Part of the money that goes in equal parts, cells x years: 1 unless firms have too little."""
        table = self.instance.table("private_capacity")
        part = np.ones(self.private.shape)
        if table.empty:
            return part
        most = table.set_index(["region", "year"])["capacity"].to_dict()
        asked = sum(self.public[level] * self._per_cell(level, "leverage")[:, None] for level in LEVELS)
        for region in dict.fromkeys(self.region):
            here = self.region == region
            for t, year in enumerate(self.years):
                need = asked[here, t].sum()
                part[here, t] = min(1.0, most.get((region, year), np.inf) / need) if need > DUST else 1.0
        return part
