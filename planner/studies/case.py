"""What a study consists of: cases, each an instance with changes and something to be done with it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Options:
    """How every case of a study is solved; what gap, time_limit, profile and seed mean stands with `planner.solve`.

    fresh  each case from scratch, not from the LP and plan of the one before: then a case's plan does not depend
           on what else its process has solved. With profile `reproducible` it is the same every time.
    """

    gap: float = 0.01
    time_limit: float = 600.0
    profile: str = "balanced"
    seed: int = 0
    fresh: bool = False

    def plain(self) -> dict:
        """What `planner.solve` takes."""
        return {name: value for name, value in asdict(self).items() if name != "fresh"}


@dataclass(frozen=True)
class Case:
    """One piece of a study.

    name       its name, only one of a study; column `case` of every result
    overrides  changes to the study's instance, as after --set
    scenario   a named scenario of the instance, applied before the overrides
    task       what is done with it: a key of `planner.studies.tasks.TASKS`
    settings   plain values (as JSON knows them) that the task reads; columns of the table `cases`
    """

    name: str
    overrides: tuple[str, ...] = ()
    scenario: str | None = None
    task: str = "plan"
    settings: dict = field(default_factory=dict)

    def plain(self) -> dict:
        return asdict(self) | {"overrides": list(self.overrides)}
