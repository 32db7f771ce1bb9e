"""stable_competitive on the tiny instance, where everything can be worked out by hand."""

import pytest

from planner.instance import InvalidInstance
from tests.helpers import assert_golden, broken, edited, rows, solved, tiny


def lost(**overrides) -> float:
    """What the rule costs in the objective."""
    return (solved(tiny(set=overrides)).objective
            - solved(tiny("stable_competitive", set=overrides)).objective)


def test_rows():
    assert_golden("stable_competitive", rows(tiny("stable_competitive"), "stable_competitive"))


def test_bites():
    """Of two kinds of grant one is paid by the centre, one by the regions; research may use one only.

    Application takes 95 of public money and what it mobilises, research the other 20, at 1.5. Coast
    has 10 of its 30 left when its funds have mobilised all they may, so research gets 10 from it and
    wants more: each unit x taken from the funds mobilises half a unit less, and 10 + x = 20 - x / 2.
    So x = 20/3, and 10/3 less is mobilised in each of two years: 2 x 1.5 x 10/3 = 10.
    """
    stable = {"instruments[stable_grant].level": "local", "stable_competitive.low": 1,
              "stable_competitive.high": 1}
    assert lost(**stable) == pytest.approx(10)
    competitive = {"instruments[stable_grant].level": "central", "stable_competitive.low": 0,
                   "instruments[competitive_grant].level": "local", "stable_competitive.high": 0}
    assert lost(**competitive) == pytest.approx(10)
    assert lost() == pytest.approx(0), "the centre can pay both kinds"


def test_only_the_named_stages_count():
    """Application is development, not research: its grants may all be stable."""
    plan = solved(tiny("stable_competitive", set={"instruments[competitive_grant].level": "local",
                                                  "instruments[stable_grant].level": "central"}))
    grants = plan.table("grants")
    application = grants[(grants["stage"] == "application") & (grants["year"] == 2025)]
    amount = application.groupby("instrument")["amount"].sum()
    assert amount["stable_grant"] > 0.65 * (amount["stable_grant"] + amount["competitive_grant"])


@pytest.mark.parametrize("rule, instrument", [("low", "competitive_grant"), ("high", "stable_grant")])
def test_measure(rule, instrument):
    plan = solved(tiny("stable_competitive"))

    def change(frame):
        """All research money of 2026 in one instrument."""
        research = (frame["stage"] == "research") & (frame["year"] == 2026)
        frame.loc[research, "amount"] = 0.0
        frame.loc[research & (frame["instrument"] == instrument), "amount"] = 5.0
        return frame

    assert broken(edited(plan, "grants", change), "stable_competitive") == {rule}


def test_words():
    with pytest.raises(InvalidInstance) as told:
        tiny("stable_competitive", set={"stable_competitive.low": 0.7})
    assert [problem.what + ". " + problem.mend for problem in told.value.problems] == [
        "the least share of stable support, 0.7, lies above the most, 0.65. Lower low or raise high."]
