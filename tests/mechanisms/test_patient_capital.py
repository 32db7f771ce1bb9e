"""patient_capital on the tiny instance, where everything can be worked out by hand."""

import pytest

from tests.helpers import assert_golden, broken, edited, rows, solved, tiny

UNFIT = {"fit[inland,chips].fit": 0.1}
STABLE = {"instruments.nature": "stable", "local_budget[coast,2026].local": 20,
          "patient_capital.stable_drop": 0}


def test_rows():
    central = {"instruments[stable_grant].level": "central"}
    assert_golden("patient_capital", rows(tiny("patient_capital", set=central), "patient_capital"))


def test_bites():
    """Where chips hardly fit inland, only the private money that steering keeps stays there.

    That is 15 x 0.5 = 7.5 and 15 x 0.25 = 3.75, half of inland's private money being in chips. With
    a drop of one half, chips keep 20 and then 10. Each unit kept returns 2 x 0.1 = 0.2 where central
    money would have earned 1.2 in inland's food research: a loss of 12.5 + 6.25.
    """
    free, kept = solved(tiny(set=UNFIT)), solved(tiny("patient_capital", set=UNFIT))
    assert free.objective - kept.objective == pytest.approx(12.5 + 6.25)
    chips = kept.allocations.query("industry == 'chips' and region == 'inland'")
    assert list(chips.groupby("year")["spend"].sum()) == pytest.approx([20, 10])


def test_stable_grants_bite():
    """All grants are stable, never fall, and coast's own money falls from 30 to 20 in 2026.

    Coast then needs 10 more of the central 60 in 2026 than in 2025. Without the rule it gets 20
    in both: less in 2025 loses 10 x 1.5 of its chip research, as inland's grants may not fall either
    (what coast leaves in 2025 stays unspent).
    """
    off = STABLE | {"patient_capital.stable_drop": 1}
    free, kept = solved(tiny("patient_capital", set=off)), solved(tiny("patient_capital", set=STABLE))
    assert free.objective - kept.objective == pytest.approx(15)


def test_measure():
    plan = solved(tiny("patient_capital", "missions", set=STABLE))
    late = plan.allocations["year"] == 2026

    def withdraw(frame):
        frame.loc[late & (frame["industry"] == "chips"), "spend"] *= 0.3
        return frame

    def cut(frame):
        frame.loc[(frame["year"] == 2026) & (frame["region"] == "inland"), "amount"] *= 0.9
        return frame

    def stop(frame):
        frame.loc[(frame["item"] == "missions") & (frame["level"] == "central"), "amount"] = 0
        return frame

    def unfinished(frame):
        return frame.assign(year=frame["year"] + (frame["bid"] == "light_b"))

    assert broken(edited(plan, "allocations", withdraw), "patient_capital") == {"spend"}
    assert broken(edited(plan, "grants", cut), "patient_capital") == {"stable_grants"}
    assert broken(edited(plan, "budget", stop), "patient_capital") == {"mission_funded"}
    assert broken(edited(plan, "missions", unfinished), "patient_capital") == {"mission_funded"}
