"""autonomy_targets on the tiny instance, where everything can be worked out by hand."""

import pytest

from tests.helpers import assert_golden, broken, edited, rows, solved, tiny

TIGHT = {"autonomy_targets[chips,2026].target": 0.75}


def dependence_left(plan) -> list[float]:
    closed = plan.table("dependence").query("industry == 'chips'").groupby("year")["amount"].sum()
    return list(0.8 - closed)


def test_rows():
    assert_golden("autonomy_targets", rows(tiny("autonomy_targets"), "autonomy_targets"))


def test_bites():
    """Doubling chips' 80 closes 0.1 of 0.8, so 0.75 asks for 120 in 2026; left alone chips get 110.

    The missing 10 come from inland's private research, 5 from food to chips at a loss of 0.2 each,
    and from coast's money, 5 from food's application (2) to chip research (1.5): 5 x 0.2 + 5 x 0.5.
    """
    free, kept = solved(tiny()), solved(tiny("autonomy_targets", set=TIGHT))
    assert free.objective - kept.objective == pytest.approx(3.5)
    assert dependence_left(kept) == pytest.approx([0.8 - 0.1 * 30 / 80, 0.75])


def test_a_price_makes_the_target_soft():
    """A unit of money closes 0.1/80 and so saves 20 x 0.1/80 = 0.025, less than the 0.2 it costs:
    the whole shortfall, 0.75 less 0.8 - 0.1 x 30/80, is paid for at 20."""
    free = solved(tiny())
    soft = solved(tiny("autonomy_targets", set=TIGHT | {"autonomy_targets.price": 20.0}))
    assert free.objective - soft.objective == pytest.approx(20 * 0.0125)


def test_missions_count():
    """A mission that closes 0.24 of chips' dependence by 2026 meets the target without more money."""
    one = solved(tiny("missions"))
    both = solved(tiny("missions", "autonomy_targets", set=TIGHT))
    assert both.objective == pytest.approx(one.objective)


def test_measure():
    plan = solved(tiny("autonomy_targets", set=TIGHT))

    def forge(frame):
        return frame.assign(amount=frame["amount"] + 0.01)

    def less(frame):
        frame.loc[(frame["industry"] == "chips") & (frame["year"] == 2026), "spend"] *= 0.9
        return frame

    assert broken(edited(plan, "dependence", forge), "autonomy_targets") == {"closed_by_spend"}
    assert broken(edited(plan, "allocations", less), "autonomy_targets") == {"closed_by_spend", "target"}


def test_words():
    found = tiny("autonomy_targets", set={"autonomy_targets[chips,2025].target": 0.8}).warnings
    assert [str(problem) for problem in found] == [
        "autonomy_targets.csv, row 3, column target: the target of chips rises in 2026 to 0.85 from 0.8. "
        "Write targets that fall from year to year, or leave it if it is meant."]
