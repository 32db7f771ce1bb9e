"""A fixed plan under sampled returns: against figures worked out by hand, and the command."""

import json
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

import planner
from planner import cli
from planner.plan import Plan
from planner.report.folder import write_output
from planner.studies.case import Options
from planner.studies.draws import ASSUMED_DEVIATION, deviations, sample, uncertainty
from planner.studies.exposure import exposure, goals_in
from planner.studies.hindsight import NoHindsight
from planner.studies.recourse import Recourse, Shock, repairs, shocks, without_a_region
from planner.studies.statistics import cvar, dominates, dominates_first_order, regret, share_best
from planner.studies.stress import stress
from tests.helpers import ROOT, solved, tiny


@lru_cache
def plan(*on):
    return solved(tiny(*on))


def test_statistics_by_hand():
    assert cvar(np.arange(10.0), 0.9) == 0.0 and cvar(np.arange(10.0), 0.8) == pytest.approx(0.5)
    assert cvar(np.arange(10.0), 0.85) == pytest.approx((0 + 0.5 * 1) / 1.5)  # a draw at the edge counts by half
    assert cvar([3.0, 1.0], 0.0) == pytest.approx(2.0)
    with pytest.raises(ValueError):
        cvar([], 0.5)
    values = pd.DataFrame({"a": [3.0, 1.0, 2.0], "b": [1.0, 1.0, 4.0]})
    assert regret(values)["a"].tolist() == [0, 0, 2] and regret(values)["b"].tolist() == [2, 0, 0]
    assert share_best(values).tolist() == [pytest.approx(0.5), pytest.approx(0.5)]
    assert dominates_first_order([1, 3], [2, 1]) and not dominates_first_order([2, 1], [1, 3])
    assert not dominates_first_order([1, 2], [2, 1]) and not dominates_first_order([0, 9], [1, 2])
    assert dominates([1, 2, np.nan], [1, 1, 5]) and not dominates([1, 1], [1, 1]) and not dominates([2, 0], [1, 1])


def test_draws_are_what_the_instance_says():
    """tiny: boom or bust by half; frontier deviates by a half, engineering by a fifth."""
    draws = sample(tiny(), 4000, seed=1)
    factor = draws.factors()
    frontier, engineering = (factor[:, draws.categories.index(name)] for name in ("frontier", "engineering"))
    boom = draws.state == "boom"
    assert abs(boom.mean() - 0.5) < 0.03
    assert frontier[boom].mean() == pytest.approx(1.2, abs=0.03) and frontier[~boom].mean() == pytest.approx(0.4, abs=0.02)
    assert engineering[~boom].mean() == pytest.approx(0.9, abs=0.02)
    assert 1.2 * 0.5 <= frontier[boom].min() and frontier[boom].max() <= 1.2 * 1.5
    again, other = sample(tiny(), 4000, seed=1), sample(tiny(), 4000, seed=2)
    assert (again.factors() == factor).all() and not (other.factors() == factor).all()


def test_what_is_not_declared_is_assumed_and_said():
    assert uncertainty(tiny()).set_index("what").loc["uniform_symmetric", "status"] == "assumed"
    split = planner.load(ROOT / "instances" / "split")
    told = uncertainty(split)
    assert (told.loc[told["what"] == "deviation", "value"] == ASSUMED_DEVIATION).all()
    assert (told["status"] == "assumed").all() and (deviations(split, ("all",)) == ASSUMED_DEVIATION).all()
    with pytest.raises(ValueError):
        sample(tiny(), 0)


def test_productivity_of_a_draw_is_recomputed_cell_by_cell():
    made, world = plan(), sample(tiny(), 50, seed=3)
    spend, factor = made.allocations, world.factors()
    by_category = spend.groupby("category")["value"].sum()
    expected = sum(factor[:, at] * by_category[name] for at, name in enumerate(world.categories))
    reached = goals_in(made.instance, {"plan": exposure(made)}, world)["productivity"]["plan"]
    assert np.allclose(reached, expected)


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_cells_apart_in_blocks_of_any_size(block, monkeypatch):
    from planner.studies import draws as module
    world = sample(tiny(), 60, seed=5, by="cell")
    values, category = np.random.default_rng(0).uniform(size=(16, 2)), np.arange(16) % 2
    expected = world.worth(values, category)
    monkeypatch.setattr(module, "BLOCK", block)
    assert np.array_equal(world.worth(values, category), expected) or np.allclose(world.worth(values, category), expected, rtol=1e-14)
    wide = sample(tiny(), 60, seed=5).worth(values, category)
    assert (wide / world.by_state.mean(axis=1)[:, None]).std() > (expected / world.by_state.mean(axis=1)[:, None]).std()


def test_missions_fail_as_often_as_their_bids_say():
    """With the tender alone: a bid's value comes in full or not at all, rivals' not twice."""
    made = plan("missions")
    world = sample(made.instance, 4000, seed=2)
    part = exposure(made)
    reached = goals_in(made.instance, {"plan": part}, world)
    told = made.goals.groupby("goal")["value"].sum()
    earned = reached["productivity"]["plan"] - world.worth(
        part["cells"][["value"]].to_numpy(float),
        part["cells"]["category"].map({name: at for at, name in enumerate(world.categories)}).to_numpy())[:, 0]
    of_missions = made.goals.loc[made.goals["owner"] == "missions", "value"].sum()
    assert len(part["starts"]) and of_missions > 0
    assert earned.mean() == pytest.approx(of_missions, rel=0.06) and earned.nunique() > 1
    assert reached["autonomy"]["plan"].mean() == pytest.approx(told["autonomy"], rel=0.06)


