"""Starts the browser app: pages, guard, job manager, one server on 127.0.0.1."""

from __future__ import annotations

import socket
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from planner.jobs.manager import JobManager
from planner.jobs.workspace import Workspace
from planner.web.guard import Guard
from planner.web.state import Server, start

HOST, PORT = "127.0.0.1", 8765
PAGES = ("pick", "edit", "job", "plan", "compare", "explain", "downloads")
"""Modules of this room whose import registers their pages."""


class PortTaken(Exception):
    """Another program listens on the port."""


def serve(folder: Path, port: int = PORT, browser: bool = True, lang: str = "en",
          ready: Callable[[str], None] = lambda address: None) -> None:
    """Serves until Ctrl-C; running jobs end with it. Raises PortTaken, InUse (another server on the folder).

    ready  called with the address when the server is about to listen
    """
    from nicegui import app, ui
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTaken(port) from error
    workspace = Workspace(folder)
    with JobManager(workspace) as jobs:
        start(Server(workspace, jobs))
        for name in PAGES:
            import_module(f"planner.web.{name}")
        app.add_middleware(Guard, port=port)
        app.on_shutdown(jobs.close)
        ready(f"http://{HOST}:{port}/?lang={lang}")
        ui.run(host=HOST, port=port, reload=False, show=f"/?lang={lang}" if browser else False, title="planner",
               show_welcome_message=False, language="en-US", tailwind=False, dark=False,
               uvicorn_logging_level="error", timeout_graceful_shutdown=1, on_air=None, native=False, fastapi_docs=False)
