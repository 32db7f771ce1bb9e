"""Ladders: nesting told from tables, in both directions; the price of it; money scale; going on after a kill."""

import re
import shutil

import numpy as np
import pandas as pd
import pytest

import planner
from planner.cli import main
from planner.studies import Options
from planner.studies import ladder as module
from planner.studies.ladder import ladder
from tests.helpers import ROOT, tiny
from tests.test_chinese import english

ON = ("missions", "platforms", "basic_research", "regional_balance")
STEPS = (0.8, 0.9, 1.1, 1.2)
CLOSE = Options(gap=1e-6)
KEYS = ["region", "industry", "category", "stage", "year"]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return tmp_path_factory.mktemp("ladder")


@pytest.fixture(scope="module")
def made(shelf):
    return ladder(tiny(*ON), STEPS, options=CLOSE, folder=shelf)


def test_what_is_funded_stays_funded_on_every_higher_rung(made):
    """Cells, starts and openings of any rung against any higher one, from their tables."""
    assert list(made.plans) == [0.8, 0.9, 1.0, 1.1, 1.2]
    rungs = list(made.plans.values())
    for at, low in enumerate(rungs):
        for high in rungs[at + 1:]:
            bids = low.instance.table("bids")[["bid", "mission"]]
            before, after = (plan.table("missions").merge(bids, on="bid") for plan in (low, high))
            for year in low.instance.years:
                one, other = (part[part["year"] <= year].groupby("mission")["start"].sum() for part in (before, after))
                assert (other >= one).all()
            for table, name, keys in (("allocations", "spend", KEYS),
                                      ("platforms", "open", ["region", "platform", "year"])):
                both = low.table(table).merge(high.table(table), on=keys)
                assert len(both) == len(low.table(table)) and (
                    both[f"{name}_y"] >= (1 - module.GIVE) * both[f"{name}_x"] - 1e-4).all()


def test_rungs_are_plans_that_keep_every_rule_and_more_money_is_never_worse(made):
    for plan in made.plans.values():
        assert not (plan.compliance["status"] == "broken").any()
    rungs = made.rungs
    assert rungs["rung"].tolist() == [0.8, 0.9, 1.0, 1.1, 1.2]
    assert np.allclose(rungs["budget"], 200 * rungs["rung"])
    assert rungs["objective"].is_monotonic_increasing and rungs["free_objective"].is_monotonic_increasing
    assert (rungs["spend"].diff().dropna() > 0).all()


def test_the_price_of_nesting_is_what_the_free_optimum_is_worth_more(made):
    """A cut to 80 % that may raise nothing costs: the free plan would give something up and start another."""
    rungs = made.rungs.set_index("rung")
    assert np.allclose(rungs["price"], rungs["free_objective"] - rungs["objective"], atol=1e-4)
    assert (rungs["price_least"] <= rungs["price"]).all() and (rungs["price"] <= rungs["price_most"]).all()
    assert rungs["price"][1.0] == 0.0 and rungs["price_least"][0.8] > 0.1
    free, held = made.free[0.8].allocations, made.plans[1.0].allocations
    assert (free["spend"] > held["spend"] + 1e-3).any()  # what nesting forbids


def test_where_the_next_hundred_go_adds_up(made):
    follow = made.next
    assert set(zip(follow["lower"], follow["upper"])) == {(0.8, 0.9), (0.9, 1.0), (1.0, 1.1), (1.1, 1.2)}
    spend = made.rungs.set_index("rung")["spend"]
    for (low, high, dim), part in follow.groupby(["lower", "upper", "dimension"]):
        if dim != "instrument":
            assert part["amount"].sum() == pytest.approx(spend[high] - spend[low], abs=1e-6)
            assert (part["amount"] >= -1e-4 - module.GIVE * spend[high]).all()
        assert np.allclose(part["per_100"], 100 * part["amount"] / (200 * (high - low)))


