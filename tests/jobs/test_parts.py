"""Workspace listings, uploads, saved scenarios, progress: what the manager and the pages stand on."""

import math

import pytest

import planner
from planner.instance import InvalidInstance
from planner.jobs.job import Job, write_json
from planner.jobs.needs import needs
from planner.jobs.progress import closed, first_gap, remaining
from planner.jobs.scenarios import Exists, NotAFolder, save_scenario
from planner.jobs.uploads import BadName, checked, keep
from planner.jobs.worker import Recorder
from planner.jobs.workspace import Workspace
from planner.report.form import write_form


def test_only_listed_plans_and_instances_are_found(folder):
    outside = folder / "secret"
    outside.mkdir()
    (outside / "plan.json").write_text('{"status": "optimal", "instance": "x"}')
    place = folder / "outputs" / "tiny" / "base"
    place.mkdir(parents=True)
    (place / "plan.json").write_text('{"status": "optimal", "instance": "tiny"}')
    workspace = Workspace(folder)
    assert list(workspace.plans()) == ["tiny~base"] and workspace.plan("tiny~base").folder == place
    for id in ("..~secret", "tiny~../../secret", "tiny/base", "../secret", "~", "", ".~.", "tiny~."):
        assert workspace.plan(id) is None
    assert set(workspace.instance_paths()) == {"tiny", "split", "long"}


def test_an_upload_is_checked_named_and_never_replaces(folder, tmp_path):
    workspace, instance = Workspace(folder), planner.load(folder / "instances" / "tiny")
    book = write_form(instance, tmp_path / "form.xlsx")
    read = checked(book.read_bytes(), "../../tiny.xlsx")
    assert read.name == "tiny"
    path = keep(workspace, read, "mine")
    assert planner.load(path).hash == instance.hash
    for name in ("mine", "MINE", "tiny", "../up", "a/b", "", ".hidden", "a" * 61, "x\\y", "con:"):
        with pytest.raises(BadName):
            keep(workspace, read, name)


def test_a_broken_workbook_is_told_by_cell(folder, tmp_path):
    from openpyxl import load_workbook
    book = write_form(planner.load(folder / "instances" / "tiny"), tmp_path / "form.xlsx")
    opened = load_workbook(book)
    opened["budget"]["B2"] = "much"
    opened.save(book)
    with pytest.raises(InvalidInstance) as caught:
        checked(book.read_bytes(), "form.xlsx")
    assert [(problem.place, problem.cell) for problem in caught.value.problems] == [("budget", "B2")]
    with pytest.raises(InvalidInstance, match="xlsx"):
        checked(b"no workbook", "form.xlsx")


def test_a_saved_scenario_is_checked_and_asked_before_it_replaces(folder):
    path = folder / "instances" / "tiny"
    save_scenario(path, "more", ["basic_research.floor=0.2", "budget.central*=1.1"], title="More", about='a "b"')
    found = planner.load(path, "more")
    assert found.parameter("basic_research", "floor") == 0.2
    assert found.table("budget")["central"].tolist() == pytest.approx([66.0, 66.0])
    save_scenario(path, "most", ["basic_research.on=false"], "more")
    assert planner.load(path, "most").table("budget")["central"].tolist() == pytest.approx([66.0, 66.0])
    with pytest.raises(Exists):
        save_scenario(path, "more", ["basic_research.floor=0.3"])
    save_scenario(path, "more", ["basic_research.floor=0.3"], replace=True)
    assert planner.load(path, "more").parameter("basic_research", "floor") == 0.3
    for name, change in (("../up", "core.discount=0.1"), ("base", "core.discount=0.1"), ("x", "core.discount=7"),
                         ("more", "core.discount=0.1")):
        with pytest.raises(InvalidInstance):
            save_scenario(path, name, [change], "more", replace=True)
    assert sorted(file.name for file in (path / "scenarios").iterdir()) == ["more.toml", "most.toml"]
    with pytest.raises(NotAFolder):
        save_scenario(folder / "book.xlsx", "x", ["core.discount=0.1"])


def test_progress_towards_a_gap():
    assert closed(None, None, 0.01) is None and closed(math.inf, None, 0.01) is None
    assert closed(1.0, 1.0, 0.01) == 0.0 and closed(0.1, 1.0, 0.01) == pytest.approx(0.5)
    assert closed(0.005, 1.0, 0.01) == 1.0 and first_gap(0.02, 0.01) == pytest.approx(0.1)
    events = [{"time": 10.0, "gap": 1.0}, {"time": 20.0, "gap": 0.1}]
    assert remaining(events, 0.01, 600.0, 20.0) == pytest.approx(10.0)
    assert remaining(events, 0.01, 25.0, 20.0) == pytest.approx(5.0)
    assert remaining([], 0.01, 60.0, 20.0) == 40.0


def test_infinities_of_the_first_events_are_written_as_unknown(tmp_path):
    record = Recorder(tmp_path / "events.jsonl")
    record({"phase": "lp", "incumbent": -math.inf, "bound": math.inf, "gap": math.inf, "time": 0.1})
    record({"phase": "lp", "incumbent": 1.0, "bound": 2.0, "gap": 0.5, "time": 0.1})
    record({"phase": "lp", "incumbent": 1.0, "bound": 1.9, "gap": 0.4, "time": 0.11})  # too soon to be told
    job = Job("x", tmp_path, {})
    assert [(event["incumbent"], event["bound"]) for event in job.events] == [(None, None), (1.0, 2.0)]
    with (tmp_path / "events.jsonl").open("a") as stream:
        stream.write('{"phase": "ha')
    assert len(job.events) == 2
    with pytest.raises(ValueError):
        write_json(tmp_path / "result.json", {"gap": math.inf})
    assert not (tmp_path / "result.json").exists()


def test_a_large_instance_declares_more(folder):
    tiny = needs(planner.load(folder / "instances" / "tiny"))
    flagship = needs(planner.load(folder.joinpath(__file__).parents[2] / "instances" / "china-2022"))
    assert tiny["cores"] == 1 < flagship["cores"] and tiny["memory"] < 500 < flagship["memory"] < 4000
