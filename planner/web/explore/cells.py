"""Money cut as the reader likes: two dimensions, a measure, filters; summed on the server, never sent whole."""

from __future__ import annotations

import asyncio

from nicegui import ui

from planner.plan import Plan
from planner.report.figures.slices import DIMS, MEASURES, Slice, members, slices
from planner.report.html.sections import figure_block
from planner.report.html.tables import escape
from planner.report.words import Names, heading
from planner.web.frame import View
from planner.web.passage import Passage

NONE = ""


class Cells:
    """Controls, the chart that they ask for, and its table."""

    @staticmethod
    def able(plan: Plan) -> bool:
        return not plan.allocations.empty

    def __init__(self, view: View, plan: Plan, names: Names):
        self.view, self.plan, self.names, self.turn = view, plan, names, 0
        self.dims = [dim for dim in DIMS if members(plan, dim)]
        heads = {dim: heading(dim, view.lang) for dim in self.dims}
        with ui.element("div").classes("controls"):
            self.rows = self._select("explore.rows", heads, "region")
            self.columns = self._select("explore.columns", {NONE: view.word("explore.none")} | heads, "stage")
            self.measure = self._select("explore.measure", {
                measure: view.word(f"explore.measure.{measure}") for measure in MEASURES}, "spend")
        ui.label(view.word("explore.only")).classes("about")
        with ui.element("div").classes("controls filters"):
            self.filters = {dim: self._filter(dim, heads[dim]) for dim in self.dims}
        ui.button(view.word("explore.all"), on_click=self.reset).props("flat no-caps dense").classes("reset")
        self.passage = Passage().classes("cells").props('aria-live="polite"')
        ui.timer(0, self.draw, once=True)

    def _select(self, key: str, options: dict, value: str) -> ui.select:
        return ui.select(options, value=value, label=self.view.word(key), on_change=self.draw).props(
            "outlined dense options-dense stack-label behavior=menu").mark(key)

    def _filter(self, dim: str, label: str) -> ui.select:
        options = {key: self.names.name(dim, key) for key in members(self.plan, dim)}
        return ui.select(options, multiple=True, value=[], label=label, on_change=self.draw).props(
            "outlined dense options-dense stack-label clearable use-chips behavior=menu").mark(f"filter.{dim}")

    def asked(self) -> Slice:
        return Slice(self.rows.value, self.columns.value, self.measure.value, {
            dim: tuple(select.value) for dim, select in self.filters.items() if select.value})

    def reset(self) -> None:
        for select in self.filters.values():
            select.value = []

    async def draw(self) -> None:
        """Draws what is asked for now; what was asked for before and is ready later is not shown."""
        self.turn += 1
        turn, asked = self.turn, self.asked()
        chart = await asyncio.to_thread(slices, self.plan, self.names, asked)
        if turn != self.turn:
            return
        if chart is None:
            self.passage.show(f'<p class="notice">{escape(self.view.word("explore.nothing"))}</p>')
        else:
            self.passage.show(figure_block(chart, self.view.lang), {chart.key: chart})
