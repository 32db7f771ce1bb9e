"""The figures: what they are drawn from, their colours, their tiles."""

import json

import pandas as pd
import pytest

from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.report.figures import FIGURES, charts
from planner.report.figures.flows import PRIVATE, flow_table
from planner.report.figures.judged import fairness_table
from planner.report.figures.look import (
    BLUES,
    DIVERGING,
    LIGHTS,
    PALETTE,
    STATUS,
    contrast,
    ink_on,
    percents,
    shade,
    three,
)
from planner.report.figures.maps import by_region, has_tiles, short
from planner.report.figures.rules import by_rule, clause_words, priced
from planner.report.words import LANGUAGES, Names, catalogue
from tests.helpers import ROOT
from tests.report.plans import by_hand


@pytest.fixture(scope="module")
def plan():
    return by_hand()


@pytest.fixture(scope="module")
def china():
    return read(ROOT / "instances" / "china-2022", MECHANISMS)


def test_china_has_a_tile_and_short_names_for_each_of_its_31_units(china):
    regions = china.table("regions")
    tiles = regions[["tile_x", "tile_y"]]
    assert len(regions) == 31 and tiles.notna().all().all() and not tiles.duplicated().any()
    assert {key.removeprefix("short.") for key in catalogue() if key.startswith("short.")} == set(regions["region"])
    for lang in LANGUAGES:
        names = Names(china, lang)
        assert len({short(region, names) for region in regions["region"]}) == 31


def test_regions_without_tiles_are_ranked_bars(plan):
    regions = plan.instance.table("regions")
    names = Names(plan.instance, "en")
    tiles = FIGURES["spend_map"](plan, names).figure.data[0]
    assert tiles.orientation is None and len(tiles.x) == len(regions)
    frames = dict(plan.instance._frames)
    for lost in ({"tile_x": None}, {"tile_x": 0, "tile_y": 0}):
        frames["regions"] = regions.assign(**lost)
        plain = type(plan)(plan.instance.rebuilt("tiny", frames, {}, {}, (), check=False), plan.tables, plan.passport)
        assert not has_tiles(by_region(plain))
        chart = FIGURES["spend_map"](plain, names)
        bars = chart.figure.data[0]
        assert bars.orientation == "h" and list(bars.x) == sorted(bars.x, reverse=True)
        assert "not a geographical map" not in chart.about


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_figure_has_title_words_and_table(plan, lang):
    made = charts(plan, Names(plan.instance, lang))
    assert set(made) >= {"spend_map", "flows", "zones", "stages", "industries", "growth", "instruments", "rules"}
    for chart in made.values():
        assert chart.title and chart.about and len(chart.grid.frame)
        assert set(chart.grid.kinds) <= set(chart.grid.frame)
        text = json.dumps(chart.figure.to_plotly_json(), default=list, allow_nan=False)
        assert "smoothing" not in text and '"spline"' not in text


def test_flows_into_a_stage_equal_flows_out_of_it(plan):
    table = flow_table(plan)
    arrives = table[table["origin"] != ""].groupby("stage")["amount"].sum()
    leaves = table[table["industry"] != ""].groupby("stage")["amount"].sum()
    spend = plan.allocations.groupby("stage")["spend"].sum()
    assert (arrives - spend).abs().max() < 1e-9 and (leaves - spend).abs().max() < 1e-9
    # By hand: 320 of spend in the two plan years, of which 80 a year are public.
    assert table.loc[table["origin"] == PRIVATE, "amount"].sum() == pytest.approx(160.0)


def test_maps_tell_shares_of_the_nation(plan):
    frame = by_region(plan)
    assert frame["share"].sum() == pytest.approx(1.0) and frame["change"].abs().max() < 1e-12
    assert frame["total"].sum() == pytest.approx(plan.allocations["spend"].sum())


def test_equal_money_per_head_is_told_by_hand(plan):
    # Coast and inland get 80 each; 60 and 40 people: Gini = 0.6 x 0.4 x |80/60 - 80/40| / (160/100) = 0.1.
    assert fairness_table(plan)["gini"].tolist() == pytest.approx([0.1] * 3)


def test_rules_are_told_by_their_tightest_row():
    rows = pd.DataFrame({
        "mechanism": "core", "rule": ["a", "a", "b"], "where": ["x", "y", "z"], "year": 0, "sense": "<=",
        "reached": 0.0, "required": [5.0, 0.0, -2.0], "unit": "money", "slack": [5.0, 0.0, -2.0],
        "scale": [5.0, 1.0, 2.0], "relief": 0.0, "status": ["kept", "binding", "broken"], "dual": [None, 2.0, -3.0]})
    told = by_rule(rows)
    assert told["rule"].tolist() == ["b", "a"] and told["where"].tolist() == ["z", "y"]
    assert told.set_index("rule")["rows"].to_dict() == {"a": 2, "b": 1}
    plan = type("P", (), {"compliance": rows})
    assert priced(plan)[["rule", "dual"]].values.tolist() == [["b", -3.0], ["a", 2.0]]


def test_rules_that_an_instance_named_keep_their_name():
    assert clause_words("missions", "rule_chips_by_someone", "zh") == "揭榜规则“chips by someone”"
    assert clause_words("core", "central_budget", "en") == "central budget"


def test_ink_can_be_read_on_every_colour():
    steps = [at / 40 for at in range(41)]
    colours = [*PALETTE, *LIGHTS.values(), *STATUS.values(), *(
        shade(at, 0, 1, stops) for at in steps for stops in (BLUES, DIVERGING))]
    assert min(contrast(ink_on(colour), colour) for colour in colours) >= 4.5
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_differences_are_centred_on_nought():
    assert shade(0.0, -3.0, 3.0, DIVERGING) == DIVERGING[len(DIVERGING) // 2]
    assert shade(-3.0, -3.0, 3.0, DIVERGING) == DIVERGING[0] and shade(9.0, -3.0, 3.0, DIVERGING) == DIVERGING[-1]


def test_three_significant_digits():
    assert [three(v) for v in (0, None, 123456.0, -1.2345, 0.001234, 999.6)] == [
        "0", "–", "123,000", "−1.23", "0.00123", "1,000"]
    assert [percents(v, 1, signed=True) for v in (0.0, -0.00001, 0.123)] == [
        "0.0\u00a0%", "0.0\u00a0%", "+12.3\u00a0%"]


def test_marginal_values_are_points_only_where_goals_have_ranges(plan):
    from planner.report.figures.chart import worth_unit
    assert worth_unit(plan, "million", "en") == "of the goal per million"
    ranged = type(plan)(plan.instance, plan.tables | {"goals": plan.goals.assign(normalised=0.5)}, plan.passport)
    assert worth_unit(ranged, "million", "en") == "points per million"


def test_many_regions_without_tiles_are_cut_to_the_first(plan):
    from planner.report.figures import maps
    frame = pd.DataFrame({"region": [f"r{n}" for n in range(50)], "total": [float(n) for n in range(50)]})
    drawn = maps._ranked(frame, list(frame["region"]), ["x"] * 50, ["#ffffff"] * 50, [""] * 50, None, "total")
    assert len(drawn.data[0].x) == maps.MOST and drawn.data[0].x[0] == 49
    assert drawn.layout.xaxis.range[0] == 0
