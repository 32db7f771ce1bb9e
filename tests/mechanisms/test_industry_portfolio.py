"""industry_portfolio on the tiny instance, where everything can be worked out by hand.

Without any mechanism chips get 110 of 195 a year (application 80, the coast's research 30) and
food 85 (application 80, inland's research 5), worth 427 a year.
"""

import pytest

from planner.instance import InvalidInstance
from tests.helpers import assert_golden, broken, edited, rows, solved, tiny

FREE = 854
FUTURE = {"industries[food].class": "future", "industry_portfolio.upgrading_floor": "none"}


def best(**overrides) -> float:
    return solved(tiny("industry_portfolio", set=overrides)).objective


def test_rows():
    assert_golden("industry_portfolio", rows(tiny("industry_portfolio", set=FUTURE), "industry_portfolio"))


def test_bites():
    """Food asks 0.475 x 195 = 92.625 in 2025 and 0.45 x 195 = 87.75 in 2026, from 85: 10.375 in all.

    They leave the coast's chip research (1.5) for inland's food research (1.2). The classes' bands
    and the floor of traditional industries say the same here.
    """
    assert solved(tiny()).objective == pytest.approx(FREE)
    assert best(**{"class_bands[traditional].floor": 0.45}) == pytest.approx(FREE - 0.3 * 10.375)
    assert best(**{"class_bands[emerging].ceiling": 0.55}) == pytest.approx(FREE - 0.3 * 10.375)
    assert best(**{"industry_portfolio.upgrading_floor": 0.45}) == pytest.approx(FREE - 0.3 * 10.375)


def test_manufacturing_floor_bites():
    """0.6 x 195 = 117 for chips in 2026, 7 more; 0.55 in 2025 are there.

    5 go over in inland's research (1.2 to 1); 2 leave the coast's food application (2) for its chip
    research (1.5).
    """
    assert best(**{"industry_portfolio.manufacturing_floor": 0.6}) == pytest.approx(FREE - 5 * 0.2 - 2 * 0.5)


def test_green_floor_bites():
    """0.2 x 110 + 0.5 x 85 = 64.5 is asked to be 0.345 x 195 = 67.275 and 0.34 x 195 = 66.3.

    A unit from the coast's chip research to inland's food research brings 0.3 and costs 0.3.
    """
    assert best(**{"industry_portfolio.green_floor": 0.34}) == pytest.approx(FREE - 2.775 - 1.8)


def test_future_growth_bites():
    """A tenth more than the year before is 88 and 96.8 from a base of 80: 3 and 11.8 more than 85.

    At 2 % the 85 of both years do not grow: 85 / 1.02 in 2025, given up for chips in inland's
    research (1.2 to 1), is the cheapest way to grow to 85.
    """
    assert best(**FUTURE, **{"industry_portfolio.future_growth": 0}) == pytest.approx(FREE)
    assert best(**FUTURE) == pytest.approx(FREE - 0.2 * (85 - 85 / 1.02))
    assert best(**FUTURE, **{"industry_portfolio.future_growth": 0.1}) == pytest.approx(FREE - 0.3 * 14.8)


def test_measure():
    plan = solved(tiny("industry_portfolio"))
    future = solved(tiny("industry_portfolio", set=FUTURE))

    def without(industry, plan=plan):
        def change(frame):
            frame.loc[(frame["industry"] == industry) & (frame["year"] == 2026), "spend"] *= 0.2
            return frame
        return broken(edited(plan, "allocations", change), "industry_portfolio")

    assert broken(plan, "industry_portfolio") == broken(future, "industry_portfolio") == set()
    assert without("chips") == {"class_floor", "class_ceiling", "manufacturing_floor"}
    assert without("food") == {"upgrading_floor", "green_floor"}
    assert without("food", future) == {"future_growth", "green_floor"}


def words(**overrides) -> list[str]:
    with pytest.raises(InvalidInstance) as told:
        tiny("industry_portfolio", set=overrides)
    return [f"{problem.what}. {problem.mend}" for problem in told.value.problems]


def test_words():
    assert words(**{"industry_portfolio.green_floor": 0.6}) == [
        ("no split of the money reaches green_floor: the most that a unit of money counts in any industry "
        "with cells is 0.5. Lower it, or mend table industries.")]
    assert words(**FUTURE, **{"industry_portfolio.future_growth": 0.5}) == [
        ("future industries would grow to 2.25 times their base-year spend, but cells absorb 2 times at "
        "most. Lower it, or raise core.max_ratio.")]
    assert words(**{"class_bands[traditional].floor": 0.7}) == [
        "the floor of traditional lies above its ceiling. Lower the floor or raise the ceiling."]
