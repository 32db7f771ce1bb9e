"""Plans side by side: figures worked out by hand, what gaps allow to say, words, workbook, tables."""

import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest

import planner
from planner.cli import main
from planner.comparison import NotComparable
from planner.mechanisms import MECHANISMS
from planner.plan import Plan, measure_all
from planner.report.compared_book import write_book
from planner.report.figures.compared import differences
from planner.report.folder import write_output
from planner.report.words import Names
from tests.helpers import ROOT
from tests.report.plans import by_hand
from tests.test_chinese import english


def moved_by_hand(money=5.0, year=2025, **changes) -> Plan:
    """The plan in which everything stays, but some money goes from inland to coast in one cell and year."""
    plan = by_hand(**changes)
    spend = plan.allocations
    for region, sign in (("coast", 1), ("inland", -1)):
        here = ((spend["region"] == region) & (spend["industry"] == "chips") & (spend["category"] == "frontier")
                & (spend["stage"] == "research") & (spend["year"] == year))
        assert here.sum() == 1
        spend.loc[here, "spend"] += sign * money
    plan = replace(plan, tables=plan.tables | {"allocations": spend})
    plan.tables["compliance"] = measure_all(plan, MECHANISMS)
    return plan


def test_what_moved_is_worked_out_by_hand():
    """160 million a year in all; five of them move from inland to coast in one cell of 2025."""
    found = planner.compare(by_hand(), moved_by_hand(), names=["stay", "go"])
    region = found.moved("region").set_index("region")
    assert region["reference"].to_dict() == {"coast": 160.0, "inland": 160.0}
    assert region["difference"].to_dict() == {"coast": 5.0, "inland": -5.0}
    assert region["relative"]["coast"] == 5 / 160 and region["share_difference"]["coast"] == 5 / 320
    assert found.moved("stage")["difference"].tolist() == [0.0, 0.0]
    year = found.moved("region", "year").set_index(["region", "year"])
    assert year["difference"].to_dict() == {("coast", 2025): 5.0, ("coast", 2026): 0.0, ("inland", 2025): -5.0,
                                            ("inland", 2026): 0.0}
    assert year["share"]["coast", 2025] == 85 / 160  # of the year's money
    spend = found.totals.set_index("measure").loc["spend"]
    assert (spend["difference"], spend["moved"], spend["moved_share"]) == (0.0, 5.0, 5 / 320)
    # of two regions the index is how far the share of money lies from that of people, and coast has more people
    assert found.fairness.set_index("measure")["difference"]["gini"] == pytest.approx(-5 / 320)


def test_every_frame_is_tidy_and_adds_up():
    found = planner.compare(by_hand(), moved_by_hand(), moved_by_hand(-3.0), names=["a", "b", "c"])
    money = found.money
    assert set(money["plan"]) == {"b", "c"} and found.others == ("b", "c")
    for (_, dim), part in money.groupby(["plan", "dimension"]):
        whole = 160.0 if dim == "instrument" else 320.0
        assert part["reference"].sum() == pytest.approx(whole) and part["amount"].sum() == pytest.approx(whole)
        assert np.allclose(part["difference"], part["amount"] - part["reference"])
        assert part["share"].sum() == pytest.approx(1.0)
    assert all(isinstance(frame, pd.DataFrame) and frame.columns.is_unique for frame in found.frames.values())
    assert money[(money["plan"] == "c") & (money["member"] == "coast")]["difference"].item() == -3.0


def test_a_plan_compared_with_itself_does_not_differ():
    found = planner.compare(by_hand(), by_hand())
    assert found.inputs.empty and found.not_shared.empty and not found.money["difference"].any()
    assert (found.rules["change"] == "as_before").all()
    assert found.names == ("base+" + "+".join(by_hand().instance.overrides),) * 1 + (found.names[0] + " (2)",)


# --- what gaps allow ----------------------------------------------------------------


def told(objective, bound, **more) -> Plan:
    plan = by_hand()
    goals = plan.goals.assign(value=objective, weight=1.0, ideal=np.nan, nadir=np.nan)
    plan.passport.update(objective=objective, bound=bound, gap=bound and bound / objective - 1, **more)
    return replace(plan, tables=plan.tables | {"goals": goals})


@pytest.mark.parametrize(("other", "verdict"), [
    ((101.0, 103.0), "undecided"),  # 101 lies below 102, the proven bound of the reference
    ((102.5, 103.0), "higher"), ((97.0, 99.0), "lower"), ((97.0, 100.5), "undecided"),
    ((103.0, None), "higher"), ((99.0, None), "undecided")])
def test_objectives_within_the_gaps_are_no_difference(other, verdict):
    """The reference: 100, proven to be at most 102."""
    row = planner.compare(told(100.0, 102.0), told(*other)).objectives.iloc[0]
    assert row["verdict"] == verdict
    assert row["least"] == other[0] - 102.0 and row["most"] == (other[1] or np.inf) - 100.0


