"""Price tags of mechanisms: true costs, kept solves, and files that are refused."""

import pandas as pd
import pytest

from planner.mechanisms import MECHANISMS
from planner.price_tags import NOTHING, SOLVES, UnusableFile, main, price_tags, read_solves
from planner.report.costs import section
from tests.helpers import ROOT, solved, tiny

TINY = ROOT / "instances" / "tiny"
BY_NAME = {mechanism.name: mechanism for mechanism in MECHANISMS}
RULES = ("basic_research", "stable_competitive", "performers", "regional_balance", "industry_portfolio",
         "category_portfolio", "regional_fit", "knowledge_foundation", "patient_capital", "strategic_backup",
         "emergency_reserve", "autonomy_targets", "minimum_grant", "supervision")
"""Mechanisms that only forbid or take away."""
THREE = ("basic_research", "stable_competitive", "emergency_reserve")


class Killed(Exception):
    pass


def test_hard_rules_never_bring_anything():
    """Without a rule the relaxation is larger, so its optimum is no worse; some rules bite."""
    table = price_tags(tiny(*RULES)).set_index("mechanism")
    assert set(table.index) == set(RULES)
    assert (table["cost"] >= -1e-6 * table["objective_without"]).all()
    assert (table.loc[["basic_research", "emergency_reserve", "supervision"], "cost"] > 1).all()
    assert table["least"].to_numpy() == pytest.approx(table["cost"].to_numpy(), abs=1e-4)
    assert table["most"].to_numpy() == pytest.approx(table["cost"].to_numpy(), abs=1e-4)
    assert table.loc["minimum_grant", ["columns", "rows"]].tolist() == [16, 32]


def test_a_cost_is_the_difference_of_two_solves():
    """Tiny without mechanisms is worth 854 (see the mechanisms' tests), all of it productivity."""
    row = price_tags(tiny("basic_research")).iloc[0]
    assert row["objective_without"] == pytest.approx(854)
    assert row["objective_with"] == pytest.approx(solved(tiny("basic_research")).objective)
    assert row["productivity"] == pytest.approx(-row["cost"])
    assert row["share"] == pytest.approx(row["cost"] / 854)


def test_whole_numbers_are_between_bounds():
    row = price_tags(tiny("supervision"), whole=True, gap=0.01).iloc[0]
    free, kept = solved(tiny()).objective, solved(tiny("supervision")).objective
    assert row["least"] - 1e-6 <= free - kept <= row["most"] + 1e-6
    relaxed = price_tags(tiny("supervision")).iloc[0]
    assert relaxed["objective_with"] >= kept - 1e-6, "the relaxation allows more"


def test_a_killed_run_goes_on_where_it_stopped(tmp_path):
    file, phases = tmp_path / "made" / "costs.csv", []

    def kill(event):
        if event["phase"] == "without stable_competitive":
            raise Killed

    with pytest.raises(Killed):
        price_tags(tiny(*THREE), file=file, progress=kill)
    assert list(read_solves(file)["switched_off"]) == [NOTHING, "basic_research"]
    table = price_tags(tiny(*THREE), file=file, progress=lambda event: phases.append(event["phase"]))
    assert not [phase for phase in phases if phase.startswith(("all", "without basic_research"))]
    assert list(table["mechanism"]) == list(THREE)
    whole = price_tags(tiny(*THREE))
    pd.testing.assert_frame_equal(table.drop(columns="seconds"), whole.drop(columns="seconds"))
    text = file.read_text(encoding="utf-8")
    price_tags(tiny(*THREE), file=file)
    assert file.read_text(encoding="utf-8") == text, "nothing is solved twice"
    assert [path.name for path in file.parent.iterdir()] == ["costs.csv"]


def test_a_stopped_run_keeps_what_is_done(tmp_path):
    phases = []
    table = price_tags(tiny(*THREE), file=tmp_path / "costs.csv",
                       progress=lambda event: phases.append(event["phase"]),
                       stop=lambda: "without basic_research" in phases)
    assert len(table) <= 1 and "without emergency_reserve" not in phases
    assert NOTHING in set(read_solves(tmp_path / "costs.csv")["switched_off"])


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    file = tmp_path_factory.mktemp("kept") / "costs.csv"
    price_tags(tiny(*THREE), file=file)
    return pd.read_csv(file)


