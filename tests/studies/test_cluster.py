"""A Dask cluster gives the tables of a local run, also when a worker is killed."""

import os
import signal

import pytest

from planner.studies import Case, run
from planner.studies.tasks import TASKS
from solvers.crew import NoCluster
from tests.studies.test_engine import CASES, same


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
                                  host="127.0.0.1") as made:
        yield made


def test_a_cluster_gives_the_local_table(cluster, alone, small, tmp_path):
    told = []
    far = run(small, CASES, cluster=cluster.scheduler_address, folder=tmp_path / "study", progress=told.append)
    same(alone, far)
    assert told[-1]["done"] == len(CASES)
    assert len(list((tmp_path / "study" / "cases").glob("*/case.json"))) == len(CASES) - 1  # one is not valid


def test_a_worker_that_is_killed_loses_nothing(cluster, small, tmp_path, monkeypatch):
    from distributed import Client
    monkeypatch.setitem(TASKS, "deadly", "tests.studies.test_cluster:deadly")
    mark = tmp_path / "killed"
    cases = [Case(f"{at}", (f"basic_research.floor=0.{at}",), task="deadly", settings={"mark": str(mark)})
             for at in range(1, 7)]
    with Client(cluster.scheduler_address, set_as_default=False) as client:
        before = set(client.run(os.getpid).values())
    far = run(small, cases, cluster=cluster.scheduler_address)
    assert int(mark.read_text()) in before  # a worker did die, with a case in its hands
    assert (far.cases["status"] == "optimal").all()
    same(run(small, cases, jobs=1), far)


def deadly(session, case):
    """The process that comes to the third case first is killed on the spot."""
    from planner.studies import plans
    if case.name == "3" and not os.path.exists(case.settings["mark"]):
        with open(case.settings["mark"], "w", encoding="utf-8") as file:
            file.write(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
    return plans.plan(session, case)


def test_nobody_there_is_said(small):
    with pytest.raises(NoCluster, match="127.0.0.1:9"):
        run(small, CASES[:1], cluster="tcp://127.0.0.1:9")
