"""One server for all tests of a file, on a folder of its own."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.jobs.conftest import INSTANCES, long_instance  # noqa: F401 (a fixture)
from tests.jobs.waiting import until

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Server:
    folder: Path
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, method: str = "GET", headers: dict | None = None, body=None):
        """(status, headers, body) of one request, with headers as they are given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host="Host" in (headers or {}))
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory, long_instance):  # noqa: F811 (the fixture)
    pytest.importorskip("nicegui", reason="the extra `web` is not installed")
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    (folder / "instances").mkdir()
    for source in (INSTANCES / "tiny", INSTANCES / "split", long_instance):
        shutil.copytree(source, folder / "instances" / source.name)
    # NiceGUI behaves differently where it finds pytest's variable.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "planner", "serve", "--port", str(port), "--no-browser",
                                    "--folder", str(folder)], cwd=ROOT, stdout=log, stderr=log, env=plain)
    made = Server(folder, port)

    def answers():
        assert process.poll() is None, (folder / "server.log").read_text()
        try:
            return made.ask("/")[0] == 200
        except OSError:
            return False

    try:
        until(answers, "the server")
        yield made
    finally:
        process.terminate()
        process.wait(30)
    assert "Traceback" not in (folder / "server.log").read_text()
