"""The yardstick: a reverse proxy in raw ASGI with aiohttp's client, and nothing else.

Run as ``python -m tests.bench.bare_proxy PORT UPSTREAM_PORT``.
"""

from __future__ import annotations

import sys
from typing import Any

import aiohttp
import uvicorn

_SKIPPED = {b"host", b"content-length", b"transfer-encoding", b"connection", b"accept-encoding"}


class BareProxy:
    """Forwards every request and every chunk as it comes."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._client: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        if self._client is None:
            self._client = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), auto_decompress=False
            )
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = [(k.decode(), v.decode()) for k, v in scope["headers"] if k not in _SKIPPED]
        async with self._client.request(
            scope["method"], self._upstream + scope["path"], data=body, headers=headers
        ) as answer:
            kept = [(k.lower(), v) for k, v in answer.raw_headers if k.lower() not in _SKIPPED]
            await send({"type": "http.response.start", "status": answer.status, "headers": kept})
            while data := await answer.content.readany():
                await send({"type": "http.response.body", "body": data, "more_body": True})
            await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    uvicorn.run(
        BareProxy(f"http://127.0.0.1:{sys.argv[2]}"), host="127.0.0.1", port=int(sys.argv[1]),
        log_level="error", access_log=False, loop="uvloop", http="httptools", lifespan="off",
    )  # fmt: skip
