"""The page /edit/{instance}."""

from __future__ import annotations

from nicegui import ui

from planner.web.frame import View, page


@page("/edit/{instance}", "web.title.edit")
async def edit_page(view: View) -> None:
    ui.label(view.address)
