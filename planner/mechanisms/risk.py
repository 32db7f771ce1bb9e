"""Risk: a plan is judged by what is left when technologies disappoint.

The value of money is known only up to an interval per technology category, or over a set of
scenarios. Part of the productivity goal is then what the plan may lose:

    gamma: loss = max over at most Gamma categories of sum_k dev_k value_k
           = min  Gamma z + sum_k p_k,       z + p_k >= dev_k value_k,       z, p_k >= 0
    cvar:  loss = min  cut + sum_s prob_s over_s / (1 - alpha),
           over_s >= sum_k (1 - factor_sk) value_k - cut,                    over_s >= 0
    productivity := value - weight * loss;     loss <= limit * value,  where a limit is set

value_k is the discounted value of all spend in category k. gamma is the robust counterpart of
Bertsimas and Sim: no more than Gamma categories disappoint at once, each by its whole deviation
(a Gamma of 1.5: one wholly and one by half). cvar is the mean loss in the worst 1 - alpha of
scenarios, as Rockafellar and Uryasev write it.

P3 II.1 asks for patient capital that bears the risk of new technologies, P4 III.1 sees the
widest uncertainty in disruptive ones; Jang (2019) does the same for a national R&D budget.

Departures. The value that may disappoint is that of money (the response curves); a mission's
own chance of success is in its bid. A category disappoints in all years at once. Bounds: with V_k
the value with every cell at its absorption limit, value_k <= V_k, p_k <= dev_k V_k and z <= the
largest of them, since a larger z only adds; `cut` need not leave the span of the scenarios' losses,
so |cut| <= max_s L_s and over_s <= 2 max_s L_s, with L_s = sum_k |1 - factor_sk| V_k.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.compliance import rule, sum_at, together
from planner.model.figures import curves, members, returns
from planner.vocabulary import Column, Example, Mechanism, Parameter, Source, Table
from planner.words import say
from solvers.algebra import Linear, total

NAME, KEYS = "risk", ["category", "year"]


def _key(name: str, about: str, refers: str | None = None) -> Column:
    return Column(name, "text", about, refers=refers, key=True)


TABLES = (
    Table("return_intervals", "how far the return on a technology category may fall short", (
        _key("category", "the category", "categories"),
        Column("deviation", "number", "part of its value that may be lost", "share", 0, 1))),
    Table("scenario_weight", "states of the world that may come true", (
        _key("scenario", "short name of the state"),
        Column("probability", "number", "its probability; they add up to 1", "share", 0, 1))),
    Table("return_scenarios", "what a category returns in a state; as expected where nothing is said", (
        _key("scenario", "the state", "scenario_weight"), _key("category", "the category", "categories"),
        Column("factor", "number", "value over expected value", "1", 0, 10))),
)


def _deviation(data) -> pd.Series:
    """Share of its value that may be lost, by category with cells; 0 where nothing is said."""
    there = members(data, "category", "categories")["category"]
    there = there[there.isin(data.table("baseline")["category"])]
    said = data.table("return_intervals").set_index("category")["deviation"]
    return said.reindex(there).fillna(0.0).astype(float)


def _shortfall(data) -> tuple[pd.Series, pd.DataFrame]:
    """(probability by scenario, share of its value that each category loses: scenario x category)."""
    prob = data.table("scenario_weight").set_index("scenario")["probability"].astype(float)
    said = data.table("return_scenarios").pivot(index="scenario", columns="category", values="factor")
    factor = said.reindex(index=prob.index, columns=_deviation(data).index).astype(float).fillna(1.0)
    return prob, 1.0 - factor


def _most(data) -> pd.DataFrame:
    """The value of each category (rows) and year (columns) with every cell at its absorption limit."""
    cells, (gain, discount) = data.table("baseline"), returns(data)
    top = {stage: float(curve(data.setting("max_ratio"))) for stage, curve in curves(data).items()}
    full = (cells["spend"] * cells["stage"].map(top)).to_numpy()
    value = pd.DataFrame(gain * discount * full[:, None], columns=list(data.years))
    return value.groupby(cells["category"]).sum().reindex(_deviation(data).index)


def _written(data) -> bool:
    """Is there anything that may be lost?"""
    if data.parameter(NAME, "method") == "cvar":
        return bool(_shortfall(data)[1].to_numpy().any())
    return bool(_deviation(data).any() and data.parameter(NAME, "gamma"))


def add(block, core, data):
    if not core.has("cells") or not _written(data):
        return
    terms = [term for owner, term in core.goal_terms["productivity"] if owner == "core"]
    worth = sum((total(term, KEYS) for term in terms[1:]), total(terms[0], KEYS))
    most = _most(data)
    by_year = block.columns("value", worth.index, upper=worth.map(tuple(KEYS), most.stack().to_dict()))
    block.define("value_sum", by_year - worth, "==")
    value = total(by_year, ("category",))
    write = _add_cvar if data.parameter(NAME, "method") == "cvar" else _add_gamma
    loss = write(block, core, data, value, most.sum(axis=1))
    block.goal("productivity", loss * -data.parameter(NAME, "weight"),
               told=lambda tables: -data.parameter(NAME, "weight") * _loss(data, tables["allocations"]))
    if data.parameter(NAME, "limit") is not None:
        block.require("limit", loss - total(value) * data.parameter(NAME, "limit"), "<=")


def _add_gamma(block, core, data, value, most) -> Linear:
    deviation = value.map("category", _deviation(data).to_dict())
    most = deviation * value.map("category", most.to_dict())
    common = block.columns("common", core.space.index(), upper=most.max())
    extra = block.columns("extra", value.index, upper=most)
    block.define("worst", extra + common.on(value.index) - value * deviation, ">=")
    block.report("risk", value=value, at_stake=value * deviation)
    return common * data.parameter(NAME, "gamma") + total(extra)


def _add_cvar(block, core, data, value, most) -> Linear:
    prob, lost = _shortfall(data)
    index = core.space.index(scenario=None)
    lost = lost.reindex(columns=value.index.labels("category"))
    n, many = len(value.row), len(lost)  # loss: one row per scenario, every category's value in each
    coef = (lost.to_numpy()[:, value.row] * value.coef).ravel()
    loss = Linear(index, np.repeat(np.arange(many), n), np.tile(value.col, many), coef)
    most = float((lost.abs() * most).sum(axis=1).max())
    cut = block.columns("cut", core.space.index(), lower=-most, upper=most)
    over = block.columns("over", index, upper=2 * most)
    block.define("beyond", over + cut.on(index) - loss, ">=")
    block.report("risk", value=value)
    block.report("risk_scenarios", loss=loss)
    return cut + total(over, weights=prob.to_numpy() / (1 - data.parameter(NAME, "alpha")))


def _loss(data, spend: pd.DataFrame) -> float:
    """What the plan may lose, from the values in allocations alone."""
    value = sum_at(spend, "value", _deviation(data).index.to_frame(index=False))
    if data.parameter(NAME, "method") == "cvar":
        prob, lost = _shortfall(data)
        return _worst_mean(lost.to_numpy() @ value, prob.to_numpy(), 1 - data.parameter(NAME, "alpha"))
    stake = np.sort(_deviation(data).to_numpy() * value)[::-1]
    return float(stake @ np.clip(data.parameter(NAME, "gamma") - np.arange(len(stake)), 0.0, 1.0))


def _worst_mean(loss: np.ndarray, prob: np.ndarray, tail: float) -> float:
    """The mean of the largest losses that together have probability `tail`."""
    order = np.argsort(-loss)
    before = np.cumsum(prob[order]) - prob[order]
    return float(loss[order] @ np.clip(tail - before, 0.0, prob[order]) / tail)


def measure(plan, data):
    spend, goals = plan.table("allocations"), plan.goals
    if spend.empty or not _written(data):
        return None
    loss, one = _loss(data, spend), pd.DataFrame({"goal": ["productivity"]})
    told = goals.loc[(goals["goal"] == "productivity") & (goals["owner"] == NAME), "value"].sum()
    keys = _deviation(data).index.to_frame(index=False)
    value, table = sum_at(spend, "value", keys), plan.table("risk")
    parts = [rule("loss", one, -data.parameter(NAME, "weight") * loss, told, "==", "value"),
             rule("value", keys, value, sum_at(table, "value", keys), "==", "value")]
    if data.parameter(NAME, "method") == "cvar":
        lost = _shortfall(data)[1]
        states = lost.index.to_frame(index=False)
        parts.append(rule("scenario_loss", states, lost.to_numpy() @ value,
                          sum_at(plan.table("risk_scenarios"), "loss", states), "==", "value"))
    else:
        parts.append(rule("at_stake", keys, value * _deviation(data).to_numpy(),
                          sum_at(table, "at_stake", keys), "==", "value"))
    if data.parameter(NAME, "limit") is not None:
        most = data.parameter(NAME, "limit") * value.sum()
        parts.append(rule("limit", pd.DataFrame(index=[0]), most, loss, "<=", "value"))
    return together(*parts)


def check(data):
    prob = data.table("scenario_weight")["probability"]
    if len(prob) and abs(prob.sum() - 1) > 1e-9:
        yield data.problem("scenario_weight", say("problem.risk.probabilities", total=prob.sum()),
                           say("mend.correct_them"), column="probability")
    if data.parameter(NAME, "method") == "cvar" and prob.empty:
        yield data.problem(f"{NAME}.method", say("problem.risk.no_scenarios"), say("mend.risk.no_scenarios"),
                           value="cvar")


MECHANISM = Mechanism(
    name=NAME, number=24,
    says="The productivity goal counts part of what is lost when technologies disappoint.",
    formula="productivity := value - weight * loss; loss = max_{|K| <= Gamma} sum_K dev_k value_k, "
            "or CVaR_alpha over scenarios",
    sources=(
        Source("P3", "II.1", "Patient capital bears the risk that new technologies disappoint."),
        Source("P4", "III.1", "Disruptive innovation is the most uncertain; the state shares its risk."),
    ),
    parameters=(
        Parameter("method", "how the loss is counted: over intervals (gamma) or over scenarios (cvar)",
                  "gamma", kind="choice", choices=("gamma", "cvar")),
        Parameter("gamma", "number of categories that may disappoint at once", 1.0, "categories", 0, 100),
        Parameter("alpha", "cvar: the mean of the worst 1 - alpha counts", 0.9, "probability", 0, 0.999),
        Parameter("weight", "part of the loss that is taken off the productivity goal", 0.5, "share", 0, 1),
        Parameter("limit", "largest loss as a share of the value; not set: none", None, "share", 0, 1),
    ),
    tables=TABLES, add=add, measure=measure, check=check,
    levers={"limit": "risk.limit"},
    example=Example(
        settings=('method = "gamma"', "gamma = 1.0", "alpha = 0.5", "weight = 0.1"),
        tables=(("return_intervals", "category,deviation", "frontier,0.5", "engineering,0.2"),
                ("scenario_weight", "scenario,probability", "boom,0.5", "bust,0.5"),
                ("return_scenarios",
                 "scenario,category,factor",
                 "boom,frontier,1.2",
                 "bust,frontier,0.4",
                 "bust,engineering,0.9")),
        sets=("risk.method=cvar",),
        worked=("If frontier work is worth 406 and engineering 448, then 0.5 x 406 = 203 and 0.2 x 448 = "
                "89.6 are at stake.",
                "One category disappoints at once (gamma = 1): the loss is the larger, 203, and a tenth of "
                "it, 20.3, is taken off productivity.",
                "With method cvar and alpha 0.5 the bust alone counts: 0.6 x 406 + 0.1 x 448 = 288.4 is "
                "lost.")),
)
