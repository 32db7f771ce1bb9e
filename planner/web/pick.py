"""The page /: instances with their scenarios, a workbook to upload, what was solved."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from nicegui import Client, ui

from planner.instance import Instance, InvalidInstance
from planner.instance.scenarios import BASE
from planner.jobs.needs import needs
from planner.report.headline import status_words
from planner.web.asking import told
from planner.web.frame import View, arrived, page
from planner.web.loading import instance_of
from planner.web.problems import problem_list
from planner.web.state import here
from planner.web.upload import Upload

MOST_JOBS = 12
COUNTED = ("regions", "industries", "categories", "stages")


@page("/", "web.title.pick")
async def pick_page(view: View) -> None:
    client = ui.context.client
    ui.label(view.word("web.pick.about")).classes("prose muted")
    running(view)
    places = {}
    paths = here().workspace.instance_paths()
    with ui.element("section"):
        ui.html(f"<h2>{view.escaped(view.word('web.pick.instances'))}</h2>", sanitize=False)
        if not paths:
            ui.label(view.word("web.pick.none", folder=here().workspace.instances.resolve())).classes("prose")
        for name in paths:
            with ui.element("article").classes("card") as places[name]:
                ui.html(f"<h3>{view.escaped(name)}</h3>", sanitize=False)
                ui.label(view.word("web.pick.reading")).classes("muted")
    Upload(view)
    solved(view)
    if not await arrived(client):
        return
    for name, path in paths.items():
        await fill(view, client, places[name], name, path)


async def fill(view: View, client: Client, place: ui.element, name: str, path: Path) -> None:
    """What an instance is, once it has been read; or everything that is wrong with it."""
    try:
        found = await asyncio.to_thread(instance_of, path)
    except InvalidInstance as error:
        found = error
    with client:
        place.clear()
        with place:
            if isinstance(found, InvalidInstance):
                ui.html(f"<h3>{view.escaped(name)}</h3>", sanitize=False)
                problem_list(view, found.problems)
            else:
                tell(view, name, path, found)


def tell(view: View, name: str, path: Path, instance: Instance) -> None:
    """Title, size, years, date of the data, and a line for every scenario."""
    title = instance.title_zh if view.lang == "zh" else instance.title
    ui.html(f"<h3>{view.escaped(title)}</h3>", sanitize=False)
    counts = [view.word(f"web.pick.{table}", count=len(instance.table(table))) for table in COUNTED
              if len(instance.table(table))]
    years = instance.years
    facts = [name, *counts, view.word("web.pick.years", base=instance.base_year, first=years[0], last=years[-1]),
             view.word("web.pick.changed", date=day(newest(path)))]
    ui.label(" · ".join(facts)).classes("muted")
    with ui.element("table").classes("list"), ui.element("tbody"):
        for scenario, told, about in scenario_rows(view, instance):
            with ui.element("tr"):
                with ui.element("th").props("scope=row"):
                    ui.label(told)
                    if about:
                        ui.label(about).classes("muted")
                with ui.element("td").classes("actions"):
                    ui.button(view.word("web.solve"), on_click=lambda _, scenario=scenario: start(
                        view, name, scenario, instance)).props(
                            f'no-caps unelevated dense aria-label="{view.escaped(view.word("web.pick.solve_this", scenario=told))}"')
                    ui.link(view.word("web.pick.edit"), view.link(
                        f"/edit/{name}", scenario=scenario)).classes("button").props(
                            f'aria-label="{view.escaped(view.word("web.pick.edit_this", scenario=told))}"')
    ui.link(view.word("web.pick.form"), view.link(f"/download/form/{name}")).props("download")


def scenario_rows(view: View, instance: Instance) -> list[tuple[str, str, str]]:
    """(name, title, about) of the base case and every scenario."""
    rows = [(BASE, view.word("web.base"), "")]
    for scenario in instance.scenarios.values():
        title = (scenario.title_zh if view.lang == "zh" else "") or scenario.title or scenario.name
        rows.append((scenario.name, title, scenario.about if view.lang == "en" or not scenario.title_zh else ""))
    return rows


def start(view: View, name: str, scenario: str, instance: Instance) -> None:
    job = here().jobs.submit(name, scenario=None if scenario == BASE else scenario, lang=view.lang, **needs(instance))
    ui.navigate.to(view.link(f"/job/{job.id}"))


# --- what was solved -----------------------------------------------------------------------

def running(view: View) -> None:
    """Jobs that run or wait, and the last ones that ended."""
    jobs = here().jobs.jobs()[:MOST_JOBS]
    if not jobs:
        return
    with ui.element("section").classes("card"):
        ui.html(f"<h2>{view.escaped(view.word('web.pick.jobs'))}</h2>", sanitize=False)
        with ui.element("table").classes("list"), ui.element("tbody"):
            for job in jobs:
                asked = job.asked
                with ui.element("tr"):
                    with ui.element("th").props("scope=row"):
                        ui.link(*told(view, job))
                    with ui.element("td"):
                        ui.label(moment(asked["created"])).classes("muted")
                    with ui.element("td").classes("actions"):
                        ui.label(view.word(f"web.state.{job.state}")).classes(f"badge {job.state}")


def solved(view: View) -> None:
    """Plans that lie in outputs/, the newest first."""
    plans = here().workspace.plans()
    with ui.element("section").classes("card"):
        ui.html(f"<h2>{view.escaped(view.word('web.pick.plans'))}</h2>", sanitize=False)
        if not plans:
            ui.label(view.word("web.pick.no_plans")).classes("muted")
            return
        with ui.element("table").classes("list"), ui.element("tbody"):
            for place in plans.values():
                passport = place.passport
                with ui.element("tr"):
                    with ui.element("th").props("scope=row"):
                        ui.link(" · ".join((str(passport["instance"]), str(passport.get("scenario") or BASE),
                                            *map(str, passport.get("overrides", [])))),
                                view.link(f"/plan/{place.id}"))
                    with ui.element("td"):
                        ui.label(status_words(passport, view.lang)).classes("muted")
                    with ui.element("td").classes("actions"):
                        ui.label(moment(place.changed)).classes("muted")


def newest(path: Path) -> float:
    """When a file of an instance was last changed."""
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    return max((file.stat().st_mtime for file in files), default=0.0)


def day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d}"


def moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds):%Y-%m-%d %H:%M}"
