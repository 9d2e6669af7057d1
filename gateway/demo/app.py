"""The demo model as an ASGI application: chat, images, speech, and the list of models."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from gateway.demo.chat import MODEL, BadChat, events, read_chat, whole
from gateway.demo.media import images, speech

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_FILES = frozenset({"/images/generations", "/audio/speech"})
BODY_LIMIT = 32 * 1024 * 1024
_CARD = {"id": MODEL, "object": "model", "created": 1_764_000_000, "owned_by": "sealgate"}


class DemoModel:
    """The application; ``delay_s`` is the pause between two events of a stream."""

    def __init__(self, delay_s: float = 0.02) -> None:
        self._delay_s = delay_s

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path = scope["path"].removeprefix("/v1").rstrip("/")
        if scope["method"] == "GET" and path == "/models":
            await _send(send, 200, msgspec.json.encode({"object": "list", "data": [_CARD]}))
        elif scope["method"] == "GET" and path == f"/models/{MODEL}":
            await _send(send, 200, msgspec.json.encode(_CARD))
        elif scope["method"] == "POST" and path == "/chat/completions":
            await self._chat(receive, send)
        elif scope["method"] == "POST" and path in _FILES:
            await self._file(path, receive, send)
        else:
            await _fail(send, 404, f"The demo model does not know {scope['method']} {path}.", None)

    async def _file(self, path: str, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        try:
            value = msgspec.json.decode(body or b"", type=dict[str, Any])
            if path == "/audio/speech":
                kind, made = speech(value)
            else:
                kind, made = (
                    "application/json",
                    msgspec.json.encode(images(value, int(time.time()))),
                )
        except (msgspec.DecodeError, UnicodeDecodeError):
            await _fail(send, 400, "The body must be a JSON object.", None)
            return
        except ValueError as error:
            await _fail(send, 400, f"'{error}' is missing or not valid.", str(error))
            return
        await _send(send, 200, made, kind.encode())

    async def _chat(self, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        if body is None:
            await _fail(send, 413, "The body is too large.", None)
            return
        try:
            chat = read_chat(body, now_s=int(time.time()))
        except BadChat as error:
            await _fail(send, 400, str(error), error.param)
            return
        if not chat.stream:
            await _send(send, 200, whole(chat))
            return
        await _start(send, 200, b"text/event-stream; charset=utf-8")
        for event in events(chat):
            await send({"type": "http.response.body", "body": event, "more_body": True})
            await asyncio.sleep(self._delay_s)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _body(receive: Receive) -> bytes | None:
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return bytes(parts)
        parts += message.get("body", b"")
        if len(parts) > BODY_LIMIT:
            return None
        if not message.get("more_body"):
            return bytes(parts)


async def _fail(send: Send, status: int, message: str, param: str | None) -> None:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": None}
    await _send(send, status, msgspec.json.encode({"error": error}))


async def _start(send: Send, status: int, content_type: bytes, length: int | None = None) -> None:
    headers = [(b"content-type", content_type), (b"x-request-id", b"req-demo")]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _send(
    send: Send, status: int, body: bytes, content_type: bytes = b"application/json"
) -> None:
    await _start(send, status, content_type, len(body))
    await send({"type": "http.response.body", "body": body, "more_body": False})
