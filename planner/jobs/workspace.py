"""The folder that somebody works in: which instances and plans it holds, found by listing, never by joining."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from planner.report.folder import WRITTEN

INSTANCES, OUTPUTS, JOBS = "instances", "outputs", ".jobs"
BETWEEN = "~"
"""Stands between instance and folder in a plan's id; `folder_name` never writes it."""


@dataclass(frozen=True)
class PlanPlace:
    """Where a plan lies and what its plan.json says of it."""

    id: str
    folder: Path
    passport: dict
    changed: float


@dataclass(frozen=True)
class Workspace:
    """A folder with `instances/` and `outputs/`."""

    root: Path = Path(".")

    @property
    def instances(self) -> Path:
        return self.root / INSTANCES

    @property
    def outputs(self) -> Path:
        return self.root / OUTPUTS

    @property
    def jobs(self) -> Path:
        return self.outputs / JOBS

    def instance_paths(self) -> dict[str, Path]:
        """name -> folder or workbook, in the order of names; a folder goes before a workbook of its name."""
        return instance_paths(self.instances)

    def plans(self) -> dict[str, PlanPlace]:
        """id -> plan of every output folder that holds one, the newest first."""
        found = []
        for instance in _folders(self.outputs):
            for folder in _folders(instance):
                place = plan_place(instance.name, folder)
                if place is not None:
                    found.append(place)
        return {place.id: place for place in sorted(found, key=lambda place: -place.changed)}

    def plan(self, id: str) -> PlanPlace | None:
        """The plan of an id; None where none is listed by it."""
        for instance in _folders(self.outputs):
            for folder in _folders(instance):
                if plan_id(instance.name, folder.name) == id:
                    return plan_place(instance.name, folder)
        return None


def instance_paths(folder: Path) -> dict[str, Path]:
    """name -> path of the instances in a folder, sorted by name."""
    found: dict[str, Path] = {}
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return found
    for entry in entries:
        if entry.name.startswith((".", "~$")):
            continue
        if (entry / "instance.toml").is_file():
            found[entry.name] = entry
        elif entry.suffix.lower() == ".xlsx" and entry.is_file():
            found.setdefault(entry.stem, entry)
    return dict(sorted(found.items()))


def plan_id(instance: str, folder: str) -> str:
    return f"{instance}{BETWEEN}{folder}"


def plan_place(instance: str, folder: Path) -> PlanPlace | None:
    """The plan in a folder; None where its plan.json is missing or no passport."""
    file = folder / WRITTEN[1]
    try:
        passport = json.loads(file.read_text(encoding="utf-8"))
        changed = file.stat().st_mtime
    except (OSError, ValueError):
        return None
    if not isinstance(passport, dict) or "status" not in passport or "instance" not in passport:
        return None
    return PlanPlace(plan_id(instance, folder.name), folder, passport, changed)


def _folders(place: Path) -> list[Path]:
    try:
        return [entry for entry in sorted(place.iterdir()) if entry.is_dir() and not entry.name.startswith(".")]
    except OSError:
        return []
