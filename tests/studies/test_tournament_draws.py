"""Policies under the same draws: regret and dominance recomputed from the draws, and the command."""

import json

import numpy as np
import pandas as pd
import pytest

import planner
from planner import cli
from planner.policies.sampled import tournament, weighed
from planner.policies.tournament import contest, policy_plan
from planner.studies.draws import sample
from planner.studies.exposure import exposure, goals_in
from tests.helpers import ROOT, tiny

NAMES = ["status_quo", "greedy", "utilitarian", "peer_rank"]


@pytest.fixture(scope="module")
def found():
    return tournament(tiny("regional_balance"), NAMES, 300, 5, gap=1e-6)


def test_every_policy_meets_the_same_draws(found):
    assert list(found.policies["policy"]) == NAMES
    assert set(found.sampled["policy"]) == set(NAMES[:3])  # peer ranking has no tender here, so no plan
    instance = tiny("regional_balance")
    world = sample(instance, 300, 5)
    for name in ("status_quo", "utilitarian"):
        again = goals_in(instance, {name: exposure(policy_plan(instance, name, gap=1e-6))}, world)["productivity"][name]
        drawn = found.draws[found.draws["goal"] == "productivity"]
        assert np.allclose(drawn[name], again)


def test_regret_and_shares_are_those_of_the_draws(found):
    drawn = found.draws[found.draws["goal"] == "productivity"][NAMES[:3]]
    table = found.sampled[found.sampled["goal"] == "productivity"].set_index("policy")
    behind = drawn.rsub(drawn.max(axis=1), axis=0)
    assert table["regret_mean"].to_numpy() == pytest.approx(behind.mean().to_numpy())
    assert table["regret_most"].to_numpy() == pytest.approx(behind.max().to_numpy())
    assert table["best_share"].sum() == pytest.approx(1.0)
    assert (table["expected"] == found.policies.set_index("policy")["productivity"][table.index]).all()
    assert (table["cvar"] <= table["mean"]).all() and (table["worst"] <= table["q05"]).all()


def test_dominance_holds_in_the_draws(found):
    drawn = found.draws[found.draws["goal"] == "productivity"]
    table = found.dominance.set_index("policy")
    for name, row in table.iterrows():
        for under in filter(None, row["first_order_over"].split("; ")):
            assert (np.sort(drawn[name]) >= np.sort(drawn[under]) - 1e-9).all()
            assert name in table.loc[under, "first_order_by"].split("; ")
        assert row["pareto"] == (row["dominated_by"] == "")
    assert table["pareto"].any()


def test_points_weigh_the_goals_on_their_ranges():
    instance = tiny(set={"goals[productivity].weight": 0.6, "goals[balance].weight": 0.4,
                         "goals[productivity].nadir": 100, "goals[productivity].ideal": 300,
                         "goals[balance].nadir": -1, "goals[balance].ideal": 0})
    reached = {"productivity": pd.DataFrame({"a": [200.0, 300.0]})}
    certain = pd.DataFrame({"a": [-0.5]}, index=["balance"])
    assert weighed(instance, reached, certain)["a"].tolist() == [pytest.approx(50.0), pytest.approx(80.0)]
    assert weighed(tiny(), reached, certain) is None


def test_reasons_in_both_languages():
    for lang, text in (("en", "tender"), ("zh", "揭榜")):
        _, table, _ = contest(tiny(), ["peer_rank"], None, lang, None, 1, None)
        assert text in table["message"][0] and table["status"][0] == "not applicable"
    with pytest.raises(TypeError):
        planner.policies(tiny(), ["greedy"], profle="quick")


def test_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    given = str(ROOT / "instances" / "split")
    asked = ["policies", given, "--policies", "per_capita,greedy", "--draws", "40", "--seed", "2"]
    assert cli.main(asked) == 0
    text = capsys.readouterr().out
    assert "in 40 draws (seed 2)" in text and "Dominance" in text
    folder = tmp_path / "outputs" / "split" / "base.policies"
    assert json.loads((folder / "study.json").read_text(encoding="utf-8"))["draws"] == 40
    assert list(pd.read_csv(folder / "dominance.csv", encoding="utf-8-sig")["policy"]) == ["per_capita", "greedy"]
    assert cli.main([*asked, "--lang", "zh"]) == 0
    assert "占优关系" in capsys.readouterr().out
