"""The page /compare."""

from __future__ import annotations

from nicegui import ui

from planner.web.frame import View, page


@page("/compare", "web.title.compare")
async def compare_page(view: View) -> None:
    ui.label(view.address)
