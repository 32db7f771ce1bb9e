"""emergency_reserve on the tiny instance, where everything can be worked out by hand."""

import pytest

from tests.helpers import assert_golden, broken, edited, rows, solved, tiny

TENTH = {"emergency_reserve.share": 0.1}
SURGE = {"surge[engineer].surge": 345, "emergency_reserve.share": 0}


def test_rows():
    assert_golden("emergency_reserve", rows(tiny("emergency_reserve", "missions"), "emergency_reserve"))


def test_bites():
    """A tenth of 60 stays unspent in both years, and central money is worth 1.5: 2 x 6 x 1.5."""
    free, kept = solved(tiny()), solved(tiny("emergency_reserve", set=TENTH))
    assert free.objective - kept.objective == pytest.approx(18)
    assert list(kept.table("reserve")["reserve"]) == pytest.approx([6, 6])


def test_relief_has_a_price():
    """At a price of 1 a unit the reserve is not worth its 1.5 and is given up: 2 x 6 x 1."""
    free = solved(tiny())
    priced = solved(tiny("emergency_reserve", set=TENTH | {"emergency_reserve.price": 1.0}))
    assert free.objective - priced.objective == pytest.approx(12)


def test_surge_bites():
    """Of 350 engineers 345 stay free: light_a would tie up 6, so only light_b with its 4 runs.

    Both are worth 31.5 together and light_b alone 22.5 (see the missions' test).
    """
    free = solved(tiny("missions"))
    kept = solved(tiny("missions", "emergency_reserve", set=SURGE))
    assert free.objective - kept.objective == pytest.approx(31.5 - 22.5)


def test_measure():
    plan = solved(tiny("emergency_reserve", "missions", set=TENTH))

    def halve(frame):
        return frame.assign(reserve=frame["reserve"] / 2)

    def forge(frame):
        frame.loc[frame["item"] == "emergency_reserve", "amount"] /= 2
        return frame

    def tie_up(frame):
        frame.loc[frame["side"] == "draw", "amount"] += 340
        return frame

    assert broken(edited(plan, "reserve", halve), "emergency_reserve") == {"floor", "central_cost"}
    assert broken(edited(plan, "budget", forge), "emergency_reserve") == {"central_cost"}
    assert broken(edited(plan, "talent_balance", tie_up), "emergency_reserve") == {"surge"}
    assert broken(edited(plan, "reserve", lambda frame: frame.assign(reserve=-frame["reserve"])),
                  "emergency_reserve") == {"floor", "not_negative", "central_cost"}


def test_words():
    found = tiny("emergency_reserve", set={"surge[worker].surge": 400}).warnings
    assert [str(problem) for problem in found] == [
        "surge.csv, row 3, column surge: 400 of worker are to be kept free, but the base year has 350. "
        "Lower the surge, or correct talent_stock."]
