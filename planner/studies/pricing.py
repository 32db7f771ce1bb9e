"""The tasks of a price study: duals of a plan with its whole numbers fixed, and steps of its levers there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.explain.clauses import Model
from planner.explain.levers import Lever, lever
from planner.instance import InvalidInstance
from planner.mechanisms import MECHANISMS
from planner.model.build import build
from planner.model.compliance import places
from planner.model.goals import aims, in_use, relief_cost, write_goal
from planner.solving import NoPlan, plan_of
from planner.studies.case import Case
from planner.studies.plans import outcome as told
from planner.studies.session import Session
from solvers.fixed import Fixed
from solvers.kept import Kept
from solvers.search import solve as search

PRICED = 1e-9  # a price below this is none
SMALL = 1e-3  # of a clause's size (1 at least): the move by which a one-sided price is found
SIDES = 200  # clauses at most whose one-sided prices are looked for, the dearest first; others are 'unsure'
POINT = 0.01  # step of a share: one percentage point; of other numbers one per cent of what they are


def prices(session: Session, case: Case) -> dict[str, pd.DataFrame]:
    """Solves the base, fixes its whole numbers and prices every clause; then moves the levers that bind.

    settings: mechanisms (names with commas, '' for all), steps ('none' for none), levers (how many at most)
    Tables: outcome; prices and levers as `planner.studies.prices` tells them. Raises NoPlan.
    """
    instance, wanted = session.of(case), [name for name in case.settings["mechanisms"].split(",") if name]
    core, goals, matrix = written(instance)
    kept = session.kept.setdefault("", Kept())
    found = search(matrix, **session.options.plain(), stop=session.stop, kept=kept,
                   progress=getattr(session, "progress", None))
    if found.x is None:
        raise NoPlan(found)
    fixed = Fixed(matrix, found.x, kept)
    found.x, found.duals = fixed.answer.x, fixed.answer.duals
    found.objective = max(found.objective, fixed.answer.objective)  # the best with these whole numbers
    plan = plan_of(core, goals, found, MECHANISMS)
    plan.passport.update(status=found.status, stop=str(found.stop), objective=found.objective,
                         bound=found.bound, gap=found.gap)
    measures = {aim.name: core.book.cost(aim.linear) for aim in in_use(goals)}
    if core.penalties:
        measures["relief_cost"] = core.book.cost(relief_cost(core))
    frame = clause_prices(core, fixed, plan.compliance, measures, wanted)
    model, steps = Model.of(core, matrix), pd.DataFrame()
    frame["lever"] = [getattr(lever(instance, model.clause(row)), "key", "") for row in frame["row"]]
    if case.settings["steps"] != "none":
        steps = lever_steps(instance, fixed, model, frame, measures, case.settings["levers"])
    return {"outcome": told(plan), "prices": frame.drop(columns="row"), "levers": steps}


def written(instance):
    """(core, goals, matrix) of an instance, its goal included; nothing is solved."""
    core = build(instance, MECHANISMS)
    goals = aims(core)
    write_goal(core, goals)
    return core, goals, core.book.matrix()


# --- clauses --------------------------------------------------------------------


def clause_prices(core, fixed: Fixed, compliance: pd.DataFrame, measures: dict, wanted: list[str]) -> pd.DataFrame:
    """A row for every clause that binds or has a price; of a rule without one, its tightest clause.

    Columns: mechanism, rule, where, year, sense, unit, reached, required, dual, a column per goal, low, high,
    holds, less, more, row (its number in the model).
    """
    worth = {name: fixed.worth(cost) for name, cost in measures.items()}
    parts = []
    for clause in core.clauses:
        if clause.sense == "==" or wanted and clause.owner not in wanted or not len(clause.rows.index):
            continue
        rows = clause.rows.first + np.arange(len(clause.rows.index))
        dual = fixed.answer.duals[rows]
        room = fixed.row_room[0 if clause.sense == ">=" else 1][rows]
        chosen = (np.abs(dual) > PRICED) | (room == 0)
        if not chosen.any():
            chosen[np.argmin(room)] = True
        frame = clause.rows.index.take(np.flatnonzero(chosen)).frame()
        parts.append(pd.DataFrame({
            "mechanism": clause.owner, "rule": clause.rule, "where": places(frame), "row": rows[chosen],
            "year": frame["year"].astype(int) if "year" in frame else 0, "sense": clause.sense,
            "dual": np.where(np.abs(dual) > PRICED, dual, 0.0)[chosen],
            **{name: figures[rows[chosen]] for name, figures in worth.items()}}))
    if not parts:
        return pd.DataFrame(columns=["mechanism", "rule", "where", "year", "sense", "unit", "reached",
                                     "required", "dual", *measures, "low", "high", "holds", "less", "more", "row"])
    frame = pd.concat(parts, ignore_index=True)
    keys = ["mechanism", "rule", "where", "year"]
    seen = compliance.drop_duplicates(keys)[[*keys, "unit", "reached", "required"]]
    frame = frame.merge(seen, how="left", on=keys)
    frame["unit"] = frame["unit"].fillna("")
    side = np.where(frame["sense"] == ">=", fixed.matrix.row_lower[frame["row"]], fixed.matrix.row_upper[frame["row"]])
    frame["required"] = frame["required"].fillna(pd.Series(side, index=frame.index))
    frame["reached"] = frame["reached"].fillna(pd.Series(fixed.activity[frame["row"]], index=frame.index))
    ranges = np.array([fixed.range(row) for row in frame["row"]]).reshape(-1, 2)
    frame["low"], frame["high"] = frame["required"] + ranges[:, 0], frame["required"] + ranges[:, 1]
    return one_sided(fixed, frame, ranges)[[*keys, "sense", "unit", "reached", "required", "dual", *measures,
                                            "low", "high", "holds", "less", "more", "row"]]


def one_sided(fixed: Fixed, frame: pd.DataFrame, ranges: np.ndarray) -> pd.DataFrame:
    """Adds holds, less and more: in which directions the dual holds, and what a unit less and more is worth.

    Where the range ends at the present side (a degenerate vertex) a small step is solved instead; a direction
    in which nothing is left has no price. Beyond SIDES such clauses `holds` is 'unsure'.
    """
    small = SMALL * np.maximum(1.0, frame["required"].abs().to_numpy())
    down, up = ranges[:, 0] < -1e-6 * small, ranges[:, 1] > 1e-6 * small
    prices = {-1: np.where(down, frame["dual"], np.nan), 1: np.where(up, frame["dual"], np.nan)}
    weight = (frame["dual"].abs() * frame["required"].abs()).to_numpy()
    doubtful = np.flatnonzero(~(down & up))
    order = doubtful[np.argsort(-weight[doubtful], kind="stable")]
    for place in order[:SIDES]:
        for sign, good in ((-1, down), (1, up)):
            if not good[place]:
                change = fixed.step(int(frame["row"].iloc[place]), sign * small[place])
                price = np.nan if change is None else change / (sign * small[place])
                prices[sign][place] = 0.0 if abs(price) < 1e-6 * max(1.0, abs(frame["dual"].iloc[place])) else price
    # A degenerate vertex is no kink where both small steps find the dual: it holds as far as they went, at least.
    same = [np.abs(prices[sign] - frame["dual"]) <= 1e-6 * np.maximum(1.0, frame["dual"].abs()) for sign in (-1, 1)]
    wider = {"low": np.where(same[0] & ~down, frame["required"] - small, frame["low"]),
             "high": np.where(same[1] & ~up, frame["required"] + small, frame["high"])}
    holds = np.select([same[0] & same[1], same[0], same[1]], ["both", "less", "more"], "here").astype(object)
    holds[order[SIDES:]] = "unsure"
    return frame.assign(holds=holds, less=prices[-1], more=prices[1], **wider)


# --- levers ---------------------------------------------------------------------


def targets(found: Lever) -> list[tuple[float, float]]:
    """(direction, value) of a lever one step down and one up, as far as its limits allow.

    One percentage point for shares, one for counts, one per cent for all else.
    """
    share = found.unit.startswith(("share", "ratio"))
    size = 1.0 if found.whole else POINT if share else POINT * abs(found.now) or POINT
    values = [(sign, float(f"{min(max(found.now + sign * size, found.low), found.high):.12g}")) for sign in (-1, 1)]
    return [(sign, value) for sign, value in values if value != found.now]


def lever_steps(instance, fixed: Fixed, model: Model, frame: pd.DataFrame, measures: dict, most: int) -> pd.DataFrame:
    """Two rows for every lever that binds, the dearest first, the core's last: a step with whole numbers fixed.

    Columns: lever, mechanism, rule, unit, now, to, step, clauses (that are priced), forecast (duals times the
    change of the model), fixed (solved again), and the change of every goal in that solve. A lever whose step
    changes the shape of the model has neither; one that the instance does not allow, or that leaves nothing
    with these whole numbers, has no `fixed`.
    """
    live = frame[(frame["lever"] != "") & ((frame["dual"] != 0) | (frame["less"].fillna(0) != 0)
                                           | (frame["more"].fillna(0) != 0))]
    worth = (live["dual"].abs() * live["required"].abs()).groupby(live["lever"]).sum()
    base = {name: float(cost @ fixed.answer.x) for name, cost in measures.items()}
    rows = []
    own = live.groupby("lever")["mechanism"].first() == "core"
    order = pd.DataFrame({"core": own, "worth": -worth}).sort_values(["core", "worth"], kind="stable").index
    for key in order[:most]:
        first = live[live["lever"] == key].iloc[0]
        found = lever(instance, model.clause(first["row"]))
        for sign, value in targets(found):
            row = {"lever": key, "mechanism": first["mechanism"], "rule": first["rule"], "unit": found.unit,
                   "now": found.now, "to": value, "step": sign,
                   "clauses": int((live["lever"] == key).sum()), "forecast": np.nan, "fixed": np.nan}
            rows.append(row)
            try:
                matrix = written(instance.with_overrides({key: value}))[2]
            except InvalidInstance:
                continue
            if matrix.rows.shape != fixed.matrix.rows.shape or (matrix.integer != fixed.matrix.integer).any():
                continue
            row["forecast"] = fixed.forecast(matrix)
            answer = fixed.solve(matrix)
            if answer is not None:
                row["fixed"] = answer.objective - fixed.answer.objective
                row |= {name: float(cost @ answer.x) - base[name] for name, cost in measures.items()}
    return pd.DataFrame(rows)
