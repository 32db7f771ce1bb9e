"""One solve from a path to an output folder, the same for the command line and the browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from planner.explain.checks import refuse
from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.plan import Plan
from planner.report.folder import folder_name, may_replace, ready, write_output
from planner.solving import solve


@dataclass(frozen=True)
class Made:
    """A plan, the folder that holds it, and whether that is 'new' or 'replaced' an earlier plan."""

    plan: Plan
    folder: Path
    fate: str


def make(path: Path, outputs: Path, *, scenario: str | None = None, overrides=(), out: Path | None = None,
         force: bool = False, lang: str = "en", progress: Callable[[dict], None], stop: Callable[[], bool],
         **options) -> Made:
    """Reads, solves and writes to outputs/<instance>/<scenario and changes>, or to `out`.

    options  gap, time_limit, profile and cluster of `planner.solve`
    Raises InvalidInstance, WillNotReplace, Blocked, Impossible (a wish that arithmetic rules out), NoPlan,
    OSError.
    """
    start = time.perf_counter()
    progress({"phase": "reading"})
    instance = read(path, MECHANISMS, scenario, overrides)
    reading, changes = time.perf_counter() - start, list(instance.overrides)
    folder = out or outputs / instance.name / folder_name(instance.scenario, changes)

    def still() -> str:
        return may_replace(folder, instance.name, instance.scenario, changes, force)

    fate = still()
    ready(folder)
    plan = solve(instance, progress=progress, stop=stop, examine=refuse, **options)
    plan.passport["times"] = {"reading": round(reading, 3), **plan.passport.get("times", {})}
    progress({"phase": "writing"})
    write_output(plan, folder, lang, still)
    return Made(plan, folder, fate)
