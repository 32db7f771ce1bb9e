"""The engine: the same tables whoever solves, in the study's order, whatever happens to one case."""

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import planner
from planner.studies import Case, Options, StudyError, run
from planner.studies.engine import prepared, route
from planner.studies.processes import dealt, sized
from planner.studies.tasks import TASKS
from planner.studies.work import Job
from planner.words import worded
from tests.studies.slow import lines

FLOORS = (0.1, 0.2, 0.3)
CASES = [Case(f"{floor}/{factor}", (f"basic_research.floor={floor}", f"budget.central*={factor}"),
              settings={"floor": floor, "factor": factor}) for floor in FLOORS for factor in (0.9, 1.1)] + [
    Case("impossible", ("basic_research.floor=0.99",), settings={"floor": 0.99, "factor": 1.0}),
    Case("not valid", ("basic_research.floor=1.5",), settings={"floor": 1.5, "factor": 1.0})]


def same(one, other):
    """The same tables, but for how long it took."""
    assert_frame_equal(one.cases.drop(columns="seconds"), other.cases.drop(columns="seconds"))
    assert list(one.tables) == list(other.tables) and len(one.tables) > 3
    for name in one.tables:
        assert_frame_equal(one.tables[name], other.tables[name])


def test_every_case_has_its_row_in_the_study_s_order(alone, small):
    assert alone.cases["case"].tolist() == [case.name for case in CASES]
    assert alone.cases["status"].tolist() == ["optimal"] * 6 + ["infeasible", "not valid"]
    assert (alone.cases["scenario"] == "base").all()
    cold = planner.solve(small, overrides=["basic_research.floor=0.2", "budget.central*=0.9"])
    row = alone.cases.set_index("case").loc["0.2/0.9"]
    assert row["objective"] == pytest.approx(cold.objective, rel=0.01) and row["floor"] == 0.2
    assert "more than 1" in alone.cases["message"].iloc[-1]
    assert "1.5" in alone.cases["message"].iloc[-1] and "大于" in worded(alone.cases["message"].iloc[-1], "zh")
    spend = alone.table("allocations")
    assert spend.columns[0] == "case" and spend["case"].unique().tolist() == [case.name for case in CASES[:6]]
    assert alone.table("no such table").empty


def test_two_processes_and_a_folder_give_the_same_tables(alone, small, tmp_path):
    told = []
    both = run(small, CASES, jobs=2, folder=tmp_path / "study", progress=told.append)
    same(alone, both)
    done = [event["done"] for event in told]
    assert done == sorted(done) and done[-1] == len(CASES) == told[-1]["cases"]
    assert any(event["left"] for event in told) and {event["phase"] for event in told} == {"study"}
    sql = 'SELECT "case", sum(spend) AS spend FROM allocations GROUP BY ALL ORDER BY "case"'
    assert_frame_equal(alone.query(sql), both.query(sql))
    assert both.query("SELECT count(*) AS n FROM cases WHERE status = 'optimal'")["n"].item() == 6
    assert alone.query("SELECT count(*) AS n FROM cases")["n"].item() == len(CASES)


def test_the_search_of_the_case_that_runs_is_told(small):
    told = []
    run(small, CASES[:1], jobs=1, progress=told.append)
    assert any(event.get("incumbent") for event in told)


