"""Why something was not funded, or not more: what prices or blocks it, when it enters, what it displaces.

The plan's model is solved once more as it is, and once with the thing forced in. The difference of both is
its cost in points and what it displaces; the duals of the first say which clauses price it out; where it
cannot be forced in, the conflict says which clauses block it. At which budget it enters is found by
solving with larger ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace

import numpy as np
import pandas as pd

from planner.explain.clauses import Model
from planner.explain.conflicts import LARGE, Budget, Conflict, find_conflict
from planner.explain.repairs import Repair, repairs
from planner.explain.target import Target, target
from planner.mechanisms import MECHANISMS
from planner.model.build import build
from planner.model.goals import Aim, aims, write_goal
from planner.plan import Plan, tables_of
from planner.solving import NoPlan
from solvers.algebra import Linear
from solvers.attribution import attribute
from solvers.kept import Kept
from solvers.outcome import Outcome
from solvers.search import solve as search

GAP = 0.001  # relative, of each solve
STEP = 0.1  # of the baseline: how much more of a cell is forced in
LARGER = (1.02, 1.05, 1.1, 1.2, 1.5, 2.0)  # central budgets tried, as multiples
HALVINGS = 3  # between the last that is too small and the first that is enough
SHOWN = 12  # displaced rows told


@dataclass
class Why:
    """The answer. Amounts are money for cells, else numbers of bids or platforms; costs are in points.

    amount     what the plan has; `asked` what was forced in
    gain, costs  what one more unit is worth and costs, by clause or definition; empty without duals
    cost       points lost by forcing it in; `least`, `most`: given the gaps of both solves; None when blocked
    goals      goal -> (value as it is, value with it)
    displaced  frame: what, before, after
    blocked    the clauses that rule it out, or None; `mends`: what would let it in
    enters     multiple of the central budget at which it enters by itself; None when not found
    tried      the largest multiple at which it was looked for (0: not)
    stopped    why it ended before all was answered: '', 'time' or 'asked'
    """

    what: str
    kind: str
    amount: float
    asked: float
    at_most: bool = False
    gain: float = 0.0
    costs: dict[str, float] = field(default_factory=dict)
    cost: float | None = None
    least: float | None = None
    most: float | None = None
    goals: dict[str, tuple[float, float]] = field(default_factory=dict)
    displaced: pd.DataFrame = field(default_factory=pd.DataFrame)
    blocked: Conflict | None = None
    mends: list[Repair] = field(default_factory=list)
    enters: float | None = None
    tried: float = 0.0
    stopped: str = ""
    seconds: float = 0.0

    def plain(self) -> dict:
        """As JSON knows it."""
        out = {name: value for name, value in vars(self).items() if name not in ("displaced", "blocked", "mends")}
        out["goals"] = {goal: list(pair) for goal, pair in self.goals.items()}
        out |= {name: None for name in ("cost", "least", "most")
                if out[name] is not None and not np.isfinite(out[name])}
        out["displaced"] = self.displaced.to_dict("records")
        out["blocked"] = None if self.blocked is None else [clause.name for clause in self.blocked.clauses]
        out["mends"] = [asdict(repair) for repair in self.mends]
        return out


def why(plan: Plan, what: list[str] | str, *, gap: float | None = None, time_limit: float = 600.0, budgets: bool = True,
        progress: Callable[[dict], None] | None = None, stop: Callable[[], bool] | None = None,
        found: Callable[[Why], None] | None = None, mechanisms=MECHANISMS) -> Why:
    """Why a plan does not fund something (more).

    what     labels, such as ["light_b"] or ["coast", "chips", "frontier", "research", "2025"]
    gap      relative, of each solve; None: 0.001, on a large model the plan's own where that is wider
    budgets  also look for the central budget at which it enters, by solving again
    found    told the answer as far as it is: with its prices, and with what it costs
    Raises Unknown for words that name nothing, NoPlan when a solve ends without one in the time left.
    """
    tell, budget, began = progress or (lambda event: None), Budget(time_limit, stop), time.perf_counter()
    desk = _Desk(plan, gap, budget, tell, mechanisms)
    asked = target(desk.core, [what] if isinstance(what, str) else list(what))
    line = asked.amount(desk.core)
    base = desk.solved("as it is", line)
    if base.x is None:
        raise NoPlan(base)
    now = float(line.value(base.x)[0])
    top = float(desk.core.most(line)[0])
    more = now + (STEP * _baseline(desk.core, asked) if asked.kind == "cells" else 1.0)
    room = max(top - now, 0.0)
    if asked.kind == "cells":
        more = min(more, top)
    made = Why(asked.name, asked.kind, now, more, at_most=room < 1 - 1e-6 if asked.kind != "cells" else
               room <= 1e-6 * max(abs(top), 1.0))
    if base.duals is not None:
        made.gain, made.costs = _prices(desk, asked, base)
    if found is not None:
        found(made)
    if not made.at_most:
        forced = desk.solved("forced in", line, least=more)
        if forced.x is not None:
            made.cost = base.objective - forced.objective
            made.least = base.objective - (forced.bound if forced.bound is not None else np.inf)
            made.most = (base.bound if base.bound is not None else np.inf) - forced.objective
            made.goals = {aim.name: (float(aim.linear.value(base.x)[0]), float(aim.linear.value(forced.x)[0]))
                          for aim in desk.aims}
            made.displaced = _differences(desk.core, base.x, forced.x)
        elif str(forced.stop) == "infeasible":
            _blocked(made, desk, asked, more)
        elif not budget.over():
            raise NoPlan(forced)
        if found is not None:
            found(made)
        if budgets and forced.x is not None:
            _entering(made, desk, asked, now)
    made.stopped = "" if not budget.over() else "time" if budget.left <= 0 else "asked"
    made.seconds = time.perf_counter() - began
    return made


class _Desk:
    """The plan's model with its goal, on the scale the plan was made on; every solve goes on from the one before."""

    def __init__(self, plan: Plan, gap: float | None, budget: Budget, tell, mechanisms):
        self.plan, self.budget, self.tell, self.mechanisms, self.kept = plan, budget, tell, mechanisms, Kept()
        tell({"phase": "build"})
        self.core, self.aims, self.matrix = self.written(plan.instance)
        own = plan.gap or 0.0 if self.matrix.nonzeros > LARGE else 0.0
        self.gap = max(GAP, own) if gap is None else gap

    def written(self, instance):
        core = build(instance, self.mechanisms)
        goals = self._ranged(aims(core))
        write_goal(core, goals)
        return core, goals, core.book.matrix()

    def _ranged(self, goals: list[Aim]) -> list[Aim]:
        table = self.plan.table("goals")
        if table.empty or "ideal" not in table:
            return goals
        told = table.drop_duplicates("goal").set_index("goal")
        return [replace(aim, **{name: float(told.at[aim.name, name]) for name in ("ideal", "nadir")
                                if not np.isfinite(getattr(aim, name)) and np.isfinite(told.at[aim.name, name])})
                if aim.name in told.index else aim for aim in goals]

    def solved(self, phase: str, line: Linear, least: float | None = None, model=None, what: str = "") -> Outcome:
        """The model with the line asked about at least so much, or free: a row that every solve has."""
        core, _, matrix = model or (self.core, None, self.matrix)
        side = -np.inf if least is None else least - float(line.const[0])
        matrix = matrix.with_rows([(core.book.cost(line), side)], matrix.cost, matrix.offset)
        return search(matrix, gap=self.gap, time_limit=max(self.budget.left, 0.01), kept=self.kept,
                        stop=self.budget.over, progress=lambda event: self.tell(event | {"phase": phase, "what": what}))


