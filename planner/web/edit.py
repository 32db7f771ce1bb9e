"""The page /edit/{instance}?scenario=…&set=…: change a scenario, see the difference, solve it or save it.

Everything that is offered comes from the declarations (`planner.web.fields`); what is typed is checked as
`--set` is. The changes stand in the address, so that a reload, a bookmark or a link carries them.
"""

from __future__ import annotations

import asyncio

from nicegui import ui

from planner.instance import Instance, InvalidInstance
from planner.instance.scenarios import BASE, as_overrides
from planner.mechanisms import MECHANISMS
from planner.report.reference import says
from planner.report.words import term
from planner.web import fields
from planner.web.boxes import Boxes
from planner.web.changes import Changes
from planner.web.frame import View, page
from planner.web.launch import Launch
from planner.web.problems import problem_list


@page("/edit/{instance}", "web.title.edit")
async def edit_page(view: View) -> None:
    scenario = view.query.get("scenario") or None
    instance = await view.instance(view.path["instance"], None if scenario == BASE else scenario)
    if instance is None:
        return
    await Editor(view, instance).build()


class Editor:
    """One tab's editing: boxes on the left, what has changed and what to do with it on the right."""

    def __init__(self, view: View, instance: Instance):
        self.view, self.instance, self.asked = view, instance, 0
        self.known = fields.index(instance, view.lang)
        overrides, self.wrong = as_overrides(list(view.sets))
        self.changes = Changes({override.key + override.operator.removesuffix("="): fields.shown(override.value)
                                for override in overrides}, self.known)
        self.boxes = Boxes(view, instance, self.changes, self.changed)

    async def build(self) -> None:
        view, instance = self.view, self.instance
        with ui.element("div").classes("editor"):
            with ui.element("div").classes("wide"):
                self.head()
                self.group(view.word("web.edit.budget"), self.budget)
                self.group(view.word("web.edit.goals"), self.goals)
                self.group(view.word("web.edit.core"), self.core)
                ui.html(f"<h2>{view.escaped(view.word('web.edit.mechanisms'))}</h2>", sanitize=False)
                ui.label(view.word("web.edit.mechanisms_about")).classes("muted")
                for mechanism in MECHANISMS:
                    self.mechanism(mechanism)
            with ui.element("aside").classes("side").props(f'aria-label="{view.escaped(view.word("web.edit.changes"))}"'):
                with ui.element("section").classes("card"):
                    ui.html(f"<h2>{view.escaped(view.word('web.edit.changes'))}</h2>", sanitize=False)
                    self.list = ui.element("div")
                    self.told = ui.element("div").props('role="status" aria-live="polite"')
                self.launch = Launch(view, instance, self.changes)
        self.show_changes()
        await self.check()

    def head(self) -> None:
        view, instance = self.view, self.instance
        title = instance.title_zh if view.lang == "zh" else instance.title
        with ui.element("section").classes("card"):
            ui.html(f"<h2>{view.escaped(title)}</h2>", sanitize=False)
            options = {BASE: view.word("web.base")} | {
                name: scenario_title(scenario, view.lang) for name, scenario in instance.scenarios.items()}
            ui.select(options, value=instance.scenario, label=view.word("web.scenario"),
                      on_change=lambda event: ui.navigate.to(view.link(
                          f"/edit/{instance.name}", scenario=event.value, set=self.changes.texts))).props(
                              "outlined dense options-dense").classes("select")
            scenario = instance.scenarios.get(instance.scenario)
            if scenario is not None and scenario.about and (view.lang == "en" or not scenario.title_zh):
                ui.label(scenario.about).classes("muted")

    # --- groups -------------------------------------------------------------------------

    def group(self, title: str, fill) -> None:
        with ui.element("section").classes("card"):
            ui.html(f"<h2>{self.view.escaped(title)}</h2>", sanitize=False)
            fill()

    def tables(self, names: tuple[str, ...]) -> tuple:
        return tuple(self.instance.declared(name) for name in names)

    def budget(self) -> None:
        for grid in fields.grids(self.instance, self.tables(fields.BUDGETS), self.view.lang):
            self.boxes.grid(grid)
        self.boxes.wholes(fields.wholes(self.instance, self.tables(fields.BUDGETS)))

    def goals(self) -> None:
        self.boxes.field(fields.mode_field(self.instance))
        for grid in fields.grids(self.instance, self.tables(fields.GOALS), self.view.lang):
            self.boxes.grid(grid)

    def core(self) -> None:
        for field in fields.core_fields(self.instance):
            self.boxes.field(field)

    def mechanism(self, mechanism) -> None:
        """A switch, and behind a fold (made when it is first opened) everything that it reads."""
        view, instance = self.view, self.instance
        name = term(mechanism.name, view.lang, "mechanism")
        with ui.element("div").classes("mechanism"):
            self.boxes.switch(fields.switch(instance, mechanism), name)
            fold = ui.expansion(f"{mechanism.number}. {name[:1].upper()}{name[1:]}").classes("fold")
            made = []

            def fill(event) -> None:
                if not event.value or made:
                    return
                made.append(True)
                with fold:
                    ui.label(says(mechanism, view.lang)).classes("prose")
                    self.boxes.price(fields.price(instance, mechanism))
                    for field in fields.parameters(instance, mechanism):
                        self.boxes.field(field)
                    for grid in fields.grids(instance, mechanism.tables, view.lang):
                        self.boxes.grid(grid)
                    self.boxes.wholes(fields.wholes(instance, mechanism.tables))
                    ui.label(view.word("web.edit.source", sources="; ".join(fields.sources(mechanism)))).classes("muted")
            fold.on_value_change(fill)

    # --- changes ------------------------------------------------------------------------

    async def changed(self) -> None:
        """After every edit: the address, the list and the check follow."""
        self.wrong = []
        self.view.keep(f"/edit/{self.instance.name}", scenario=self.view.query.get("scenario"),
                       set=self.changes.texts)
        self.show_changes()
        await self.check()

    def show_changes(self) -> None:
        view = self.view
        self.list.clear()
        with self.list:
            if not self.changes.values:
                ui.label(view.word("web.edit.none")).classes("muted")
                return
            with ui.element("ul").classes("changes"):
                for key in list(self.changes.values):
                    label, old, new = self.changes.told(key)
                    with ui.element("li"):
                        ui.html(f"<span>{view.escaped(label)}</span><br><code>{view.escaped(key)}</code> "
                                f"<span class='old'>{view.escaped(old or '–')}</span> → "
                                f"<strong>{view.escaped(new or '–')}</strong>", sanitize=False)
                        ui.button(icon="close", on_click=lambda _, key=key: self.undo(key)).props(
                            f'flat dense round size=sm aria-label="{view.escaped(view.word("web.edit.undo", key=key))}"')

    async def undo(self, key: str) -> None:
        self.changes.drop(key)
        self.boxes.reset(key)
        await self.changed()

    async def check(self) -> None:
        """Checks all changes together, off the event loop; only the newest answer is shown."""
        self.asked += 1
        asked, problems = self.asked, list(self.wrong)
        if not problems:
            try:
                await asyncio.to_thread(self.instance.with_overrides, self.changes.texts)
            except InvalidInstance as error:
                problems = list(error.problems)
        if asked != self.asked:
            return
        self.told.clear()
        with self.told:
            if problems:
                problem_list(self.view, problems)
            elif self.changes.values:
                ui.label(self.view.word("web.edit.sound")).classes("good")
        self.launch.allow(not problems)


def scenario_title(scenario, lang: str) -> str:
    """A scenario's title with its name."""
    title = (scenario.title_zh if lang == "zh" else "") or scenario.title
    return f"{title} ({scenario.name})" if title else scenario.name
