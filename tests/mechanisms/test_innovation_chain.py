"""innovation_chain on the tiny instance, whose two stages are given the parts of the chain."""

import shutil

import pytest

from planner.instance import InvalidInstance, read
from planner.mechanisms import MECHANISMS
from tests.helpers import ROOT, assert_golden, broken, edited, rows, solved, tiny

PACED = {"stages[application].role": "development", "stages[research].role": "conversion"}
RESTED = {"stages[research].role": "conversion", "stages[application].role": "industrialisation"}


def spent(plan, industry, stage, year) -> float:
    spend = plan.allocations.set_index(["industry", "stage", "year"]).sort_index()["spend"]
    return spend.loc[industry, stage, year].sum()


def test_rows():
    assert_golden("innovation_chain", "".join(
        rows(tiny("innovation_chain", set=roles), "innovation_chain") for roles in (PACED, RESTED)))


def test_conversion_bites():
    """Research is the conversion here. When nobody asks, food gets the 5 that inland's firms give.

    alpha = 0.2 asks 0.2 x 40 = 8 in 2025 and, applications being full at 80, 16 in 2026. The 3 and
    11 more are worth 1.2 in inland's food and are missed in coast's chips at 1.5: 14 x 0.3 = 4.2.
    """
    free = solved(tiny(set=PACED))
    kept = solved(tiny("innovation_chain", set=PACED))
    assert spent(free, "food", "research", 2026) == pytest.approx(5)
    assert spent(kept, "food", "research", 2025) == pytest.approx(8)
    assert spent(kept, "food", "research", 2026) == pytest.approx(16)
    assert free.objective - kept.objective == pytest.approx(4.2)


def test_industrialisation_bites():
    """Research is the conversion, application the industrialisation; food has 40 and needs 80.

    beta = 2 asks for a stock of 20. Half of the 10 at the start is left in 2025, so 15 are converted,
    and half of the 20 in 2026, so 10 are: 10 and 5 more than the 5 when nobody asks, at 0.3 each as
    above.
    """
    free = solved(tiny(set=RESTED))
    kept = solved(tiny("innovation_chain", set=RESTED))
    stock = kept.table("innovation_chain").set_index(["industry", "year"])["stock"]
    assert [stock["food", year] for year in (2025, 2026)] == pytest.approx([20, 20])
    assert spent(kept, "food", "research", 2025) == pytest.approx(15)
    assert free.objective - kept.objective == pytest.approx(4.5)


def test_bites_only_where_set():
    assert rows(tiny("innovation_chain", set=RESTED | {"innovation_chain.beta": "none"}),
                "innovation_chain") == "\n"
    assert rows(tiny("innovation_chain"), "innovation_chain") == "\n", "tiny has no conversion of its own"


def test_measure():
    def less(stage, industry, year):
        def change(frame):
            here = ((frame["stage"] == stage) & (frame["industry"] == industry) & (frame["year"] == year))
            frame.loc[here, "spend"] *= 0.5
            return frame
        return change

    plan = solved(tiny("innovation_chain", set=PACED))
    for year in (2025, 2026):
        assert broken(edited(plan, "allocations", less("research", "food", year)), "innovation_chain") == {
            "conversion"}
    plan = solved(tiny("innovation_chain", set=RESTED))
    assert broken(edited(plan, "allocations", less("research", "food", 2025)), "innovation_chain") == {
        "stock_flow", "industrialisation"}

    def more(frame):
        frame.loc[(frame["industry"] == "food") & (frame["year"] == 2026), "stock"] += 1
        return frame
    assert broken(edited(plan, "innovation_chain", more), "innovation_chain") == {"stock_flow"}


def test_words(tmp_path):
    """An industry with nothing to convert and nothing to start from could never make anything."""
    shutil.copytree(ROOT / "instances" / "tiny", tmp_path, dirs_exist_ok=True)
    base = (tmp_path / "baseline.csv").read_text().splitlines()
    kept = [line for line in base if "food" not in line or "research" not in line]
    (tmp_path / "baseline.csv").write_text("\n".join(kept) + "\n")
    (tmp_path / "chain_base.csv").write_text("industry,conversion,industrialisation\nchips,10,80\n")
    whole = read(tmp_path, MECHANISMS)
    with pytest.raises(InvalidInstance) as told:
        whole.with_overrides(RESTED)
    assert [str(problem) for problem in told.value.problems if problem.place == "chain_base.csv"] == [
        ("chain_base.csv, column industry: food: no conversion cells and no row here, so industrialisation "
        "could only be 0. Add a row with what the industry starts from, or list conversion cells in "
        "baseline.")]