def test_a_goal_says_whether_the_gaps_could_explain_it():
    """The gaps are 2 and 1 wide: 2.5 may be where the searches stopped, 3.5 may not."""
    goals = [planner.compare(told(100.0, 102.0), told(value, value + 1)).goals.iloc[0] for value in (102.5, 103.5)]
    assert [goal["points"] for goal in goals] == [2.5, 3.5]
    assert [goal["within_gaps"] for goal in goals] == [True, False]


def test_objectives_that_cannot_be_compared_say_why():
    one = told(100.0, 102.0)
    weighed = replace(one, tables=one.tables | {"goals": one.goals.assign(ideal=200.0, nadir=0.0)})
    assert planner.compare(one, weighed).objectives["reason"].item() == "scale"
    other = replace(one, instance=one.instance.with_overrides({"mode": "maximin"}))
    assert planner.compare(one, other).objectives["reason"].item() == "mode"
    assert planner.compare(one, told(99.0, 99.5, status="rounded")).objectives["most"].item() == np.inf


# --- rules, inputs, what is not shared ------------------------------------------------


def test_rules_are_joined_and_told_by_what_changed():
    """The west has 80 of 160: a floor of 40 % has room, one of 50 % binds, and is broken by what leaves."""
    def plan(floor, money=0.0):
        return moved_by_hand(money, 2026, set={"regional_balance.on": True, "zone_bands[west].floor": floor})

    def change(one, other):
        rules = planner.compare(one, other).rules.set_index(["rule", "where", "year"])
        return rules["change"].get(("zone_floor", "west", 2026))
    loose, exact = plan(0.4), plan(0.5)
    assert change(loose, exact) == "starts_binding" and change(exact, loose) == "stops_binding"
    assert change(exact, exact) == "as_before" and change(loose, loose) is None
    assert change(loose, plan(0.5, 4.0)) == "breaks" and change(plan(0.5, 4.0), loose) == "mended"
    off = by_hand()
    assert change(off, exact) == "appears" and change(exact, off) == "vanishes" and change(off, plan(0.5, 4.0)) == "breaks"
    row = planner.compare(loose, plan(0.5, 4.0)).rules.query("rule == 'zone_floor' and year == 2026").iloc[0]
    assert (row["required_reference"], row["required"], row["reached"], row["slack"]) == (64.0, 80.0, 76.0, -4.0)


def test_why_it_moved_names_every_input_that_differs():
    other = by_hand(set={"budget[2025].central": 70.0, "basic_research.on": True, "core.steering": 0.25})
    found = planner.compare(by_hand(), other).inputs
    rows = set(found[["kind", "key", "reference", "value"]].itertuples(index=False, name=None))
    assert {("table", "budget[2025].central", "60", "70"), ("mechanism", "basic_research.on", "false", "true"),
            ("core", "core.steering", "0.5", "0.25")} <= rows
    assert not [key for _, key, *_ in rows if key.startswith("budget[2026]")]


def test_many_figures_of_a_column_are_one_line():
    from planner.comparison.inputs import condensed
    found = planner.compare(by_hand(), by_hand(set={"baseline.spend*": 1.5})).inputs
    line = condensed(found).set_index("key").loc["baseline[*].spend"]
    assert (line["rows"], line["reference"], line["value"]) == (16, "160", "240")


def test_plans_of_other_years_are_compared_in_what_they_share():
    short = by_hand(set={"last_year": 2025})
    found = planner.compare(by_hand(), short, names=["long", "short"])
    assert found.moved("year")["year"].tolist() == [2025]
    assert found.moved("region")["difference"].tolist() == [0.0, 0.0]
    left = found.not_shared.set_index(["dimension", "plan"]).loc[("year", "long")]
    assert (left["member"], left["money"]) == ("2026", 160.0)
    assert found.objectives["reason"].item() == "sets" and 2026 not in set(found.rules["year"])
    assert found.goals["within_gaps"].isna().all()


def test_what_cannot_be_compared_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(NotComparable, match="two plans at least"):
        planner.compare(by_hand())
    with pytest.raises(NotComparable, match=r"different units \(million / yuan\)"):
        planner.compare(by_hand(), by_hand(set={"money_unit": "yuan"}))
    with pytest.raises(NotComparable, match="holds no plan"):
        planner.compare(by_hand(), tmp_path)
    with pytest.raises(NotComparable, match="without its instance"):
        planner.compare(by_hand(), replace(by_hand(), instance=None))
    with pytest.raises(ValueError, match="dimensions industry, instrument together"):
        planner.compare(by_hand(), by_hand()).moved("industry", "instrument")


def test_missions_say_what_starts_when():
    def plan(**starts):
        made = by_hand()
        rows = [(bid, year, float(starts.get(bid) == year)) for bid in ("light_a", "light_b", "resist_c")
                for year in (2025, 2026)]
        return replace(made, tables=made.tables | {"missions": pd.DataFrame(rows, columns=["bid", "year", "start"])})
    found = planner.compare(plan(light_a=2025, light_b=2026), plan(light_b=2025, resist_c=2026)).missions
    assert found.set_index("bid")["change"].to_dict() == {"light_a": "dropped", "light_b": "earlier",
                                                          "resist_c": "started"}


