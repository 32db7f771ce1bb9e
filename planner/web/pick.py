"""The page /."""

from __future__ import annotations

from nicegui import ui

from planner.web.frame import View, page


@page("/", "web.title.pick")
async def pick_page(view: View) -> None:
    ui.label(view.address)
