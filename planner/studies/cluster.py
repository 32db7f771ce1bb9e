"""The cases of a study on the workers of a Dask cluster.

Each worker's thread keeps a live model, as a local process does. What a lost worker had is solved again by
another; answers come to us, who alone write the study's folder.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator

from planner.instance import Instance
from planner.solving import code_hash
from planner.studies.case import Options
from planner.studies.processes import dealt
from planner.studies.session import Session
from planner.studies.tally import Tally
from planner.studies.work import Done, Job, attempt, failed
from planner.words import say
from solvers.crew import Cluster as Door
from solvers.crew import NoCluster

POLL = 0.05  # seconds between looks at the tasks
WAIT = 30.0
"""Seconds until a worker must have joined."""

_here = threading.local()


class Cluster:
    """Solves cases on a cluster.

    address  of the scheduler, such as tcp://localhost:8786
    Raises NoCluster where none answers.
    """

    def __init__(self, instance: Instance, options: Options, address: str):
        self.payload, self.address, self.door = (instance, options), address, Door(address)

    def solve(self, jobs: list[Job], tally: Tally) -> Iterator[tuple[Job, Done]]:
        client, mark, code = self.door.client, uuid.uuid4().hex, code_hash()
        waiting: dict = {}
        try:
            workers = self.workers(tally)
            payload = client.submit(handed, self.payload, key=f"study-{mark}", pure=False)
            for run, address in zip(dealt(jobs, len(workers)), workers):
                for job in run:
                    made = client.submit(solve_there, mark, payload, job, code, key=f"{mark}-{job.key}",
                                         workers=[address], allow_other_workers=True, pure=False)
                    waiting[made] = job
            while waiting and not tally.stopped():
                tally.tell()
                for made in [one for one in waiting if one.done()]:
                    job = waiting.pop(made)
                    yield job, made.result() if made.status == "finished" else lost(made)
                    made.release()
                time.sleep(POLL)
        finally:
            client.cancel(list(waiting))
            self.door.close()

    def workers(self, tally: Tally) -> list[str]:
        """The addresses of the workers. Raises NoCluster when none has joined for a while."""
        end = time.monotonic() + WAIT
        while not tally.stopped():
            found = sorted(self.door.client.scheduler_info(n_workers=-1)["workers"])
            if found:
                return found
            if time.monotonic() > end:
                raise NoCluster(f"{self.address}: {say('study.no_workers')}")
            tally.tell()
            time.sleep(0.2)
        return []


def handed(payload):
    """What every case needs stays with the workers; Dask makes it again where it is lost."""
    return payload


def solve_there(mark: str, payload: tuple[Instance, Options], job: Job, code: str) -> Done:
    """Runs on a worker: solves a case in this thread's session of the study."""
    if getattr(_here, "mark", None) != mark:
        if code_hash() != code:
            return failed(say("study.other_code"))
        _here.mark, _here.session = mark, Session(*payload)
    return attempt(_here.session, job)


def lost(made) -> Done:
    """A case that Dask gave up: its workers died one after the other, or the task could not be sent."""
    error = made.exception() if made.status == "error" else None
    return failed(say("study.lost", reason=type(error).__name__ if error else made.status))
