"""Prices: duals against finite differences, kinks, steps against cold solves, tags against two solves."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import planner
from planner.cli import main
from planner.price_tags import price_tags
from planner.solving import solve
from planner.studies import Case, Options, Session, pricing
from planner.studies.meanings import of_price
from planner.studies.prices import prices, with_solves
from planner.studies.pricing import prices as task
from planner.studies.scale import on_one_scale
from planner.words import worded
from tests.helpers import tiny

EXACT = Options(gap=1e-7)
SETTINGS = {"mechanisms": "", "steps": "fixed", "levers": 20}


def linear(**set_):
    """Tiny with rules that need no whole numbers: an LP."""
    return tiny("basic_research", "regional_balance", set=set_)


@pytest.fixture(scope="module")
def priced():
    return task(Session(linear(), EXACT), Case("base", task="prices", settings=SETTINGS))


def line(frame, rule, year, mechanism=None, where=None):
    found = frame[(frame["rule"] == rule) & (frame["year"] == year)]
    found = found if where is None else found[found["where"] == where]
    assert len(found) == 1
    return found.iloc[0]


def objective(**set_):
    return solve(linear(**set_), gap=1e-9, rounding=False).objective


def test_a_budget_s_dual_is_its_finite_difference_on_both_sides_inside_its_range(priced):
    row = line(priced["prices"], "central_budget", 2025)
    assert row["holds"] == "both" and row["dual"] > 1
    assert row["low"] < 60 < row["high"]
    base = objective()
    for side in (60 - 0.9 * (60 - row["low"]), 60 + 0.9 * (row["high"] - 60)):
        assert objective(**{"budget[2025].central": side}) - base == pytest.approx(row["dual"] * (side - 60), rel=1e-5)


def test_beyond_its_range_the_price_falls(priced):
    """Value is concave in a budget: past the range one more is worth less than the dual says."""
    row = line(priced["prices"], "central_budget", 2025)
    side = row["high"] + 5
    gained = objective(**{"budget[2025].central": side}) - objective()
    assert gained < row["dual"] * (side - 60) - 0.1


def test_goal_prices_sum_to_the_dual_of_the_objective():
    """Weighted goals: 100 x weight / range x the price in each goal, less the price of relief."""
    instance = on_one_scale(linear(**{"goals[balance].weight": 0.3, "goals[productivity].weight": 0.7,
                                      "basic_research.price": 0.5}))
    frame = task(Session(instance, Options(gap=0.01)), Case("base", settings=SETTINGS | {"steps": "none"}))["prices"]
    goals = instance.table("goals").set_index("goal")
    whole = sum(100 * goals.loc[goal, "weight"] / (float(goals.loc[goal, "ideal"]) - float(goals.loc[goal, "nadir"]))
                * frame[goal] for goal in ("productivity", "balance")) - frame["relief_cost"]
    assert np.allclose(whole, frame["dual"], atol=1e-6)
    assert (frame["dual"].abs() > 1e-3).sum() > 3


def test_a_rule_that_does_not_bind_has_price_nothing(priced):
    row = line(priced["prices"][priced["prices"]["rule"] == "gini"], "gini", 2026)
    assert row["dual"] == row["less"] == row["more"] == 0
    assert row["low"] == pytest.approx(row["reached"]) and row["high"] == np.inf


def test_a_budget_that_feeds_a_floor_too_is_worth_less_than_its_row(priced):
    """Two per cent of the central budget are a reserve: the lever moves both rows, and the forecast counts both."""
    def with_reserve(**set_):
        return tiny("emergency_reserve", set=set_)
    made = task(Session(with_reserve(), EXACT), Case("base", settings=SETTINGS))
    row = line(made["prices"], "central_budget", 2026)
    up = made["levers"].set_index(["lever", "step"]).loc[("budget[2026].central", 1)]
    real = solve(with_reserve(**{"budget[2026].central": 60.6}), gap=1e-9, rounding=False).objective - solve(
        with_reserve(), gap=1e-9, rounding=False).objective
    assert up["forecast"] == pytest.approx(0.98 * 0.6 * row["dual"], rel=1e-6)
    assert up["forecast"] == pytest.approx(real, rel=1e-5)


def test_a_mechanism_s_prices_cumulate_to_its_lever(priced):
    """The floor of basic research stands in every year and as a coefficient: one lever moves it all."""
    steps = priced["levers"].set_index(["lever", "step"])
    up, down = steps.loc[("basic_research.floor", 1)], steps.loc[("basic_research.floor", -1)]
    assert (up["now"], up["to"], down["to"]) == (0.1, 0.11, 0.09)
    base = objective()
    assert up["fixed"] == pytest.approx(objective(**{"basic_research.floor": 0.11}) - base, rel=1e-5)
    assert down["fixed"] == pytest.approx(objective(**{"basic_research.floor": 0.09}) - base, rel=1e-5)
    tiny_step = objective(**{"basic_research.floor": 0.1001}) - base
    assert up["forecast"] / 100 == pytest.approx(tiny_step, rel=1e-2)
    assert up["forecast"] < 0 < down["forecast"]


def test_levers_of_mechanisms_stand_before_the_core_s(priced):
    core = (priced["levers"]["mechanism"] == "core").tolist()
    assert core == sorted(core) and not core[0] and core[-1]


def test_at_a_kink_both_prices_are_told(priced, monkeypatch):
    """A budget set to the end of its range: a unit less costs what the dual said, a unit more brings less."""
    before = line(priced["prices"], "central_budget", 2025)
    high = float(before["high"])
    instance = linear(**{"budget[2025].central": high})
    frame = task(Session(instance, EXACT), Case("base", settings=SETTINGS | {"steps": "none"}))["prices"]
    row = line(frame, "central_budget", 2025)
    base = objective(**{"budget[2025].central": high})
    assert row["less"] == pytest.approx(before["dual"], rel=1e-4)
    assert row["more"] == pytest.approx((objective(**{"budget[2025].central": high + 0.05}) - base) / 0.05, rel=1e-4)
    assert row["more"] < row["less"] - 1e-3 and row["holds"] in ("less", "more")
    monkeypatch.setattr(pricing, "SIDES", 0)  # not looked into, and said so
    frame = task(Session(instance, EXACT), Case("base", settings=SETTINGS | {"steps": "none"}))["prices"]
    row = line(frame, "central_budget", 2025)
    assert row["holds"] == "unsure" and "was not looked into" in of_price(row, {"unit": "points"}, instance, "en")


@pytest.fixture(scope="module")
def study():
    """With whole numbers: minimum grants are all or nothing."""
    instance = tiny("basic_research", "instruments", "minimum_grant", "emergency_reserve")
    return instance, prices(instance, mechanisms=("basic_research", "minimum_grant"), levers=2, tags="whole",
                            options=Options(gap=1e-6))


def test_steps_agree_with_cold_solves(study):
    instance, made = study
    base = solve(instance, gap=1e-6, rounding=False).objective
    assert made.passport["objective"] == pytest.approx(base, rel=2e-6)
    assert len(made.steps) >= 2
    for row in made.steps.itertuples():
        cold = solve(instance.with_overrides({row.lever: row.to}), gap=1e-6, rounding=False).objective
        assert row.change == pytest.approx(cold - base, abs=4e-6 * abs(base))
        assert row.least - 4e-6 * base <= cold - base <= row.most + 4e-6 * base
        assert row.fixed <= row.most + 1e-6  # the base's whole numbers are one way to meet the step


def test_only_the_mechanisms_asked_for_are_told(study):
    made = study[1]
    assert set(made.prices["mechanism"]) == {"basic_research", "minimum_grant"} == set(made.tags["mechanism"])


def test_a_tag_is_the_difference_of_two_solves(study):
    instance, made = study
    without = solve(instance.with_overrides({"basic_research.on": False}), gap=1e-6, rounding=False)
    with_it = solve(instance, gap=1e-6, rounding=False)
    row = made.tags.set_index("mechanism").loc["basic_research"]
    assert row["cost"] == pytest.approx(without.objective - with_it.objective, abs=4e-6 * with_it.objective)
    assert row["productivity"] == pytest.approx(-row["cost"], rel=1e-6)


def test_a_step_is_claimed_only_outside_the_gaps():
    base = pd.Series({"objective": 100.0, "bound": 101.0})
    moved = pd.DataFrame({"lever": ["a.b"] * 3, "to": [1.0, 2.0, 3.0], "fixed": [-0.5, -2.0, np.nan]})
    cases = pd.DataFrame({"case": ["a.b=1", "a.b=2", "a.b=3"], "status": ["feasible", "feasible", "infeasible"],
                          "objective": [99.0, 90.0, np.nan], "bound": [100.5, 98.5, np.nan]})
    out = with_solves(moved, cases, base)
    assert out["change"].tolist()[:2] == [-0.5, -2.0]  # the plan with the base's whole numbers is better
    assert out[["least", "most"]].to_numpy()[:2].tolist() == [[-1.5, 0.5], [-3.0, -1.5]]
    assert out["apart"].tolist() == [False, True, False]
    assert np.isnan(out["change"][2])


def test_modes_without_one_objective_are_refused():
    with pytest.raises(ValueError, match="mode=weighted") as error:
        prices(linear(mode="lexicographic"))
    assert "mode=weighted" in worded(error.value, "zh")


def test_no_plan_no_prices():
    with pytest.raises(planner.NoPlan):
        prices(linear(**{"basic_research.floor": 1.0, "zone_bands[west].floor": 0.9, "regional_balance.gini": 0.0}),
               tags="none")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_command_tells_and_writes(tmp_path, monkeypatch, capsys, lang):
    from planner.instance import write_folder
    monkeypatch.chdir(tmp_path)
    write_folder(linear(), tmp_path / "small")
    assert main(["prices", "small", "--mechanism", "basic_research", "--steps", "fixed", "--tags", "none",
                 "--lang", lang]) == 0
    text = capsys.readouterr().out
    assert "basic_research.floor" in text and ("Marginal prices" in text) == (lang == "en")
    folder = tmp_path / "outputs" / "small" / "base.prices"
    told = json.loads((folder / "prices.json").read_text(encoding="utf-8"))
    assert told["unit"] == "productivity" and told["goals"] == ["productivity"]
    frame = pd.read_csv(folder / "prices.csv", encoding="utf-8-sig")
    assert set(frame["mechanism"]) == {"basic_research"} and frame["meaning"].notna().all()


def test_an_unknown_mechanism_is_named_with_those_there_are(capsys):
    assert main(["prices", "instances/tiny", "--mechanism", "basic"]) == 2
    assert "basic_research" in capsys.readouterr().err


def test_the_report_shows_the_study_that_lies_beside_the_plan(tmp_path):
    """And the duals of the plan's own solve where none does, or one of other inputs."""
    from planner.report.beside import attach
    from planner.report.tags import price_tags as sheet
    from planner.report.words import Names, word
    instance = linear()
    plan = solve(instance, gap=1e-6, rounding=False)
    made = prices(instance, steps="fixed", tags="none", levers=2, options=EXACT)
    made.save(tmp_path / "base.prices")
    names = Names(instance, "en")
    assert word("note.price_tags.duals") in sheet(plan, names).after
    attach(plan, tmp_path / "base")
    shown = sheet(plan, names)
    assert word("note.price_tags.study") in shown.after
    assert {"price_low", "price_high"} <= set(shown.frame)
    assert any("basic_research.floor" in text for text in shown.after)
    some = replace(made, passport=made.passport | {"mechanisms": ["basic_research"]})
    some.save(tmp_path / "some.prices")
    again = solve(instance, gap=1e-6, rounding=False)
    attach(again, tmp_path / "some")
    assert "clause_prices" not in again.tables and "lever_steps" in again.tables
    other = solve(linear(**{"basic_research.floor": 0.12}), gap=1e-6, rounding=False)
    attach(other, tmp_path / "base")
    assert "clause_prices" not in other.tables


def test_the_library_s_tags_take_a_choice():
    table = price_tags(linear(), only=["basic_research"])
    assert table["mechanism"].tolist() == ["basic_research"]