def _baseline(core, asked: Target) -> float:
    """Yearly baseline of the cells asked about, over the years asked about."""
    years = 1 if "year" in dict(asked.labels) else len(core.instance.years)
    labels = {dim: [label] for dim, label in asked.labels if dim != "year"}
    return years * float(core.baseline_by(**labels).const.sum())


def _prices(desk: _Desk, asked: Target, base: Outcome) -> tuple[float, dict[str, float]]:
    """What the asked column nearest to entering is worth and costs, by clause."""
    matrix, rows = desk.matrix, asked.rows(desk.core)
    columns = np.unique(rows.col)
    columns = columns[base.x[columns] < matrix.upper[columns] - 1e-9]
    if not len(columns):
        return 0.0, {}
    sign = 1.0 if matrix.maximise else -1.0
    duals = base.duals[:matrix.n_rows]  # without the free row
    reduced = sign * (matrix.cost - matrix.rows.T @ duals)
    column = int(columns[np.argmax(reduced[columns])])
    model = Model.of(desk.core, matrix)
    passing = np.ones(matrix.n_rows, bool)
    passing[model.ruled] = False
    gain, by_row = attribute(matrix, base.x, duals, column, passing)
    costs: dict[str, float] = {}
    for row, cost in sorted(by_row.items(), key=lambda pair: -abs(pair[1])):
        name = model.clause(row).name
        costs[name] = costs.get(name, 0.0) + sign * cost
    return sign * gain, costs


