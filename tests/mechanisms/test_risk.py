"""risk on the tiny instance, where everything can be worked out by hand.

Without any mechanism a year is worth 427: application (all cells full) 188 in each category, 30 of
chip research at 1.5, 5 of food research at 1.2. Research may stand in either category at no loss,
20 at most in a cell, so the least frontier value is 188 + 10 x 1.5 = 203, the most engineering value
224. Over two years frontier 406 and engineering 448, 854 in all; half and a fifth may be lost.
"""

import pytest

from planner.instance import InvalidInstance
from tests.helpers import assert_golden, broken, edited, rows, solved, tiny

FRONTIER, ENGINEERING, ALL = 406, 448, 854
CVAR = {"risk.method": "cvar"}


def best(**overrides) -> float:
    return solved(tiny("risk", set={f"risk.{name}": value for name, value in overrides.items()})).objective


def test_rows():
    short = {"core.min_ratio": 1, "core.max_ratio": 1}  # one segment per cell
    gamma = rows(tiny("risk", set=short | {"risk.limit": 0.3}), "risk")
    cvar = rows(tiny("risk", set=short | CVAR), "risk")
    assert_golden("risk", gamma + "\ncvar\n" + cvar[cvar.index("risk.beyond"):])


def test_bites():
    """A tenth of the loss counts: one category disappoints, one and a half, both."""
    assert solved(tiny()).objective == pytest.approx(ALL)
    assert best(gamma=1) == pytest.approx(ALL - 0.1 * 0.5 * FRONTIER)
    assert best(gamma=1.5) == pytest.approx(ALL - 0.1 * (0.5 * FRONTIER + 0.5 * 0.2 * ENGINEERING))
    assert best(gamma=5) == pytest.approx(ALL - 0.1 * (0.5 * FRONTIER + 0.2 * ENGINEERING))


def test_limit_bites():
    """At most 23.5 % of the value at stake: 0.5 x 406 - 0.235 x 854 = 2.31 too much.

    A unit moved from frontier chip research (1.5) to inland's engineering food research (1.2)
    takes 0.5 x 1.5 - 0.235 x 0.3 = 0.6795 off, at a loss of 0.3.
    """
    assert best(weight=0, limit=0.235) == pytest.approx(ALL - 0.3 * 2.31 / 0.6795)


def test_cvar_bites():
    """Bust loses 0.6 of frontier and 0.1 of engineering, boom gains 0.2 of frontier; even odds.

    The worse half is bust; alpha 0 is the mean; alpha 0.25 takes all of bust and half of boom.
    """
    bust, boom = 0.6 * FRONTIER + 0.1 * ENGINEERING, -0.2 * FRONTIER
    assert best(method="cvar") == pytest.approx(ALL - 0.1 * bust)
    assert best(method="cvar", alpha=0) == pytest.approx(ALL - 0.1 * (bust + boom) / 2)
    assert best(method="cvar", alpha=0.25) == pytest.approx(ALL - 0.1 * (0.5 * bust + 0.25 * boom) / 0.75)


def test_loss_is_told_without_a_weight():
    """Aiming at green alone nothing pushes the loss down; it is told all the same."""
    green = {"goals[productivity].weight": 0, "goals[green].weight": 1}
    plan = solved(tiny("risk", set=green))
    value = plan.allocations.groupby("category")["value"].sum()
    goals = plan.goals.set_index(["goal", "owner"])["value"]
    assert goals["productivity", "risk"] == pytest.approx(
        -0.1 * max(0.5 * value["frontier"], 0.2 * value["engineering"]))


def forge(table, column, factor, **where):
    def change(frame):
        hit = frame[column].notna()
        for label, name in where.items():
            hit &= frame[label] == name
        frame.loc[hit, column] *= factor
        return frame
    return table, change


@pytest.mark.parametrize("table, change, told", [
    (*forge("allocations", "value", 1.5, category="frontier"), {"loss", "value", "at_stake", "limit"}),
    (*forge("goals", "value", 0.5, owner="risk"), {"loss"}),
    (*forge("risk", "value", 0.5), {"value"}),
    (*forge("risk", "at_stake", 0.5), {"at_stake"}),
])
def test_measure(table, change, told):
    plan = solved(tiny("risk", set={"risk.limit": 0.25}))
    assert broken(edited(plan, table, change), "risk") == told


def test_measure_scenarios():
    plan = solved(tiny("risk", set=CVAR))
    assert broken(edited(plan, *forge("risk_scenarios", "loss", 0.5)), "risk") == {"scenario_loss"}


def test_words():
    with pytest.raises(InvalidInstance) as found:
        tiny("risk", set={"scenario_weight[bust].probability": 0.6})
    assert [str(problem) for problem in found.value.problems] == [
        "scenario_weight.csv, column probability: the probabilities add up to 1.1, not to 1. Correct them."]
