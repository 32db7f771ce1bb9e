"""Who solves a study's cases: this process, or several beside it, each with a live model of its own.

Neighbours in the study go to the same process as long as there is work for all: each gets a run of the
cases, and one that has done its own takes half of what the slowest has left.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from planner.instance import Instance
from planner.studies.case import Options
from planner.studies.session import Session
from planner.studies.tally import Tally
from planner.studies.work import Done, Job, attempt, failed
from planner.words import say

TRIES = 2
"""How often a case is given to a process; the first may have died of something else."""

OWN, PER_CELL = 400e6, 30e3
"""Bytes of memory that a process takes by itself, and for each cell and year (flagship: about 2 GB)."""

PATIENCE = 10.0
"""Seconds that processes have to end by themselves."""


def sized(instance: Instance, cases: int) -> int:
    """How many processes: by cores, memory (where the system tells it) and cases; at least 1."""
    each = OWN + PER_CELL * len(instance.table("baseline")) * len(instance.years)
    room = free_memory()
    return max(min(cores(), cases, cores() if room is None else int(room // each)), 1)


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def free_memory() -> float | None:
    """Bytes of memory that are free; None where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(float(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return None


class Here:
    """Solves cases in this process, one after another."""

    def __init__(self, instance: Instance, options: Options):
        self.instance, self.options = instance, options

    def solve(self, jobs: list[Job], tally: Tally) -> Iterator[tuple[Job, Done]]:
        session = Session(self.instance, self.options, tally.stopped, tally.inner)
        for job in jobs:
            if tally.stopped():
                return
            tally.tell()
            done = attempt(session, job)
            tally.ended |= done.told["status"] == "interrupted"
            yield job, done


class Processes:
    """Solves cases in processes of their own, which share the cores. One that dies is replaced, and its case tried
    once more."""

    def __init__(self, instance: Instance, options: Options, count: int):
        # Bytes, so that a new process has read them before it begins to import what is in them.
        self.payload, self.count = pickle.dumps((instance, options, max(cores() // count, 1))), count

    def solve(self, jobs: list[Job], tally: Tally) -> Iterator[tuple[Job, Done]]:
        heard: queue.Queue = queue.Queue()
        runs = dealt(jobs, self.count)
        tries: dict[str, int] = {}
        workers = {number: Worker(number, self.payload, heard) for number in range(len(runs))}
        try:
            for number, worker in workers.items():
                self.next(worker, runs, number, tries)
            while any(worker.job for worker in workers.values()):
                if tally.stopped():
                    runs = [[] for _ in runs]
                    for worker in workers.values():
                        worker.stop()
                tally.tell()
                try:
                    number, process, done = heard.get(timeout=0.2)
                except queue.Empty:
                    continue
                worker = workers[number]
                if process is not worker.process or worker.job is None:
                    continue  # a dead one's last word, or the end of one that had nothing to do
                job, worker.job = worker.job, None
                if done is None:
                    how = worker.end()
                    workers[number] = worker = Worker(number, self.payload, heard)
                    if tries[job.key] < TRIES and not tally.ended:
                        runs[number].insert(0, job)
                    else:
                        yield job, failed(say("study.died", code=how))
                else:
                    yield job, done
                if not tally.stopped():
                    self.next(worker, runs, number, tries)
        finally:
            for worker in workers.values():
                worker.end()

    @staticmethod
    def next(worker: Worker, runs: list[list[Job]], number: int, tries: dict[str, int]) -> None:
        """Gives a worker its next case; half of the longest run where its own is done."""
        if not runs[number]:
            longest = max(runs, key=len)
            half = len(longest) // 2
            runs[number], longest[half:] = longest[half:], []
        if runs[number]:
            job = runs[number].pop(0)
            tries[job.key] = tries.get(job.key, 0) + 1
            worker.give(job)


def dealt(jobs: list[Job], count: int) -> list[list[Job]]:
    """The jobs in runs of neighbours, at most `count`."""
    count = max(min(count, len(jobs)), 1)
    edges = [len(jobs) * number // count for number in range(count + 1)]
    return [jobs[low:high] for low, high in pairwise(edges)]


class Worker:
    """A process that runs `planner.studies.worker`; not a copy of this one, and not of the caller's script."""

    def __init__(self, number: int, payload: bytes, heard: queue.Queue):
        self.number, self.heard, self.job, self.told = number, heard, None, False
        self.process = subprocess.Popen(
            [sys.executable, "-m", "planner.studies.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
            start_new_session=os.name == "posix")  # Ctrl-C in the terminal is for us
        self.send(payload)
        threading.Thread(target=self.listen, daemon=True).start()

    def send(self, what) -> None:
        try:
            pickle.dump(what, self.process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
            self.process.stdin.flush()
        except OSError:  # it has died; `listen` hears of it
            pass

    def listen(self) -> None:
        while True:
            try:
                done = pickle.load(self.process.stdout)
            except Exception:  # noqa: BLE001 (the end of the pipe, or half of an answer: it has died)
                done = None
            self.heard.put((self.number, self.process, done))
            if done is None:
                return

    def give(self, job: Job) -> None:
        self.job = job
        self.send(job)

    def stop(self) -> None:
        """Asks it, once, to end its search."""
        if not self.told:
            self.told = True
            self.send("stop")

    def end(self) -> int:
        """Ends the process, if it still lives; its exit status, negative for a signal."""
        try:
            self.process.stdin.close()
        except OSError:
            pass
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
