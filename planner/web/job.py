"""The page /job/{id}."""

from __future__ import annotations

from nicegui import ui

from planner.web.frame import View, page


@page("/job/{id}", "web.title.job")
async def job_page(view: View) -> None:
    ui.label(view.address)
