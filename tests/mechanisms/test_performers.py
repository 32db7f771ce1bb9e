"""performers on the tiny instance, where everything can be worked out by hand."""

import pytest

from planner.instance import InvalidInstance
from tests.helpers import assert_golden, broken, edited, rows, solved, tiny

LOOSE = {"performers.sme_floor": "none", "performers.keep_private": False, "enterprise_floors.floor": 0,
         "performer_capacity.capacity": 200, "performer_capacity.growth": 0}
FEW_FIRMS = LOOSE | {"performer_capacity[coast,firm].capacity": 40,
                     "performer_capacity[inland,firm].capacity": 30}


def lost(overrides) -> float:
    """What the rules cost in the objective."""
    return solved(tiny()).objective - solved(tiny("performers", set=overrides)).objective


def test_rows():
    one = {"first_year": 2026}
    assert_golden("performers", rows(tiny("performers", set=one), "performers"))


def test_bites():
    """When nobody asks, coast spends 110 and inland 85 a year: application is full with 160.

    Inland can do 80 only: 5 of its chips application at 2 go to coast's research at 1.5, in each
    of two years: 2 x 5 x 0.5 = 5.
    Firms do 70 in all. As half of application they allow 140; of the 20 at 2 that are moved, 10
    go to coast's chips research at 1.5 and 10 to inland's food research at 1.2: 2 x (5 + 8) = 26.
    As 0.4 of all money they allow 175 of 195; the 20 dropped are research: 2 x 20 x 1.5 = 60. The
    same if private firms, here the only ones, keep the 0.4 they had in the base year.
    """
    assert lost(LOOSE) == pytest.approx(0)
    inland = {"performer_capacity[inland,*].capacity": 40}
    assert lost(LOOSE | inland) == pytest.approx(5)
    assert lost(FEW_FIRMS | {"enterprise_floors[application].floor": 0.5}) == pytest.approx(26)
    assert lost(FEW_FIRMS | {"performers.sme_floor": 0.4}) == pytest.approx(60)
    assert lost(FEW_FIRMS | {"performers.keep_private": True}) == pytest.approx(60)


def test_capacity_grows():
    """25 % a year make 40 of 25.6 in two years; until then 32 do."""
    grown = {"performer_capacity[inland,*].capacity": 25.6, "performer_capacity[inland,*].growth": 0.25}
    table = solved(tiny("performers", set=LOOSE | grown)).table("performers")
    done = table[table["region"] == "inland"].groupby("year")["perform"].sum()
    assert done.to_dict() == pytest.approx({2025: 64, 2026: 80})


def test_measure():
    plan = solved(tiny("performers", set={"performers.sme_floor": 0.45, "performers.base_share": 0.45,
                                          "enterprise_floors[application].floor": 0.5}))

    def hand(change):
        return broken(edited(plan, "performers", change), "performers")

    def swapped(frame):
        """Universities do all."""
        firm = frame["performer"] == "firm"
        done = frame.groupby(["region", "stage", "year"])["perform"].transform("sum")
        frame["perform"] = done.where(~firm, 0.0)
        return frame
    assert hand(swapped) == {"capacity", "enterprise_floor", "sme_floor", "keep_private"}

    def missing(frame):
        frame.loc[frame["perform"].idxmax(), "perform"] -= 1
        return frame
    assert "performed" in hand(missing)

    def below_zero(frame):
        first = (frame["region"] == "coast") & (frame["stage"] == "research") & (frame["year"] == 2026)
        firm = frame["performer"] == "firm"
        whole = frame.loc[first, "perform"].sum()
        frame.loc[first & firm, "perform"] = -1.0
        frame.loc[first & ~firm, "perform"] = whole + 1.0
        return frame
    assert "not_negative" in hand(below_zero)
    assert hand(lambda frame: frame.iloc[:0]) >= {"performed", "sme_floor"}


@pytest.mark.parametrize("overrides, told", [
    ({"performers[firm].base_share": 0.7}, ("the base shares add up to 1.3, more than the whole. "
     "Lower them until they add up to 1.")),
    ({"performers.enterprise": False}, ("there are floors, but no performer is an enterprise. "
     "Mark the enterprises in performers, or set the floors to 0.")),
    ({"performers.sme": False}, ("there is a floor, but no performer is a small or medium enterprise. "
     "Mark them in performers, or leave the floor out.")),
], ids=["shares", "enterprises", "small"])
def test_words(overrides, told):
    with pytest.raises(InvalidInstance) as wrong:
        tiny("performers", set=overrides)
    assert [f"{problem.what}. {problem.mend}" for problem in wrong.value.problems] == [told]
