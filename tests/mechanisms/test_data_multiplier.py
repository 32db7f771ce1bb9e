"""data_multiplier on the tiny instance, where everything can be worked out by hand."""

import pytest

from planner.instance.raw import InvalidInstance
from tests.helpers import assert_golden, broken, cell, edited, rows, solved, tiny

HUB = {"platform_stock[coast,hub].existing": 1, "platform_types.running": 0, "platform_types.most": 0,
       "platform_zones.most": 0}
"""One data platform, in the east, and no other can open."""


def test_rows():
    assert_golden("data_multiplier", rows(tiny("data_multiplier", "platforms", set={"last_year": 2025}),
                                          "data_multiplier"))


def test_bites():
    """Both sets cost 3 of central money at 1.5: value is 427 - 4.5 a year, of which chips 240.5.

    Chips' designs add 0.05 of those, market data 0.04 of all, and both together 0.01 of chips once more.
    """
    free, kept = solved(tiny()), solved(tiny("data_multiplier"))
    assert free.objective == pytest.approx(2 * 427)
    assert kept.objective == pytest.approx(2 * (422.5 + 0.05 * 240.5 + 0.04 * 422.5 + 0.01 * 240.5))


def test_a_set_that_costs_too_much_stays_closed():
    """The designs and the pair add 0.06 of some 245 in chips, less than 10 a year cost at 1.5."""
    plan = solved(tiny("data_multiplier", set={"data_sets[design].cost": 10}))
    opened = plan.table("data_sets").set_index(["data_set", "year"])["open"]
    assert list(opened["design"]) == [0, 0] and list(opened["market"]) == [1, 1]


def test_reach_bites():
    """One hub reaches half of what the east could have at the most: 180 in chips, 300 in all."""
    plan = solved(tiny("data_multiplier", "platforms", set=HUB))
    uplift = plan.table("data_set_uplift").set_index(["data_set", "region", "year"])["uplift"]
    for year in (2025, 2026):
        assert uplift["design", "coast", year] == pytest.approx(0.05 * 180 / 2)
        assert uplift["market", "coast", year] == pytest.approx(0.04 * 300 / 2)
        assert uplift["design", "inland", year] == uplift["market", "inland", year] == 0


def caught(plan, table, column, value, **where):
    return broken(edited(plan, *cell(table, column, value, **where)), "data_multiplier")


def test_measure():
    plan = solved(tiny("data_multiplier", "platforms", set=HUB))
    design, coast = {"data_set": "design"}, {"region": "coast", "year": 2026}
    assert caught(plan, "data_sets", "open", 0, **design, year=2026) == {
        "kept_open", "central_cost", "both", "data_set_open", "data_pair_open"}
    assert caught(plan, "data_sets", "open", 0.5, **design, year=2025) == {
        "whole", "central_cost", "both"}
    assert caught(plan, "data_sets", "open", 2, **design, year=2026) == {"whole", "central_cost"}
    assert caught(plan, "data_pairs", "both", 0, year=2026) == {"both"}
    assert caught(plan, "data_set_uplift", "uplift", 5, **design, **coast) == {"data_set_reach", "value"}
    assert caught(plan, "data_pair_uplift", "uplift", 1, **coast) == {"data_pair_reach", "value"}
    assert caught(plan, "data_set_uplift", "uplift", -1, **design, **coast) == {"not_negative", "value"}
    assert caught(plan, "budget", "amount", 0, level="central", item="data_multiplier") == {"central_cost"}
    assert caught(plan, "goals", "value", 99, goal="productivity", owner="data_multiplier") == {"value"}
    assert caught(plan, "allocations", "spend", 1, **coast) == {"data_set_value", "data_pair_value"}
    assert caught(plan, "platform_reach", "data", 0, region="coast") == {
        "reach_of_platforms", "data_set_reach", "data_pair_reach"}
    assert caught(plan, "data_reach", "reach", 0.9, region="coast") == {"reach_of_platforms"}


@pytest.mark.parametrize("change, told_as", [
    ({"data_pairs.second": "design"},
     ("data_pairs.csv, row 2, column second: design is paired with itself. "
      "Write two data sets, or take the row out.")),
])
def test_words(change, told_as):
    with pytest.raises(InvalidInstance) as told:
        tiny("data_multiplier", set=change)
    assert [str(problem) for problem in told.value.problems] == [told_as]


def test_words_of_a_pair_without_a_common_industry():
    found = tiny("data_multiplier", set={"data_sets[market].industry": "food"}).warnings
    assert [str(problem) for problem in found] == [
        ("data_pairs.csv, row 2, column second: design and market serve no industry in common (chips and "
        "food), so the pair adds nothing. Pair it with another, or take the row out.")]
