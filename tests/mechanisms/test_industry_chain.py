"""industry_chain on the tiny instance, where everything can be worked out by hand."""

import shutil

import pytest

from planner.instance import InvalidInstance, read
from planner.mechanisms import MECHANISMS
from tests.helpers import ROOT, assert_golden, broken, edited, rows, solved, tiny

CHAIN = {"stages[research].role": "development", "stages[application].role": "industrialisation"}
TIGHT = CHAIN | {"links[chips,food].cap": 2}
BOTH_NEW = {"industries[food].class": "future"}


def test_rows():
    instance = tiny("industry_chain", "regional_fit", set=CHAIN | BOTH_NEW)
    assert_golden("industry_chain", rows(instance, "industry_chain"))


def test_bites():
    """Food's application takes 80 a year and chip research only 30, so a cap of 2 falls short by 20.

    Of inland's 5 of private food research 4 must stay, as chips' 80 rest on 20 times food research;
    1 goes to chip research (a loss of 0.2) and carries 2. Then coast's money goes from food's
    application (2) to chip research (1.5): each unit closes 3 of the 18 that are left.
    """
    free, kept = solved(tiny(set=CHAIN)), solved(tiny("industry_chain", set=TIGHT))
    assert free.objective - kept.objective == pytest.approx(2 * (0.2 + 6 * 0.5))


def test_one_place_is_worth_more():
    """Chips start on the coast and food inland, one region only; chips may follow inland in 2026.

    So in 2026 both are inland, once, and the bonus is the whole difference.
    """
    def worth(bonus):
        return solved(tiny("industry_chain", "regional_fit", set=BOTH_NEW | {
            "links[chips,food].bonus": bonus}))
    plain, plan = worth(0), worth(5)
    assert plan.objective - plain.objective == pytest.approx(5)
    table = plan.table("colocation")
    assert table.loc[table["colocated"] > 0.5, ["region", "year"]].values.tolist() == [["inland", 2026]]
    assert plain.table("colocation").empty


def test_measure():
    plan = solved(tiny("industry_chain", "regional_fit", set=TIGHT | BOTH_NEW))

    def more(frame):
        frame.loc[(frame["industry"] == "food") & (frame["stage"] == "application"), "spend"] *= 1.1
        return frame

    def claim(frame):
        return frame.assign(colocated=1.0)

    def inflate(frame):
        frame.loc[frame["owner"] == "industry_chain", "value"] += 5
        return frame

    assert broken(edited(plan, "allocations", more), "industry_chain") == {"chain"}
    assert broken(edited(plan, "colocation", claim), "industry_chain") == {"colocated"}
    assert broken(edited(plan, "colocation", lambda frame: frame.iloc[:0]), "industry_chain") == {"colocated"}
    assert broken(edited(plan, "goals", inflate), "industry_chain") == {"value"}


def test_words(tmp_path):
    folder = shutil.copytree(ROOT / "instances" / "tiny", tmp_path / "looped")
    with open(folder / "links.csv", "a", encoding="utf-8") as file:
        file.write("food,food,1,0\n")
    with pytest.raises(InvalidInstance) as found:
        read(folder, MECHANISMS)
    assert [str(problem) for problem in found.value.problems] == [
        "links.csv, row 4, column downstream: food is linked to itself. "
        "Write two industries, or take the row out."]
