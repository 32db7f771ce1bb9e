"""supervision on the tiny instance, where everything can be worked out by hand."""

import pytest

from planner.instance.raw import InvalidInstance
from tests.helpers import assert_golden, broken, edited, rows, solved, tiny

PLAIN = {"leverage[fund,application].leverage": 0}
"""Nothing is mobilised, so every unit of public money is one of spend."""


def test_rows():
    assert_golden("supervision", rows(tiny("supervision", set={"last_year": 2025}), "supervision"))


def chosen(plan) -> dict:
    table = plan.table("oversight")
    return {(row.stage, row.instrument): row.oversight for row in table[table["choose"] > 0.5].itertuples()}


def test_bites():
    """A year's application is worth 376 at its full 160, of which firms pay 65 and the public 95.

    Free, the 5 of public money left go to research in the coast's chips, at 1.5, as do 10 of the
    firms'; 5 of inland's go to food, at 1.2: 376 + 22.5 + 6 a year. With a tenth lost, 90 of 100
    arrive and application lacks 5 at the least return, 2: 376 - 10 + 15 + 6. Watched closely 95
    arrive, less the office's 0.2 * 0.95 at 2.0: 376 - 0.38 + 15 + 6. An office of 10 costs more than
    it saves.
    """
    loose = PLAIN | {"oversight[close].loss": 0.1, "oversight[close].cost": 0}
    assert solved(tiny(set=PLAIN)).objective == pytest.approx(2 * 404.5)
    assert solved(tiny("supervision", set=loose)).objective == pytest.approx(2 * 387)
    close = solved(tiny("supervision", set=PLAIN))
    assert close.objective == pytest.approx(2 * 396.62)
    assert list(chosen(close).values()).count("close") == 1
    dear = solved(tiny("supervision", set=PLAIN | {"oversight[close].office": 10}))
    assert dear.objective == pytest.approx(2 * 387)
    assert set(chosen(dear).values()) == {"light"}


def test_paired_assistance_widens_the_bound():
    """What a donor may give counts in what a region can grant: 10 of its own and 30 of the coast's."""
    assert "[inland, research, fund, local, light, 2025] <= 10\n" in rows(tiny("supervision"), "supervision")
    text = rows(tiny("supervision", "paired_assistance"), "supervision")
    assert "[inland, research, fund, local, light, 2025] <= 40\n" in text


def test_returns_widen_the_bound():
    """A tenth of the 10 that inland's funds may give in 2025 comes back in 2026."""
    text = rows(tiny("supervision", "instruments"), "supervision")
    assert "[inland, research, fund, local, light, 2025] <= 10\n" in text
    assert "[inland, research, fund, local, light, 2026] <= 11\n" in text


def test_measure():
    plan = solved(tiny("supervision", set=PLAIN))

    def other_level(frame):
        return frame.assign(choose=1 - frame["choose"])

    def half(frame):
        return frame.assign(choose=0.5)

    def none(frame):
        return frame.assign(choose=0.0)

    def more_arrives(frame):
        return frame.assign(effective=frame["amount"])

    def forge(frame):
        frame.loc[frame["item"] == "supervision", "amount"] = 0.0
        return frame

    def caught(table, change):
        return broken(edited(plan, table, change), "supervision")

    assert caught("oversight", other_level) == {"effective", "central_cost"}
    assert caught("oversight", half) == {"whole", "effective", "central_cost"}
    assert caught("oversight", none) == {"one_level", "effective", "central_cost"}
    assert caught("grants", more_arrives) == {"effective"}
    assert caught("budget", forge) == {"central_cost"}


def test_words():
    with pytest.raises(InvalidInstance) as told:
        tiny("supervision", set={"oversight[close].loss": 0.97})
    assert [str(problem) for problem in told.value.problems] == [
        ("oversight.csv, row 3, column loss: under close nothing of a grant arrives: loss and cost add up to "
        "1. Lower them until they add up to less than 1.")]