def test_entries_are_what_the_rung_below_has_not(made):
    for rung, part in made.entries.groupby("rung"):
        below = max(step for step in made.plans if step < rung)
        for row in part[part["kind"] == "mission"].itertuples():
            for step, there in ((below, 0.0), (rung, 1.0)):
                starts = made.plans[step].table("missions")
                assert starts.loc[(starts["bid"] == row.member) & (starts["year"] == row.year), "start"].item() == there
    assert len(made.entries)


def test_a_ladder_goes_on_where_it_was_killed(made, shelf, tmp_path, monkeypatch):
    """Everything kept: nothing is solved. One rung gone: it and what rests on it only, with the same tables."""
    folder = tmp_path / "again"
    shutil.copytree(shelf, folder)
    solved, before = [], module.Session.solve

    def counted(self, instance, *args, **more):
        solved.append(instance.overrides[-1] if instance.overrides else "")
        return before(self, instance, *args, **more)
    monkeypatch.setattr(module.Session, "solve", counted)
    found = ladder(tiny(*ON), STEPS, options=CLOSE, folder=folder)
    assert solved == []
    pd.testing.assert_frame_equal(found.rungs, made.rungs)
    pd.testing.assert_frame_equal(found.next, made.next)
    shutil.rmtree(folder / "1.2")
    found = ladder(tiny(*ON), STEPS, options=CLOSE, folder=folder)
    assert len(solved) == 1 and found.rungs["objective"].to_numpy() == pytest.approx(
        made.rungs["objective"].to_numpy(), rel=1e-6)
    ladder(tiny(*ON), (1.1,), options=Options(gap=1e-5), folder=folder, free=False)
    assert len(solved) == 3  # other options are other plans


def test_money_scale_changes_nothing():
    """All money times a thousand: every rung's plan times a thousand, with straight returns the value too."""
    on, steps = ("basic_research",), (0.9, 1.1)
    big = {f"{key}*": 1000.0 for key in ("budget.central", "local_budget.local", "private.private", "baseline.spend",
                                         "private_capacity.capacity")}
    one, other = (ladder(tiny(*on, set=more), steps, options=CLOSE).rungs for more in ({}, big))
    for column in ("budget", "spend", "objective", "free_objective"):
        assert other[column].to_numpy() == pytest.approx(1000 * one[column].to_numpy(), rel=1e-5)


def test_a_rung_without_a_plan_says_so_and_the_next_goes_on():
    """Missions must take a twentieth of the central budget: at thirty times the money there are too few."""
    made = ladder(tiny("missions", set={"missions.budget_low": 0.05}), (1.5, 30.0), options=CLOSE, free=False)
    rungs = made.rungs.set_index("rung")
    message = rungs["message"][30.0]
    assert rungs["status"][30.0] == "no plan" and "no plan exists" in message
    assert "missions.budget_low[2025] by" in message and "the rules themselves stand in the way" in message
    assert rungs["status"][1.5] in ("optimal", "feasible") and list(made.plans) == [1.0, 1.5]


def test_a_rung_that_only_nesting_forbids_says_how_far_it_would_have_to_give():
    """A ceiling on the coast that shrinks as the budget grows: what is funded there cannot all stay."""
    from planner.studies.unnested import reason
    base = planner.solve(tiny("regional_balance"), gap=1e-6, rounding=False)
    spend, zone = base.allocations, base.instance.table("regions").set_index("region")["zone"].to_dict()
    share = spend.groupby(spend["region"].map(zone).astype(str))["spend"].sum()["east"] / spend["spend"].sum()
    assert share > 0.3
    tight = base.instance.with_overrides({"zone_bands[east].ceiling": float(share) - 0.02})
    text = reason(tight, lambda give: module.Nested(base, True, give or 0.0))
    assert "core.central_budget[2025] by" in text and "asked 60" in text and "--give 0.2" in text
    held = module.Nested(base, True, 0.2)
    assert planner.solve(tight, gap=1e-4, rounding=False, amend=held).objective > 0
    with pytest.raises(planner.solving.NoPlan):
        planner.solve(tight, gap=1e-4, rounding=False, amend=module.Nested(base, True, 0.05))


