"""The planner's answers against independent ones: enumeration, closed formulas, published optima.

That the Gini row is the Gini of the solved plan stands in tests/model/test_fairness.py.
"""

import csv
import os
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.plan import Plan
from planner.solving import solve
from solvers.matrix import read_mps
from solvers.search import solve as search
from tests.helpers import solved

HEADER = """
money_unit = "million"
base_year = 2024
first_year = 2025
last_year = 2025

[core]
discount = 0.0
carry_limit = 0.0
"""


def folder_of(folder: Path, settings: str, **tables):
    """An instance of one year made from {table: (columns, rows)}, checked and read."""
    folder.mkdir(parents=True)
    (folder / "instance.toml").write_text(HEADER + settings, encoding="utf-8")
    figures = [name for name in tables if name not in ("sources", "provenance")] + ["parameters"]
    tables |= {"goals": ("goal,weight", [("productivity", 1)]),
               "sources": ("source,publisher,title,published", [("made", "a test", "made up", "2026")]),
               "provenance": ("table,column,status,source,reason",
                              [(name, "*", "assumed", "made", "made up") for name in [*figures, "goals"]])}
    for name, (columns, rows) in tables.items():
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns.split(","), *rows])
    return read(folder, MECHANISMS)


# --- missions are a knapsack --------------------------------------------------------------


def selection(folder: Path, value, weights, limits, *, money=None, central=0.0, success=None, mission=None,
              rivals=1):
    """Projects to choose from under several talent limits, written as an instance.

    value    of each project; weights (limit x project) people it ties up; limits the people there are
    money    its cost, of `central`; success its chance; mission the number of the mission that it bids for
             (default: each for its own); rivals the bids that may win a mission
    """
    items, kinds = range(len(value)), range(len(limits))
    mission = list(items) if mission is None else mission
    money = np.zeros(len(value)) if money is None else money
    success = np.ones(len(value)) if success is None else success
    return folder_of(
        folder, "[mechanisms.missions]\non = true\n",
        regions=("region,population,gdp", [("nation", 100, 1000)]),
        budget=("year,central", [(2025, central)]),
        talent_types=("talent_type", [(f"kind {k}",) for k in kinds]),
        talent_stock=("region,talent_type,stock", [("nation", f"kind {k}", limits[k]) for k in kinds]),
        missions=("mission,rivals", [(f"mission {m}", rivals) for m in sorted(set(mission))]),
        bids=("bid,mission,region,earliest,latest,success,value", [
            (f"bid {i}", f"mission {mission[i]}", "nation", 2025, 2025, success[i], value[i])
            for i in items]),
        bid_money=("bid,offset,money", [(f"bid {i}", 0, money[i]) for i in items]),
        bid_talent=("bid,talent_type,fte", [(f"bid {i}", f"kind {k}", weights[k][i])
                                            for k in kinds for i in items if weights[k][i]]))


def chosen(plan: Plan) -> set[int]:
    table = plan.table("missions")
    return set() if table.empty else {int(bid.split()[1]) for bid in table.loc[table["start"] > 0.5, "bid"]}


def allowed_values(gain, weights, limits, money, central, mission) -> np.ndarray:
    """The gain of every choice of projects, minus infinity where it breaks a limit."""
    picks = np.array(list(product((0, 1), repeat=len(gain))))
    good = (picks @ money <= central + 1e-9) & (picks @ weights.T <= limits + 1e-9).all(axis=1)
    for one in set(mission):
        good &= picks[:, np.array(mission) == one].sum(axis=1) <= 1
    return np.where(good, picks @ gain, -np.inf)


