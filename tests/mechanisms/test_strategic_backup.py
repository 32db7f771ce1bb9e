"""strategic_backup on the tiny instance, where everything can be worked out by hand.

Only chips are a key industry, only the west (inland) is hinterland. Without any mechanism the
coast spends 70 a year on chips (40 in application, its cells' limit, and 30 in research), inland
40 in application and 5 of research on food: inland has 40/110 of the chips.
"""

import re

import pytest

from planner.instance import InvalidInstance
from tests.helpers import assert_golden, broken, edited, rows, solved, tiny

OFF = {"strategic_backup.share": 0, "strategic_backup.rho": 0, "strategic_backup.zones": 0}


def best(**overrides):
    return solved(tiny("strategic_backup", set=OFF | {
        f"strategic_backup.{name}": value for name, value in overrides.items()}))


def test_rows():
    small = {"strategic_backup.share": 0.6, "strategic_backup.rho": 0.5, "strategic_backup.zones": 2}
    assert_golden("strategic_backup", rows(tiny("strategic_backup", "regional_fit", set=small),
                                           "strategic_backup"))


def test_bites():
    """40 % of all chips inland lacks 0.4 x 110 - 40 = 4 a year.

    Inland's 5 of food research become chips: 45 of 115, loss 5 x (1.2 - 1.0), lack 1. One more
    unit moves from the coast's chip research to inland's: loss 1.5 - 1.0. So 1.5 a year, 3 in all.
    The base year has half of the chips inland, so the floor is 40 % from the start.
    """
    free, kept = solved(tiny()), best(share=0.4)
    assert free.objective - kept.objective == pytest.approx(3)
    chips = kept.allocations[kept.allocations["industry"] == "chips"]
    money = chips.groupby(["year", "zone"])["spend"].sum()
    assert money[2026, "west"] == pytest.approx(0.4 * money[2026].sum())


def test_lost_region_bites():
    """With two regions "inland keeps 40 % when the coast is lost" says the same; half is the base."""
    free = solved(tiny())
    assert free.objective - best(rho=0.4).objective == pytest.approx(3)
    assert free.objective - best(rho=0.3).objective == pytest.approx(0)


def test_zones_bite():
    """In focus in both zones, inland needs 45 chips in 2026: 5 from food research, loss 0.2 each."""
    scale = {"focus_bands[chips].scale": 45}
    one = solved(tiny("regional_fit", "strategic_backup", set=OFF | scale))
    two = solved(tiny("regional_fit", "strategic_backup",
                      set=OFF | scale | {"strategic_backup.zones": 2}))
    assert one.objective - two.objective == pytest.approx(1)
    last = two.table("focus").query("year == 2026 and industry == 'chips'")
    assert set(last.loc[last["focus"] == 1, "region"]) == {"coast", "inland"}


def test_resilience():
    """A whole backup is 0.8 of the 80 that chips had: 64. Inland has 40 of them where nobody asks."""
    priced = {"strategic_backup.share": 0.8, "strategic_backup.price": 0}
    aimed = priced | {"goals[productivity].weight": 0, "goals[resilience].weight": 1}
    free = solved(tiny("strategic_backup", set=OFF | priced)).goals.set_index("goal")
    full = solved(tiny("strategic_backup", set=OFF | aimed))
    assert free.loc["resilience", "value"] == pytest.approx(40 / 64)
    assert full.objective == pytest.approx(1)
    assert full.goals.set_index("goal").loc["resilience", "value"] == pytest.approx(1)


def test_measure():
    plan = solved(tiny("strategic_backup", "regional_fit", set={
        "strategic_backup.share": 0.4, "strategic_backup.rho": 0.4, "strategic_backup.zones": 2}))

    def lose_inland(frame):
        frame.loc[(frame["region"] == "inland") & (frame["industry"] == "chips"), "spend"] *= 0.5
        return frame

    def unfocus(frame):
        frame.loc[frame["region"] == "inland", "focus"] = 0
        return frame

    def boast(frame):
        frame.loc[frame["goal"] == "resilience", "value"] = 0.5
        return frame

    assert broken(edited(plan, "allocations", lose_inland), "strategic_backup") == {
        "share", "lost_region", "covered"}
    assert broken(edited(plan, "focus", unfocus), "strategic_backup") == {"zones"}
    assert broken(edited(plan, "goals", boast), "strategic_backup") == {"covered"}


def test_words():
    with pytest.raises(InvalidInstance) as found:
        tiny("strategic_backup", set={"zones.hinterland": False, "strategic_backup.zones": 3,
                                      "strategic_backup.rho": 0.6})
    assert [re.sub(r"row \d+, ", "", str(problem)) for problem in found.value.problems] == [
        "zones.csv, column hinterland: no region lies in a zone that counts as hinterland, but "
        "strategic_backup.share asks for a backup there. Mark a zone, or set strategic_backup.share to 0.",
        "instance.toml, column mechanisms.strategic_backup.zones: there are only 2 zones (found: 3). "
        "Lower it.",
        "baseline.csv: chips has cells in 2 regions; whichever is lost, they cannot all keep 0.6 of it in "
        "the others. List cells in more regions, or lower strategic_backup.rho."]