def test_what_may_be_given_is_a_share():
    for give in (-0.1, 1.0, 2.0):
        with pytest.raises(ValueError, match="from 0 to below 1"):
            ladder(tiny(), (1.1,), give=give)


def test_wrong_steps_are_refused():
    with pytest.raises(ValueError, match="above 0"):
        ladder(tiny(), (0.0, 1.0))
    assert planner.ladder is ladder


@pytest.mark.parametrize("command", ["compare", "ladder", "replan"])
def test_help_in_chinese(command, capsys):
    assert main([command, "--help", "--lang", "zh"]) == 0
    text = capsys.readouterr().out
    assert "用法：" in text and not english(re.sub(r"(?s)用法.*?\n\n", "", text))


def test_the_figure_stacks_what_the_table_says(made):
    from planner.report.figures.ladder import next_hundred
    from planner.report.words import Names
    chart = next_hundred(made, "zone", Names(made.plans[1.0].instance, "en"))
    assert [len(trace.x) for trace in chart.figure.data] == [4, 4]
    total = made.next[made.next["dimension"] == "zone"].groupby("lower")["per_100"].sum()
    assert np.allclose(np.sum([trace.x for trace in chart.figure.data], axis=0), total)
    assert chart.grid.frame.columns.tolist()[1] == "80 % → 90 %"


def test_the_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "instances" / "tiny", tmp_path / "instances" / "tiny")
    off = [text for name in (mechanism.name for mechanism in planner.MECHANISMS)
           if name not in ON for text in ("--set", f"{name}.on=false")]
    words = ["ladder", "tiny", *off, "--gap", "0.0001"]
    assert main([*words, "--steps", "0.9,1,1.1", "--out", "made"]) == 0
    found = capsys.readouterr()
    text = found.out + found.err
    assert "Traceback" not in text and "Where the next 100" in text and "Price of nesting" in text
    folder = tmp_path / "made"
    rungs = pd.read_csv(folder / "rungs.csv", encoding="utf-8-sig")
    assert rungs["rung"].tolist() == [0.9, 1.0, 1.1]
    assert {entry.name for entry in folder.iterdir()} == {"rungs.csv", "next.csv", "entries.csv", "plans"}
    assert main([*words, "--steps", "0.9,1,1.1", "--out", "made", "--lang", "zh"]) == 0
    text = "".join(capsys.readouterr())
    assert "下一个 100" in text and not english(text)
    for wrong in ("0.9,x", "0"):
        assert main([*words, "--steps", wrong]) == 2
    (folder / "own.txt").write_text("mine")
    assert main([*words, "--steps", "0.9,1,1.1", "--out", "made"]) == 2 and "own.txt" in capsys.readouterr().err


def test_a_rung_keeps_the_shape_of_its_model(made):
    """Nesting changes bounds and sides of rows, so that a re-solve goes on from the live model before it."""
    from planner.mechanisms import MECHANISMS
    from planner.model.build import build
    free, held = (build(tiny(*ON), MECHANISMS) for _ in range(2))
    module.Nested(None, upwards=False)(free)
    module.Nested(made.plans[0.9], upwards=True)(held)
    one, other = free.book.matrix(), held.book.matrix()
    assert one.rows.shape == other.rows.shape and (one.integer == other.integer).all()
    assert (one.rows != other.rows).nnz == 0 and (other.lower >= one.lower).all() and (other.lower > one.lower).any()


def test_all_rungs_are_counted_on_one_scale():
    """Two goals without ranges: those of the base are used for every rung."""
    found = ladder(tiny("basic_research", set={"goals[green].weight": 0.5}), (1.1,), options=CLOSE)
    ranges = [plan.goals.groupby("goal")[["ideal", "nadir"]].first().loc[["green", "productivity"]]
              for plan in (*found.plans.values(), found.free[1.1])]
    assert ranges[0].notna().all(axis=None)
    assert all((other == ranges[0]).all(axis=None) for other in ranges[1:])
