"""Jobs without a face: queue, stop, no mixing, dead processes, restarts, orphans."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from planner.jobs.job import ASKED
from planner.jobs.manager import InUse, JobManager
from planner.jobs.workspace import Workspace
from planner.plan import Plan
from tests.jobs.waiting import until

ROOT = Path(__file__).resolve().parents[2]


def ended(job) -> bool:
    return not job.waiting


def searching(job) -> bool:
    return any(event["incumbent"] is not None for event in job.events)


def pid(manager, job) -> int:
    return manager._processes[job.id].pid


def alive(number: int) -> bool:
    """Does a process live (and is no zombie that nobody has waited for)?"""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_two_jobs_queue_for_one_core_and_do_not_mix(folder):
    with JobManager(Workspace(folder), cores=1) as manager:
        first = manager.submit("split")
        second = manager.submit("split", overrides=["core.discount=0.05"])
        wrong = manager.submit("split", overrides=["core.discont=0.05"])
        assert (first.state, second.state, manager.place(wrong)) == ("running", "queued", 1)
        until(lambda: all(map(ended, (first, second, wrong))), "three jobs")
        assert (first.state, second.state, wrong.state) == ("done", "done", "refused"), wrong.result
        assert second.started >= first.ended and wrong.started >= second.ended
        assert "discount" in wrong.result["text"]["en"] and "discont" in wrong.result["text"]["zh"]
        plans = Workspace(folder).plans()
        assert plans[first.result["plan"]].passport["overrides"] == []
        assert plans[second.result["plan"]].passport["overrides"] == ["core.discount=0.05"]
        assert [event["phase"] for event in first.events][:2] == ["start", "reading"]
        loaded = Plan.load(plans[second.result["plan"]].folder)
        assert set(loaded.tables) and (plans[second.result["plan"]].folder / "report.html").is_file()


def test_a_stopped_job_keeps_its_incumbent_and_one_that_waits_is_taken_out(folder):
    with JobManager(Workspace(folder), cores=1) as manager:
        job = manager.submit("long", gap=0.0)
        waits = manager.submit("tiny")
        until(lambda: searching(job), "a first plan")
        manager.stop(waits.id)
        assert waits.state == "cancelled" and waits.result["text"]["zh"]
        manager.stop(job.id)
        until(lambda: ended(job), "the stop")
        assert (job.state, job.result["stop"]) == ("done", "interrupted")
        passport = Workspace(folder).plan(job.result["plan"]).passport
        known = [event["incumbent"] for event in job.events if event["incumbent"] is not None]
        assert passport["objective"] >= known[-1] - 1e-6 * abs(known[-1])
        for line in (job.folder / "events.jsonl").read_text().splitlines():
            json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_a_process_that_dies_is_told_and_an_ended_one_leaves_no_orphan(folder):
    with JobManager(Workspace(folder), cores=4, memory=1e6) as manager:
        killed, dropped, left = (manager.submit("long", gap=gap, overrides=[f"core.discount={gap}"])
                                 for gap in (0.0, 0.01, 0.02))
        numbers = [pid(manager, job) for job in (killed, dropped, left)]
        until(lambda: all(job.events for job in (killed, dropped, left)), "three workers")
        os.kill(numbers[0], signal.SIGKILL)
        until(lambda: ended(killed), "the death")
        assert killed.state == "died" and "-9" in killed.result["text"]["en"]
        manager.kill(dropped.id)
        assert dropped.state == "cancelled" and not alive(numbers[1])
        assert alive(numbers[2])
    assert left.state == "died" and not alive(numbers[2])
    assert not Workspace(folder).plans()
    with JobManager(Workspace(folder)) as again:
        states = {job.id: job.state for job in again.jobs()}
        assert states == {killed.id: "died", dropped.id: "cancelled", left.id: "died"}
        assert again.job(left.id).result["text"]["en"].startswith("It ended with the server")
        with pytest.raises(InUse):
            JobManager(Workspace(folder)).__enter__()


def test_workers_end_when_their_server_is_killed(folder):
    code = ("import sys, time\nfrom pathlib import Path\nfrom planner.jobs.manager import JobManager\n"
            "from planner.jobs.workspace import Workspace\nmanager = JobManager(Workspace(Path(sys.argv[1]))).__enter__()\n"
            "job = manager.submit('long', gap=0.0)\nprint(manager._processes[job.id].pid, flush=True)\ntime.sleep(600)")
    server = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    number = int(server.stdout.readline())
    jobs = Workspace(folder).jobs
    until(lambda: list(jobs.glob("*/events.jsonl")), "the worker")
    server.kill()
    server.wait()
    until(lambda: not alive(number), "the worker's end", 30.0)
    with JobManager(Workspace(folder)) as again:
        assert [job.state for job in again.jobs()] == ["died"]


def test_a_job_that_another_server_finished_is_found_with_its_course(folder):
    workspace = Workspace(folder)
    with JobManager(workspace) as manager:
        job = manager.submit("split", lang="zh")
        until(lambda: ended(job), "the job")
        count = len(job.events)
    with JobManager(workspace) as again:
        found = again.job(job.id)
        assert (found.state, found.result["plan"]) == ("done", job.result["plan"])
        assert len(found.events) == count and found.ended == pytest.approx(job.ended)
        assert 'lang="zh' in (workspace.plan(found.result["plan"]).folder / "report.html").read_text("utf-8")[:2000]


def test_a_plan_whose_workbook_was_edited_is_not_replaced(folder):
    workspace = Workspace(folder)
    with JobManager(workspace) as manager:
        job = manager.submit("split")
        until(lambda: ended(job), "the job")
        book = workspace.plan(job.result["plan"]).folder / "plan.xlsx"
        book.write_bytes(book.read_bytes() + b" ")
        again = manager.submit("split")
        until(lambda: ended(again), "the second job")
        assert again.state == "refused" and "plan.xlsx" in again.result["text"]["en"]


def test_what_is_asked_is_on_disk_and_unknown_words_are_refused(folder):
    with JobManager(Workspace(folder), cores=1) as manager:
        job = manager.submit("split", scenario=None, gap=0.02)
        asked = json.loads((job.folder / ASKED).read_text())
        assert (asked["instance"], asked["gap"], asked["kind"]) == ("split", 0.02, "solve")
        with pytest.raises(TypeError, match="gaps"):
            manager.submit("split", gaps=0.02)
        assert manager.job("../../etc") is None
        manager.kill(job.id)
