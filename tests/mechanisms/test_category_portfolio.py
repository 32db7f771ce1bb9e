"""category_portfolio on the tiny instance, where everything can be worked out by hand.

With a weight of 1.1 engineering comes first wherever a stage of an industry is not full: of 195 a
year it gets 20 in each of the four applications, 20 in the coast's chip research and inland's 5
of food research, 105 in all; frontier technology gets 80 and the other 10 of chip research.
"""

import pytest

from planner.instance import InvalidInstance
from tests.helpers import assert_golden, broken, edited, rows, solved, tiny

LEANS = {"categories[engineering].weight": 1.1}
FREE = 854 + 0.1 * 2 * (20 * (3 + 2 + 2 + 2.4 + 1.5) + 5 * 1.2)


def best(**overrides) -> float:
    return solved(tiny("category_portfolio", set=LEANS | overrides)).objective


def test_rows():
    assert_golden("category_portfolio", rows(tiny("category_portfolio"), "category_portfolio"))


def test_bites():
    """Engineering may have 0.51 x 195 = 99.45 in 2025 and 0.52 x 195 = 101.4 in 2026, not 105.

    5.55 and 3.6 go over to frontier technology: inland's 5 at a loss of 0.12, the rest at 0.15. With
    two categories a floor under frontier technology says the same.
    """
    assert solved(tiny(set=LEANS)).objective == pytest.approx(FREE)
    lost = (5 + 3.6) * 0.12 + 0.55 * 0.15
    assert best(**{"category_bands[engineering].ceiling": 0.52}) == pytest.approx(FREE - lost)
    assert best(**{"category_bands[frontier].floor": 0.48}) == pytest.approx(FREE - lost)


def test_key_share_bites():
    """Of 110 for chips, a key industry, 0.47 is 51.7: 1.7 more than 50, in both years.

    From a base-year share of 0.5 the rule holds at once.
    """
    assert best(**{"category_portfolio.key_share": 0.47}) == pytest.approx(FREE - 2 * 1.7 * 0.15)
    assert best(**{"category_portfolio.key_share": 0.47, "industries.key": False}) == pytest.approx(FREE)


def test_measure():
    plan = solved(tiny("category_portfolio"))

    def change(frame):
        frame.loc[(frame["category"] == "frontier") & (frame["year"] == 2025), "spend"] *= 0.02
        return frame

    assert broken(plan, "category_portfolio") == set()
    assert broken(edited(plan, "allocations", change), "category_portfolio") == {
        "category_floor", "category_ceiling", "key_share"}


def words(**overrides) -> list[str]:
    with pytest.raises(InvalidInstance) as told:
        tiny("category_portfolio", set=overrides)
    return [f"{problem.what}. {problem.mend}" for problem in told.value.problems]


def test_words():
    assert words(**{"category_portfolio.key_share": 0.6}) == [
        "2 categories cannot each have 0.6 of a key industry's money. Write 0.5 at most."]
    assert words(**{"category_bands[engineering].floor": 0.8}) == [
        "the floor of engineering lies above its ceiling. Lower the floor or raise the ceiling.",
        "the floors add up to 1.1, more than the whole. Lower them until they add up to 1 at most."]
