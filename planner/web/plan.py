"""The page /plan/{id}."""

from __future__ import annotations

from nicegui import ui

from planner.web.frame import View, page


@page("/plan/{id}", "web.title.plan")
async def plan_page(view: View) -> None:
    ui.label(view.address)
