"""technology_windows on the tiny instance, where everything can be worked out by hand."""

import pytest

from planner.instance.raw import InvalidInstance
from tests.helpers import assert_golden, broken, edited, rows, solved, tiny

DECISIVE = {"windows.decisive": False, "windows[food,engineering,2026].decisive": True,
            "windows.multiplier": 1, "windows[food,engineering,2026].must_start_by": 2026,
            "technology_windows.start_growth": 0.5}


def test_rows():
    assert_golden("technology_windows", rows(tiny("technology_windows"), "technology_windows"))


def test_bites():
    """Without the rule research money goes to the coast's chips (30 at 1.5) and inland's food (5 at
    1.2), and all applications are full: 854 over two years, 40 of each year on food engineering.

    Started means 1.5 x 40 = 60 in 2026, so 20 on its research, where inland returns 1.2. It has 5
    there; 15 come from the coast's chips: 15 x (1.5 - 1.2) = 4.5 less.
    """
    free = solved(tiny(set=DECISIVE))
    kept = solved(tiny("technology_windows", set=DECISIVE))
    assert free.objective == pytest.approx(854)
    assert kept.objective == pytest.approx(849.5)


def test_window_multiplies_returns():
    """Each year chips at the frontier return 1.5 times as much: + 30 + 20 on applications, and the
    coast's 20 of research there return 2.25, not 1.5 (+ 15), inland's 5 return 1.5, not 1.2 (+ 1.5).
    Food engineering, 1.2 times in 2026: + 8 + 9.6 on applications. 854 + 2 x 66.5 + 17.6 = 1004.6.
    """
    assert solved(tiny("technology_windows")).objective == pytest.approx(1004.6)


@pytest.mark.parametrize("due, year", [(2020, 2025), (2026, 2026), (2030, None)])
def test_due_outside_the_plan(due, year):
    """Due before the plan: in its first year. Due after it: nothing is asked yet."""
    text = rows(tiny("technology_windows", set={"windows.must_start_by": due}), "technology_windows")
    assert text.startswith(f"technology_windows.start[chips, frontier, {year}]" if year else "\n")


def test_measure():
    plan = solved(tiny("technology_windows", set=DECISIVE))

    def move(frame):
        frame.loc[(frame["category"] == "engineering") & (frame["year"] == 2026), "spend"] *= 0.9
        return frame

    assert broken(edited(plan, "allocations", move), "technology_windows") == {"start"}


def test_words():
    with pytest.raises(InvalidInstance) as told:
        tiny("technology_windows", set={"windows[food,engineering,2026].decisive": True})
    assert [str(problem) for problem in told.value.problems] == [
        ("windows.csv, row 4, column must_start_by: a decisive window does not say by when it must "
        "start. Fill must_start_by, or set decisive to false.")]
