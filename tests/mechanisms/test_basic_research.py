"""basic_research on the tiny instance, where everything can be worked out by hand."""

import pytest

from tests.helpers import assert_golden, broken, edited, rows, solved, tiny

LOOSE = {"basic_research.floor": 0, "basic_floors.floor": 0}
FLOOR = LOOSE | {"basic_research.floor": 0.45}


def basic_share(plan, year, **where):
    spend = plan.allocations[plan.allocations["year"] == year]
    for column, label in where.items():
        spend = spend[spend[column] == label]
    return spend.loc[spend["stage"] == "research", "spend"].sum() / spend["spend"].sum()


def test_rows():
    assert_golden("basic_research", rows(tiny("basic_research", set=FLOOR), "basic_research"))


def test_bites():
    """Without the floor money goes where it returns most, the application stage (2 against 1).

    Public money is 60 + 30 + 10 = 100 a year and private money 80, of which 15 is research:
    so research has at least 15/180. The floor's path from 1/2 in 2024 to 0.45 in 2026 asks
    47.5 % in 2025 and 45 % in 2026.
    """
    free = solved(tiny())
    kept = solved(tiny("basic_research", set=FLOOR))
    assert basic_share(free, 2026) < 0.44
    assert basic_share(kept, 2025) == pytest.approx(0.475, abs=1e-6)
    assert basic_share(kept, 2026) == pytest.approx(0.45, abs=1e-6)
    assert kept.objective < free.objective - 1e-3


def test_zones_bite():
    """In the west 5 of 85 go to research when nobody asks; a floor of 0.2 asks (0.5 + 0.2) / 2 in 2025."""
    free = solved(tiny())
    kept = solved(tiny("basic_research", set=LOOSE | {"basic_floors[west].floor": 0.2}))
    assert basic_share(free, 2026, zone="west") == pytest.approx(5 / 85)
    assert basic_share(kept, 2025, zone="west") == pytest.approx(0.35, abs=1e-6)
    assert basic_share(kept, 2026, zone="west") == pytest.approx(0.2, abs=1e-6)


def test_measure():
    plan = solved(tiny("basic_research", set=FLOOR | {"basic_floors[west].floor": 0.2}))

    def less_research(zone):
        def change(frame):
            moved = (frame["stage"] == "research") & (frame["year"] == 2026) & (frame["zone"] == zone)
            frame.loc[moved, "spend"] *= 0.2
            return frame
        return broken(edited(plan, "allocations", change), "basic_research")

    assert less_research("east") == {"floor"}
    assert less_research("west") == {"floor", "zone_floor"}
