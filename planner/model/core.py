"""The core of every model: spend by cell, grants, funding, budgets, goals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from planner.model.autonomy import close_autonomy
from planner.model.balances import close_balances
from planner.model.block import Block, Clause
from planner.model.cells import make_space
from planner.model.figures import CORE, curves, members, returns
from planner.model.funding import close_funding
from solvers.algebra import Index, Linear, total
from solvers.arrays import Book

AGGREGATES = {
    ("region", "stage", "year"): None, ("industry", "category", "year"): None,
    ("industry", "stage", "year"): None, ("region", "industry", "year"): None,
    ("region", "category", "stage", "year"): None, ("region", "year"): ("region", "stage", "year")}
"""Sums of spend that policy rows are written on, and the aggregate each sums (None: the cells).

Each is made when first asked for.
"""

VALUES = (("stage", "year"), ("category", "year"), ("region", "industry", "year"))
"""Sums of value that mechanisms ask for, made likewise."""


@dataclass
class Balance:
    """A stock that many draw on. Each draw and supply carries its owner's name."""

    draws: list[tuple[str, Linear]] = field(default_factory=list)
    supplies: list[tuple[str, Linear]] = field(default_factory=list)

    def sums(self, index: Index) -> tuple[Linear, Linear]:
        """(draws, supplies), each summed onto the rows of an index."""
        zero = Linear.constant(index, 0.0)
        drawn, supplied = zero, zero
        for _, amount in self.draws:
            drawn = drawn + amount.on(index)
        for _, amount in self.supplies:
            supplied = supplied + amount.on(index)
        return drawn, supplied


