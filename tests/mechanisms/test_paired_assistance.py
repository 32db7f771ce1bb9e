"""paired_assistance on the tiny instance, where everything can be worked out by hand."""

from shutil import copytree

import pytest

from planner.instance import InvalidInstance, read
from planner.mechanisms import MECHANISMS
from tests.helpers import ROOT, assert_golden, broken, edited, rows, solved, tiny

WORKERS = {  # application needs a worker per unit of money; inland has 60; nobody comes or goes
    "talent_need.fte": 0, "talent_need[application,worker].fte": 1, "talent_stock[inland,worker].stock": 60,
    "talent_stock.drift": 0, "talent_stock.training": 0, "talent_types.attrition": 0,
    "introduction.quota": 0, "talent.borrow_cap": 0, "private_capacity[inland,*].capacity": 5}


def helped(rate: float):
    return solved(tiny("paired_assistance", set={"pairs.rate": rate}))


def lending(rate: float):
    return solved(tiny("paired_assistance", "talent", set=WORKERS | {"assistance_talent.rate": rate}))


def test_rows():
    assert_golden("paired_assistance", rows(tiny("paired_assistance"), "paired_assistance"))


def test_bites():
    """The coast puts 20 of its 30 into the fund (mobilising the 10 allowed) and 10 into research.

    Those 10 serve better inland, whose fund has room to mobilise 5 more; money at the margin is
    worth 1.5 in the coast's chip research: 7.5 a year. A rate of 1/2 takes 5 more out of the
    coast's fund, which then mobilises 2.5 less: 3.75 a year.
    """
    assert solved(tiny()).objective == pytest.approx(854)
    assert helped(0.1).objective == pytest.approx(854 + 2 * 7.5)
    forced = helped(0.5)
    assert forced.objective == pytest.approx(854 + 2 * (7.5 - 3.75))
    assert list(forced.table("transfers")["amount"]) == pytest.approx([15, 15])


def test_lending_bites():
    """Inland's application (80) lacks 20 workers and the coast has 200 for 80.

    Alone, inland gives up 20 of chip application (2): 10 go to the coast's chip research (1.5), 10
    to inland's food research (1.2), 13 a year. Lent 20 or more, it gives up nothing. At a rate of
    0.65 the coast keeps 70: 10 of food application (2) become chip research (1.5), 5 a year. (Inland
    may mobilise no more than 5, so that moving money brings nothing.)
    """
    assert solved(tiny("talent", set=WORKERS)).objective == pytest.approx(854 - 2 * 13)
    assert lending(0.1).objective == pytest.approx(854)
    assert lending(0.65).objective == pytest.approx(854 - 2 * 5)


def test_only_where_budgets_limit():
    plan = solved(tiny("paired_assistance", set={"core.budgets": False}))
    assert plan.table("transfers").empty


def test_measure():
    plan = helped(0.4)

    def change(**columns):
        return broken(edited(plan, "transfers", lambda frame: frame.assign(**columns)), "paired_assistance")

    assert broken(plan, "paired_assistance") == set()
    assert change(amount=11) == {"transfer_floor", "local_cost"}
    assert change(amount=31) == {"transfer_most", "local_cost"}
    assert change(amount=-1) == {"transfer_floor", "transfer_not_negative", "local_cost"}
    assert change(donor="inland", recipient="coast") == {"transfer_floor", "transfer_most", "local_cost"}


def test_measure_of_lending():
    plan = lending(0.65)

    def change(**columns):
        return broken(edited(plan, "lent_talent", lambda frame: frame.assign(**columns)), "paired_assistance")

    assert broken(plan, "paired_assistance") == set()
    assert change(fte=100) == {"lent_floor", "talent_drawn"}
    assert change(fte=201) == {"lent_most", "talent_drawn"}
    assert change(fte=-1) == {"lent_floor", "lent_not_negative", "talent_drawn"}


def words(folder, pairs: str, lent: str = "0.05") -> list[str]:
    copytree(ROOT / "instances" / "tiny", folder)
    (folder / "pairs.csv").write_text(f"donor,recipient,rate\n{pairs}\n")
    (folder / "assistance_talent.csv").write_text(f"talent_type,rate\nworker,{lent}\n")
    with pytest.raises(InvalidInstance) as told:
        read(folder, MECHANISMS)
    return [str(problem) for problem in told.value.problems if problem.severity == "error"]


def test_words(tmp_path):
    assert words(tmp_path / "self", "coast,inland,0.1\ncoast,coast,0.1") == [
        ("pairs.csv, row 3, column recipient: a region cannot assist itself (found: 'coast'). "
        "Name another recipient, or delete the row.")]
    assert words(tmp_path / "much", "coast,inland,0.6\ncoast,coast,0.6", "0.7")[1:] == [
        ("pairs.csv, column rate: coast would give 1.2 times its local budget. "
        "Lower its rates until they add up to 1 at most."),
        ("assistance_talent.csv, column rate: coast would lend 1.4 times its stock of a talent type to "
        "2 recipients. Lower the rate.")]
