"""knowledge_foundation on the tiny instance, where everything can be worked out by hand."""

import pytest

from tests.helpers import assert_golden, broken, edited, rows, solved, tiny

TIGHT = {"knowledge[chips].kappa": 0.35}


def stock(plan, industry: str) -> list[float]:
    table = plan.table("knowledge")
    return list(table.loc[table["industry"] == industry, "stock"])


def test_rows():
    assert_golden("knowledge_foundation", rows(tiny("knowledge_foundation"), "knowledge_foundation"))


def test_bites():
    """Chips' application fills its cells (40 frontier of 80) and coast's chip research gets 30, of
    which its one engineering cell takes 20: frontier money is at least 40 + 10 = 50 a year.

    Knowledge in 2025 is 0.9 x 100 + 40 = 130, which carries 0.35 x 130 = 45.5: 4.5 units move from
    coast's chip research (1.5 each) to inland's food research (1.2), a loss of 4.5 x 0.3 = 1.35.
    In 2026 it is 0.9 x 130 + 25.5 = 142.5, which carries 49.875: a loss of 0.125 x 0.3 = 0.0375.
    """
    free, kept = solved(tiny()), solved(tiny("knowledge_foundation", set=TIGHT))
    assert free.objective - kept.objective == pytest.approx(1.35 + 0.0375)
    assert stock(kept, "chips") == pytest.approx([130, 142.5])


def test_the_lag_decides_whose_money_counts():
    """With two years' lag all knowledge of the plan comes from the baseline: 0.9 x 130 + 40 = 157."""
    plan = solved(tiny("knowledge_foundation", set={"knowledge_foundation.lag": 2}))
    assert stock(plan, "food") == pytest.approx([130, 157])


def test_without_a_multiplier_nothing_is_limited():
    free = {"knowledge[chips].kappa": "none", "knowledge_foundation.kappa": "none"}
    assert ".frontier" not in rows(tiny("knowledge_foundation", set=free), "knowledge_foundation")


def test_measure():
    plan = solved(tiny("knowledge_foundation", set=TIGHT))

    def more(frame):
        frame.loc[(frame["industry"] == "chips") & (frame["category"] == "frontier")
                  & (frame["stage"] == "application"), "spend"] *= 1.1
        return frame

    def forge(frame):
        frame["stock"] *= 1.1
        return frame

    assert broken(edited(plan, "allocations", more), "knowledge_foundation") == {"frontier"}
    assert broken(edited(plan, "knowledge", forge), "knowledge_foundation") == {"stock_flow"}
    assert broken(edited(plan, "knowledge", lambda frame: frame.iloc[1:]),
                  "knowledge_foundation") == {"stock_flow"}