@pytest.mark.parametrize("change, words", [
    (lambda frame: frame.rename(columns={"bound": "limit"}), "has the columns"),
    (lambda frame: frame.drop(columns="model"), "has the columns"),
    (lambda frame: frame.replace("basic_research", "free_lunch"), "no mechanism with free_lunch"),
    (lambda frame: frame[1:], "must tell the solve with all"),
    (lambda frame: pd.concat([frame, frame[1:2]]), "each other one once"),
    (lambda frame: frame.assign(instance=["a", "b", "b", "b"]), "several models"),
    (lambda frame: frame.assign(objective=["much", 1, 2, 3]), "row 2, column objective: not a number"),
    (lambda frame: frame.assign(instance="china-2022"), "another model"),
    (lambda frame: frame.assign(model="0123456789ab"), "another model"),
])
def test_broken_and_foreign_files_are_refused(kept, tmp_path, change, words):
    file = tmp_path / "costs.csv"
    change(kept).to_csv(file, index=False)
    before = file.read_bytes()
    with pytest.raises(UnusableFile, match=words) as told:
        price_tags(tiny(*THREE), file=file)
    assert str(file) in str(told.value) and "Delete it or name another file" in str(told.value)
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"\x89PNG\x00\xff\xfe", b'a,"b\n1'])
def test_files_that_are_no_tables_are_refused(tmp_path, content):
    file = tmp_path / "costs.csv"
    file.write_bytes(content)
    with pytest.raises(UnusableFile, match="no table of price tags"):
        read_solves(file)


def test_other_model_or_method_is_refused(kept, tmp_path):
    file = tmp_path / "costs.csv"
    kept.to_csv(file, index=False)
    for instance, whole in ((tiny(*THREE), True), (tiny(*THREE, set={"basic_research.floor": 0.2}), False)):
        with pytest.raises(UnusableFile, match="another model"):
            price_tags(instance, file=file, whole=whole)


@pytest.mark.parametrize("change, words", [
    ({"goals[green].weight": 1}, "ideal and nadir"), ({"mode": "lexicographic"}, "mode=weighted")])
def test_goals_without_one_scale_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        price_tags(tiny("basic_research", set=change))


def test_command_line(tmp_path, capsys):
    off = [part for name in BY_NAME if name not in THREE for part in ("--set", f"{name}.on=false")]
    out = ["--out", str(tmp_path / "costs.csv")]
    assert main([str(TINY), "--on", "all", *off, *out]) == 0
    told = capsys.readouterr()
    assert "emergency_reserve" in told.out and "without stable_competitive" in told.err
    assert list(pd.read_csv(tmp_path / "costs.csv").columns) == SOLVES
    assert main([str(TINY), *off, "--set", "core.steering=0.4", *out]) == 1
    assert "another model" in capsys.readouterr().err
    assert main([str(TINY), "--set", "basic_research.flor=0.4", *out]) == 1
    assert "floor" in capsys.readouterr().err


# --- the manual's section --------------------------------------------------------


def test_a_page_says_when_nothing_was_measured(kept, tmp_path):
    file = tmp_path / "costs.csv"
    assert "Not measured" in section(BY_NAME["talent"], file)[2]
    kept.assign(instance="china-2022").to_csv(file, index=False)
    assert "Not measured" in section(BY_NAME["talent"], file)[2]


def test_a_page_tells_the_cost(kept, tmp_path):
    file = tmp_path / "costs.csv"
    kept.assign(instance="china-2022").to_csv(file, index=False)
    text = "\n".join(section(BY_NAME["emergency_reserve"], file))
    assert "It costs 3.924 points" in text and "productivity −3.924" in text and "LP relaxations" in text
    text = "\n".join(section(BY_NAME["stable_competitive"], file))
    assert "Nothing: " in text
    gain = kept.assign(instance="china-2022", method="whole numbers",
                       objective=kept["objective"].where(kept["switched_off"] != "basic_research", 100.0))
    gain.to_csv(file, index=False)
    text = "\n".join(section(BY_NAME["basic_research"], file))
    assert "It brings" in text and "% more with it" in text and "the cost lies between" in text


def test_a_page_refuses_the_solves_of_another_instance(kept, tmp_path):
    kept.to_csv(tmp_path / "costs.csv", index=False)
    with pytest.raises(UnusableFile, match="of instance tiny, not of china-2022"):
        section(BY_NAME["talent"], tmp_path / "costs.csv")
