"""The jobs that explain: why nothing fits, and why a plan does not fund something."""

from __future__ import annotations

from pathlib import Path

from planner.explain import explain, why
from planner.explain.target import Unknown
from planner.instance import read
from planner.jobs.plans import Unreadable, load_plan
from planner.jobs.workspace import Workspace
from planner.mechanisms import MECHANISMS
from planner.words import LANGUAGES, say, worded


def explain_instance(asked: dict, progress, stop, tell) -> dict:
    """Why an instance with its scenario and changes has no plan; told as far as it is while it is looked for."""
    progress({"phase": "reading"})
    path = Workspace(Path(asked["root"])).instance_paths().get(asked["instance"])
    if path is None:
        return refused(say("web.no_instance", name=asked["instance"]))
    instance = read(path, MECHANISMS, asked["scenario"], asked["overrides"])
    found = explain(instance, time_limit=asked["time_limit"], progress=progress, stop=stop,
                    found=lambda made: tell(made.plain()))
    tell(found.plain())
    return {"state": "done", "status": found.status, "text": {}}


def explain_why(asked: dict, progress, stop, tell) -> dict:
    """Why a plan does not fund what was asked about; told as far as it is while it is worked out."""
    progress({"phase": "reading"})
    place = Workspace(Path(asked["root"])).plan(asked["plan"])
    if place is None:
        return refused(say("web.no_plan", id=asked["plan"]))
    try:
        made = why(load_plan(place.folder), asked["what"], gap=asked["gap"], time_limit=asked["time_limit"],
                   progress=progress, stop=stop, found=lambda made: tell(made.plain()))
    except (Unknown, Unreadable) as error:
        return refused(error.args[0])
    tell(made.plain())
    return {"state": "done", "text": {}}


def refused(text) -> dict:
    return {"state": "refused", "text": {lang: worded(text, lang) for lang in LANGUAGES}}
