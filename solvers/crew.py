"""Who solves many small models: threads of this process, or the workers of a Dask cluster.

Both give the same answers in the order of the tasks: how many work at a time changes nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

from solvers.highs import Answer, Live
from solvers.matrix import Matrix
from solvers.outcome import Stop

POLL = 0.05  # seconds between looks at a cluster's tasks


@dataclass(frozen=True)
class Task:
    """A small mixed-integer model, to be solved to an absolute gap, for some nodes and seconds at most."""

    model: Matrix
    absolute_gap: float
    node_limit: int
    seconds: float

    def solve(self, over: Callable[[], bool] | None = None) -> Answer:
        """over  asked about five times a second; True interrupts"""
        return Live(self.model).solve_mip(self.seconds, absolute_gap=self.absolute_gap,
                                          node_limit=self.node_limit, tick=over)


class Threads:
    """Threads of this process; HiGHS computes outside Python's lock.

    count  tasks solved at a time
    """

    def __init__(self, count: int):
        self.count = count

    def solve(self, tasks: Sequence[Task], tick: Callable[[], bool]) -> list[Answer]:
        """Answers in the order of the tasks.

        tick  asked about five times a second, on this thread; True interrupts what runs
        """
        ended = threading.Event()

        def run(task: Task) -> Answer:
            return Answer(Stop.INTERRUPTED) if ended.is_set() else task.solve(ended.is_set)

        with ThreadPoolExecutor(self.count, thread_name_prefix="block") as pool:
            try:
                runs = [pool.submit(run, task) for task in tasks]
                while wait(runs, timeout=0.2).not_done:
                    if tick():
                        ended.set()
            except BaseException:
                ended.set()
                pool.shutdown(cancel_futures=True)
                raise
            return [run.result() for run in runs]

    def close(self) -> None:
        """Nothing is left to close."""


class NoCluster(OSError):
    """Nobody answers at a cluster's address, or the package distributed is not installed."""


class Cluster:
    """The workers of a Dask cluster; a worker that is lost loses nothing, Dask solves its tasks again.

    address  of the scheduler, such as tcp://localhost:8786
    Raises NoCluster.
    """

    def __init__(self, address: str):
        try:
            from distributed import Client
            self.client = Client(address, timeout=5, set_as_default=False)
        except (ImportError, OSError, ValueError) as error:
            raise NoCluster(f"{address}: {error}") from error

    def solve(self, tasks: Sequence[Task], tick: Callable[[], bool]) -> list[Answer]:
        """As `Threads.solve`. Tasks that run when the tick says so are left to their time limit."""
        runs = self.client.map(Task.solve, list(tasks), pure=False, batch_size=32)
        try:
            while waiting := [run for run in runs if not run.done()]:
                if tick():
                    self.client.cancel(waiting)
                    break
                time.sleep(POLL)
            return [run.result() if run.status == "finished" else _unsolved(run) for run in runs]
        finally:
            self.client.cancel(runs)

    def close(self) -> None:
        """Leaves the cluster, which goes on without us."""
        self.client.close()


def _unsolved(run) -> Answer:
    return Answer(Stop.INTERRUPTED if run.cancelled() else Stop.FAILED)


Crew = Threads | Cluster