def test_what_names_nothing_is_told_before_anything_is_solved(small, log, monkeypatch):
    monkeypatch.setitem(TASKS, "plan", "tests.studies.slow:plan")
    wrong = [*CASES[:2], Case("a", ("basic_reserch.floor=0.1",)), Case("b", scenario="nowhere")]
    with pytest.raises(planner.InvalidInstance, match="Did you mean 'basic_research'") as caught:
        run(small, wrong, jobs=1)
    assert len(caught.value.problems) == 2 and not log.exists()
    with pytest.raises(StudyError, match="two cases called a"):
        run(small, [Case("a"), Case("a")], jobs=1)
    with pytest.raises(StudyError, match="Did you mean 'plan'"):
        run(small, [Case("a", task="plann")], jobs=1)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_case_that_fails_stops_no_other_and_is_tried_again(jobs, small, tmp_path, log, monkeypatch):
    monkeypatch.setitem(TASKS, "fragile", "tests.studies.slow:fragile")
    monkeypatch.setenv("STUDY_MENDED", str(tmp_path / "mended"))
    hows = ["fine", "raise", "memory", "fine"] if jobs == 1 else ["fine", "die", "fine"]
    cases = [Case(f"{how}{at}", (f"basic_research.floor=0.{at + 1}",), task="fragile", settings={"how": how})
             for at, how in enumerate(hows)]
    found = run(small, cases, jobs=jobs, folder=tmp_path / "study")
    assert [status == "optimal" for status in found.cases["status"]] == [how == "fine" for how in hows]
    bad = found.cases[found.cases["status"] == "failed"]
    assert bad["message"].str.len().min() > 20
    assert jobs == 2 or "on purpose" in bad["message"].iloc[0] and "slow.py" in bad["message"].iloc[0]
    tried = [case for _, case, _ in lines(log)]
    assert tried.count("die1") in (0, 2)  # the first process may have died of something else
    (tmp_path / "mended").touch()
    again = run(small, cases, jobs=jobs, folder=tmp_path / "study")
    assert (again.cases["status"] == "optimal").all()
    assert sorted(case for _, case, _ in lines(log)[len(tried):]) == sorted(bad["case"])


def test_a_study_that_is_stopped_keeps_what_is_done(alone, small, tmp_path, log, monkeypatch):
    monkeypatch.setitem(TASKS, "plan", "tests.studies.slow:plan")
    done = []
    found = run(small, CASES, jobs=1, folder=tmp_path / "study", progress=lambda event: done.append(event["done"]),
                stop=lambda: bool(done) and done[-1] >= 3)  # one was known not to be valid
    assert found.cases["status"].tolist().count("interrupted") == 5
    assert "again" in found.cases.set_index("case").loc["impossible", "message"]
    again = run(small, CASES, jobs=1, folder=tmp_path / "study")
    same(alone, again)
    ended = [case for word, case, _ in lines(log) if word == "end"]
    assert len(ended) == len(set(ended)) == 6


def test_neighbours_follow_each_other():
    jobs = [Job(case, case.name, "") for case in CASES[:6]]
    walk = [(job.case.settings["floor"], job.case.settings["factor"]) for job in route(jobs)]
    assert walk == [(0.1, 0.9), (0.1, 1.1), (0.2, 1.1), (0.2, 0.9), (0.3, 0.9), (0.3, 1.1)]
    assert [len(run) for run in dealt(jobs, 4)] == [1, 2, 1, 2]
    assert [job for run in dealt(jobs, 4) for job in run] == jobs
    assert dealt([], 3) == [[]]


def test_processes_fit_cores_and_memory(small, monkeypatch):
    assert sized(small, 1) == 1 and sized(small, 0) == 1
    monkeypatch.setattr("planner.studies.processes.free_memory", lambda: 1e9)
    assert 1 <= sized(small, 100) <= 2
    monkeypatch.setattr("planner.studies.processes.free_memory", lambda: 1e6)
    assert sized(small, 100) == 1


def test_a_key_holds_all_that_shapes_a_result(small, monkeypatch):
    def keys(instance=small, cases=CASES[:2], options=Options()):  # noqa: B008
        return {job.key for job in prepared(instance, cases, options)[0]}
    first = keys()
    assert first == keys() and len(first) == 2
    others = [keys(options=Options(gap=0.02)), keys(options=Options(fresh=True)), keys(options=Options(profile="quick")),
              keys(small.with_overrides({"core.steering": 0.4})), keys(cases=[
                  Case(case.name, case.overrides, settings=case.settings | {"x": 1}) for case in CASES[:2]])]
    monkeypatch.setattr("planner.studies.engine.code_hash", lambda: "other code")
    assert not any(first & other for other in [*others, keys()])


def test_options_reach_the_solver(small):
    found = run(small, [CASES[0]], options=Options(fresh=True, profile="reproducible", gap=0.0), jobs=1)
    assert found.cases["gap"].item() <= 1e-6 and isinstance(found.cases, pd.DataFrame)
