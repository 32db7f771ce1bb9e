"""Crews: the same answers in order from threads and from a Dask cluster, also when a worker dies."""

import time

import numpy as np
import pytest

from solvers.crew import Cluster, NoCluster, Task, Threads
from solvers.highs import Live
from solvers.outcome import Stop
from solvers.search import solve
from tests.solvers.models import block_angular, knapsacks

TASKS = [Task(block_angular(seed), 1e-9, 10**6, 20.0) for seed in range(12)]


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
                                  host="127.0.0.1") as made:
        crew = Cluster(made.scheduler_address)
        yield crew
        crew.close()


def told(answers):
    return [(answer.stop, answer.objective) for answer in answers]


def test_threads_answer_in_order():
    one = Threads(1).solve(TASKS, lambda: False)
    assert told(Threads(2).solve(TASKS, lambda: False)) == told(one)
    assert [answer.objective for answer in one] == [Live(task.model).solve_mip().objective for task in TASKS]


def test_a_cluster_answers_as_threads_do(cluster):
    assert told(cluster.solve(TASKS, lambda: False)) == told(Threads(1).solve(TASKS, lambda: False))


def test_a_worker_that_is_killed_loses_nothing(cluster):
    import os
    import signal
    pids = list(cluster.client.run(os.getpid).values())
    killed = []

    def kill_once():
        if not killed:
            killed.append(os.kill(pids[0], signal.SIGKILL))
        return False

    assert told(cluster.solve(TASKS * 4, kill_once)) == told(Threads(2).solve(TASKS * 4, lambda: False))
    assert killed


@pytest.mark.parametrize("where", ["threads", "cluster"])
def test_a_tick_ends_it(where, cluster):
    crew = Threads(1) if where == "threads" else cluster
    hard = Task(knapsacks(1, 60, 20), 0.0, 10**9, 4.0)
    start = time.perf_counter()
    answers = crew.solve([hard] * 20, lambda: True)
    assert time.perf_counter() - start < 20
    assert Stop.OPTIMAL not in {answer.stop for answer in answers[2:]}


def test_nobody_there_is_said():
    with pytest.raises(NoCluster, match="127.0.0.1:9"):
        Cluster("tcp://127.0.0.1:9")


def test_a_search_over_a_cluster_finds_the_same(cluster, monkeypatch):
    from dataclasses import replace

    from solvers import search
    profile = replace(search.load_profile("balanced"), small=0, vast=10)
    monkeypatch.setattr(search, "load_profile", lambda name: profile)
    matrix = block_angular(5, blocks=6)
    far = solve(matrix, gap=1e-6, time_limit=20, cluster=cluster.client.scheduler.address)
    near = solve(matrix, gap=1e-6, time_limit=20)
    assert np.array_equal(far.x, near.x) and far.bound == near.bound
