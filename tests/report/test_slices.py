"""Money as the reader cuts it: sums against plain pandas, drawn as bars or tiles."""

import pandas as pd
import pytest

from planner.report.figures.slices import Slice, members, sliced, slices
from planner.report.words import LANGUAGES, Names
from tests.report.plans import HOSTILE, by_hand, hostile


def plan():
    """The plan by hand, with spend that differs from cell to cell and half as much again as the base in all."""
    made = by_hand()
    spend = made.tables["allocations"]
    made.tables["allocations"] = spend.assign(spend=spend["spend"] * (1 + (spend.index % 3) / 2))
    return made


def test_sums_are_those_of_the_table():
    made = plan()
    frame = made.allocations
    found = sliced(made, Slice("industry", "year"))
    expected = frame.pivot_table(index="industry", columns="year", values="spend", aggfunc="sum")
    pd.testing.assert_frame_equal(found.cells, expected.loc[found.cells.index], check_names=False)
    assert found.whole == pytest.approx(frame["spend"].sum()) == pytest.approx(found.by_row.sum())
    assert found.by_column.sum() == pytest.approx(found.whole)
    assert list(found.by_row) == sorted(found.by_row, reverse=True)  # most money first


def test_filters_and_measures():
    made = plan()
    frame = made.allocations
    part = frame[(frame["region"] == "coast") & (frame["year"] == 2025)]
    where = {"region": ("coast",), "year": (2025,), "stage": ()}
    assert sliced(made, Slice("stage", "category", "difference", where)).whole == pytest.approx(
        (part["spend"] - part["baseline"]).sum())
    growth = sliced(made, Slice("stage", "", "growth", where))
    by_stage = part.groupby("stage")[["spend", "baseline"]].sum()
    assert growth.by_row.to_dict() == pytest.approx((by_stage["spend"] / by_stage["baseline"] - 1).to_dict())
    assert growth.whole == pytest.approx(part["spend"].sum() / part["baseline"].sum() - 1)
    assert members(made, "year") == [2025, 2026] and set(members(made, "region")) == {"coast", "inland"}


def test_what_there_is_not_is_refused():
    for asked in (Slice("planet"), Slice("region", "planet"), Slice(measure="planet"), Slice(where={"planet": ("x",)})):
        with pytest.raises(ValueError, match="planet"):
            sliced(plan(), asked)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("asked", [
    Slice(), Slice("region", "region"), Slice("year", "", "difference"), Slice("industry", "year", "growth"),
    Slice("zone", "stage", "spend", {"industry": ("chips",)})])
def test_charts_tell_their_table(asked, lang):
    made = plan()
    chart = slices(made, Names(made.instance, lang), asked)
    whole = sliced(made, asked).whole
    assert chart.grid.frame.iloc[-1, -1] == pytest.approx(whole)
    assert chart.title and chart.about and len(chart.figure.data) > 0
    assert ("%" in chart.about) == (asked.measure == "growth")
    if asked.where:
        assert Names(made.instance, lang).name("industry", "chips") in chart.about


def test_nothing_left_is_none_and_an_empty_cell_is_no_growth():
    made = plan()
    assert slices(made, Names(made.instance, "en"), Slice(where={"region": ("nowhere",)})) is None
    frame = made.tables["allocations"]
    made.tables["allocations"] = frame.assign(baseline=frame["baseline"].where(frame["region"] != "coast", 0.0))
    assert pd.isna(sliced(made, Slice("region", "", "growth")).by_row["coast"])


def test_names_that_are_code_are_escaped():
    made = hostile()
    text = slices(made, Names(made.instance, "en"), Slice()).figure.to_json()
    assert HOSTILE.split("=")[0] not in text.replace("\\u003c", "<")
