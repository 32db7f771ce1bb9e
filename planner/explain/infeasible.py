"""Explaining an instance without a plan: conflict after conflict, each with its ways out, until it holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from planner.explain.clauses import Model
from planner.explain.conflicts import Budget, Conflict, find_conflict
from planner.explain.repairs import Repair, cheapest, in_part, repairs
from planner.instance import Instance
from planner.mechanisms import MECHANISMS

MOST = 12  # conflicts told at most


@dataclass
class Explained:
    """A conflict, its repairs (cheapest first) and the one taken to go on, or None."""

    conflict: Conflict
    repairs: list[Repair]
    taken: Repair | None


@dataclass
class Explanation:
    """What `explain` found.

    status     'feasible': a plan exists, nothing to explain; 'infeasible'; 'undetermined': neither was proven
    conflicts  in the order found, each after the repairs of those before it
    words      the cheapest repairs together, as after --set
    mended     True when the model was solved with all of them and holds; None when that was not proven
    stopped    why it ended early: '', 'time' or 'asked'
    """

    instance: str
    scenario: str
    overrides: list[str]
    status: str
    conflicts: list[Explained] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    mended: bool | None = None
    stopped: str = ""
    seconds: float = 0.0

    def plain(self) -> dict:
        """As JSON knows it."""
        out = asdict(self)
        for told, made in zip(out["conflicts"], self.conflicts):
            conflict = made.conflict
            told["conflict"] = {
                "clauses": [{"name": clause.name, "mechanism": clause.mechanism, "rule": clause.rule,
                             "where": clause.where, "year": clause.year or None, "sense": clause.sense,
                             "definition": clause.definition} for clause in conflict.clauses],
                "by": conflict.by, "smallest": conflict.smallest, "unproven": conflict.unproven,
                "tests": conflict.tests, "seconds": round(conflict.seconds, 3)}
        out["seconds"] = round(self.seconds, 3)
        return out


def explain(instance: Instance | str | Path, *, scenario: str | None = None, overrides=(),
            time_limit: float = 600.0, progress: Callable[[dict], None] | None = None,
            stop: Callable[[], bool] | None = None, found: Callable[[Explanation], None] | None = None,
            mechanisms=MECHANISMS) -> Explanation:
    """Why nothing fits, and the cheapest ways out.

    instance    an Instance, or a path as `planner.load` takes it, with a scenario and overrides
    time_limit  seconds in all; what is known then is told, and what is not proven is called so
    progress    told {phase, groups, tests, seconds}: the conflict gets smaller while it runs
    stop        asked now and then; True ends it with what is known
    found       told the explanation as far as it is, with each conflict and again with its repairs
    Returns an Explanation; raises InvalidInstance for wrong input.
    """
    if not isinstance(instance, Instance):
        from planner.solving import load
        instance = load(instance, scenario, overrides)
    elif scenario or overrides:
        instance = instance.with_overrides(overrides, scenario)
    tell, budget, hear = progress or (lambda event: None), Budget(time_limit, stop), found or (lambda so_far: None)
    out = Explanation(instance.name, instance.scenario, list(instance.overrides), "undetermined")
    tell({"phase": "build"})
    model = Model(instance, mechanisms)
    while len(out.conflicts) < MOST:
        conflict, feasible = find_conflict(model, budget, tell)
        out.seconds = budget.used
        if conflict is None:
            if not out.conflicts:
                out.status = "feasible" if feasible else "undetermined"
            else:
                out.mended = feasible
            break
        out.status = "infeasible"
        hear(replace(out, conflicts=[*out.conflicts, Explained(conflict, [], None)]))
        made = [] if budget.over() else repairs(model, conflict, budget, tell)
        chosen = cheapest(made)
        if chosen is None and not budget.over():
            made = [*in_part(model, conflict, budget, check=False), *made]
            chosen = cheapest(made)
        out.conflicts.append(Explained(conflict, made, chosen))
        if chosen is None:
            break
        _join(out.words, chosen.words)
        hear(out)
        if chosen.checked == "holds":
            out.mended = True
            break
        model = Model(instance.with_overrides(out.words), mechanisms)
    out.stopped = "" if not budget.over() else "time" if budget.left <= 0 else "asked"
    out.seconds = budget.used
    return out


def _join(words: list[str], more: list[str]) -> None:
    """Adds overrides; one that moves a number again takes the place of the earlier."""
    for word in more:
        key = word.partition("=")[0]
        words[:] = [old for old in words if old.partition("=")[0] != key] + [word]
