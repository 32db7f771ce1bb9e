"""platforms on the tiny instance, where everything can be worked out by hand."""

import pytest

from planner.instance.raw import InvalidInstance
from tests.helpers import assert_golden, broken, cell, edited, rows, solved, tiny

FULL = {"platform_stock[coast,lab].base_capacity": 0, "platform_types.running": 0,
        "platform_types[lab].capital": 1}
"""The coast's laboratory carries 20 of research."""
CLOSED = {"platform_types.most": 0, "platform_zones.most": 0}


def test_rows():
    assert_golden("platforms", rows(tiny("platforms"), "platforms"))


def test_bites():
    """Free, the coast spends 30 on research in chips at 1.5; its laboratory carries 20.

    The other 10 go to inland's food, 1.2: 3 less in each year. A second laboratory, begun in 2025,
    carries them in 2026, for 1 of money in 2025 that is worth 1.2 inland.
    """
    assert solved(tiny()).objective == pytest.approx(854)
    assert solved(tiny("platforms", set=FULL | CLOSED)).objective == pytest.approx(848)
    plan = solved(tiny("platforms", set=FULL))
    assert plan.objective == pytest.approx(848 + 3 - 1.2)
    opened = plan.table("platforms").set_index(["region", "platform", "year"])["open"]
    assert opened["coast", "lab", 2025] == 1 and opened.sum() == 1


def test_zone_wide():
    """The west's hub carries 20 of frontier applications; inland would spend 40 at the least 2.0.

    The other 20 go to research, 10 in the coast's chips (1.5), 10 in inland's food (1.2): 13 less.
    """
    hub = FULL | CLOSED | {"platform_stock[coast,lab].base_capacity": 60,
                           "platform_stock[inland,hub].base_capacity": 20}
    plan = solved(tiny("platforms", set=hub))
    assert plan.objective == pytest.approx(854 - 26)
    rule = plan.compliance[plan.compliance["rule"] == "zone_platform"]
    assert list(rule["where"]) == ["west, hub"] * 2 and list(rule["status"]) == ["binding"] * 2


def test_talent_sharing_platforms_let_regions_borrow():
    """Nobody borrows before a hub stands in the zone; then 0.4 x 25 engineers each year.

    See test_talent: without borrowing 784. The hub costs 2 in 2025 and needs a laboratory, which
    here takes no time: 1 more. 10 engineers are 20 of money each year at 2.0 instead of 1.0.
    """
    scarce = {"core.steering": 1, "talent_stock[inland,engineer].stock": 25, "talent_stock.drift": 0,
              "talent_stock.training": 0, "talent_types.attrition": 0, "introduction.quota": 0,
              "talent.borrow_cap": 0.4, "platform_types.running": 0, "platform_types.local_share": 0,
              "platform_types[lab].capital": 1,
              "platform_types[lab].build_years": 0, "platform_types.min_talent": 0,
              "platform_stock.base_capacity": 100}
    closed = solved(tiny("talent", "platforms", set=scarce | CLOSED))
    plan = solved(tiny("talent", "platforms", set=scarce))
    assert closed.objective == pytest.approx(784)
    assert plan.objective == pytest.approx(784 + 40 - 3)


def test_least_numbers():
    """Where one must open it does, after the platform that it rests on."""
    least = {"platform_types[hub].fewest": 2, "platform_zones[west,lab].fewest": 1}
    plan = solved(tiny("platforms", set=least))
    opened = plan.table("platforms").groupby(["region", "platform"])["open"].sum()
    assert dict(opened) == {("coast", "hub"): 1, ("coast", "lab"): 0,
                            ("inland", "hub"): 1, ("inland", "lab"): 1}


def test_no_column_where_it_does_not_fit():
    text = rows(tiny("platforms", set={"platform_fit[lab,chips].least": 1.2}), "platforms")
    assert "open[coast, lab" in text and "open[inland, lab" not in text


@pytest.fixture(scope="module")
def busy():
    return solved(tiny("platforms", set={
        "platform_types[hub].fewest": 2, "platform_types[lab].most": 2, "platform_zones[west,lab].fewest": 1,
        "platform_types[lab].min_talent": 150, "talent_stock[inland,*].stock": 100,
        "platform_stock[inland,hub].base_capacity": 100}))


HUB = {"region": "inland", "platform": "hub"}
LAB = {"region": "inland", "platform": "lab"}
REACH = {"talent_sharing_reach", "data_reach"}


@pytest.mark.parametrize("change, rules", [
    (cell("platforms", "stock", 5, **HUB, year=2026), {"stock"}),
    (cell("platforms", "open", 0.5, **HUB, year=2026),
     {"whole", "stock", "fewest", "central_cost"} | REACH),
    (cell("platforms", "open", -1, **HUB, year=2025), {"not_negative"}),
    (cell("platforms", "open", 3, **LAB, year=2025), {"room"}),
    (cell("platforms", "open", 1, **LAB, year=2026), {"room"}),
    (cell("platforms", "open", 1, **HUB), {"per_region"}),
    (cell("platforms", "open", 0, **LAB), {"requires", "zone_fewest"}),
    (cell("platforms", "open", 0, **HUB), {"fewest"}),
    (cell("platforms", "open", 2, platform="lab", year=2025), {"most", "talent_base"}),
    (cell("platform_reach", "data", 3, region="coast"), {"data_reach"}),
    (cell("platform_reach", "talent_sharing", 3, region="coast"), {"talent_sharing_reach"}),
    (cell("budget", "amount", 9, level="central", item="platforms"), {"central_cost"}),
    (cell("budget", "amount", 9, level="local", item="platforms"), {"local_cost"}),
    (cell("allocations", "spend", 3, region="coast", stage="research"), {"platform_draw"}),
    (cell("allocations", "spend", 3, region="inland", stage="application"), {"zone_platform_draw"}),
    (cell("platform_balance", "amount", 9, side="supply"), {"platform_supply"}),
    (cell("zone_platform_balance", "amount", 9, side="supply"), {"zone_platform_supply"}),
])
def test_measure(busy, change, rules):
    """One figure stands in several rules; those named are among the broken ones."""
    assert rules <= broken(edited(busy, *change), "platforms")
    assert not broken(busy, "platforms")


def test_measure_zone_most():
    plan = solved(tiny("platforms", set={"platform_zones[west,lab].most": 0}))
    assert broken(edited(plan, *cell("platforms", "open", 1, **LAB, year=2025)), "platforms") >= {"zone_most"}


@pytest.mark.parametrize("change, told_as", [
    ({"platform_types[lab].requires": "hub"},
     ("platform_types.csv, column requires: platforms require one another: hub -> lab -> hub. "
     "Empty one of these cells.")),
    ({"platform_types[lab].fewest": 4},
     ("platform_types.csv, row 2, column fewest: at least 4 new lab, but at most 3. "
     "Lower fewest or raise most.")),
    ({"platform_zones[west,lab].fewest": 3},
     ("platform_zones.csv, row 2, column fewest: at least 3 new lab in west, but at most 2. "
     "Lower fewest or raise most.")),
])
def test_words(change, told_as):
    with pytest.raises(InvalidInstance) as told:
        tiny("platforms", set=change)
    assert [str(problem) for problem in told.value.problems] == [told_as]
