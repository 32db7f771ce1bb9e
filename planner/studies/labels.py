"""Labels: is an allocation core, borderline or outside? From near-optimal alternatives and sampled goal weights.

An item is a bid, a platform type in a region, or the money of a group (by default region x industry x stage).
In a plan it is *in* when the bid is started, the platform opened, or the group's share of all money over the
plan years is above its base-year share by more than `margin` (relative). Over all plans seen:

    core        in every plan          borderline   in some          outside     in none

Plans seen: the best one; `alternatives` plans whose objective is at least (1 - tolerance) of the best
(objective >= best - tolerance |best|, one row), each the farthest in a random direction over all items
(modelling to generate alternatives: Brill 1979; random directions as compared by Lombardi et al. 2023); and
`weights` plans, each optimal for goal weights drawn evenly from the simplex over the goals in use. The words are
those of Liesio, Mild and Salo (2007), who enumerate all efficient portfolios; here they are sampled.

A sample proves nothing of the plans that it has not seen: core means core in the plans seen. With `prove`, the
LP relaxation with the same row is asked for items that look core or outside: where its least (largest) value is
already in (not in), that holds for every plan within the tolerance under the given weights, and the row says
`proven`. One model, kept live: between alternatives only the objective changes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from planner.mechanisms import MECHANISMS
from planner.model.build import build
from planner.model.goals import aims, in_use, weighted_sum
from planner.studies.case import Case, Options
from planner.studies.engine import run
from planner.words import say
from solvers.algebra import Linear, total
from solvers.highs import Live
from solvers.outcome import Stop

LEVEL = ("region", "industry", "stage")
TABLES = {"bid": ("missions", "start", ("bid",)), "platform": ("platforms", "open", ("region", "platform"))}
"""Kind of item -> the plan's table, its column, and the labels that name an item."""

MARGIN = 1e-3
"""Part of one whole decision by which a bound must clear 0 (or 1): rows hold to 1e-9, so that errors of size 1e-3
would need coefficients of a million; a plan's own whole decisions are whole to 1e-6."""

THIN = 1e-6
"""Part of all base-year money by which a money group must clear its share."""

CHUNK = 25
"""Items that one case proves: so much is lost when a run is killed."""


class NoLabels(Exception):
    """Labels cannot be given to this instance; the text says why."""


@dataclass(frozen=True)
class Labels:
    """labels: kind, item, plans (seen), times_in, frequency, low, high (of its value: money, or 0 and 1), label, proven
    counts: kind, label, items, proven;  plans: a row per plan seen: case, kind, status, objective, gap, seconds, message
    """

    labels: pd.DataFrame
    counts: pd.DataFrame
    plans: pd.DataFrame
    settings: dict = field(default_factory=dict)

    def tables(self) -> dict[str, pd.DataFrame]:
        return {name: getattr(self, name) for name in ("labels", "counts", "plans")}


def labels(instance, alternatives: int = 20, weights: int = 20, tolerance: float = 0.01, *, seed: int = 0,
           level=LEVEL, margin: float = 0.0, prove: int = 0, options: Options | None = None, progress=None,
           folder=None, jobs: int | None = None, cluster: str | None = None, stop=None) -> Labels:
    """Labels every item of an instance.

    tolerance  how far below the best objective an alternative may lie, relative to its size
    level      dimensions of the money groups, some of region, industry, category, stage
    margin     how much above its base-year share a group must be to count as in
    prove      for how many items that look core or outside a proof by the LP relaxation is tried
    options, folder, jobs, cluster, progress, stop   as for `planner.studies.run`
    Raises NoLabels for modes other than weighted, NoPlan's text as NoLabels where no plan is found.
    """
    if instance.mode != "weighted":
        raise NoLabels(say("labels.mode", mode=instance.mode))
    options = options or Options()
    engine = {"folder": folder, "jobs": jobs, "cluster": cluster, "progress": progress, "stop": stop}
    settings = {"level": ",".join(level), "seed": seed}
    first = run(instance, [Case("best", task="label", settings=settings | {"kind": "best"})], options=options, **engine)
    if "items" not in first.tables:
        raise NoLabels(say("labels.no_plan", message=first.cases["message"].iloc[0]))
    best, ranged = first.cases.iloc[0], _ranges(first.table("ranges"))
    floor = float(best["objective"]) - tolerance * abs(float(best["objective"]))
    near = settings | {"floor": floor}
    cases = [Case(f"alternative-{n}", ranged, task="label", settings=near | {"kind": "alternative", "number": n})
             for n in range(alternatives)]
    goals = instance.table("goals")
    used = list(goals.loc[goals["weight"] > 0, "goal"]) if len(goals) else []
    if len(used) > 1:
        drawn = np.random.default_rng([seed, 11]).dirichlet(np.ones(len(used)), weights)
        cases += [Case(f"weights-{n}", (*ranged, *(f"goals[{goal}].weight={value:.6f}" for goal, value in zip(used, row))),
                       task="label", settings=settings | {"kind": "weights", "number": n}) for n, row in enumerate(drawn)]
    rest = run(instance, cases, options=options, **engine) if cases else None
    items = pd.concat([first.table("items"), *([rest.table("items")] if rest else [])], ignore_index=True)
    told = labelled(instance, items, level, margin)
    if prove:
        told = _proven(instance, told, ranged, near, prove, margin, options, engine)
    plans = pd.concat([first.cases, *([rest.cases] if rest else [])], ignore_index=True)
    plans = plans[["case", "kind", "status", "objective", "gap", "seconds", "message"]]
    counts = told.groupby(["kind", "label"], as_index=False, sort=False).agg(
        items=("item", "size"), proven=("proven", "sum"))
    return Labels(told, counts, plans, {"alternatives": alternatives, "weights": weights if len(used) > 1 else 0,
                                        "tolerance": tolerance, "margin": margin, "best": float(best["objective"]),
                                        **settings})


