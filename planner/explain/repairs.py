"""The ways out of a conflict: how far each clause's own number must move, checked by solving."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from planner.explain.clauses import Clause, Model
from planner.explain.confirm import Confirm
from planner.explain.conflicts import LARGE, Budget, Conflict
from planner.explain.desk import Desk, Repair
from planner.explain.levers import Lever, lever
from solvers.elastic import nearest, plain_solve, without_goal
from solvers.matrix import Matrix


def repairs(model: Model, conflict: Conflict, budget: Budget,
            tell: Callable[[dict], None] = lambda event: None) -> list[Repair]:
    """Every clause's repair with all others kept, cheapest first; those that cannot mend are left out.

    Where no value of a lever is enough because other conflicts stand beside this one, the rows that must
    give way for these are left aside, so that the figure tells what this conflict needs; `checked` is then
    'others', and the next conflict is looked for with this repair made.
    """
    tell({"phase": "repairs"})
    if model.matrix.nonzeros > LARGE:
        return in_part(model, conflict, budget, tell)
    desk = Desk(model, conflict, budget)
    if desk.x is None:
        return []
    groups: dict[str, tuple[Lever | None, list[Clause]]] = {}
    for clause in conflict.clauses:
        found = lever(model.instance, clause)
        key = found.key if found else f"{clause.mechanism}.{clause.rule}[{clause.year}]"
        groups.setdefault(key, (found, []))[1].append(clause)
    made = []
    for found, clauses in groups.values():
        tell({"phase": "repair", "what": clauses[0].name})
        ways = [(desk.by_lever, found, clauses)] if found else []
        for way in [*ways, (desk.by_row, clauses)]:
            one = None
            for others, whole in ((None, not desk.relax), (None, True), (conflict, not desk.relax)):
                if one is None and not budget.over():
                    one = way[0](*way[1:], others, whole)
            if one is not None:
                made.append(one)
                break
    return sorted(made, key=_rank)


def _rank(repair: Repair):
    return ("holds", "others", "relaxation", "unproven").index(repair.checked), repair.share


def cheapest(made: list[Repair]) -> Repair | None:
    """The repair to take: the first that was checked and can be written; else the first that can be written."""
    able = [repair for repair in made if repair.words]
    return next((repair for repair in able if repair.checked in ("holds", "others")), able[0] if able else None)


def in_part(model: Model, conflict: Conflict, budget: Budget, tell: Callable[[dict], None] = lambda event: None,
            check: bool = True) -> list[Repair]:
    """Repairs found on the conflict's own rules alone, then checked on the whole model, cheapest first.

    For large models: such a value is the least that can do, so where the whole model holds with it, it is also
    the nearest; where it does not, one beyond it is confirmed and the repair says so (see `confirm`). The checks
    end with the first that holds; where none does, further conflicts stand beside.
    check  False: none is checked on the whole
    """
    own = np.concatenate([model.family(clause) for clause in conflict.clauses])
    kept = np.union1d(model.defined, own)
    desk, solve = Desk(model, conflict, budget, point=False), plain_solve(budget.over)

    def cut(matrix: Matrix, whole: bool, rows=kept) -> Matrix:
        part = without_goal(matrix.with_only(rows))
        return part if whole else part.relaxed()

    start = solve(cut(model.matrix, not desk.relax, model.defined), budget.left)
    made: list[Repair] = []
    levers: dict[str, Lever] = {}
    for clause in conflict.clauses if start.x is not None else ():
        found = lever(model.instance, clause)
        if found is None or any(found.key == repair.key for repair in made) or budget.over():
            continue
        tell({"phase": "repair", "what": clause.name})
        there, step = desk.beyond(model, found, found.now)
        if there is None:
            continue
        to = None
        for whole in (False, True) if desk.relax and model.matrix.integer.any() else (not desk.relax,):
            moved = nearest(cut(model.matrix, whole), cut(there.matrix, whole), found.now, found.now + step, start.x,
                            low=found.low, high=found.high, solve=solve, time_limit=budget.left)
            to = None if moved.value is None else found.rounded(moved.value)
            if to != found.now:  # else enough without whole numbers
                break
        if to not in (None, found.now):
            levers[found.key] = found
            made.append(desk.repair(found, [clause], to, "others" if not check else "unproven"))
    made.sort(key=_rank)
    sure = Confirm(model, desk.written, budget, tell)
    for repair in made if check else ():
        if budget.over():
            break
        desk.confirm(repair, sure(levers[repair.key], repair.to))
        if repair.checked == "holds":
            break
    return sorted(made, key=_rank)
