"""The page /plan/{id}: one plan, the answer first; see `planner.web.explore`."""

from __future__ import annotations

from nicegui import ui

from planner.web.explore.story import tell
from planner.web.frame import View, arrived, page


@page("/plan/{id}", "web.title.plan")
async def plan_page(view: View) -> None:
    with ui.element("div").classes("reading").props('role="status"') as reading:
        ui.label(view.word("explore.reading"))
    if not await arrived():
        return
    plan = await view.plan(view.path["id"])
    reading.delete()
    if plan is not None:
        view.passport(plan.passport)
        await tell(view, plan)
