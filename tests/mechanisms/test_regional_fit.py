"""regional_fit on the tiny instance, where everything can be worked out by hand."""

import pytest

from planner.instance.raw import InvalidInstance
from tests.helpers import assert_golden, broken, edited, rows, solved, tiny

TWO = {"industries[food].class": "future", "focus_bands[food].fewest": 1}
"""Both industries are new: chips is led by the coast, food by inland."""


def test_rows():
    assert_golden("regional_fit", rows(tiny("regional_fit"), "regional_fit"))


def test_bites():
    """Free, the coast spends 70 on chips: 40 on applications and 30 of research at 1.5.

    Without a focus it may spend 1.5 x 40 = 60; the other 10 go where research returns 1.2, inland's
    food. That costs 10 x 0.3 in each of two years. In focus nothing is lost.
    """
    none = {"focus_limits[coast].most": 0, "focus_bands.fewest": 0}
    assert solved(tiny(set=none)).objective == pytest.approx(854)
    assert solved(tiny("regional_fit")).objective == pytest.approx(854)
    assert solved(tiny("regional_fit", set=none)).objective == pytest.approx(848)


def test_scale_and_transfer():
    """Inland follows in 2026 only, and then spends at least 50 on chips instead of 40.

    Research there returns 1.0. 5 come from research in inland's food (1.2), 5 from the coast's
    chips (1.5), which keep 65: 1 + 2.5 less.
    """
    both = {"focus_bands[chips].fewest": 2, "focus_bands[chips].scale": 50}
    plan = solved(tiny("regional_fit", set=both))
    focus = plan.table("focus").set_index(["region", "year"])["focus"]
    assert (focus["coast", 2025], focus["coast", 2026], focus["inland", 2026]) == (1, 1, 1)
    assert ("inland", 2025) not in focus
    assert plan.objective == pytest.approx(850.5)


def test_no_column_without_fit_or_room():
    """Fit below the threshold, or a scale that the cells cannot absorb (80), leaves no decision."""
    unfit = rows(tiny("regional_fit", set={"regional_fit.threshold": 1.2}), "regional_fit")
    assert "focus[coast, chips" in unfit and "focus[inland, chips" not in unfit
    large = {"focus_bands[chips].scale": 81, "focus_bands[chips].fewest": 0}
    assert "integer" not in rows(tiny("regional_fit", set=large), "regional_fit")


@pytest.fixture(scope="module")
def tight():
    """Inland's chips are in focus too (fewest 2), the coast's food is not (most 1)."""
    return solved(tiny("regional_fit", set=TWO | {
        "focus_bands[chips].fewest": 2, "focus_limits.most": 1, "focus_limits[inland].most": 2}))


def spend(region, industry, year, factor):
    def change(frame):
        here = (frame["region"] == region) & (frame["industry"] == industry) & (frame["year"] == year)
        frame.loc[here, "spend"] *= factor
        return frame
    return "allocations", change


def focus(value, **labels):
    def change(frame):
        here = (frame[list(labels)] == list(labels.values())).all(axis=1)
        frame.loc[here, "focus"] = value
        return frame
    return "focus", change


@pytest.mark.parametrize("change, rule", [
    (focus(0.5, region="coast", industry="chips", year=2025), {"whole", "gradient"}),
    (spend("coast", "chips", 2025, 1.5), {"unfocused"}),
    (spend("coast", "chips", 2026, 0.1), {"scale"}),
    (focus(0, region="coast", industry="chips", year=2026), {"unfocused", "kept", "fewest"}),
    (focus(0, region="coast", industry="chips"), {"unfocused", "gradient", "fewest"}),
    (focus(1, industry="food"), {"most", "region_most"}),
])
def test_measure(tight, change, rule):
    assert broken(edited(tight, *change), "regional_fit") == rule


def test_measure_unfit():
    plan = solved(tiny("regional_fit", set={"regional_fit.threshold": 1.2}))

    def add(frame):
        frame.loc[len(frame)] = ["inland", "chips", 2026, 1.0]
        return frame

    assert broken(edited(plan, "focus", add), "regional_fit") == {"eligible"}


@pytest.mark.parametrize("change, why", [
    ({"focus_bands[chips].fewest": 2, "regional_fit.threshold": 1.2},
     "chips needs 2 regions in focus, but only 1 fit it and can absorb its scale"),
    ({"focus_bands[chips].fewest": 2, "focus_bands[chips].most": 1},
     "chips needs 2 regions in focus, but at most 1 are allowed"),
])
def test_words(change, why):
    with pytest.raises(InvalidInstance) as told:
        tiny("regional_fit", set=change)
    assert [str(problem) for problem in told.value.problems] == [
        (f"focus_bands.csv, row 2, column fewest: {why}. "
        "Lower fewest, the scale or the threshold, or raise most.")]