def _blocked(made: Why, desk: _Desk, asked: Target, more: float) -> None:
    """The clauses with which it cannot be, and what would let it in."""
    def force(core):
        line = asked.amount(core)
        return [(core.book.cost(line), more - float(line.const[0]))]
    model = Model(desk.plan.instance, desk.mechanisms, force)
    made.blocked, _ = find_conflict(model, desk.budget, desk.tell)
    if made.blocked is not None and not desk.budget.over():
        made.mends = repairs(model, made.blocked, desk.budget, desk.tell)


def _entering(made: Why, desk: _Desk, asked: Target, now: float) -> None:
    """The smallest of some larger central budgets at which it is funded (more) without being forced."""
    if desk.plan.instance.table("budget").empty:
        return
    enough = now + (0.5 if asked.kind != "cells" else 1e-4 * max(abs(now), 1.0))

    def enters(factor: float) -> bool | None:
        if desk.budget.over():
            return None
        model = desk.written(desk.plan.instance.with_overrides({"budget.central*": factor}))
        line = asked.amount(model[0])
        answer = desk.solved("budget", line, model=model, what=f"× {factor:g}")
        return None if answer.x is None else float(line.value(answer.x)[0]) >= enough

    low = 1.0
    for factor in LARGER:
        found = enters(factor)
        if found is None:
            return
        made.tried = factor
        if found:
            made.enters = factor
            for _ in range(HALVINGS):
                middle = round((low + made.enters) / 2, 4)
                found = enters(middle)
                if found is None:
                    return
                low, made.enters = (low, middle) if found else (middle, made.enters)
            return
        low = factor


def _differences(core, before: np.ndarray, after: np.ndarray) -> pd.DataFrame:
    """What moves most: spend by cell over all years, bids won, platforms opened."""
    old, new = tables_of(core, before), tables_of(core, after)
    parts = []
    for table, keys, column in (("allocations", ["region", "industry", "category", "stage"], "spend"),
                                ("missions", ["bid"], "start"), ("platforms", ["region", "platform"], "open"),
                                ("focus", ["region", "industry"], "focus")):
        sums = [found[table].groupby(keys)[column].sum() if table in found else pd.Series(dtype=float)
                for found in (old, new)]
        both = pd.DataFrame({"before": sums[0], "after": sums[1]}).fillna(0.0)
        both = both[(both["before"] - both["after"]).abs() > 1e-6]
        if len(both):
            names = [", ".join(map(str, key)) if isinstance(key, tuple) else str(key) for key in both.index]
            parts.append(both.reset_index(drop=True).assign(table=table, what=names))
    if not parts:
        return pd.DataFrame(columns=["table", "what", "before", "after"])
    whole = pd.concat(parts, ignore_index=True)[["table", "what", "before", "after"]]
    order = (whole["table"] == "allocations") * 1e6 - (whole["after"] - whole["before"]).abs()
    return whole.iloc[np.argsort(order, kind="stable")].head(SHOWN).reset_index(drop=True)
