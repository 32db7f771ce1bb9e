"""talent on the tiny instance, where everything can be worked out by hand."""

import pytest

from planner.instance.raw import InvalidInstance
from tests.helpers import assert_golden, broken, cell, edited, rows, solved, tiny

SCARCE = {"core.steering": 1, "talent_stock[inland,engineer].stock": 25, "talent_stock.drift": 0,
          "talent_stock.training": 0, "talent_types.attrition": 0, "introduction.quota": 0,
          "talent.borrow_cap": 0}
"""Inland has 25 engineers and nobody comes or goes."""

FLOWS = {"talent_stock[inland,engineer].stock": 40, "talent.borrow_cap": 0.05}
"""Inland's engineers are short, so that every way to have more of them is used."""


def worth(more):
    return solved(tiny("talent", set=SCARCE | more)).objective


def test_rows():
    """One talent type moves, the engineers: there is no need of workers."""
    text = rows(tiny("talent"), "talent")
    assert_golden("talent", "".join(line + "\n" for line in text.splitlines() if "worker" not in line))


def test_bites():
    """Free, inland spends 5 on research (5 engineers) and 80 on applications (40): 854 in two years.

    With 25 engineers it can spend 40 on applications, and 40 move to research at the coast: 10 in
    chips (1.5) and 30 in food (1.0), instead of inland's chips applications (2.0). That is
    80 - 15 - 30 = 35 less in each year.
    """
    assert solved(tiny(set={"core.steering": 1})).objective == pytest.approx(854)
    assert worth({}) == pytest.approx(784)


def test_ways_to_more_people():
    """An engineer more is 2 more spent on applications, at 2.0 instead of 1.0.

    Borrowing 10 (0.4 x 25): 20 in each year. Training 10 in 2025, who work in 2026: 20, less the
    1 of money they cost, at 1.0. Introducing 2 whole persons (of 2.5) in each year: 4 and 8, less
    0.4 a year.
    """
    assert worth({"talent.borrow_cap": 0.4}) == pytest.approx(784 + 40)
    assert worth({"talent_stock[inland,engineer].training": 10}) == pytest.approx(784 + 20 - 1)
    assert worth({"introduction[engineer,*].quota": 2.5}) == pytest.approx(784 + 12 - 0.8)


def test_drift_and_retention():
    """Of 40, a tenth leaves for good and a tenth drifts away, of which money keeps half, 2 of them.

    The coast, the only one that gains (10 % of 200), gets 20 less the 2 who were kept.
    """
    stay = {"introduction.quota": 0, "talent.borrow_cap": 0, "talent_stock.training": 0}
    plan = solved(tiny("talent", set=FLOWS | stay))
    people = plan.table("talent").set_index(["region", "talent_type", "year"])
    assert people.loc[("inland", "engineer", 2025), "stock"] == pytest.approx(40 * 0.8 + 2)
    assert people.loc[("coast", "engineer", 2025), "stock"] == pytest.approx(200 * 1.0 - 2)
    assert people.loc[("inland", "engineer", 2026), "stock"] == pytest.approx(34 * 0.85)
    assert plan.item("central", "talent")["amount"].iloc[0] == pytest.approx(0.02)


def test_technical_share():
    """Workers are (0.5 research + application) of (1.5 research + 1.5 application) people."""
    asked = {"talent.technical_share": 0.62}
    plan = solved(tiny("talent", set=asked))
    spent = plan.allocations[plan.allocations["year"] == 2025].groupby("stage")["spend"].sum()
    workers = 0.5 * spent["research"] + spent["application"]
    assert workers == pytest.approx(0.62 * 1.5 * spent.sum())


@pytest.fixture(scope="module")
def short():
    return solved(tiny("talent", set=FLOWS | {"talent.technical_share": 0.6}))


HERE = {"region": "inland", "talent_type": "engineer", "year": 2026}
COAST = HERE | {"region": "coast"}


@pytest.mark.parametrize("change, rules", [
    (cell("talent", "stock", 90, **HERE), {"stock_flow", "supply"}),
    (cell("talent", "retain", 9, **HERE), {"stock_flow", "retention", "central_cost"}),
    (cell("talent", "retain", 1, **COAST), {"retain_only_losses", "central_cost"}),
    (cell("talent", "train", 11, **HERE), {"training", "central_cost"}),
    (cell("talent", "train", -1, **HERE), {"not_negative", "central_cost"}),
    (cell("talent", "introduce", 4, **HERE), {"stock_flow", "quota", "central_cost"}),
    (cell("talent", "introduce", 2.5, **HERE), {"stock_flow", "whole_persons", "central_cost"}),
    (cell("talent", "borrowed", 3, **HERE), {"shared", "borrow_cap", "supply"}),
    (cell("talent", "borrowed", -300, **COAST), {"shared", "lent", "supply"}),
    (cell("talent_balance", "amount", 0, **HERE, side="draw"), {"need"}),
    (cell("budget", "amount", 0, item="talent", year=2026), {"central_cost"}),
    (cell("allocations", "spend", 20, stage="research", year=2026), {"need", "technical_share"}),
])
def test_measure(short, change, rules):
    assert broken(edited(short, *change), "talent") == rules


def test_words():
    with pytest.raises(InvalidInstance) as told:
        tiny("talent", set={"talent_types.technical": False})
    assert [str(problem) for problem in told.value.problems] == [
        ("talent_types.csv, column technical: technical_share is set, but no talent type is technical. "
        "Set technical to true for a type, or leave technical_share out.")]
