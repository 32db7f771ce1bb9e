"""Who is answered and what is refused: Host, Origin, websocket, sizes, paths; and how serve begins."""

import socket

import pytest

from planner.cli import main
from planner.web.guard import FORM, MOST_OTHER, Guard
from tests.web.conftest import free_port

OWN = {"Host": "127.0.0.1:{port}"}


def with_port(headers, server):
    return {name: value.format(port=server.port) for name, value in headers.items()}


@pytest.mark.parametrize("headers, status", [
    ({"Host": "127.0.0.1:{port}"}, 200),
    ({"Host": "localhost:{port}", "Origin": "http://localhost:{port}"}, 200),
    ({"Host": "planner.example"}, 403),
    ({"Host": "127.0.0.1:1"}, 403),
    ({"Host": "127.0.0.1.example:{port}"}, 403),
    ({"Host": "127.0.0.1:{port}", "Origin": "http://planner.example"}, 403),
    ({"Host": "127.0.0.1:{port}", "Origin": "null"}, 403),
    ({"Host": "127.0.0.1:{port}", "Origin": "https://127.0.0.1:{port}"}, 403),
    ({"Host": "127.0.0.1:{port}", "Origin": "http://127.0.0.1:1"}, 403),
])
def test_only_this_servers_own_pages_are_answered(server, headers, status):
    assert server.ask("/", headers=with_port(headers, server))[0] == status
    polling = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    assert server.ask(polling, headers=with_port(headers, server))[0] == status


def handshake(server, origin: str, host: str) -> str:
    """The status line that a websocket's opening gets."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as stream:
        stream.sendall((f"GET /_nicegui_ws/socket.io/?EIO=4&transport=websocket&client_id=x HTTP/1.1\r\nHost: {host}\r\n"
                        f"Origin: {origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
        return stream.recv(4096).split(b"\r\n")[0].decode()


def test_a_websocket_of_a_foreign_page_is_refused(server):
    own = f"127.0.0.1:{server.port}"
    assert "101" in handshake(server, f"http://{own}", own)
    for origin, host in (("http://planner.example", own), (f"http://{own}", "planner.example"), ("null", own)):
        assert "403" in handshake(server, origin, host)


@pytest.mark.parametrize("path", [
    "/download/plan/..~instances/plan.xlsx", "/download/plan/tiny~..%2F..%2Finstances/plan.json",
    "/download/plan/%2E%2E%2F%2E%2E/plan.json", "/download/form/..%2Ftiny", "/download/form/%2Fetc%2Fpasswd",
    "/download/plan/tiny~base/..%2Fplan.json", "/download/plan/.jobs~x/plan.json", "/../server.log", "/%2e%2e/server.log",
    "/_nicegui/../../etc/passwd",
])
def test_a_path_that_climbs_is_refused(server, path):
    status, _, body = server.ask(path)
    assert status == 404 and b"root:" not in body and b"planner is at" not in body


@pytest.mark.parametrize("path", ["/edit/..%2Ftiny", "/job/..%2F..%2Fetc", "/edit/nothing"])
def test_pages_of_names_that_are_not_listed_say_so(server, path):
    status, _, body = server.ask(path)
    assert status == 404 or "is found in" in body.decode() or "is known here" in body.decode()


def test_what_is_too_large_is_refused_before_it_is_read(server):
    own = with_port(OWN, server)
    upload = "/_nicegui/client/7b0c/upload/5"
    for path, length in ((upload, 64 * 1024 * 1024 + FORM + 1), ("/", MOST_OTHER + 1), (upload, "-5"), ("/", "many")):
        assert server.ask(path, "POST", own | {"Content-Length": str(length)})[0] in (413, 400)
    assert server.ask(upload, "POST", own | {"Content-Length": str(64 * 1024 * 1024 + FORM + 1)})[0] == 413
    assert server.ask("/", "POST", own | {"Content-Length": "4"}, b"abcd")[0] == 405


def test_a_body_without_a_length_is_counted():
    """Chunked: the limit holds for what arrives, not only for what is announced."""
    import asyncio
    arrived = []

    async def app(scope, receive, send):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            arrived.append(len(message["body"]))

    async def receive():
        return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

    async def send(message):
        raise AssertionError(message)
    guard = Guard(app, 1234, most=5000)
    scope = {"type": "http", "path": "/_nicegui/client/a/upload/1", "headers": [(b"host", b"localhost:1234")]}
    asyncio.run(guard(scope, receive, send))
    assert 5000 < sum(arrived) <= 5000 + FORM


def test_every_answer_carries_the_policy(server):
    for path in ("/", "/?lang=zh", "/download/form/tiny", "/nothing"):
        _, headers, _ = server.ask(path)
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"


def test_the_languages_of_a_page(server):
    for lang, html, word in (("en", "en-US", "Instances and plans"), ("zh", "zh-CN", "算例与方案"), ("xx", "en-US", "Instances")):
        body = server.ask(f"/?lang={lang}")[2].decode()
        assert f'<html lang="{html}">' in body and word in body


def test_it_listens_on_this_machine_only(server):
    listening = [line.split() for line in open("/proc/net/tcp").read().splitlines()[1:]]
    own = [row[1] for row in listening if row[3] == "0A" and row[1].endswith(f":{server.port:04X}")]
    assert own == [f"0100007F:{server.port:04X}"]
    wide = [line for line in open("/proc/net/tcp6").read().splitlines()[1:] if line.split()[1].endswith(f":{server.port:04X}")]
    assert not wide


def test_serve_says_why_it_cannot_begin(server, tmp_path, capsys, monkeypatch):
    assert main(["serve", "--no-browser", "--port", str(server.port), "--folder", str(tmp_path)]) == 2
    assert f"--port {server.port + 1}" in capsys.readouterr().err.replace("\n", " ")
    assert main(["serve", "--no-browser", "--port", str(free_port()), "--folder", str(server.folder)]) == 2
    assert "Another planner serve" in capsys.readouterr().err
    assert main(["serve", "--folder", str(tmp_path / "nowhere")]) == 2
    assert "no folder" in capsys.readouterr().err
    assert main(["serve", "--port", "80"]) == 2
    capsys.readouterr()
    monkeypatch.setattr("planner.cli.serve.find_spec", lambda name: None)
    assert main(["serve", "--lang", "zh"]) == 2
    assert "pip install" in capsys.readouterr().err