@pytest.mark.parametrize("seed", range(50))
def test_selection_is_the_optimum_by_brute_force(seed, tmp_path):
    """Six to nine projects, one to four talent limits and a budget; some compete for one mission."""
    random = np.random.default_rng(seed)
    n, kinds = random.integers(6, 10), random.integers(1, 5)
    value, success = random.integers(5, 60, n).astype(float), random.integers(2, 11, n) / 10
    weights, money = random.integers(0, 20, (kinds, n)).astype(float), random.integers(0, 10, n).astype(float)
    limits = np.floor(weights.sum(axis=1) * random.uniform(0.3, 0.6, kinds)) + 1
    central, mission = float(money.sum() // 2), random.integers(0, n, n).tolist()
    plan = solve(selection(tmp_path / "case", value, weights, limits, money=money, central=central,
                           success=success, mission=mission), gap=0.0)
    values = allowed_values(value * success, weights, limits, money, central, mission)
    assert 0 < values.max() < (value * success).sum()
    assert plan.objective == pytest.approx(values.max(), abs=1e-6)
    pick = [int(i in chosen(plan)) for i in range(n)]
    assert values[int("".join(map(str, pick)), 2)] == pytest.approx(values.max(), abs=1e-6)


@pytest.mark.parametrize("first, second", [(0.6, 0.5), (0.9, 0.1), (0.3, 0.3), (1.0, 0.4), (0.05, 0.95)])
def test_rivals_succeed_jointly(first, second, tmp_path):
    """Either of two rival teams is enough: 1 - (1 - p1)(1 - p2); the mission is worth 100."""
    plan = solved(selection(tmp_path / "race", [100, 100], [], [], success=[first, second], mission=[0, 0],
                            rivals=2))
    joint = 1 - (1 - first) * (1 - second)
    assert chosen(plan) == {0, 1} or joint == first
    assert plan.table("mission_success")["success"].max() == pytest.approx(joint)
    assert plan.objective == pytest.approx(100 * joint)


# --- risk -----------------------------------------------------------------------------------


def risky(folder: Path, settings: str, base, weight, central, **tables):
    """Money over categories with straight returns, up to twice the base-year spend in each."""
    names = [f"category {k}" for k in range(len(base))]
    return folder_of(
        folder, f"max_ratio = 2.0\nmin_ratio = 1.0\n[mechanisms.risk]\non = true\n{settings}",
        categories=("category,weight", list(zip(names, weight))),
        stages=("stage,role,base_return,response,elasticity", [("work", "development", 1, "power", 1)]),
        baseline=("category,stage,spend", [(name, "work", spend) for name, spend in zip(names, base)]),
        budget=("year,central", [(2025, central)]), **tables)


def best_by_enumeration(base, weight, central, part: float, losses: np.ndarray) -> float:
    """max value - part * t with t >= each of the losses (row: loss per unit of value by category).

    An LP of its own over spend x_k <= 2 base_k, sum x <= central, and t.
    """
    n = len(base)
    cost = np.append(-np.asarray(weight, float), part)
    rows = np.vstack([np.append(np.ones(n), 0.0),
                      np.column_stack([losses * weight, -np.ones(len(losses))])])
    answer = linprog(cost, rows, np.append(central, np.zeros(len(losses))),
                     bounds=[(0, 2 * spend) for spend in base] + [(None, None)])
    assert answer.status == 0
    return -answer.fun


def told_loss(plan: Plan, part: float) -> float:
    """What the plan says that it may lose."""
    goals = plan.goals
    return goals.loc[goals["owner"] == "risk", "value"].sum() / -part


def values_of(plan: Plan, n: int) -> np.ndarray:
    value = plan.allocations.groupby("category")["value"].sum()
    return value.reindex([f"category {k}" for k in range(n)]).to_numpy()


@pytest.mark.parametrize("seed", range(8))
def test_robust_loss_is_the_worst_subset(seed, tmp_path):
    """Gamma whole categories, and where it is 1.5 or 2.5 one more by half, tried one by one."""
    random = np.random.default_rng(seed)
    n, gamma, part = 4, [1, 2, 1.5, 2.5, 3, 0.5, 4, 1][seed], 0.8
    base, central = random.integers(5, 15, n).astype(float), 40.0
    weight, deviation = random.integers(10, 14, n) / 10, random.integers(1, 10, n) / 10
    plan = solved(risky(
        tmp_path / "case", f"gamma = {gamma}\nweight = {part}\n", base, weight, central,
        return_intervals=("category,deviation", [(f"category {k}", deviation[k]) for k in range(n)])))
    losses = []
    for whole in combinations(range(n), int(gamma)):
        rest = [k for k in range(n) if k not in whole]
        for half in rest if gamma > int(gamma) else [None]:
            share = np.zeros(n)
            share[list(whole)] = 1
            if half is not None:
                share[half] = gamma - int(gamma)
            losses.append(share * deviation)
    losses = np.array(losses)
    value = values_of(plan, n)
    assert told_loss(plan, part) == pytest.approx((losses @ value).max(), abs=1e-5)
    assert plan.objective == pytest.approx(
        best_by_enumeration(base, weight, central, part, losses), rel=1e-6)
    assert plan.objective == pytest.approx(value.sum() - part * (losses @ value).max(), rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_cvar_is_that_of_the_sample(seed, tmp_path):
    """Of ten equally likely scenarios the mean loss of the worst 1 to 5."""
    random = np.random.default_rng(100 + seed)
    n, many, part, tail = 4, 10, 0.7, [1, 2, 3, 5, 4, 2][seed]
    base, weight = random.integers(5, 15, n).astype(float), random.integers(10, 14, n) / 10
    factor = random.integers(2, 15, (many, n)) / 10
    states = [f"state {s}" for s in range(many)]
    plan = solved(risky(
        tmp_path / "case", f'method = "cvar"\nalpha = {1 - tail / many}\nweight = {part}\n',
        base, weight, 40.0,
        scenario_weight=("scenario,probability", [(state, 1 / many) for state in states]),
        return_scenarios=("scenario,category,factor", [(states[s], f"category {k}", factor[s, k])
                                                       for s in range(many) for k in range(n)])))
    sample = np.sort((1 - factor) @ values_of(plan, n))
    assert told_loss(plan, part) == pytest.approx(sample[-tail:].mean(), abs=1e-5)
    means = np.array([(1 - factor)[list(worst)].mean(axis=0) for worst in combinations(range(many), tail)])
    assert plan.objective == pytest.approx(
        best_by_enumeration(base, weight, 40.0, part, means), rel=1e-6)


# --- published optima -------------------------------------------------------------------------


def public(*parts: str) -> Path:
    """A file of the public test data; skips where PLANNER_PUBLIC_DATA names no folder."""
    folder = os.environ.get("PLANNER_PUBLIC_DATA")
    if not folder:
        pytest.skip("PLANNER_PUBLIC_DATA is not set to the folder of public test data")
    return Path(folder, *parts)


def knapsacks() -> list[tuple]:
    """(value, weights, limits, published optimum) of each problem in the file."""
    figures = iter(float(word) for word in public("mknap", "mknap1.txt").read_text().split())
    found = []
    for _ in range(int(next(figures))):
        items, kinds, optimum = int(next(figures)), int(next(figures)), next(figures)
        value = [next(figures) for _ in range(items)]
        weights = [[next(figures) for _ in range(items)] for _ in range(kinds)]
        found.append((value, weights, [next(figures) for _ in range(kinds)], optimum))
    assert next(figures, None) is None, "the file holds more than it announces"
    return found


PUBLISHED = (3800, 8706.1, 4015, 6120, 12400, 10618, 16537)


@pytest.mark.public
@pytest.mark.parametrize("number", range(7))
def test_published_knapsacks(number, tmp_path):
    """Projects are missions with one bid each, limits are talent types, as an instance like any other."""
    value, weights, limits, optimum = knapsacks()[number]
    assert optimum == PUBLISHED[number]
    plan = solve(selection(tmp_path / "case", value, weights, limits), gap=0.0)
    assert plan.status == "optimal" and plan.objective == pytest.approx(optimum, rel=1e-7)
    pick = sorted(chosen(plan))
    assert (np.array(weights)[:, pick].sum(axis=1) <= np.array(limits) + 1e-9).all()
    assert np.array(value)[pick].sum() == pytest.approx(optimum)


MODELS = ("small_mip", "flugpl", "lseu", "egout", "gt2", "rgn", "bell5", "sp150x300d", "p0548", "dcmulti")


@pytest.mark.public
@pytest.mark.parametrize("name", MODELS)
def test_published_programs(name):
    with open(public("mip", "known.csv"), encoding="utf-8") as file:
        known = {row["instance"]: float(row["optimum"]) for row in csv.DictReader(file)}
    assert set(known) == set(MODELS)
    outcome = search(read_mps(public("mip", f"{name}.mps")), gap=0.0, time_limit=120)
    assert outcome.status == "optimal"
    assert outcome.objective == pytest.approx(known[name], rel=1e-6)
