"""instruments on the tiny instance, where everything can be worked out by hand."""

import pytest

from planner.instance import InvalidInstance
from tests.helpers import assert_golden, broken, edited, rows, solved, tiny

STILL = {"instruments[fund].return_rate": 0, "instruments.patient_share": 0}
"""No returns and no patience, so that each rule can be seen alone."""


def lost(**overrides) -> float:
    """What the rules cost in the objective when nothing flows back."""
    return solved(tiny(set=STILL)).objective - solved(
        tiny("instruments", set=STILL | overrides)).objective


def test_rows():
    few = {"first_year": 2026, "public_share[application].low": 0, "public_share[application].high": 1,
           "cofunding[east].match": 0}
    assert_golden("instruments", rows(tiny("instruments", set=few), "instruments"))


def test_bites():
    """Of 100 public money a year 30 are funds, which mobilise 15; what is left over earns 1.5.

    Public money and what it mobilises fill application with 95, research gets the other 20.
    At most 20 of funds: 5 less are mobilised, 2 years x 5 x 1.5 = 15.
    Funds in patient stages only: nothing is mobilised, 2 x 15 x 1.5 = 45.
    Research has 15 of private money: a public share of 0.4 at most allows 10 of 20, 2 x 10 x 1.5 = 30.
    Application, 160 in all, at least 0.55 public: 88, so only 7 are mobilised, 2 x 8 x 1.5 = 24.
    Inland has 10 of its own: a match of 0.25 allows 30 of the centre's 40, and 10 go from its chips
    at 2 to coast's research at 1.5, 2 x 10 x 0.5 = 10.
    """
    assert lost() == pytest.approx(0)
    assert lost(**{"instruments.fund_high": 0.2}) == pytest.approx(15)
    assert lost(**{"instruments.patient_share": 1}) == pytest.approx(45)
    assert lost(**{"public_share[research].high": 0.4}) == pytest.approx(30)
    assert lost(**{"public_share[application].low": 0.55}) == pytest.approx(24)
    assert lost(**{"cofunding[west].match": 0.25}) == pytest.approx(10)


def test_fund_low_bites():
    """Half of public money as funds: the regions have 40 only, so the centre leaves 20 of its 60."""
    plan = solved(tiny("instruments", set=STILL | {"instruments.fund_low": 0.5}))
    given = plan.table("instruments")
    assert given[given["year"] == 2025].groupby("instrument")["given"].sum()["fund"] == pytest.approx(40)
    assert plan.item("central", "core")["amount"].tolist() == pytest.approx([40, 40])


def test_returns_bite():
    """All 40 of local money are funds; a tenth is back in 2026, 3 on the coast and 1 inland.

    The 3 have no more to mobilise and earn 1.5; the 1 mobilises half and sets 1.5 of the centre's
    free: 3 x 1.5 + 1.5 x 1.5 = 6.75.
    """
    plan = solved(tiny("instruments"))
    income = plan.item("local", "instruments").set_index(["region", "year"])["amount"]
    assert income["coast", 2026] == pytest.approx(-3) and income["inland", 2026] == pytest.approx(-1)
    assert (income.xs(2025, level="year") == 0).all()
    assert plan.objective - solved(tiny()).objective == pytest.approx(6.75)


def test_central_returns_bite():
    """Were funds the centre's, their tenth would be the centre's.

    Of its 60 inland's application takes 15 when its funds may mobilise no more; 45 are funds.
    """
    plan = solved(tiny("instruments", set={"instruments[fund].level": "central", "instruments.fund_high": 1,
                                           "cofunding.match": 0}))
    income = plan.item("central", "instruments").set_index("year")["amount"]
    assert income[2025] == 0 and income[2026] == pytest.approx(-4.5)


def test_measure():
    plan = solved(tiny("instruments"))

    def with_grant(amount, year=2026, **where):
        """Some grants of a year set by hand."""
        def change(frame):
            here = frame["year"] == year
            for column, label in where.items():
                here &= frame[column] == label
            frame.loc[here, "amount"] = amount
            return frame
        return broken(edited(plan, "grants", change), "instruments")

    told = {"given_sum"}
    assert with_grant(0.0, instrument="fund") >= told | {"fund_low"}
    assert with_grant(200.0, instrument="fund", stage="application") >= told | {
        "fund_high", "patient", "public_high"}
    assert with_grant(0.0, stage="application") >= told | {"public_low"}
    assert with_grant(0.0, level="local") >= told | {"cofunding"}
    assert with_grant(0.0, year=2025, instrument="fund") >= told | {"local_cost"}

    def more(frame):
        frame.loc[0, "given"] += 1
        return frame
    assert broken(edited(plan, "instruments", more), "instruments") == {"given_sum"}


def test_measure_of_income():
    """Income that nothing earned is caught, with either level."""
    both = {"instruments[fund].level": "both", "instruments.fund_high": 1}
    plan = solved(tiny("instruments", set=both))
    for level in ("central", "local"):
        def richer(frame, level=level):
            here = (frame["item"] == "instruments") & (frame["level"] == level) & (frame["year"] == 2026)
            assert here.any()
            frame.loc[here, "amount"] -= 5
            return frame
        assert broken(edited(plan, "budget", richer), "instruments") == {f"{level}_cost"}


@pytest.mark.parametrize("key, value, told", [
    ("instruments.fund_low", 0.7, ("the least share of funds, 0.7, lies above the most, 0.6. "
     "Lower fund_low or raise fund_high.")),
    ("public_share[research].high", 0.01, ("the least public share of research lies above the most, 0.01. "
     "Lower low or raise high.")),
])
def test_words(key, value, told):
    with pytest.raises(InvalidInstance) as wrong:
        tiny("instruments", set={key: value})
    assert [f"{problem.what}. {problem.mend}" for problem in wrong.value.problems] == [told]
