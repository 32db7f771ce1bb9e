"""Runs jobs, each in a process of its own, as many at a time as cores and memory hold; knows no face."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import planner
from planner.instance.keeping import hold, let_go
from planner.jobs.job import ASKED, LOG, RESULT, STOP, Job, fresh_id, read_json, write_json
from planner.jobs.workspace import Workspace
from planner.words import LANGUAGES, word

TICK = 0.1
"""Seconds between two looks at the processes."""
MOST_KEPT = 200
"""Finished jobs that are remembered; older ones are removed at the start."""
PATIENCE = 5.0
"""Seconds that a worker gets between being asked to end and being ended."""
DEFAULTS = {"kind": "solve", "scenario": None, "overrides": [], "gap": 0.01, "time_limit": 600.0,
            "profile": "balanced", "lang": "en", "cores": 1, "memory": 500, "plan": "", "what": []}


class InUse(Exception):
    """Another server runs the jobs of this folder."""


class JobManager:
    """The jobs of one workspace. Used with `with`: at its end all workers are ended.

    cores   how many cores jobs may use together; all by default
    memory  MB that they may use together; three quarters of what is free by default
    A job that needs more than there is runs alone.
    """

    def __init__(self, workspace: Workspace, cores: int | None = None, memory: float | None = None):
        self.workspace, self.cores = workspace, cores or os.cpu_count() or 1
        self.memory = memory if memory is not None else 0.75 * free_memory()
        self._jobs: dict[str, Job] = {}
        self._processes: dict[str, subprocess.Popen] = {}
        self._lock, self._end = threading.RLock(), threading.Event()
        self._thread: threading.Thread | None = None
        self._held = None

    def __enter__(self) -> Self:
        self.workspace.jobs.mkdir(parents=True, exist_ok=True)
        self._held = hold(self.workspace.jobs)
        if self._held is False:
            raise InUse(self.workspace.jobs)
        self._find()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.close()

    # --- what faces ask ---------------------------------------------------------------

    def submit(self, instance: str, **asked) -> Job:
        """A new job at the end of the queue; see `DEFAULTS` for what can be asked. Raises OSError."""
        unknown = set(asked) - set(DEFAULTS)
        if unknown:
            raise TypeError(f"a job knows no {sorted(unknown)}")
        asked = DEFAULTS | asked | {"instance": instance, "root": str(self.workspace.root.resolve()),
                                    "created": time.time()}
        asked["overrides"] = list(asked["overrides"])
        id = fresh_id()
        job = Job(id, self.workspace.jobs / id, asked)
        job.folder.mkdir()
        write_json(job.folder / ASKED, asked)
        with self._lock:
            self._jobs[id] = job
            self._start_next()
        return job

    def job(self, id: str) -> Job | None:
        return self._jobs.get(id)

    def jobs(self) -> list[Job]:
        """All jobs, the newest first."""
        with self._lock:
            return sorted(self._jobs.values(), key=lambda job: -job.asked["created"])

    def place(self, job: Job) -> int:
        """How many jobs come before one that is queued."""
        with self._lock:
            return sum(other.state == "queued" and other.asked["created"] < job.asked["created"]
                       for other in self._jobs.values())

    def stop(self, id: str) -> None:
        """Asks a running job to end and keep the plan it has; one that is queued is taken out."""
        with self._lock:
            job = self._jobs[id]
            if job.state == "queued":
                self._ends(job, told("cancelled"))
            elif job.state == "running":
                job.stopping = True
                (job.folder / STOP).touch()

    def kill(self, id: str) -> None:
        """Ends a job at once, without a plan."""
        with self._lock:
            job = self._jobs[id]
            if job.state == "queued":
                self._ends(job, told("cancelled"))
            process = self._processes.get(id)
            if process is not None:
                end(process)
                self._ends(job, told("cancelled"))

    def close(self) -> None:
        """Ends all workers; jobs that ran or waited are told as ended with the server."""
        self._end.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        with self._lock:
            for process in self._processes.values():
                end(process)
            for job in self._jobs.values():
                if job.waiting:
                    self._ends(job, read_json(job.folder / RESULT) or told("died", "server"))
        let_go(self._held)
        self._held = None

    # --- the loop -----------------------------------------------------------------------

    def _run(self) -> None:
        while not self._end.wait(TICK):
            with self._lock:
                for id, process in list(self._processes.items()):
                    if process.poll() is not None:
                        job = self._jobs[id]
                        self._ends(job, read_json(job.folder / RESULT) or told("died", code=process.returncode))
                self._start_next()

    def _start_next(self) -> None:
        """Starts queued jobs in their order for as long as the next one fits."""
        queue = sorted((job for job in self._jobs.values() if job.state == "queued"),
                       key=lambda job: job.asked["created"])
        for job in queue:
            if not self._fits(job):
                return
            self._start(job)

    def _fits(self, job: Job) -> bool:
        running = [other for other in self._jobs.values() if other.state == "running"]
        return not running or (
            sum(other.asked["cores"] for other in running) + job.asked["cores"] <= self.cores
            and sum(other.asked["memory"] for other in running) + job.asked["memory"] <= self.memory
            and all(other.target != job.target for other in running))

    def _start(self, job: Job) -> None:
        home = str(Path(planner.__file__).parents[1])
        paths = [home, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        try:
            with (job.folder / LOG).open("wb") as log:
                self._processes[job.id] = subprocess.Popen(
                    [sys.executable, "-P", "-m", "planner.jobs.worker", str(job.folder.resolve())],
                    stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True, cwd=self.workspace.root,
                    env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)})
        except OSError:
            self._ends(job, told("died", "start"))
            return
        job.state, job.started = "running", time.time()

    def _ends(self, job: Job, result: dict) -> None:
        process = self._processes.pop(job.id, None)
        if process is not None and process.stdin:
            with suppress(OSError):
                process.stdin.close()
        job.result, job.state, job.ended = result, result["state"], time.time()
        with suppress(OSError):  # the page still tells it; the next server finds it as died
            write_json(job.folder / RESULT, result | {"started": job.started, "ended": job.ended})

    def _find(self) -> None:
        """Jobs of earlier servers: those without a result died with theirs."""
        import shutil
        found = []
        for folder in self.workspace.jobs.iterdir():
            asked = read_json(folder / ASKED) if folder.is_dir() else None
            if asked is None or not {*DEFAULTS, "instance", "created"} <= set(asked):
                continue
            result = read_json(folder / RESULT)
            job = Job(folder.name, folder, asked)
            if result is None or "state" not in result:
                self._ends(job, told("died", "server"))
            else:
                job.result, job.state = result, result["state"]
                job.started, job.ended = result.get("started"), result.get("ended")
            found.append(job)
        found.sort(key=lambda job: -job.asked["created"])
        for job in found[MOST_KEPT:]:
            shutil.rmtree(job.folder, ignore_errors=True)
        self._jobs.update({job.id: job for job in found[:MOST_KEPT]})


def told(state: str, why: str = "", **values) -> dict:
    """A result in the manager's own words."""
    key = f"job.{state}.{why}" if why else f"job.{state}"
    return {"state": state, "text": {lang: word(key, lang, **values) for lang in LANGUAGES}}


def end(process: subprocess.Popen) -> None:
    """Ends a worker with all that it may have started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    with suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)


def free_memory() -> float:
    """MB of memory that the system could give now; 4,000 where it does not say."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 4000.0
