"""Who may ask: this machine's own browser on this server's own pages, and no more than a workbook's size."""

from __future__ import annotations

import re

from planner.instance.raw import MEGABYTE, MOST_BYTES

MOST_OTHER = MEGABYTE
"""Bytes of a request that is no upload."""
FORM = 64 * 1024
"""Bytes of an upload's envelope."""
UPLOAD = re.compile(r"/_nicegui/client/[\w-]+/upload/\d+")
NAMES = ("127.0.0.1", "localhost")


def policy(port: int) -> str:
    """The page's content security policy. Vue compiles its templates in the page, hence 'unsafe-eval'."""
    sockets = " ".join(f"ws://{name}:{port}" for name in NAMES)
    return ("default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
            f"img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' {sockets}; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; worker-src 'self' blob:")


class Guard:
    """ASGI middleware before everything else, for pages and for the websocket.

    app   what is guarded; port  where it listens; most  bytes of the largest upload
    """

    def __init__(self, app, port: int, most: int = MOST_BYTES):
        self.app, self.most = app, most
        self.hosts = {f"{name}:{port}" for name in NAMES} | (set(NAMES) if port == 80 else set())
        self.origins = {f"http://{host}" for host in self.hosts}
        self.headers = [(b"content-security-policy", policy(port).encode()), (b"x-content-type-options", b"nosniff"),
                        (b"referrer-policy", b"no-referrer"), (b"cross-origin-resource-policy", b"same-origin"),
                        (b"cross-origin-opener-policy", b"same-origin"), (b"x-frame-options", b"DENY")]

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if not self.own(scope["headers"]):
            await refuse(scope, receive, send, 403)
            return
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
            return
        limit = self.most + FORM if UPLOAD.fullmatch(scope["path"]) else MOST_OTHER
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not length.isdigit() or int(length) > limit:
            await refuse(scope, receive, send, 413)
            return
        await self.app(scope, counted(receive, limit), self.headed(send))

    def own(self, headers) -> bool:
        """Exactly one Host, and every Origin, is this server's own."""
        hosts = [value.decode("latin-1").lower() for name, value in headers if name == b"host"]
        origins = [value.decode("latin-1").lower() for name, value in headers if name == b"origin"]
        return len(hosts) == 1 and hosts[0] in self.hosts and all(origin in self.origins for origin in origins)

    def headed(self, send):
        async def sent(message) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in self.headers}
                kept = [(name, value) for name, value in message.get("headers", []) if name.lower() not in names]
                message = message | {"headers": kept + self.headers}
            await send(message)
        return sent


def counted(receive, limit: int):
    """`receive` that ends a request whose body grows beyond what its length may be."""
    seen = 0

    async def received():
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                return {"type": "http.disconnect"}
        return message
    return received


async def refuse(scope, receive, send, status: int) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    text = {403: b"This server answers its own pages on this machine only.",
            413: b"Too large: a workbook may have 64 MB."}[status]
    await send({"type": "http.response.start", "status": status, "headers": [
        (b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode()),
        (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": text})
