"""Boxes, switches and grids in which values are edited; each tells unit, range and status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from planner.instance import Instance
from planner.report.words import term
from planner.vocabulary import Table
from planner.web import fields
from planner.web.changes import Changes
from planner.web.fields import Field, Grid
from planner.web.frame import View

PATIENCE = 400
"""Milliseconds after the last key before a box is read."""


class Boxes:
    """Makes the boxes of one tab and remembers them by key.

    changed  awaited after every change
    """

    def __init__(self, view: View, instance: Instance, changes: Changes, changed: Callable[[], Awaitable[None]]):
        self.view, self.instance, self.changes, self.changed = view, instance, changes, changed
        self.made: dict[str, tuple[Field, object]] = {}
        self.kinds: dict[str, ui.toggle] = {}

    # --- kinds of boxes -------------------------------------------------------------------

    def field(self, field: Field) -> None:
        """A parameter on a line of its own: what it means, its box, unit, range, default and status."""
        view, item = self.view, field.item
        with ui.element("div").classes("field"):
            with ui.element("div").classes("meaning"):
                ui.label(fields.about(item, view.lang))
                notes = [fields.wanted(item, self.instance, view.lang) if item.kind in ("number", "integer") else "",
                         view.word("web.edit.default", value=fields.shown(item.default) or view.word("web.edit.unset")),
                         fields.status_words(self.instance, field, view.lang)]
                ui.html(f"<code>{view.escaped(field.key)}</code> " + view.escaped(
                    " · ".join(note for note in notes if note)), sanitize=False).classes("muted")
            self.box(field, fields.about(item, view.lang), fields.unit(item, self.instance, view.lang))

    def box(self, field: Field, label: str, suffix: str = "") -> None:
        """The box alone, by the kind of its value."""
        item, text = field.item, self.changes.text(field)
        name = f'aria-label="{self.view.escaped(label)}"'
        if item.kind == "flag":
            made = ui.switch(value=text == "true", on_change=lambda event: self.take(
                field, "true" if event.value else "false")).props(name)
        elif item.kind == "choice":
            choices = {choice: term(choice, self.view.lang, item.name) for choice in item.choices} | ({text: text} if text else {})
            made = ui.select(choices, value=text or None,
                             on_change=lambda event: self.take(field, event.value or "")).props(
                                 f"outlined dense options-dense {name}").classes("number")
        else:
            made = ui.input(value=text, on_change=lambda event: self.take(field, event.value or "")).props(
                f'outlined dense debounce={PATIENCE} {name}').classes("number")
            if item.kind in ("number", "integer"):
                made.props('inputmode=decimal input-class=figure-box')
            if suffix:
                made.props(f'suffix="{self.view.escaped(suffix)}"')
        self.made[field.key] = field, made
        self.mark(field.key)

    def switch(self, field: Field, name: str) -> None:
        """On or off, in front of a mechanism's fold."""
        made = ui.switch(value=self.changes.text(field) == "true", on_change=lambda event: self.take(
            field, "true" if event.value else "false"))
        made.props(f'aria-label="{self.view.escaped(self.view.word("web.edit.on", name=name))}"')
        self.made[field.key] = field, made

    def price(self, field: Field) -> None:
        """Hard, or priced with a price per unit of relief."""
        view = self.view
        text = self.changes.text(field)
        with ui.element("div").classes("field"):
            with ui.element("div").classes("meaning"):
                ui.label(view.word("web.edit.price"))
                ui.html(f"<code>{view.escaped(field.key)}</code> {view.escaped(view.word('web.edit.price_about'))}",
                        sanitize=False).classes("muted")
            with ui.element("div").classes("line"):
                kinds = {"hard": view.word("web.edit.hard"), "priced": view.word("web.edit.priced")}
                kind = ui.toggle(kinds, value="priced" if text else "hard").props("no-caps dense unelevated")
                box = ui.input(value=text, on_change=lambda event: self.take(field, event.value or "")).props(
                    f'outlined dense debounce={PATIENCE} inputmode=decimal input-class=figure-box '
                    f'aria-label="{view.escaped(view.word("web.edit.price"))}"').classes("number")
                box.bind_visibility_from(kind, "value", value="priced")

                def chosen(event) -> None:
                    if event.value == "hard":
                        box.set_value("")
                    elif not box.value:
                        box.set_value(field.shown() or "1")
                kind.on_value_change(chosen)
        self.made[field.key], self.kinds[field.key] = (field, box), kind

    def grid(self, grid: Grid) -> None:
        """A small table as a grid of boxes."""
        view, instance = self.view, self.instance
        self.caption(grid.table)
        with ui.element("div").classes("sideways"), ui.element("table").classes("grid"):
            with ui.element("thead"), ui.element("tr"):
                with ui.element("th"):
                    ui.label(" · ".join(fields.title(grid.table.column(key), view.lang) for key in grid.table.keys))
                for column in grid.columns:
                    status = fields.status(instance, grid.table.name, column.name)
                    notes = [fields.about(column, view.lang), fields.unit(column, instance, view.lang),
                             fields.term(status, view.lang, "provenance") if status else ""]
                    with ui.element("th").props(f'title="{view.escaped(" · ".join(filter(None, notes)))}"'):
                        unit = fields.unit(column, instance, view.lang)
                        ui.html(view.escaped(fields.title(column, view.lang)) + (
                            f"<br><small>{view.escaped(unit)}</small>" if unit else ""), sanitize=False)
            with ui.element("tbody"):
                for label, row in grid.rows:
                    with ui.element("tr"):
                        with ui.element("th").props("scope=row"):
                            ui.label(label)
                        for field in row:
                            with ui.element("td"):
                                self.box(field, f"{label}, {fields.title(field.item, view.lang)}")

    def wholes(self, found: list[tuple[Table, Field, int]]) -> None:
        """Large tables: one factor for each of their numeric columns."""
        view = self.view
        for table, field, count in found:
            with ui.element("div").classes("field"):
                with ui.element("div").classes("meaning"):
                    ui.label(view.word("web.edit.factor", column=fields.about(field.item, view.lang)))
                    status = fields.status_words(self.instance, field, view.lang)
                    ui.html(f"<code>{view.escaped(field.key)}</code> " + view.escaped(" · ".join(filter(None, (
                        view.word("web.edit.rows", table=table.name, count=count), status)))),
                        sanitize=False).classes("muted")
                self.box(field, view.word("web.edit.factor", column=fields.about(field.item, view.lang)), "×")

    def caption(self, table: Table) -> None:
        ui.html(f"<h3>{self.view.escaped(fields.about(table, self.view.lang))}</h3>", sanitize=False)

    # --- what is typed ---------------------------------------------------------------------

    async def take(self, field: Field, text: str) -> None:
        if self.changes.set(field, str(text)):
            self.mark(field.key)
            await self.changed()

    def mark(self, key: str) -> None:
        """A changed box is seen as such."""
        made = self.made[key][1]
        if key in self.changes.values:
            made.classes(add="changed")
        else:
            made.classes(remove="changed")

    def reset(self, key: str) -> None:
        """Puts the scenario's value back into a box, if it has been made."""
        if key in self.made:
            field, made = self.made[key]
            made.set_value(field.shown() == "true" if field.item.kind == "flag" else field.shown())
            if key in self.kinds:
                self.kinds[key].set_value("priced" if field.shown() else "hard")
            self.mark(key)

