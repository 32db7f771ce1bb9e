"""The page /compare?a=…&b=…: two plans side by side, on the same scales, and what one has more than the other."""

from __future__ import annotations

import asyncio

from nicegui import ui

from planner.comparison import Comparison, NotComparable, compare
from planner.comparison.comparing import DIMENSIONS
from planner.comparison.moves import can
from planner.jobs.workspace import PlanPlace
from planner.report.figures.compared import differences
from planner.report.html import compared
from planner.report.html.sections import figure_block
from planner.report.html.tables import escape
from planner.report.words import Names, heading
from planner.web.frame import View, arrived, page
from planner.web.passage import Passage, style
from planner.web.state import here

NONE = ""


@page("/compare", "web.title.compare")
async def compare_page(view: View) -> None:
    ui.add_css(style())
    Choice(view, here().workspace.plans())
    if not await arrived():
        return
    ids = view.query.get("a"), view.query.get("b")
    if all(ids):
        with ui.element("div").classes("report compared").props('data-part="compared"') as whole:
            with ui.element("div").props('role="status"') as reading:
                ui.label(view.word("explore.reading"))
            plans = [await view.plan(id) for id in ids]
            if None not in plans:
                await tell(view, plans, [id.replace("~", " / ", 1) for id in ids])
            reading.delete()
        whole.props('data-whole="yes"')


class Choice:
    """Two lists of plans, the way to turn them round, and the button."""

    def __init__(self, view: View, places: dict[str, PlanPlace]):
        self.view = view
        if len(places) < 2:
            view.refuse(view.word("explore.compare.few"))
            return
        options, asked = {id: id.replace("~", " / ", 1) for id in places}, view.query
        second, first, *_ = options
        with ui.element("div").classes("controls pair-choice"):
            self.a = self._select("explore.compare.a", options, asked.get("a"), first)
            self.b = self._select("explore.compare.b", options, asked.get("b"), second)
            ui.button(view.word("explore.compare.swap"), on_click=lambda: self.go(self.b.value, self.a.value)).props(
                "outline no-caps").mark("compare.swap")
            ui.button(view.word("explore.compare.go"), on_click=lambda: self.go(self.a.value, self.b.value)).props(
                "unelevated no-caps").mark("compare.go")

    def _select(self, key: str, options: dict, asked: str | None, default: str) -> ui.select:
        return ui.select(options, value=asked if asked in options else default, label=self.view.word(key)).props(
            "outlined dense options-dense stack-label behavior=menu").mark(key)

    def go(self, a: str, b: str) -> None:
        ui.navigate.to(self.view.link("/compare", a=a, b=b))


async def tell(view: View, plans: list, called: list[str]) -> None:
    """The comparison, part by part."""
    try:
        found = await asyncio.to_thread(compare, *plans, names=called)
    except NotComparable as error:
        view.refuse(error)
        return
    names, client = Names(plans[0].instance, view.lang), ui.context.client
    Passage(await asyncio.to_thread(compared.answer, found, names))
    Passage(await asyncio.to_thread(compared.inputs, found, names))
    Passage(compared.section(view.word("explore.compare.money"), "<p></p>")).classes("head")
    with ui.element("div").classes("own"):
        money = Money(view, found, names)
    await money.draw()
    for part in (compared.goals, compared.rules, compared.missions, compared.people_and_places, compared.rest):
        text = await asyncio.to_thread(part, found, names)
        if client.is_deleted:
            return
        if text:
            Passage(text)


class Money:
    """Money of both plans by one or two dimensions that the reader chooses, with the difference."""

    def __init__(self, view: View, found: Comparison, names: Names):
        self.view, self.found, self.names, self.turn = view, found, names, 0
        heads = {dim: heading(dim, view.lang) for dim in DIMENSIONS if can(found.shared, (dim,))}
        with ui.element("div").classes("controls"):
            self.by = self._select("explore.compare.by", heads, next(iter(heads), None))
            self.and_by = self._select("explore.compare.and", {NONE: view.word("explore.none")} | heads, NONE)
        self.passage = Passage().classes("money").props('aria-live="polite"')

    def _select(self, key: str, options: dict, value) -> ui.select:
        return ui.select(options, value=value, label=self.view.word(key), on_change=self.draw).props(
            "outlined dense options-dense stack-label behavior=menu").mark(key)

    async def draw(self) -> None:
        """Draws what is asked for now; a slower answer to an earlier question is not shown."""
        self.turn += 1
        turn, by = self.turn, tuple(dict.fromkeys(filter(None, (self.by.value, self.and_by.value))))
        chart = None
        if by and can(self.found.shared, by):
            chart = await asyncio.to_thread(differences, self.found, by, self.names)
        if turn != self.turn:
            return
        if chart is None:
            self.passage.show(f'<p class="notice">{escape(self.view.word("explore.compare.cannot"))}</p>')
        else:
            self.passage.show(figure_block(chart, self.view.lang), {chart.key: chart})
