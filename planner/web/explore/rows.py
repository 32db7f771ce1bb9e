"""Every rule, row by row, worst first: filtered by mechanism and status, a page at a time."""

from __future__ import annotations

import asyncio

from nicegui import ui

from planner.plan import Plan
from planner.report.figures.chart import Grid
from planner.report.figures.rules import RANK, policy_rows, rule_grid, worst_first
from planner.report.html.tables import escape, table
from planner.report.words import Names, heading, term
from planner.web.frame import View
from planner.web.passage import Passage

PAGE = 50
ALL = ""


class Rows:
    """Filters, a page of rows and the way to the next."""

    @staticmethod
    def able(plan: Plan) -> bool:
        return not plan.compliance.empty

    def __init__(self, view: View, plan: Plan, names: Names):
        self.view, self.plan, self.names, self.first = view, plan, names, 0
        self.sorted = None
        kinds = {"policy": view.word("explore.policy"), "every": view.word("explore.every")}
        with ui.element("div").classes("controls"):
            self.mechanism = self._select("explore.mechanism", {ALL: view.word("explore.all_of")} | {
                key: term(key, view.lang, "mechanism") for key in plan.compliance["mechanism"].unique()}, ALL)
            self.status = self._select("explore.status", {ALL: view.word("explore.all_of")} | {
                status: term(status, view.lang, "compliance") for status in RANK}, ALL)
            self.kind = self._select("explore.kind", kinds, "policy")
        self.passage = Passage().classes("rows").props('aria-live="polite"')
        with ui.element("div").classes("pages"):
            self.before = ui.button(view.word("explore.before"), on_click=lambda: self.turn(-PAGE)).props(
                "outline no-caps dense")
            self.after = ui.button(view.word("explore.after"), on_click=lambda: self.turn(PAGE)).props(
                "outline no-caps dense")
        ui.timer(0, self.draw, once=True)

    def _select(self, key: str, options: dict, value: str) -> ui.select:
        return ui.select(options, value=value, label=self.view.word(key), on_change=self.begin).props(
            "outlined dense options-dense stack-label behavior=menu").mark(key)

    async def begin(self) -> None:
        self.first = 0
        await self.draw()

    async def turn(self, by: int) -> None:
        self.first = max(self.first + by, 0)
        await self.draw()

    def found(self):
        """Rows that the filters leave, worst first."""
        if self.sorted is None:
            self.sorted = {"policy": worst_first(policy_rows(self.plan)), "every": worst_first(self.plan.compliance)}
        rows = self.sorted[self.kind.value]
        for column, chosen in (("mechanism", self.mechanism.value), ("status", self.status.value)):
            if chosen:
                rows = rows[rows[column] == chosen]
        return rows

    def page(self) -> tuple[int, str]:
        rows = self.found()
        title = self.view.word("section.rows")
        shown, lang = rows.iloc[self.first:self.first + PAGE], self.view.lang
        grid = rule_grid(self.plan, self.names, shown, single=True)
        if "dual" in shown and shown["dual"].notna().any():
            worth = heading("dual", lang)
            grid = Grid(grid.frame.assign(**{worth: shown["dual"].to_numpy()}), grid.kinds | {worth: "fine"})
        return len(rows), table(grid, title, lang)

    async def draw(self) -> None:
        count, text = await asyncio.to_thread(self.page)
        last = min(self.first + PAGE, count)
        shown = self.view.word("explore.shown", first=f"{self.first + 1:,}", last=f"{last:,}", all=f"{count:,}")
        self.passage.show(f"<p>{escape(shown if count else self.view.word('explore.nothing'))}</p>{text}")
        self.before.set_enabled(self.first > 0)
        self.after.set_enabled(last < count)
