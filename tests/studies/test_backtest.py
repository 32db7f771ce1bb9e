"""The backtest: its data against the recipe, benchmarks and distances by hand, and the command."""

import pandas as pd
import pytest

from planner import cli
from planner.instance import read
from planner.instance.calibration import calibrate
from planner.mechanisms import MECHANISMS
from planner.studies.backtest import NoBacktest, backtest, distances, naive, panel_of, trend
from tests.helpers import ROOT, tiny

CHINA = ROOT / "instances" / "china-2018"

NATIONAL = {2013: 11846.6, 2018: 19677.93, 2019: 22143.58, 2020: 24393.11, 2021: 27956.31, 2022: 30782.88, 2023: 33357.07}
"""Printed national totals; Shanghai's parts of 2021 add to 1.97 more than its total, so 2021 is 0.007 % above."""

PANEL = pd.DataFrame([(region, "basic", year, money) for region, years in (
    ("a", {2013: 10, 2018: 20, 2019: 30}), ("b", {2013: 40, 2018: 40, 2019: 30})) for year, money in years.items()],
    columns=["region", "stage", "year", "spend"])


def test_the_instance_is_what_its_statistics_say():
    """Baseline and totals come from the panel; the sums are the published national totals (100 million yuan)."""
    instance, made = read(CHINA, MECHANISMS), calibrate(CHINA)["baseline"]
    base = instance.table("baseline").merge(made, on=["region", "stage"])
    assert len(base) == 93 and (base["spend_x"] - base["spend_y"]).abs().max() < 1e-6
    panel = panel_of(instance)
    totals = panel.groupby("year")["spend"].sum()
    for year, published in NATIONAL.items():
        assert totals[year] == pytest.approx(published, rel=1e-4)
    budget = instance.table("budget").set_index("year")["central"]
    assert budget.to_numpy() == pytest.approx(totals[budget.index].to_numpy(), abs=1e-3)
    told = instance.table("provenance").set_index(["table", "column"])["status"]
    assert told["baseline", "spend"] == "published" and told["regions", "population"] == "assumed"


def test_benchmarks_by_hand():
    assert naive(PANEL, 2018, [2019])["spend"].tolist() == [20, 40]  # 60 in 2019, shares 1/3 and 2/3
    made = trend(PANEL, 2018, [2019])  # a doubled in five years, b stood still
    up = 20 * 2 ** 0.2
    assert made["spend"].tolist() == pytest.approx([60 * up / (up + 40), 60 * 40 / (up + 40)])


def test_distance_by_hand():
    spend = pd.DataFrame([("actual", "a", "east", "basic", 2019, 30.0), ("actual", "b", "west", "basic", 2019, 30.0),
                          ("plan", "a", "east", "basic", 2019, 20.0), ("plan", "b", "west", "basic", 2019, 40.0)],
                         columns=["series", "region", "zone", "stage", "year", "spend"])
    made = distances(spend).set_index(["series", "level", "year"])["distance"]
    assert made["plan", "region", 2019] == pytest.approx(1 / 6) == made["plan", "zone", 0]
    assert made["plan", "stage", 2019] == 0


def test_plan_keeps_its_rules_and_the_totals():
    found = backtest(CHINA)
    assert set(found.cases["status"]) == {"optimal"}
    spent = found.spend.groupby(["series", "year"])["spend"].sum().unstack("year")
    assert (spent.sub(spent.loc["actual"]).abs() < 1e-3 * spent.loc["actual"]).all().all()  # money is worth something
    last = found.shares[(found.shares["year"] == 2023) & (found.shares["series"] == "plan")].set_index("member")["share"]
    assert last["basic"] >= 0.08 - 1e-6 and last["west"] >= 0.14 - 1e-6 and last["east"] <= 0.65 + 1e-6
    goals = found.goals.pivot(index="series", columns="goal", values="value")
    assert goals["productivity"].idxmax() == "productivity"  # no rule, so nothing beats it under its own response
    assert set(found.distances["level"]) == {"region and stage", "region", "zone", "stage"}
    with pytest.raises(NoBacktest):
        backtest(tiny())


def test_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["backtest", str(CHINA)]) == 0
    text = capsys.readouterr().out
    assert "Constant shares" in text and "not which of the two was right" in text
    folder = tmp_path / "outputs" / "china-2018" / "base.backtest"
    assert (folder / "report.html").is_file() and len(pd.read_csv(folder / "regions.csv")) == 31
    assert cli.main(["backtest", str(CHINA), "--lang", "zh"]) == 0
    assert "份额不变" in capsys.readouterr().out
    assert cli.main(["backtest", str(ROOT / "instances" / "tiny")]) == 2
    assert "statistics/panel.csv" in capsys.readouterr().err


def test_goal_ranges_of_two_goals_are_proven_though_their_optimum_lies_near_nought():
    """Costs of 1e-6 lay below the solver's dual tolerance: its optimum missed its bound and was called a failure."""
    from planner.mechanisms import MECHANISMS
    from planner.model.build import build
    from planner.model.goals import aims
    from planner.solving import load, with_ranges
    instance = load(ROOT / "instances" / "china-2018", None, {
        "goals[balance].weight": 0.5, "regional_balance.on": "false", "core.response_tolerance": 0.01})
    core = build(instance, MECHANISMS)
    made = {aim.name: aim for aim in with_ranges(core, aims(core), time_limit=100)}
    assert made["productivity"].ideal == pytest.approx(100679.886, rel=1e-6)  # with productivity alone; 2e-4 less unscaled
    assert -1e-3 < made["balance"].ideal <= 0 and made["balance"].ideal > made["balance"].nadir
