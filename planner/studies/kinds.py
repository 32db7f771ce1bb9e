"""The kinds of study that a study.toml can name, each with one line here.

A kind is a function (instance, ..., options, folder, jobs, cluster, progress, stop) whose other keywords are
what [arguments] of study.toml holds: plain values, as TOML knows them.
"""

from __future__ import annotations

import inspect

from planner.studies.work import function

KINDS = {"cases": "planner.studies.engine:cases",
         "sweep": "planner.studies.sweep:sweep"}
"""Kind -> its function, as module:function."""

ENGINE = ("instance", "options", "folder", "jobs", "cluster", "progress", "stop", "force")
"""Keywords that are no arguments of a study: what it is solved with and where."""


def arguments(kind: str) -> list[str]:
    """The names that [arguments] of a kind may hold."""
    taken = inspect.signature(function(KINDS[kind])).parameters.values()
    return [one.name for one in taken if one.name not in ENGINE and one.kind is not one.VAR_KEYWORD]


def carry_out(study, instance, **engine):
    """Runs a described study on an instance; what its function gives. Raises what that raises.

    engine  folder, jobs, cluster, progress, stop, force: those that the kind takes are handed on
    """
    run = function(KINDS[study.kind])
    taken = inspect.signature(run).parameters
    all_of_it = any(one.kind is one.VAR_KEYWORD for one in taken.values())
    given = {name: value for name, value in engine.items() if (all_of_it or name in taken) and value is not None}
    return run(instance, **study.arguments, options=study.options, **given)
