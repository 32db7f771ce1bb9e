"""The table of policies: every one has its row, judged by the same clauses."""

import pandas as pd
import pytest

import planner
from planner import cli
from planner.instance import read
from planner.mechanisms import MECHANISMS
from planner.policies.tournament import POLICIES, breaches, policies, policy_plan, utilitarian
from tests.helpers import ROOT, tiny

ON = ("regional_balance", "stable_competitive")


@pytest.fixture(scope="module")
def table():
    return policies(tiny(*ON), gap=1e-6).set_index("policy")


def test_every_policy_has_a_row(table):
    assert list(table.index) == list(POLICIES)
    assert table.loc["peer_rank", "status"] == "not applicable" and table.loc["peer_rank", "message"]
    assert set(table.loc[["status_quo", "greedy"], "status"]) == {"rule"}
    assert table.loc["status_quo", "gap"] != table.loc["status_quo", "gap"]  # none is claimed
    assert set(table.loc[["optimal", "utilitarian", "maximin"], "status"]) <= {"optimal", "feasible"}


def test_bounds_among_policies(table):
    """Fewer rules never give less; no rule of thumb beats the best plan under budgets only."""
    value = table["productivity"]
    assert value["utilitarian"] >= value["optimal"] - 1e-3
    assert value["utilitarian"] >= value[["status_quo", "per_capita", "greedy"]].max() - 1e-3


def test_rows_show_what_is_broken(table):
    assert table.loc["optimal", "broken_rows"] == 0 and table.loc["maximin", "broken"] == ""
    assert "stable_competitive.high" in table.loc["planned", "broken"]
    assert table.loc["planned", "worst_by"] > 0
    assert "core." not in table.loc["planned", "broken"]  # it had the pooled money


def test_fairness_of_per_capita(table):
    assert 0 < table.loc["per_capita", "gini"] < table.loc["by_gdp", "gini"]
    assert table.loc["per_capita", "poorest_fifth"] <= 0.2


def test_an_infeasible_policy_is_told():
    made = policies(tiny("basic_research", set={"basic_research.floor": 0.99}), ["optimal", "status_quo"])
    assert list(made["status"]) == ["infeasible", "rule"]
    assert "cannot all hold" in made["message"][0] and made["broken_rows"][1] > 0


def test_windows_are_worth_the_same_to_all():
    """The utilitarian plan is solved and told with the windows' multipliers, though none must be met."""
    instance = tiny("technology_windows")
    assert utilitarian(instance).on("technology_windows")
    best, rule = (policy_plan(instance, name).goals for name in ("utilitarian", "greedy"))
    assert best["value"][best["goal"] == "productivity"].sum() >= (
        rule["value"][rule["goal"] == "productivity"].sum() - 1e-3)


def test_a_pure_selection_has_rows_too():
    made = policies(read(ROOT / "instances" / "selection", MECHANISMS), ["per_capita", "peer_rank"])
    assert list(made["status"]) == ["not applicable", "rule"]


def test_stopped_runs_say_so():
    made = policies(tiny(), ["optimal", "status_quo"], stop=lambda: True)
    assert set(made["status"]) == {"interrupted"}


def test_nothing_broken_nothing_told():
    assert breaches(pd.DataFrame())["broken_rows"] == 0


def test_the_name_is_callable_before_and_after_import():
    for _ in range(2):
        assert len(planner.policies(tiny(), ["by_gdp"])) == 1
    with pytest.raises(KeyError):
        planner.policies(tiny(), ["by_lot"])


def test_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    given = str(ROOT / "instances" / "split")
    assert cli.main(["policies", given, "--policies", "per_capita,optimal"]) == 0
    assert "per_capita" in capsys.readouterr().out
    file = tmp_path / "outputs" / "split" / "base.policies.csv"
    made = pd.read_csv(file, encoding="utf-8-sig")
    assert list(made["policy"]) == ["per_capita", "optimal"]
    assert [path.name for path in file.parent.iterdir() if path.name[0] != "."] == [file.name]  # cases stay hidden
    assert cli.main(["policies", given, "--policies", "optimal", "--gap", "0.02"]) == 0  # other options, cases of their own
    assert cli.main(["policies", given, "--policies", "by_lot"]) == 2
    assert "no policy 'by_lot'" in capsys.readouterr().err
