"""The page of a plan from top to bottom: the answer first, then section by section as each is ready."""

from __future__ import annotations

import asyncio

from nicegui import ui

from planner.plan import Plan
from planner.report.html import sections
from planner.report.html.answer import answer, figures
from planner.report.html.tables import escape
from planner.report.words import Names
from planner.web.downloads import links
from planner.web.explore.cells import Cells
from planner.web.explore.rows import Rows
from planner.web.explore.why import WhyNot
from planner.web.frame import View
from planner.web.passage import Passage, style

OWN = {"money": ("cells", Cells), "rules": ("rows", Rows), "goals": ("why", WhyNot)}
"""Section of the report -> the section of our own that follows it."""


async def tell(view: View, plan: Plan) -> None:
    """Fills the page; a reader who has gone is not told the rest."""
    names, client = Names(plan.instance, view.lang), ui.context.client
    ui.add_css(style())
    with ui.element("div").classes("report"), ui.element("div").classes("sheet"):
        contents = Passage().classes("contents")
        with ui.element("div").classes("story").props('id="report"') as story:
            Passage(await asyncio.to_thread(lambda: answer(plan, names, figures(plan))))
            onward(view, plan)
    entries: list[str] = []
    for key in sections.ORDER:
        inside, charts = await asyncio.to_thread(sections.passage, key, plan, names)
        if client.is_deleted:
            return
        if not inside:
            continue
        with story:
            entries.append(sections.entry(key, view.lang))
            Passage(sections.section(key, view.lang, inside, len(entries)), charts)
            if key in OWN and OWN[key][1].able(plan):
                name, part = OWN[key]
                entries.append(sections.entry(name, view.lang))
                Passage(sections.section(name, view.lang, "", len(entries))).classes("head")
                with ui.element("div").classes("own"):
                    part(view, plan, names)
        contents.show(navigation(entries, view))
    story.props('data-whole="yes"')


def onward(view: View, plan: Plan) -> None:
    """What can be done with the plan: files to take along, another scenario, another plan beside it."""
    id, passport = view.path["id"], plan.passport
    with ui.element("div").classes("onward"):
        links(view, id)
        with ui.element("div").classes("row buttons"):
            view.button_link(view.word("explore.edit"), f"/edit/{passport.get('instance')}",
                             scenario=passport.get("scenario"), set=passport.get("overrides", []))
            view.button_link(view.word("explore.beside"), "/compare", b=id)


def navigation(entries: list[str], view: View) -> str:
    title = escape(view.word("report.contents"))
    return f'<nav aria-label="{title}"><p>{title}</p><ol>{"".join(entries)}</ol></nav>'
