"""The folder of a study: whole cases only, nothing solved twice, nobody's work overwritten."""

import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from planner.studies import Case, Options, StudyError, run
from planner.studies.engine import prepared
from planner.studies.store import Store, opened
from planner.studies.study import read_study
from planner.studies.tasks import TASKS
from planner.words import worded
from tests.helpers import ROOT
from tests.studies.slow import lines

CASES = [Case(name, (f"basic_research.floor={floor}",)) for name, floor in (("a", 0.1), ("b", 0.2), ("c", 0.3))]
GRID = ["--grid", "basic_research.floor=0.1:0.3:0.1", "--grid", "budget.central*=0.9,1.0,1.1", "--jobs", "2"]


def sweep(folder, out, **env):
    """`planner sweep` with a slow task, as a process."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.studies.slow", "sweep", str(folder), *GRID, "--out", str(out)], cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | {
            "PYTHONPATH": str(ROOT)} | env)


def waited(done, seconds=120):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def alive(pid):
    try:
        return "Z" not in open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks at processes as Linux shows them")
def test_kill_9_in_the_middle_then_the_same_command(small, small_folder, tmp_path, log):
    """No case lost, none solved twice, the same final table as an undisturbed run."""
    out = tmp_path / "study"

    def kept():
        return {file.parent.name for file in (out / "cases").glob("*/case.json")}

    def words():
        return [word for word, *_ in lines(log)]

    first = sweep(small_folder, out, STUDY_LOG=str(log), STUDY_SLEEP="4")  # long beside what a busy machine adds
    waited(lambda: len(kept()) >= 3 and words().count("begin") == words().count("end") + 2
           and words().count("end") == len(kept()))
    first.send_signal(signal.SIGKILL)
    first.wait()
    before, whole = kept(), {file: file.stat().st_mtime_ns for file in out.glob("cases/*/*")}
    assert 3 <= len(before) < 9 and not (out / "study.duckdb").exists()
    orphans = {pid for _, _, pid in lines(log)}
    waited(lambda: not any(alive(pid) for pid in orphans), 30)

    again = sweep(small_folder, out, STUDY_LOG=str(log), STUDY_SLEEP="0")
    text = again.communicate(timeout=200)[0]
    assert again.returncode == 0, text
    assert len(kept()) == 9 and before < kept()
    assert all(file.stat().st_mtime_ns == then for file, then in whole.items())
    solved = [case for word, case, _ in lines(log) if word == "end"]
    assert len(solved) == len(set(solved)) == 9
    assert words().count("begin") <= 11  # the two that ran when it was killed were begun again

    undisturbed = run(small, cases_of(out), jobs=1)
    table = pd.read_parquet(out / "cases.parquet")
    table["message"] = table["message"].astype(object)  # where they are made, messages can still be said in Chinese
    assert_frame_equal(table.drop(columns="seconds"), undisturbed.cases.drop(columns="seconds"))
    with_file = pd.read_csv(out / "cases.csv", encoding="utf-8-sig")
    assert with_file["objective"].tolist() == undisturbed.cases["objective"].tolist()


def cases_of(out):
    from planner.studies import sweep as module
    grid = read_study(out / "study.toml").arguments["grid"]
    return module.of(grid, [], (), False)[0]


def test_one_run_at_a_time_and_a_dead_one_does_not_count(small, tmp_path):
    code = ("import sys, time; from planner.studies.store import opened\n"
            f"with opened({str(tmp_path / 'study')!r}): print('mine', flush=True); time.sleep(60)")
    other = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout.readline().strip() == "mine"
        with pytest.raises(StudyError, match="Another run works on the study"):
            run(small, CASES, folder=tmp_path / "study", jobs=1)
    finally:
        other.kill()
        other.wait()
    with opened(tmp_path / "study") as store:
        assert isinstance(store, Store)


def test_a_case_is_whole_or_not_there(small, tmp_path, monkeypatch):
    from planner.studies import store

    def full(*_):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(store.pq, "write_table", full)
    with pytest.raises(OSError, match="No space"):
        run(small, CASES, folder=tmp_path / "study", jobs=1)
    assert not list((tmp_path / "study" / "cases").iterdir())


def test_what_cannot_be_read_is_solved_again(small, tmp_path, log, monkeypatch):
    monkeypatch.setitem(TASKS, "plan", "tests.studies.slow:plan")
    first = run(small, CASES, folder=tmp_path / "study", jobs=1)
    next((tmp_path / "study" / "cases").glob("b-*/case.json")).write_text("{", encoding="utf-8")
    again = run(small, CASES, folder=tmp_path / "study", jobs=1)
    assert [case for word, case, _ in lines(log) if word == "end"] == ["a", "b", "c", "b"]
    assert_frame_equal(first.cases.drop(columns="seconds"), again.cases.drop(columns="seconds"))


def test_other_inputs_are_solved_anew_in_the_same_folder(small, tmp_path, log, monkeypatch):
    monkeypatch.setitem(TASKS, "plan", "tests.studies.slow:plan")
    tables = {name: small.table(name) for name in small.table_names}
    run(small.rebuilt("small", tables, {}, {}, []), CASES[:1], folder=tmp_path / "study", jobs=1)
    changed = small.rebuilt("small", tables, {}, {"innovation_chain.beta": 1.9}, [])
    found = run(changed, CASES[:1], folder=tmp_path / "study", jobs=1)
    assert len(lines(log)) == 4
    assert found.query("SELECT count(*) AS n FROM cases")["n"].item() == 1


def test_runs_of_one_study_stand_in_one_table(small, tmp_path):
    run(small, CASES[:2], folder=tmp_path / "study", jobs=1)
    found = run(small, CASES[1:], folder=tmp_path / "study", jobs=1)
    assert found.cases["case"].tolist() == ["b", "c"]
    assert found.query('SELECT "case" FROM cases')["case"].tolist() == ["a", "b", "c"]
    assert found.query('SELECT DISTINCT "case" FROM allocations ORDER BY 1')["case"].tolist() == ["a", "b", "c"]
    assert [case["name"] for case in read_study(tmp_path / "study" / "study.toml").arguments["cases"]] == list("abc")


def test_another_study_and_somebody_s_files_are_left_alone(small, tmp_path):
    run(small, CASES[:1], folder=tmp_path / "study", jobs=1)
    with pytest.raises(StudyError, match="another study.*options"):
        run(small, CASES[:1], options=Options(gap=0.5), folder=tmp_path / "study", jobs=1)
    run(small, CASES[:1], options=Options(gap=0.5), folder=tmp_path / "study", jobs=1, force=True)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "thesis.doc").touch()
    for force in (False, True):
        with pytest.raises(StudyError, match="thesis.doc"):
            run(small, CASES[:1], folder=tmp_path / "own", jobs=1, force=force)
    (tmp_path / "study" / "study.toml").write_text("kind = ", encoding="utf-8")
    with pytest.raises(StudyError, match="cannot be read"):
        run(small, CASES[:1], folder=tmp_path / "study", jobs=1)


def test_why_a_case_has_no_plan_is_kept_in_both_languages(small, tmp_path):
    impossible = [Case("x", ("basic_research.floor=0.99",))]
    first = run(small, impossible, folder=tmp_path / "study", jobs=1)
    again = run(small, impossible, folder=tmp_path / "study", jobs=1)
    for found in (first, again):
        assert found.cases["status"].item() == "infeasible"
        assert "无法同时成立" in worded(found.cases["message"].item(), "zh")
        assert found.cases["message"].item().startswith("The rules cannot all hold")
    assert prepared(small, impossible, Options())[0][0].key in next((tmp_path / "study" / "cases").glob("x-*")).name
