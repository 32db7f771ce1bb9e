"""Sweeps: grids, lists and scenarios, their study.toml, the command and its page."""

import json
import re
import tomllib

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import planner
from planner.cli import main
from planner.instance.writing import toml_value
from planner.studies import Options, StudyError
from planner.studies.study import Study, read_study, written
from planner.studies.sweep import axis, of, spread, sweep
from planner.studies.tasks import TASKS
from tests.studies.slow import lines

GRID = {"basic_research.floor": [0.1, 0.3], "budget.central*": [0.9, 1.1]}


@pytest.fixture
def traced(log, monkeypatch):
    monkeypatch.setitem(TASKS, "plan", "tests.studies.slow:plan")
    return log


@pytest.fixture(scope="module")
def found(small_folder, tmp_path_factory):
    return planner.sweep(small_folder, GRID, jobs=1, folder=tmp_path_factory.mktemp("sweep") / "study")


@pytest.fixture
def desk(small_folder, tmp_path, monkeypatch):
    """A working folder in which the small instance has two scenarios."""
    import shutil
    shutil.copytree(small_folder, tmp_path / "small")
    (tmp_path / "small" / "scenarios").mkdir()
    for name, factor in (("lean", 0.9), ("rich", 1.1)):
        text = f'title = "{name}"\n[set]\n"budget.central*" = {factor}\n'
        (tmp_path / "small" / "scenarios" / f"{name}.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- grids ------------------------------------------------------------------------------


def test_a_range_has_the_decimals_it_is_written_with():
    assert spread("k", "0.06:0.14:0.02") == [0.06, 0.08, 0.1, 0.12, 0.14]
    assert spread("k", "3:1:-1") == [3, 2, 1] and spread("k", "1:2:0.6") == [1, 1.6]
    for wrong in ("1:2", "1:2:0", "2:1:1", "a:b:c", "1:2:-1", "0:1:1e-9"):
        with pytest.raises(StudyError, match="no range"):
            spread("k", wrong)


def test_what_stands_behind_grid():
    assert axis("budget.central*=0.9,1") == ("budget.central*", [0.9, 1])
    assert axis("zone_bands[west,2025].floor=0.1:0.2:0.1") == ("zone_bands[west,2025].floor", [0.1, 0.2])
    assert axis("mode=weighted, maximin") == ("mode", ["weighted", "maximin"])
    assert axis("talent.on=true,false") == ("talent.on", [True, False])
    for wrong in ("0.1", "=1"):
        with pytest.raises(StudyError, match="write KEY="):
            axis(wrong)
    with pytest.raises(StudyError, match="no values"):
        axis("k=")


def test_the_cases_of_a_grid():
    cases, keys = of({"a.b": [1, 2], "c.d+": ["x", True]}, [], (), False)
    assert [case.overrides for case in cases] == [("a.b=1", "c.d+=x"), ("a.b=1", "c.d+=true"),
                                                  ("a.b=2", "c.d+=x"), ("a.b=2", "c.d+=true")]
    assert keys == ("a.b", "c.d+") and cases[0].settings == {"a.b": 1, "c.d+": "x"}
    assert [case.name for case in of({"a.b": [1, 2], "c.d": [3, 4]}, [], (), True)[0]] == ["a.b=1+c.d=3", "a.b=2+c.d=4"]
    assert [(case.name, case.scenario) for case in of({"a.b": [1]}, [], ("s", "t"), False)[0]] == [
        ("s+a.b=1", "s"), ("t+a.b=1", "t")]
    for wrong, words in (({}, "nothing to sweep"), ({"a": [1, 2], "b": [1]}, "side by side")):
        with pytest.raises(StudyError, match=words):
            of(wrong, [], (), True)
    with pytest.raises(StudyError, match="more than the"):
        of({"a": range(1000), "b": range(1000)}, [], (), False)


# --- results ----------------------------------------------------------------------------


def test_a_sweep_is_tidy_and_agrees_with_cold_solves(found, small):
    assert found.keys == tuple(GRID) and found.goals[0] == "objective" and "productivity" in found.goals
    assert found.cases[list(GRID)].values.tolist() == [[0.1, 0.9], [0.1, 1.1], [0.3, 0.9], [0.3, 1.1]]
    for row in found.cases.itertuples():
        cold = planner.solve(small, overrides=row.case.split("+"))
        assert abs(cold.objective - row.objective) <= (cold.gap + row.gap + 1e-9) * abs(cold.objective)
    more = found.cases.pivot(index="basic_research.floor", columns="budget.central*", values="objective")
    assert (more[1.1] > more[0.9]).all()


def test_a_value_that_fits_nowhere_is_told_before_anything_is_solved(small, traced):
    with pytest.raises(planner.InvalidInstance) as caught:
        sweep(small, {"basic_research.flor": [0.1], "basic_research.floor": [0.1, 1.5]}, jobs=1)
    text = str(caught.value)
    assert "Did you mean 'floor'" in text and "cannot be more than 1" in text
    assert not traced.exists()


def test_a_key_of_a_mechanism_that_is_off_is_noticed(small):
    found = sweep(small, {"talent.borrow_cap": [0.1]}, jobs=1)
    assert "talent" in found.warnings[0].what


def test_a_list_of_cases(small):
    frame = pd.DataFrame({"basic_research.floor": [0.1, None], "budget.central*": [0.9, 1.1]})
    found = sweep(small, list=frame, jobs=1)
    assert found.cases["case"].tolist() == ["basic_research.floor=0.1+budget.central*=0.9", "budget.central*=1.1"]
    with pytest.raises(StudyError, match="one of the two"):
        sweep(small, GRID, list=frame)


# --- study.toml -------------------------------------------------------------------------


def test_study_toml_round_trip(found, small, tmp_path):
    study = read_study(found.folder / "study.toml")
    assert study.kind == "sweep" and study.arguments == {"grid": GRID} and study.instance_hash == small.hash
    again = Study("cases", "x", "", "west", ("a=1",), 3, Options(gap=0.5, seed=7, fresh=True), {
        "cases": [{"name": 'quo"ted', "overrides": ["a=1"], "scenario": None, "settings": {"b c": 1.5, "d": True, "e": np.float64(0.1)}}]})
    (tmp_path / "study.toml").write_text(written(again), encoding="utf-8")
    back = read_study(tmp_path / "study.toml")
    assert toml_value(np.float64(0.1)) == "0.1" and toml_value(np.int64(3)) == "3" and toml_value(np.True_) == "true"
    assert tomllib.loads(f"a = {toml_value([np.float32(0.5), np.nan, -np.inf])}")["a"][::2] == [0.5, -np.inf]
    assert back.differs(again) == [] and back.jobs == 3 and back.options == again.options


@pytest.mark.parametrize(("text", "words"), [
    ('kind = "swep"', ["row 1", "Did you mean 'sweep'"]),
    ('kind = "sweep"\ninstnace = "x"', ["row 2", "Did you mean 'instance'"]),
    ('kind = "sweep"\n[options]\ngapp = 1', ["row 3", "Did you mean 'gap'"]),
    ('kind = "sweep"\n[options]\ngap = "1"', ["row 3", "a value like 0.01"]),
    ('kind = "sweep"\n[options]\ngap = true', ["row 3", "a value like 0.01"]),
    ('kind = "sweep"\n[arguments]\ngird = 1', ["row 3", "Did you mean 'grid'"]),
    ('kind = "sweep"\njobs = 0', ["row 2", "whole number of at least 1"]),
    ('kind = "sweep"\nset = "a=1"', ["row 2", "list of texts"]),
    ('kind = sweep', ["row 1", "TOML"]), ('', ["no such kind"])])
def test_what_is_wrong_with_a_study_is_told_with_its_place(text, words, tmp_path):
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(planner.InvalidInstance) as caught:
        read_study(tmp_path / "study.toml")
    assert all(word in str(caught.value) for word in words), str(caught.value)


# --- the command ------------------------------------------------------------------------


def test_the_command_writes_shows_and_goes_on(desk, traced, capsys):
    command = ["sweep", "small", "--scenarios", "lean,rich", "--grid", "basic_research.floor=0.1:0.3:0.2", "--jobs", "1"]
    assert main(command) == 0
    shown = capsys.readouterr().out
    out = desk / "outputs" / "tiny" / "base.sweep"
    out = out if out.exists() else next((desk / "outputs").glob("*/base.sweep"))
    table = pd.read_csv(out / "cases.csv", encoding="utf-8-sig")
    assert table["scenario"].tolist() == ["lean"] * 2 + ["rich"] * 2 and "lean" in shown
    assert f"{table['objective'].iloc[0]:,.4f}" in shown
    page = (out / "sweep.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page and len(charts(page)["sweep_lines"]["data"]) == 2 * len(goals(table))
    done = len(lines(traced))
    assert main([*command, "--lang", "zh"]) == 0 and len(lines(traced)) == done
    assert "情景" in capsys.readouterr().out
    assert main(["sweep", "small", "--study", str(out / "study.toml"), "--out", "again", "--jobs", "1"]) == 0
    again = pd.read_csv("again/cases.csv", encoding="utf-8-sig")
    assert_frame_equal(table.drop(columns="seconds"), again.drop(columns="seconds"))


def goals(table):
    return [name for name in table if name in ("objective", "productivity", "autonomy", "balance", "resilience", "green")]


def charts(page):
    return json.loads(re.search(r'id="charts">(.*?)</script>', page, re.DOTALL)[1])


def test_a_heat_map_says_where_there_is_no_plan(desk, capsys):
    assert main(["sweep", "small", "--grid", "basic_research.floor=0.1,0.99", "--grid", "budget.central*=0.9,1.1",
                 "--jobs", "1", "--out", "s"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("infeasible") >= 2 and "cannot all hold" in shown
    made = charts((desk / "s" / "sweep.html").read_text(encoding="utf-8"))
    text = made["sweep_objective"]["data"][0]["text"]
    assert text.count("infeasible") == 2 and len(text) == 4 and "sweep_productivity" in made


@pytest.mark.parametrize(("more", "words"), [
    ([], "nothing to sweep over"), (["--grid", "basic_research.floor=1:0:1"], "no range"),
    (["--grid", "basic_research.flor=0.1"], "Did you mean 'floor'"), (["--scenarios", "leen"], "Did you mean 'lean'"),
    (["--list", "none.csv"], "none.csv cannot be read"), (["--study", "none.toml"], "there is no such file"),
    (["--study", "small/instance.toml", "--zip"], "Leave out --zip"), (["--study", "small/instance.toml"], "no such entry"),
    (["--grid", "basic_research.floor=0.1", "--jobs", "0"], "at least 1"),
    (["--grid", "basic_research.floor=0.1", "--profile", "fast"], "fast"),
    (["--grid", "basic_research.floor=0.1", "--cluster", "tcp://127.0.0.1:9"], "127.0.0.1:9")])
def test_a_mistake_is_a_sentence_and_status_2(more, words, desk, capsys):
    assert main(["sweep", "small", *more]) == 2
    told = capsys.readouterr().err
    assert words in " ".join(told.split()) and "Traceback" not in told


def test_a_list_file_and_another_study_in_the_folder(desk, capsys):
    (desk / "cases.csv").write_text("scenario,basic_research.floor\nlean,0.1\n,0.2\n", encoding="utf-8")
    assert main(["sweep", "small", "--list", "cases.csv", "--jobs", "1", "--out", "s"]) == 0
    assert pd.read_csv("s/cases.csv", encoding="utf-8-sig")["scenario"].tolist() == ["lean", "base"]
    assert main(["sweep", "small", "--grid", "basic_research.floor=0.1", "--jobs", "1", "--out", "s"]) == 2
    assert "another study" in " ".join(capsys.readouterr().err.split())
    assert main(["sweep", "small", "--grid", "basic_research.floor=0.1", "--jobs", "1", "--out", "s", "--force"]) == 0
