"""One scale for all solves of a study: ideal and nadir written into the instance before anything is compared.

Goals are traded on ranges that a solve computes for itself where the instance gives none. Two solves with
other rows would then count in other points, and their difference would say nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from planner.instance import Instance
from planner.mechanisms import MECHANISMS
from planner.model.build import build
from planner.model.goals import aims, in_use
from planner.solving import needs_ranges, with_ranges
from planner.studies.case import Case, Options
from planner.words import say

SEQUENCES = ("lexicographic", "leximin")
"""Modes that are sequences of solves: they have no single objective."""


def place(folder: Path | None, name: str, instance: Instance, cases: list[Case], options: Options) -> Path | None:
    """Where one run of a study's cases is kept: a run of other cases, inputs or options has another place."""
    if folder is None:
        return None
    what = repr(([case.plain() for case in cases], sorted(options.plain().items()), instance.hash))
    return folder / "cases" / f"{name}-{hashlib.sha256(what.encode()).hexdigest()[:8]}"


def on_one_scale(instance: Instance, progress: Callable[[dict], None] | None = None,
                 stop: Callable[[], bool] | None = None, time_limit: float = 3600.0) -> Instance:
    """The instance with the ranges of its goals filled in where they are needed and not given.

    Raises NoPlan where the LP relaxation has no solution, ValueError in a mode without a single objective.
    """
    if instance.mode in SEQUENCES:
        raise ValueError(say("prices.no_objective", mode=instance.mode))
    core = build(instance, MECHANISMS)
    goals = aims(core)
    if not needs_ranges(instance, goals):
        return instance
    if progress is not None:
        progress({"phase": "goal ranges"})
    ranged = in_use(with_ranges(core, goals, stop=stop, time_limit=time_limit))
    return instance.with_overrides({f"goals[{aim.name}].{side}": float(getattr(aim, side))
                                    for aim in ranged for side in ("ideal", "nadir")})
