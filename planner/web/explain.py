"""The page /explain/{id}."""

from __future__ import annotations

from nicegui import ui

from planner.web.frame import View, page


@page("/explain/{id}", "web.title.explain")
async def explain_page(view: View) -> None:
    ui.label(view.address)
