"""The card that takes an input workbook, tells its errors cell by cell and saves it as an instance."""

from __future__ import annotations

import asyncio

from nicegui import events, ui

from planner.instance import Instance, InvalidInstance
from planner.instance.raw import MEGABYTE, MOST_BYTES
from planner.jobs.uploads import BadName, checked, keep
from planner.web.frame import View
from planner.web.problems import problem_list
from planner.web.state import here


class Upload:
    """Upload, check, name, save."""

    def __init__(self, view: View):
        self.view = view
        with ui.element("section").classes("card"):
            ui.html(f"<h2>{view.escaped(view.word('web.upload'))}</h2>", sanitize=False)
            ui.label(view.word("web.upload.about", most=MOST_BYTES // MEGABYTE)).classes("muted")
            # The uploader's own button has no name for a screen reader: it stays hidden behind one that has.
            upload = ui.upload(auto_upload=True, max_files=1, max_file_size=MOST_BYTES, on_upload=self.take,
                               on_rejected=self.reject).props('accept=".xlsx"')
            ui.button(view.word("web.upload.choose")).props("no-caps outline").on(
                "click", js_handler=f"() => getElement({upload.id}).pickFiles()")
            self.told = ui.element("div").props('role="status" aria-live="polite"')

    def reject(self) -> None:
        self.told.clear()
        with self.told:
            ui.label(self.view.word("web.upload.rejected", most=MOST_BYTES // MEGABYTE)).classes("bad")

    async def take(self, event: events.UploadEventArguments) -> None:
        event.sender.reset()
        content = await event.file.read()
        self.told.clear()
        try:
            instance = await asyncio.to_thread(checked, content, event.file.name)
        except InvalidInstance as error:
            with self.told:
                ui.label(self.view.word("web.upload.wrong", name=event.file.name)).classes("bad")
                problem_list(self.view, error.problems)
            return
        with self.told:
            self.offer(instance)

    def offer(self, instance: Instance) -> None:
        """What was read, and a name to save it by."""
        view = self.view
        title = instance.title_zh if view.lang == "zh" else instance.title
        ui.label(view.word("web.upload.sound", title=title, tables=len(instance.table_names))).classes("good")
        if instance.warnings:
            problem_list(view, instance.warnings)
        with ui.element("div").classes("line"):
            name = ui.input(view.word("web.upload.name"), value=instance.name).props("outlined dense").classes("select")
            ui.button(view.word("web.upload.save"), on_click=lambda: self.save(instance, name.value.strip())).props(
                "no-caps unelevated")
        self.wrong = ui.label().classes("bad").props('role="alert"')

    async def save(self, instance: Instance, name: str) -> None:
        try:
            await asyncio.to_thread(keep, here().workspace, instance, name)
        except (BadName, OSError) as error:
            self.wrong.set_text(self.view.worded(error))
            return
        ui.navigate.to(self.view.link(f"/edit/{name}"))