def test_recourse_by_hand():
    """Straight returns, 2 in application and 1 in research, cells of at most 20: the best room takes the reserve."""
    made = plan("emergency_reserve")
    desk, reserve = Recourse(made), made.table("reserve").set_index("year")["reserve"]
    assert desk.value.sum() == pytest.approx(made.allocations["value"].sum())
    spend, part = made.allocations, {s.name: s for s in shocks(made.instance)}
    years = desk.answer(part["coast"]).set_index("year")
    for year, row in years.iterrows():
        own = spend[spend["year"] == year]
        assert row["loss"] == pytest.approx(own.loc[own["region"] == "coast", "value"].sum())
        room = own[(own["region"] == "inland")].assign(rate=lambda f: f["stage"].map({"research": 1.0, "application": 2.0}))
        left, worth = reserve[year], 0.0
        fit = {("chips"): 1.0, ("food"): 1.2}
        for line in room.assign(gain=room["rate"] * room["industry"].map(fit)).sort_values("gain", ascending=False).itertuples():
            give = min(left, 20.0 - line.spend)
            left, worth = left - give, worth + give * line.gain
        assert row["worth"] == pytest.approx(worth, rel=1e-6) and row["spent"] == pytest.approx(reserve[year] - left)
    table, _ = repairs(made)
    table = table.set_index("shock")
    assert table.loc["boom", "loss"] < 0 and table.loc["boom", "repaired"] == 0
    assert (table["repaired"] + table["remains"] - table["loss"].clip(lower=0)).abs().max() < 1e-9


def test_recourse_needs_people():
    """With nobody free the reserve repairs nothing."""
    made = plan("emergency_reserve", "talent")
    desk = Recourse(made)
    shock = Shock("region", "coast", (desk.cells["region"] != "coast").to_numpy(float), "coast")
    before = desk.answer(shock)
    desk.free = desk.free.assign(free=0.0)
    after = desk.answer(shock)
    assert before["worth"].sum() > 0 and (after["worth"] == 0).all() and set(after["bound"]) == {"people"}


def test_what_is_left_without_the_largest_region():
    table, spend = without_a_region(plan("strategic_backup")), plan("strategic_backup").allocations
    own = spend[(spend["industry"] == "chips") & (spend["year"] == 2025)].groupby("region")["spend"].sum()
    row = table[(table["industry"] == "chips") & (table["year"] == 2025)].iloc[0]
    assert row["kept"] == pytest.approx(1 - own.max() / own.sum()) and row["region"] == own.idxmax()
    assert row["asked"] == pytest.approx(0.1) and set(table["industry"]) == {"chips"}


def test_hindsight_is_never_worse_and_stays_below_perfect_returns():
    found = stress(plan(), 20, 4, hindsight=3, options=Options(gap=1e-6))
    assert (found.regret["regret"] >= -1e-4 * found.regret["productivity"]).all() and found.regret["regret"].max() > 0
    assert (found.regret["hindsight"] - found.regret["productivity"]).to_numpy() == pytest.approx(
        found.regret["regret"].to_numpy(), abs=1e-3)
    with pytest.raises(NoHindsight):
        stress(plan(), 20, by="cell", hindsight=1)


def test_a_seed_gives_the_same_again():
    one, two = stress(plan(), 100, 7), stress(plan(), 100, 7)
    assert one.draws.equals(two.draws) and one.summary.equals(two.summary)
    assert set(one.tables()) >= {"draws", "summary", "states", "shocks", "uncertainty"}
    with pytest.raises(ValueError):
        stress(Plan(tiny(), {}, {}), 10)


def test_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_output(plan("emergency_reserve", "talent"), tmp_path / "made")
    assert cli.main(["stress", "made", "--draws", "50", "--seed", "3"]) == 0
    text = capsys.readouterr().out
    assert "50 draws" in text and "region lost: Coast" in text and "Assumed, not published" in text
    told = json.loads((tmp_path / "made.stress" / "study.json").read_text(encoding="utf-8"))
    assert told["seed"] == 3 and told["draws"] == 50 and len(told["instance_hash"]) > 8
    assert len(pd.read_csv(tmp_path / "made.stress" / "draws.csv", encoding="utf-8-sig")) == 50
    assert "recourse" in (tmp_path / "made.stress" / "report.html").read_text(encoding="utf-8")
    assert cli.main(["stress", "made", "--draws", "20", "--lang", "zh"]) == 0
    assert "地区丧失" in capsys.readouterr().out
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert cli.main(["stress", "made", "--draws", "5", "--out", "mine"]) == 2
    assert "no study wrote" in capsys.readouterr().err
    assert cli.main(["stress", "made", "--draws", "5", "--by", "cell", "--hindsight", "1"]) == 2
    assert "by category" in capsys.readouterr().err
    assert cli.main(["stress", "nowhere"]) == 2 and "plan.json" in capsys.readouterr().err
