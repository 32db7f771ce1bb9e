"""Files of a plan and forms of an instance; what is asked for is looked up in listings, never joined to a path."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from fastapi import Response
from fastapi.responses import FileResponse, PlainTextResponse
from nicegui import app, ui

from planner.instance import InvalidInstance
from planner.instance.writing import scenario_text
from planner.jobs.scenarios import made_scenario
from planner.jobs.workspace import PlanPlace
from planner.report.form import write_form
from planner.web.frame import View
from planner.web.loading import instance_of
from planner.web.state import here
from planner.words import LANGUAGES

FILES = {"plan.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         "report.html": "text/html; charset=utf-8", "plan.json": "application/json"}
MADE = ("tables.zip", "scenario.toml")
OFFERED = ("plan.xlsx", "report.html", "tables.zip", "scenario.toml")


def links(view: View, id: str) -> None:
    """A row of links to all that can be downloaded of a plan."""
    with ui.element("div").classes("line downloads"):
        for name in OFFERED:
            ui.link(view.word(f"web.download.{name}"), view.link(f"/download/plan/{id}/{name}")).props(
                "download").classes("button")


@app.get("/download/plan/{id}/{name}")
def plan_file(id: str, name: str) -> Response:
    place = here().workspace.plan(id)
    if place is None or name not in (*FILES, *MADE):
        return missing()
    stem = f"{place.folder.parent.name}-{place.folder.name}"
    if name == "tables.zip":
        return sent(tables_zip(place.folder), f"{stem}-tables.zip", "application/zip")
    if name == "scenario.toml":
        return sent(plan_scenario(place).encode(), f"{stem}.toml", "application/toml")
    file = place.folder / name
    if not file.is_file():
        return missing()
    return FileResponse(file, media_type=FILES[name], filename=f"{stem}-{name}")


@app.get("/download/form/{instance}")
def form(instance: str, lang: str = "en") -> Response:
    """An instance as a workbook to be filled in."""
    path = here().workspace.instance_paths().get(instance)
    if path is None:
        return missing()
    try:
        found = instance_of(path)
    except InvalidInstance:
        return missing()
    with tempfile.TemporaryDirectory(prefix="planner-form-") as folder:
        file = write_form(found, Path(folder) / f"{instance}.xlsx", lang if lang in LANGUAGES else "en")
        return sent(file.read_bytes(), f"{instance}.xlsx", FILES["plan.xlsx"])


def tables_zip(folder: Path) -> bytes:
    """The plan's tables and its passport as one archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((folder / "tables").glob("*.csv")):
            archive.write(file, f"tables/{file.name}")
        archive.write(folder / "plan.json", "plan.json")
    return stream.getvalue()


def plan_scenario(place: PlanPlace) -> str:
    """A scenario file that gives the plan again: what it inherits, and the changes made to it."""
    passport = place.passport
    scenario, _ = made_scenario("plan", passport.get("overrides", []), passport.get("scenario"))
    return scenario_text(scenario)


def sent(content: bytes, name: str, kind: str) -> Response:
    from urllib.parse import quote
    return Response(content, media_type=kind, headers={
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"})


def missing() -> Response:
    return PlainTextResponse("Not found.", status_code=404)