def labelled(instance, items: pd.DataFrame, level, margin: float) -> pd.DataFrame:
    """The label of every item from its values in the plans seen (columns case, kind, item, value)."""
    base = base_shares(instance, level)
    whole = items[items["kind"] == "money"].groupby("case")["value"].sum()
    share = items["item"].map(base) * (1 + margin) * items["case"].map(whole)
    inside = np.where(items["kind"] == "money", items["value"] > share * (1 + 1e-9) + 1e-9, items["value"] > 0.5)
    out = items.assign(inside=inside.astype(int)).groupby(["kind", "item"], as_index=False, sort=False).agg(
        plans=("case", "size"), times_in=("inside", "sum"), low=("value", "min"), high=("value", "max"))
    out["frequency"] = out["times_in"] / out["plans"]
    out["label"] = np.select([out["times_in"] == out["plans"], out["times_in"] == 0], ["core", "outside"], "borderline")
    return out.assign(proven=False)[["kind", "item", "plans", "times_in", "frequency", "low", "high", "label", "proven"]]


def base_shares(instance, level) -> dict[str, float]:
    """Item name of a money group -> its share of all money in the base year."""
    base = instance.table("baseline")
    if base.empty:
        return {}
    grouped = base.groupby(list(level), sort=False)["spend"].sum()
    names = grouped.index.map(lambda key: key if isinstance(key, str) else ", ".join(key))
    return dict(zip(names, grouped / grouped.sum()))


# --- the tasks ------------------------------------------------------------------


def label_task(session, case) -> dict[str, pd.DataFrame]:
    """One plan, told by the value of every item."""
    from planner.studies.plans import outcome
    told, instance = case.settings, session.of(case)
    near = told["kind"] == "alternative"
    if near and not session.options.fresh and "near" not in session.kept:
        # A plan near the best to begin from: a random direction alone may have no first plan in time.
        session.solve(instance, shape="near", amend=lambda core: near_optimal(core, told["floor"]))
    made = session.solve(instance, shape="near" if near else "weights", amend=(lambda core: away(
        core, told["floor"], np.random.default_rng([told["seed"], 7, told["number"]]))) if near else None)
    ranges = made.goals.drop_duplicates("goal")[["goal", "weight", "ideal", "nadir"]]
    return {"outcome": outcome(made)[["status", "objective", "bound", "gap"]],
            "items": items_of(made, told["level"].split(",")), "ranges": ranges}


def items_of(plan, level) -> pd.DataFrame:
    """kind, item, value of every item of a plan."""
    parts, spend = [], plan.allocations
    if len(spend):
        parts.append(_named(spend.groupby(list(level), as_index=False, sort=False)["spend"].sum(), level, "spend", "money"))
    for kind, (table, column, keys) in TABLES.items():
        frame = plan.table(table)
        if len(frame) and column in frame:
            summed = frame.groupby(list(keys), as_index=False, sort=False)[column].sum()
            parts.append(_named(summed, keys, column, kind))
    return pd.concat(parts, ignore_index=True)


def _named(frame: pd.DataFrame, keys, column: str, kind: str) -> pd.DataFrame:
    return pd.DataFrame({"kind": kind, "item": frame[list(keys)].agg(", ".join, axis=1),
                         "value": frame[column].astype(float)})


def away(core, floor: float, rng) -> None:
    """Keeps the objective at `floor` and replaces it by a random direction over all items.

    Each item is weighed by -1 or 1 over its size (base-year money of a cell; 1 for a whole decision).
    """
    names = near_optimal(core, floor)
    zero = Linear.constant(core.space.index(), 0.0)
    direction = zero
    if core.has("cells"):
        size = np.repeat(np.maximum(core.baseline["spend"].to_numpy(float), 1e-6), len(core.instance.years))
        # one sign a region, industry and stage, so that money moves between groups
        groups = core.baseline.groupby(list(LEVEL), sort=False).ngroup().to_numpy()
        sign = rng.choice((-1.0, 1.0), groups.max() + 1)[groups]
        direction = total(core.spend * (np.repeat(sign, len(core.instance.years)) / size))
    for kind in TABLES:
        whole = decisions(core, kind)
        if whole is not None:
            direction = direction + total(whole * rng.choice((-1.0, 1.0), len(whole)))
    # the goal's scale of money and counts does not matter; its spread over many cells does not hide whole decisions
    core.goal_terms = {name: [("core", zero)] for name in core.goal_terms}
    core.goal_terms[names[0]] = [("core", direction)]
    core.penalties, core.told = [], {}


