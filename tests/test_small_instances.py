"""The planner as a pure selection of projects and as a pure split of money: nothing else is needed."""

import csv
import shutil
from itertools import product

import pytest

from planner.instance import read
from planner.mechanisms import MECHANISMS
from tests.helpers import ROOT, broken, edited, solved


def table(name: str) -> list[dict]:
    with open(ROOT / "instances" / "selection" / f"{name}.csv", encoding="utf-8") as file:
        return list(csv.DictReader(file))


YEARS = (2025, 2026, 2027)
CENTRAL = {int(row["year"]): float(row["central"]) for row in table("budget")}
STOCK = {row["talent_type"]: float(row["stock"]) for row in table("talent_stock")}
BIDS = table("bids")
MONEY = {bid["bid"]: [float(row["money"]) for row in table("bid_money") if row["bid"] == bid["bid"]]
         for bid in BIDS}
PEOPLE = {(row["bid"], row["talent_type"]): float(row["fte"]) for row in table("bid_talent")}


def by_hand(starts: dict, stock: dict) -> float | None:
    """Value of a choice {bid: start year}, written straight from the tables; None if not allowed."""
    end = {bid: year + len(MONEY[bid]) - 1 for bid, year in starts.items()}
    for year, central in CENTRAL.items():
        run = [bid for bid, start in starts.items() if start <= year <= end[bid]]
        if sum(MONEY[bid][year - starts[bid]] for bid in run) > central:
            return None
        for kind, there in stock.items():
            if sum(PEOPLE.get((bid, kind), 0) for bid in run) > there:
                return None
    if {"alloy_full", "alloy_half"} <= starts.keys() or {"alloy_full", "battery_one"} <= starts.keys():
        return None
    if end.get("vaccine_one", 0) > 2026 or max(end.values(), default=0) > 2027:
        return None
    if "rocket_one" in starts:
        if end.get("sensor_one", 9999) >= starts["rocket_one"]:
            return None
        if not {"chip_fast", "chip_safe"} & starts.keys():
            return None
    worth = {bid["bid"]: float(bid["success"]) * float(bid["value"]) for bid in BIDS}
    value = sum(worth[bid] * 1.05 ** (2024 - end[bid]) for bid in starts)
    if {"chip_fast", "chip_safe"} <= starts.keys():
        value -= 0.5 * 0.6 * 90 * 1.05 ** (2024 - max(end["chip_fast"], end["chip_safe"]))
    return value


def choices(bid: dict):
    return [None] + [year for year in YEARS if int(bid["earliest"]) <= year <= int(bid["latest"])]


def best_by_hand(stock: dict) -> float:
    values = []
    for chosen in product(*(choices(bid) for bid in BIDS)):
        starts = {bid["bid"]: year for bid, year in zip(BIDS, chosen) if year}
        values.append(by_hand(starts, stock))
    return max(value for value in values if value is not None)


def picked(plan) -> dict:
    table = plan.table("missions")
    return {row.bid: row.year for row in table[table["start"] > 0.5].itertuples()}


def test_selection_is_the_best_of_all_choices():
    plan = solved(read(ROOT / "instances" / "selection", MECHANISMS))
    assert plan.allocations.empty
    assert plan.objective == pytest.approx(best_by_hand(STOCK))
    assert by_hand(picked(plan), STOCK) == pytest.approx(plan.objective)
    assert 3 <= len(picked(plan)) < len(BIDS)


def test_regions_and_people_are_optional(tmp_path):
    folder = shutil.copytree(ROOT / "instances" / "selection", tmp_path / "bare")
    for name in ("regions", "talent_types", "talent_stock", "bid_talent", "provenance"):
        (folder / f"{name}.csv").unlink()
    bids = folder / "bids.csv"
    bids.write_text(bids.read_text(encoding="utf-8").replace(",nation,", ",,"), encoding="utf-8")
    plan = solved(read(folder, MECHANISMS))
    assert plan.objective == pytest.approx(best_by_hand({}))
    assert by_hand(picked(plan), {}) == pytest.approx(plan.objective)


@pytest.mark.parametrize("limit", ["talent_stock[nation,engineer].stock",
                                   "talent_stock[nation,scientist].stock", "budget.central"])
def test_every_limit_of_the_selection_bites(limit):
    instance = read(ROOT / "instances" / "selection", MECHANISMS)
    freed = instance.with_overrides({f"{limit}*": 10})
    assert solved(freed).objective > solved(instance).objective + 1e-3


@pytest.mark.parametrize("table, column, side, told", [
    ("talent_balance", "amount", "draw", {"talent_drawn"}),
    ("talent_balance", "amount", "supply", {"talent_there"}),
    ("budget", "amount", None, {"central_cost"}),
    ("goals", "value", None, {"value"}),
    ("mission_success", "success", None, {"success"}),
])
def test_a_forged_figure_is_caught(table, column, side, told):
    def forge(frame):
        rows = slice(None) if side is None else frame["side"] == side
        frame.loc[rows, column] *= 0.9
        return frame
    plan = solved(read(ROOT / "instances" / "selection", MECHANISMS))
    assert broken(edited(plan, table, forge), "missions") == told


def test_split_keeps_the_floor_of_the_interior():
    """Every region starts from its base-year share, so without the floor the interior keeps its 20 %.

    The floor's path from 20 % in 2024 to 30 % in 2026 asks 25 % of 110 in 2025, 30 % of 120 in 2026.
    """
    instance = read(ROOT / "instances" / "split", MECHANISMS)
    plan = solved(instance)
    money = plan.allocations.groupby(["zone", "year"])["spend"].sum()
    assert money["interior", 2025] == pytest.approx(27.5)
    assert money["interior", 2026] == pytest.approx(36)
    assert money.groupby("year").sum().to_dict() == pytest.approx({2025: 110, 2026: 120})
    free = solved(instance.with_overrides({"regional_balance.on": False}))
    assert free.objective > plan.objective