class Core:
    """The shared part of a model under construction.

    instance  the checked instance (called `data` in mechanisms)
    space     its dimensions
    model     the Pyomo model
    book      its columns and rows as arrays
    """

    def __init__(self, instance):
        self.instance = instance
        self.curves = curves(instance)
        most = max((len(curve.width) for curve in self.curves.values()), default=1)
        self.space = make_space(instance, most)
        self.model, self.book = pyo.ConcreteModel(instance.name), Book(block="region")
        self.balances = {name: Balance() for name in ("central", "local", "talent", "platform",
                                                      "dependence")}
        self.clauses: list[Clause] = []
        self.penalties: list[tuple[float, Linear]] = []
        self.goal_terms: dict[str, list[tuple[str, Linear]]] = {}
        self.told: dict[tuple[str, str], Callable] = {}
        """How goal terms that the solver may leave slack are told, by (goal, owner)."""
        self.reports: dict[str, list[dict]] = {}
        self.sheet: list[tuple[str, str, Linear]] = []
        self.uses: list[tuple[str, str, str, Linear]] = []
        """(balance, 'draw' or 'supply', owner, amount) of people and capacity."""
        self.dependence: list[tuple[str, Linear]] = []
        self.offers: dict[str, Linear] = {}
        self._later: list[Callable] = []
        self._last: list[Callable] = []
        self._aggregates: dict[str, Linear] = {}
        self.baseline = instance.table("baseline")
        self.block = Block(self, "core")
        self.spend = self.grant = None
        if len(self.baseline):
            self._write_cells()
        if self.has("cells") and len(instance.table("leverage")):
            self._write_grants()

    # --- what mechanisms ask for -------------------------------------------------

    def has(self, feature: str) -> bool:
        """Is the feature there? cells, grants, or any dimension with members."""
        if feature in ("cells", "grants"):
            return (self.spend if feature == "cells" else self.grant) is not None
        return self.space.size(feature) > 0 if feature in self.space.members else False

    def dt(self, year: int) -> float:
        """Discount factor of a year, 1 in the base year."""
        return (1 + self.instance.setting("discount")) ** -(year - self.instance.base_year)

    def after(self, function: Callable) -> None:
        """Runs `function()` when every mechanism has added its part."""
        self._later.append(function)

    def last(self, function: Callable) -> None:
        """Runs `function()` when every balance has its draws and supplies: it only reads them."""
        self._last.append(function)

    def offered(self, name: str) -> Linear | None:
        """An expression that some mechanism published, or None. Ask in `after`."""
        return self.offers.get(name)

    def penalty(self, price: float, relief) -> None:
        self.penalties.append((price, relief.linear()))

    def spend_by(self, *by: str, **labels) -> Linear:
        """Spend summed to some dimensions (or parents), over the labels named only.

        Uses the smallest shared aggregate that can answer, so that policy rows
        stay short. Every combination of labels that has a cell gets a row.
        """
        wanted = set()
        for dim in (*by, *labels):
            wanted.add(self.space.path(("region", "industry", "category", "stage", "year"), dim)[0])
        fitting = [dims for dims in AGGREGATES if wanted <= set(dims)]
        if fitting:  # by size alone, never by what is there already: the order of mechanisms must not matter
            source = self._spend_aggregate(min(fitting, key=lambda dims: np.prod(
                [self.space.size(dim) for dim in dims])))
        else:
            source = self.spend
        return total(source.where(**labels), by)

    def value_by(self, *by: str, **labels) -> Linear:
        """Discounted value of spend, as the productivity goal counts it, summed like `spend_by`."""
        fitting = [dims for dims in VALUES if {*by, *labels} <= set(dims)]
        source = self._aggregate("value", self.value, fitting[0]) if fitting else self.value
        return total(source.where(**labels), by)

    def most(self, linear: Linear) -> np.ndarray:
        """The most each row of an expression can be by the bounds of its columns."""
        lower, upper = (np.concatenate([getattr(columns, side) for columns in self.book.columns])
                        for side in ("lower", "upper"))
        best = np.where(linear.coef > 0, upper[linear.col], lower[linear.col])
        return linear.const + np.bincount(linear.row, linear.coef * best, minlength=len(linear))

    def baseline_by(self, *by: str, **labels) -> Linear:
        """Baseline spend summed like `spend_by` (without years), as constants."""
        index = self.space.frame(self.baseline[list(CORE)])
        return total(Linear.constant(index, self.baseline["spend"]).where(**labels), by)

    # --- writing ----------------------------------------------------------------

    def _spend_aggregate(self, dims: tuple[str, ...]) -> Linear:
        wider = AGGREGATES[dims]
        return self._aggregate("spend", self.spend if wider is None else self._spend_aggregate(wider), dims)

    def _aggregate(self, what: str, source, dims: tuple[str, ...]) -> Linear:
        name = f"{what}_by_" + "_".join(dims)
        if name not in self._aggregates:
            summed = total(source, by=dims)
            most = self.most(summed) if what == "value" else None
            self._aggregates[name] = self.block.aggregate(name, summed, upper=most).linear()
        return self._aggregates[name]

    def _write_cells(self) -> None:
        """The segments of spend, whose sum is spend, and the productivity goal."""
        years = len(self.instance.years)
        cell = self.space.frame(self.baseline[list(CORE)])
        each = np.repeat(np.arange(len(cell)), years)
        self.cells = Index(self.space, (*cell.dims, "year"), tuple(
            codes[each] for codes in cell.codes) + (np.tile(np.arange(years), len(cell)),))
        gain, discount = returns(self.instance)
        worth = gain * discount
        base = self.baseline["spend"].to_numpy()[each]

        stage = self.cells.code("stage")
        pieces_of = [self.curves[label] for label in self.space.members["stage"]]
        count = np.array([len(curve.width) for curve in pieces_of])
        row = np.repeat(np.arange(len(self.cells)), count[stage])
        start = np.cumsum(count[stage]) - count[stage]
        piece = np.arange(len(row)) - np.repeat(start, count[stage])
        width, slope = np.zeros((2, len(count), count.max()))
        for s, curve in enumerate(pieces_of):
            width[s, :count[s]], slope[s, :count[s]] = curve.width, curve.slope
        index = Index(self.space, (*self.cells.dims, "segment"), tuple(
            codes[row] for codes in self.cells.codes) + (piece,))
        segment = self.block.columns("segment", index, upper=width[stage[row], piece] * base[row])
        rows = np.arange(len(row))
        self.spend = Linear(self.cells, row, rows + segment.first, np.ones(len(row)))
        self._order_segments(segment, row, piece, pieces_of)
        per_unit = (worth.ravel()[row] * slope[stage[row], piece])
        self.value = Linear(index, rows, rows + segment.first, per_unit)
        self.block.goal("productivity", self.value)
        greenness = members(self.instance, "industry", "industries")
        green = dict(zip(greenness["industry"], greenness["greenness"]))
        if any(green.values()):
            weight = self.cells.map("industry", green) * self.cells.map(
                "year", {year: self.dt(year) for year in self.instance.years})
            self.block.goal("green", self.spend * weight)

    def _order_segments(self, segment, row, piece, pieces_of) -> None:
        """Where returns first grow, segments fill in order by binaries (incremental form)."""
        rough = np.array([not curve.concave for curve in pieces_of])
        inner = np.flatnonzero(rough[self.cells.code("stage")][row] & (piece > 0))
        if not len(inner):
            return
        index = segment.index.take(inner)
        full = self.block.columns("segment_full", index, upper=1, integer=True)
        before = segment.linear().where(np.isin(np.arange(len(row)), inner - 1))
        here = segment.linear().where(np.isin(np.arange(len(row)), inner))
        previous = Linear(index, before.row, before.col, before.coef)
        self.block.define("segment_before", previous - full * segment.upper[inner - 1], ">=")
        self.block.define("segment_after", here - full * segment.upper[inner], "<=")

    def _write_grants(self) -> None:
        """grant[region, stage, instrument, level, year], for the pairs that leverage lists."""
        level = self.instance.table("instruments").set_index("instrument")["level"].to_dict()
        pairs = self.instance.table("leverage")
        rows = [(r.instrument, r.stage, paid) for r in pairs.itertuples()
                for paid in (("central", "local") if level[r.instrument] == "both"
                             else (level[r.instrument],))]
        frame = pd.DataFrame(rows, columns=["instrument", "stage", "level"])
        years = pd.DataFrame({"year": self.instance.years})
        regions = pd.DataFrame({"region": self.space.members["region"]})
        frame = regions.merge(frame, how="cross").merge(years, how="cross")
        index = self.space.frame(frame[["region", "stage", "instrument", "level", "year"]])
        self.grant = self.block.columns("grant", index)
        self.leverage = index.map(("instrument", "stage"), dict(zip(
            zip(pairs["instrument"], pairs["stage"]), pairs["leverage"])))
        self.block.draw("central", total(self.grant.where(level="central"), ("year",)))
        self.block.draw("local", total(self.grant.where(level="local"), ("region", "year")))

    def private(self) -> Linear:
        """Given private money by region, stage and year, as constants."""
        index = self.space.index(region=None, stage=None, year=None)
        table = self.instance.table("private")
        keys = zip(table["region"], table["stage"], table["year"])
        return Linear.constant(index, index.map(
            ("region", "stage", "year"), dict(zip(keys, table["private"])), default=0.0))

    def close(self) -> None:
        """Writes what needs every mechanism's part: funding, budgets, balances."""
        while self._later:
            self._later.pop(0)()
        if self.has("cells"):
            close_funding(self)
        close_autonomy(self)
        for function in self._last:
            function()
        close_balances(self)