def near_optimal(core, floor: float) -> list[str]:
    """Adds the row objective >= floor; gives the goals in use. Goals must have their ranges."""
    goals = aims(core)
    core.block.define("near_optimal", weighted_sum(core, goals), ">=", floor)
    return [aim.name for aim in in_use(goals)]


def decisions(core, kind: str) -> Linear | None:
    """The whole decisions of a kind of item, one row each; None where the model has none."""
    table, column, _ = TABLES[kind]
    for part in core.reports.get(table, ()):
        if column in part:
            return part[column].linear()
    return None


# --- proofs ---------------------------------------------------------------------


def prove_task(session, case) -> dict[str, pd.DataFrame]:
    """For some items: the least (or largest) value over the LP relaxation of all near-optimal plans."""
    told = case.settings
    core = build(session.of(case), MECHANISMS)
    near_optimal(core, told["floor"])
    matrix = core.book.matrix().relaxed()
    live, rows = Live(replace(matrix, cost=np.zeros(matrix.n_columns), offset=0.0, maximise=True), {"threads": 1}), []
    live.tighten_tolerance()
    money = float(core.baseline["spend"].sum()) if core.has("cells") else 0.0
    level = told["level"].split(",")
    base = base_shares(core.instance, level)
    for kind, item, label in json.loads(told["items"]):
        if session.stop is not None and session.stop():
            break
        value = _value(core, kind, item, level, base, told["margin"])
        sign = -1.0 if label == "core" else 1.0  # core: its least value; outside: its largest
        live.set_cost(sign * core.book.cost(value))
        answer = live.solve_lp()
        reached = None if answer.bound is None or answer.stop is not Stop.OPTIMAL else (
            sign * answer.bound + float(value.const[0]))
        rows.append((kind, item, reached, reached is not None and proves(kind, label, reached, money)))
    frame = pd.DataFrame(rows, columns=["kind", "item", "reached", "holds"])
    return {"outcome": pd.DataFrame([{"status": "optimal", "objective": None, "gap": 0.0}]), "proofs": frame}


def proves(kind: str, label: str, reached: float, money: float) -> bool:
    """Does the bound on an item's value prove its label for every near-optimal plan?

    A whole decision is a whole number: a count that is at least MARGIN is at least 1, one that is at most
    1 - MARGIN is 0. A money group has no such step: it must clear its share by THIN of all base-year money.
    """
    if kind != "money":
        return reached >= MARGIN if label == "core" else reached <= 1 - MARGIN
    return reached > THIN * money if label == "core" else reached < -THIN * money


def _value(core, kind: str, item: str, level, base: dict[str, float], margin: float) -> Linear:
    """A money group: its money less its share of all; a whole decision: how often it is taken."""
    names = item.split(", ")
    if kind == "money":
        own = core.spend_by(*(), **dict(zip(level, names)))
        return total(own) - total(core.spend) * (base[item] * (1 + margin))
    whole = decisions(core, kind)
    return total(whole.where(**dict(zip(TABLES[kind][2], names))))


def _proven(instance, told: pd.DataFrame, ranged, near: dict, count: int, margin: float, options, engine) -> pd.DataFrame:
    """The labels with column `proven` filled for up to `count` items, whole decisions first."""
    asked = told[told["label"] != "borderline"].sort_values("kind", key=lambda kind: kind == "money", kind="stable")
    asked = asked.head(count)[["kind", "item", "label"]].to_numpy().tolist()
    cases = [Case(f"proof-{at // CHUNK}", ranged, task="label_proof", settings=near | {
        "kind": "proof", "margin": margin, "items": json.dumps(asked[at:at + CHUNK], ensure_ascii=False)}) for at in range(0, len(asked), CHUNK)]
    if not cases:
        return told
    found = run(instance, cases, options=options, **engine).table("proofs")
    holds = {(row.kind, row.item) for row in found.itertuples() if row.holds} if len(found) else set()
    return told.assign(proven=[(row.kind, row.item) in holds for row in told.itertuples()])


def _ranges(goals: pd.DataFrame) -> tuple[str, ...]:
    """Overrides that hold each goal's range at what the best plan was solved with."""
    goals = goals[(goals["weight"] > 0) & goals["ideal"].notna() & goals["nadir"].notna()]
    return tuple(f"goals[{row.goal}].{side}={float(getattr(row, side))!r}" for row in goals.itertuples()
                 for side in ("ideal", "nadir"))
