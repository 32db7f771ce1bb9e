"""Plans and instances as pages read them: kept while their files do not change, a few at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from planner.instance import Instance, read
from planner.jobs.plans import load_plan
from planner.jobs.workspace import PlanPlace
from planner.mechanisms import MECHANISMS
from planner.plan import Plan

KEPT = 8


class Shelf:
    """The last few things read, by key; each is read once, also when two tabs ask at the same time."""

    def __init__(self, most: int):
        self.most, self.lock, self.held = most, Lock(), OrderedDict()

    def get(self, key, make: Callable):
        with self.lock:
            one = self.held.setdefault(key, [Lock()])
            self.held.move_to_end(key)
            while len(self.held) > self.most:
                self.held.popitem(last=False)
        with one[0]:
            if len(one) == 1:
                one.append(make())
            return one[1]


_plans, _instances = Shelf(KEPT), Shelf(KEPT)


def plan_of(place: PlanPlace) -> Plan:
    """The plan at a place. Raises Unreadable, InvalidInstance."""
    return _plans.get((place.folder, place.changed), lambda: load_plan(place.folder))


def instance_of(path: Path, scenario: str | None = None, overrides: tuple = ()) -> Instance:
    """An instance with a scenario and changes applied. Raises InvalidInstance."""
    base = _instances.get((path, stamp(path)), lambda: read(path, MECHANISMS))
    return base.with_overrides(overrides, scenario) if scenario or overrides else base


def stamp(path: Path) -> tuple:
    """Changes when a file of an instance does: sizes and times of all of them."""
    entries = sorted(path.rglob("*")) if path.is_dir() else [path]
    return tuple((entry.name, found.st_mtime_ns, found.st_size) for entry in entries
                 if (found := entry.stat()) and entry.is_file())