def test_no_solver_is_loaded():
    code = ("import sys, planner; planner.compare; "
            "print([m for m in ('pyomo', 'highspy') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


# --- faces ----------------------------------------------------------------------------


def test_the_workbook_adds_up_and_its_formulas_carry_their_values(tmp_path):
    found = planner.compare(by_hand(), moved_by_hand(), names=["stay", "go"])
    path = write_book(found, tmp_path / "c.xlsx", more=[("region", "stage")])
    page = openpyxl.load_workbook(path, data_only=True)["Regions"]
    rows = list(page.iter_rows(min_row=4, values_only=True))
    assert rows[0] == ("Region", "A (million)", "B (million)", "B − A (million)", "B − A in %", "B: share in points")
    assert rows[1] == ("Coast", 160, 165, 5, 5 / 160, 100 * 5 / 320) and rows[3][:4] == ("Total", 320, 320, 0)
    live = openpyxl.load_workbook(path)
    assert live["Regions"]["D5"].value == "=C5-B5" and live["Regions"]["B7"].value == "=SUM(B5:B6)"
    assert {"Cover", "Zones", "Region × Stage", "Rules", "Goals", "Inputs"} - set(live.sheetnames) == {"Inputs"}


def test_the_figure_shares_axes_and_centres_its_colours():
    found = planner.compare(by_hand(), moved_by_hand(), moved_by_hand(-2.5), names=["a", "b", "c"])
    chart = differences(found, ("region",), Names(found.plans[0].instance, "en"))
    bars = [trace for trace in chart.figure.data if trace.type == "bar"]
    assert [list(bar.x) for bar in bars] == [[5.0, -5.0], [-2.5, 2.5]]
    assert bars[0].marker.color[0] != bars[1].marker.color[1]  # one scale: half the difference is paler
    ranges = [tuple(chart.figure.layout[axis].range) for axis in ("xaxis2", "xaxis3")]
    assert ranges[0] == ranges[1] and ranges[0][0] == -ranges[0][1]
    assert "−2.5" in chart.about or "+2.5" in chart.about
    assert chart.grid.frame.iloc[0].tolist()[:5] == ["Coast", 160.0, 165.0, 5.0, 5 / 320]


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Two plans in folders `stay` and `go`."""
    monkeypatch.chdir(tmp_path)
    for name, plan in (("stay", by_hand()), ("go", moved_by_hand(set={"budget[2025].central": 70.0}))):
        write_output(plan, tmp_path / name)
    return tmp_path


def said(capsys) -> str:
    found = capsys.readouterr()
    text = found.out + found.err
    assert "Traceback" not in text
    return text


def test_the_command_tells_what_moved_and_writes_it(folders, capsys):
    assert main(["compare", "stay", "go", "--xlsx", "c", "--csv", "tables", "--by", "region,stage+year"]) == 0
    text = said(capsys)
    assert "budget[2025].central" in text and "+5.00" in text and "Written to c.xlsx" in text
    region = pd.read_csv(folders / "tables" / "money_region.csv", encoding="utf-8-sig")
    assert region["difference"].tolist() == [5.0, -5.0] and (folders / "tables" / "rules.csv").exists()
    assert main(["compare", "stay", "go", "--xlsx", "c"]) == 2 and "there already" in said(capsys)
    assert main(["compare", "stay", "go", "--xlsx", "c", "--csv", "tables", "--force"]) == 0
    said(capsys)
    shutil.copy(folders / "c.xlsx", folders / "tables" / "own.xlsx")
    assert main(["compare", "stay", "go", "--csv", "tables", "--force"]) == 2
    assert "own.xlsx" in said(capsys) and (folders / "tables" / "own.xlsx").exists()


@pytest.mark.parametrize(("words", "needle"), [
    (["stay"], "two plans at least"), (["stay", "nowhere"], "nowhere"), (["stay", "go", "--by", "colour"], "colour"),
    (["stay", "go", "--by", "industry+instrument"], "industry+instrument"), (["stay", "go", "--top", "0"], "at least 1")])
def test_wrong_usage_is_told(words, needle, folders, capsys):
    assert main(["compare", *words]) == 2
    assert needle in said(capsys)


def test_it_speaks_chinese(folders, capsys):
    assert main(["compare", "stay", "go", "--lang", "zh", "--xlsx", "zh.xlsx"]) == 0
    text = said(capsys)
    assert "沿海" in text and "按地区的资金" in text and not english(text)
    book = openpyxl.load_workbook(folders / "zh.xlsx")
    assert "地区" in book.sheetnames and book["地区"]["A4"].value == "地区"
    assert main(["compare", "--help", "--lang", "zh"]) == 0
    assert "基准" in said(capsys)
    assert main(["compare", "stay", "--lang", "zh"]) == 2 and "至少" in said(capsys)
