"""What all pages of one running server share: its workspace and its jobs."""

from __future__ import annotations

from dataclasses import dataclass

from planner.jobs.manager import JobManager
from planner.jobs.workspace import Workspace


@dataclass(frozen=True)
class Server:
    workspace: Workspace
    jobs: JobManager


_running: list[Server] = []


def start(server: Server) -> None:
    """Makes a server the one that pages ask; there is one per process."""
    _running[:] = [server]


def here() -> Server:
    return _running[0]
