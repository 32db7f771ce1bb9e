"""One process's live model: what it solved last helps with what it solves next."""

from __future__ import annotations

from collections.abc import Callable

from planner.instance import Instance
from planner.plan import Plan
from planner.solving import solve
from planner.studies.case import Case, Options
from solvers.kept import Kept


class Session:
    """Solves the cases of one study, one after another, each from the LP and plan of the one before.

    instance  the study's instance; cases change it
    stop      asked now and then; True ends the search
    progress  told of the search, as by `planner.solve`
    threads   of one solve at most (None: the profile's), where other processes take the other cores
    """

    def __init__(self, instance: Instance, options: Options, stop: Callable[[], bool] | None = None,
                 progress: Callable[[dict], None] | None = None, threads: int | None = None):
        self.instance, self.options, self.stop, self.progress = instance, options, stop, progress
        self.threads = threads
        self.kept: dict[str, Kept] = {}

    def of(self, case: Case) -> Instance:
        """The instance of a case. Raises InvalidInstance."""
        if not case.overrides and not case.scenario:
            return self.instance
        return self.instance.with_overrides(list(case.overrides), case.scenario)

    def solve(self, instance: Instance, shape: str = "", **more) -> Plan:
        """A plan of an instance that differs from the study's in numbers.

        shape  models with other rows or columns each have a name: going on works within one of them
        more   goes to `planner.solve`
        Raises NoPlan.
        """
        kept = None if self.options.fresh else self.kept.setdefault(shape, Kept())
        return solve(instance, **self.options.plain() | {
            "stop": self.stop, "progress": self.progress, "kept": kept, "rounding": False,
            "threads": self.threads} | more)
