"""regional_balance on the tiny instance, where everything can be worked out by hand.

Without any mechanism the coast spends 110 a year (application 80, research 30 on chips) and
inland 85 (application 80, research 5 on food): 195 in all, worth 427 a year. What can move is
the central money: 10 of it in the coast's application and 10 in its research, 40 inland.
"""

from shutil import copytree

import pytest

from planner.instance import InvalidInstance, read
from planner.mechanisms import MECHANISMS
from tests.helpers import ROOT, assert_golden, broken, edited, rows, solved, tiny

FREE = 854
APART = {"regional_balance.convergence": 0.05}


def best(**overrides) -> float:
    return solved(tiny("regional_balance", set=overrides)).objective


def test_rows():
    apart = APART | {"baseline[coast,*,*,*].spend": 15}
    assert_golden("regional_balance", rows(tiny("regional_balance", set=apart), "regional_balance"))


def test_bites():
    """West asks 0.475 x 195 = 92.625 in 2025 and 0.45 x 195 = 87.75 in 2026, from 85: 10.375 in all.

    They leave the coast's chip research (1.5) for inland's food research (1.2). With two zones a
    ceiling on the east says the same.
    """
    assert solved(tiny()).objective == pytest.approx(FREE)
    assert best(**{"zone_bands[west].floor": 0.45}) == pytest.approx(FREE - 0.3 * 10.375)
    assert best(**{"zone_bands[east].ceiling": 0.55}) == pytest.approx(FREE - 0.3 * 10.375)


def test_intensity_bites():
    """Without value in application nobody mobilises: 180 of 5000. 3.8 % asks 190 in 2026.

    So 20 of the coast's money goes to the application fund, which mobilises 10; research where it
    is worth 1 gives them up. 2025 asks (3.2 + 3.8) / 2 % = 175.
    """
    idle = {"stages[application].base_return": 0}
    free = solved(tiny(set=idle)).objective
    assert free == pytest.approx(2 * (40 * 1.5 + 40 * 1.2 + 35))
    assert best(**idle, **{"regional_balance.intensity": 0.038}) == pytest.approx(free - 20)


def test_intensity_floor_bites():
    """The coast has 4/5 of GDP, so 3/4 of the nation's intensity is 0.6 x 195 = 117, 7 more than 110.

    They leave inland's chip application (2) for the coast's chip research (1.5), in both years.
    """
    assert best(**{"regional_balance.intensity_floor": 0.75}) == pytest.approx(FREE - 2 * 7 * 0.5)


def test_convergence_bites():
    """With a base of 120 and 80 and coast food as good as its chips, the coast spends 130 of 195.

    The gap of shares may be 0.15 and 0.10, so 112.125 and 107.25 remain to the coast: 17.875 and
    20 go from the coast's application (3) to inland's chip application (2), which is full then,
    and 2.75 to inland's food research (1.2).
    """
    apart = {"baseline[coast,*,*,*].spend": 15, "fit[coast,food].fit": 1.5, "zone_bands[west].floor": 0.2}
    free = solved(tiny(set=apart)).objective
    assert free == pytest.approx(2 * (120 * 3 + 10 * 1.5 + 40 * 2.4 + 20 * 2 + 5 * 1.2))
    assert best(**apart, **APART) == pytest.approx(free - 17.875 - 20 - 2.75 * 1.8)
    behind = APART | {"regional_balance.leader": "west", "regional_balance.follower": "east"}
    assert best(**apart, **behind) == pytest.approx(free), "a leader that is behind may stay there"


def test_gini_bites():
    """In the base year Gini = 0.24 x (80/40 - 80/60) / 1.6 = 0.1; 0.02 is asked in 2026, 0.06 in 2025.

    inland/40 - coast/60 <= 0.02 x 1.95 / 0.24 = 0.1625 and a sum of 195 give the coast 113.1: 3.1
    leave inland's chip application (2) for the coast's chip research (1.5).
    """
    assert best(**{"regional_balance.gini": 0.02}) == pytest.approx(FREE - 3.1 * 0.5)


def test_relief_is_priced():
    """At 0.1 per unit of relief it is cheaper to fall short of the west's floor than to move money."""
    plan = solved(tiny("regional_balance", set={
        "regional_balance.price": 0.1, "zone_bands[west].floor": 0.45}))
    assert plan.objective == pytest.approx(FREE - 0.1 * 10.375)


def test_measure():
    plan = solved(tiny("regional_balance", set=APART))

    def without(region):
        def change(frame):
            frame.loc[(frame["region"] == region) & (frame["year"] == 2026), "spend"] *= 0.1
            return frame
        return broken(edited(plan, "allocations", change), "regional_balance")

    assert broken(plan, "regional_balance") == set()
    assert without("coast") == {"intensity", "intensity_floor", "gini"}
    assert without("inland") == {"zone_floor", "zone_ceiling", "intensity", "convergence", "gini"}


def words(**overrides) -> list[str]:
    with pytest.raises(InvalidInstance) as told:
        tiny("regional_balance", set=overrides)
    return [f"{problem.what}. {problem.mend}" for problem in told.value.problems]


def test_words():
    assert words(**{"zone_bands[west].ceiling": 0.1}) == [
        "the floor of west lies above its ceiling. Lower the floor or raise the ceiling.",
        ("the ceilings add up to 0.9, less than the whole, and leave no place for the rest. "
        "Raise one, or leave one empty.")]
    assert words(**{"zone_bands[east].floor": 0.75}) == [
        "the floors add up to 1.05, more than the whole. Lower them until they add up to 1 at most."]
    assert words(**{"regions.zone": "east", "zone_bands.ceiling": ""}) == [
        ("west has no cells in baseline, so it can keep no floor. List cells of it in baseline, or empty "
        "the floor.")]
    assert words(**APART | {"regional_balance.leader": "north"}) == [
        ("convergence is set, but its leader is no zone. Write the short name of a zone, or unset "
        "convergence.")]


def test_words_of_gdp(tmp_path):
    folder = copytree(ROOT / "instances" / "tiny", tmp_path / "tiny")
    rows_of_gdp = (folder / "gdp.csv").read_text().splitlines()
    (folder / "gdp.csv").write_text("\n".join(rows_of_gdp[:-1]) + "\n")
    with pytest.raises(InvalidInstance) as told:
        read(folder, MECHANISMS)
    lacking = "is set, but 1 pairs of region and year have no row (such as inland, 2026)"
    assert [problem.what for problem in told.value.problems if problem.place == "gdp.csv"] == [
        f"intensity {lacking}", f"intensity_floor {lacking}"]
