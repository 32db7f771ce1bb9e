"""What is done with an edited scenario: solve it, save it under a name, take it along as a file."""

from __future__ import annotations

import asyncio

from nicegui import ui

from planner.instance import Instance, InvalidInstance
from planner.instance.scenarios import BASE
from planner.instance.writing import scenario_text
from planner.jobs.needs import needs
from planner.jobs.scenarios import Exists, NotAFolder, made_scenario, save_scenario
from planner.web.changes import Changes
from planner.web.frame import View
from planner.web.problems import problem_list
from planner.web.state import here

GAP, LIMIT, PROFILE = 1.0, 600.0, "balanced"
PROFILES = ("quick", "balanced", "proof", "reproducible")
MOST_SECONDS = 24 * 3600.0


class Launch:
    """The card with the options of a solve and the buttons."""

    def __init__(self, view: View, instance: Instance, changes: Changes):
        self.view, self.instance, self.changes, self.sound = view, instance, changes, True
        with ui.element("section").classes("card"):
            ui.html(f"<h2>{view.escaped(view.word('web.launch'))}</h2>", sanitize=False)
            self.gap = number(view.word("web.launch.gap"), GAP, 0, 99, "%")
            self.limit = number(view.word("web.launch.limit"), LIMIT, 1, MOST_SECONDS, view.word("web.launch.seconds"))
            self.profile = ui.select({name: view.word(f"web.profile.{name}") for name in PROFILES}, value=PROFILE,
                                     label=view.word("web.launch.profile")).props("outlined dense options-dense")
            self.profile.classes("select")
            self.told = ui.element("div").props('role="status" aria-live="polite"')
            with ui.element("div").classes("line buttons"):
                self.button = ui.button(view.word("web.solve"), on_click=self.solve).props("no-caps unelevated").classes("solve")
                self.keep = ui.button(view.word("web.save"), on_click=self.ask).props("no-caps outline")
                ui.button(view.word("web.save.take"), on_click=self.take).props("no-caps flat")

    def allow(self, sound: bool) -> None:
        """Only what is sound can be solved or saved."""
        self.sound = sound
        self.button.set_enabled(sound)
        self.keep.set_enabled(sound and bool(self.changes.values))

    def solve(self) -> None:
        view = self.view
        self.told.clear()
        if not all(box.validate() for box in (self.gap, self.limit)):
            with self.told:
                ui.label(view.word("web.launch.wrong")).classes("bad")
            return
        self.button.disable()
        job = here().jobs.submit(
            view.path["instance"], scenario=None if self.instance.scenario == BASE else self.instance.scenario,
            overrides=self.changes.texts, gap=float(self.gap.value) / 100, time_limit=float(self.limit.value),
            profile=self.profile.value, lang=view.lang, **needs(self.instance))
        ui.navigate.to(view.link(f"/job/{job.id}"))

    def take(self) -> None:
        """The changes as a scenario file."""
        scenario, _ = made_scenario("my-scenario", self.changes.texts, self.instance.scenario)
        ui.download.content(scenario_text(scenario), "my-scenario.toml", "application/toml")

    # --- saving -----------------------------------------------------------------------------

    def ask(self) -> None:
        """Asks for a name; a scenario that is there is replaced only after a second question."""
        view = self.view
        with ui.dialog().props(f'aria-label="{view.escaped(view.word("web.save"))}"') as dialog, ui.card().classes("dialog"):
            ui.html(f"<h2>{view.escaped(view.word('web.save'))}</h2>", sanitize=False)
            name = ui.input(view.word("web.save.name")).props("outlined dense autofocus").classes("select")
            title = ui.input(view.word("web.save.title")).props("outlined dense").classes("select")
            about = ui.input(view.word("web.save.about")).props("outlined dense").classes("select")
            told = ui.element("div").props('role="alert"')

            async def save(replace: bool = False) -> None:
                told.clear()
                try:
                    await asyncio.to_thread(
                        save_scenario, here().workspace.instance_paths()[view.path["instance"]], name.value.strip(),
                        self.changes.texts, self.instance.scenario, replace,
                        **{"title_zh" if view.lang == "zh" else "title": title.value, "about": about.value})
                except Exists as error:
                    with told:
                        ui.label(view.worded(error)).classes("bad")
                        ui.button(view.word("web.save.replace"), on_click=lambda: save(True)).props(
                            "no-caps outline color=negative")
                    return
                except InvalidInstance as error:
                    with told:
                        problem_list(view, error.problems)
                    return
                except (NotAFolder, OSError) as error:
                    with told:
                        ui.label(view.worded(error)).classes("bad")
                    return
                dialog.close()
                ui.navigate.to(view.link(f"/edit/{view.path['instance']}", scenario=name.value.strip()))

            with ui.element("div").classes("line buttons"):
                ui.button(view.word("web.save.save"), on_click=lambda: save()).props("no-caps unelevated")
                ui.button(view.word("web.cancel"), on_click=dialog.close).props("no-caps flat")
        dialog.open()


def number(label: str, value: float, low: float, high: float, suffix: str) -> ui.number:
    def wrong(given) -> str | None:
        return None if given is not None and low <= given <= high else f"{low:g} – {high:g}"
    return ui.number(label, value=value, min=low, max=high, validation=wrong).props(
        f'outlined dense suffix="{suffix}"').classes("select")
