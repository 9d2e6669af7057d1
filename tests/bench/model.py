"""The model server behind every proxy of the benchmark: answers at once, or in chunks.

Run as ``python -m tests.bench.model PORT``. The model's name says what is wanted: ``plain`` one
JSON body; ``burst`` 200 chunks as fast as they come; ``paced`` the same 5 ms apart;
``drip:EVENTS:GAP_MS`` as many events as told, so far apart; ``picture`` an answer with a noisy PNG
of 1024 x 1024 (4 MB of base64); ``noise`` and ``photograph`` (a JPEG) the like, each time another.
Chunks carry three to eight characters of Chinese prose.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import random
import sys
import zlib
from functools import cache
from itertools import count
from typing import cast

from PIL import Image

PROSE = (
    "春天来了，公园里的花都开了。人们在湖边散步，孩子们放风筝，老人坐在长椅上聊天。"
    "远处的山还带着一点雪，风已经不冷了。今天的午饭是米饭和青菜，晚上大家一起看书。"
)
CHUNKS = 200
GAP_S = 0.005


def chunk(number: int) -> bytes:
    """Return the wire bytes of one streamed chunk."""
    size = 3 + number % 6
    start = number * 7 % (len(PROSE) - 8)
    body = {
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1764000000,
        "model": "bench", "system_fingerprint": "fp_1",
        "choices": [{"index": 0, "delta": {"content": PROSE[start : start + size]},
                     "logprobs": None, "finish_reason": None}],
    }  # fmt: skip
    return (
        b"data: " + json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"
    )


FIRST = chunk(0).replace(b'"content":"', b'"role":"assistant","content":"', 1)
LAST = (
    chunk(0)
    .replace(chunk(0)[chunk(0).index(b'{"content"') : chunk(0).index(b',"logprobs"')], b"{}")
    .replace(b'"finish_reason":null', b'"finish_reason":"stop"')
) + b"data: [DONE]\n\n"
STREAM = [FIRST, *(chunk(n) for n in range(1, CHUNKS - 1)), LAST]
PLAIN = json.dumps(
    {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1764000000, "model": "bench",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": PROSE * 3},
                     "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 150, "total_tokens": 250},
    },
    ensure_ascii=False,
).encode()  # fmt: skip


def framed(data: bytes) -> bytes:
    """Return data as one HTTP chunk."""
    return b"%x\r\n%s\r\n" % (len(data), data)


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def whole(body: bytes) -> bytes:
    """Return the wire bytes of an answer with this JSON body."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(body) + body


@cache
def picture_reply() -> bytes:
    """Return an answer of the images API with one large picture."""
    return _pictured(_noise())


@cache
def _noise() -> bytes:
    noise = random.Random(1).randbytes(1024 * 1024 * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (1024, 1024), noise).save(out, "PNG", compress_level=1)
    return out.getvalue()


@cache
def _photograph() -> bytes:
    """Return a JPEG of colours that run into each other."""
    swirl = Image.effect_mandelbrot((256, 256), (-2, -1.5, 1, 1.5), 90)
    bands = (Image.linear_gradient("L"), Image.radial_gradient("L"), swirl)
    out = io.BytesIO()
    whole = Image.merge("RGB", bands).resize((1024, 1024), Image.Resampling.BICUBIC)
    whole.save(out, "JPEG", quality=90)
    return out.getvalue()


_NUMBERS = count(1)


def another_reply(kind: str) -> bytes:
    """Return an answer whose picture nobody has had before: a number stands in a note of it."""
    note = b"note\0" + b"%d" % next(_NUMBERS)
    if kind == "photograph":
        said = b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note
        return _pictured(_photograph()[:2] + said + _photograph()[2:])
    said = b"tEXt" + note
    chunk = len(note).to_bytes(4, "big") + said + zlib.crc32(said).to_bytes(4, "big")
    return _pictured(_noise()[:33] + chunk + _noise()[33:])


def _pictured(content: bytes) -> bytes:
    coded = base64.b64encode(content).decode("ascii")
    return whole(json.dumps({"created": 1764000000, "data": [{"b64_json": coded}]}).encode())


PLAIN_REPLY = whole(PLAIN)
FRAMES = [framed(data) for data in STREAM]
END = b"0\r\n\r\n"


class Model(asyncio.Protocol):
    """One connection; requests come one after another (no pipelining)."""

    def __init__(self) -> None:
        self._seen = b""
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, mark, body = self._seen.partition(b"\r\n\r\n")
        if not mark:
            return
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if len(body) < length:
            return
        self._seen = b""
        self._answer(body)

    def _answer(self, body: bytes) -> None:
        assert self._transport is not None
        mode = json.loads(body)["model"] if body else "plain"
        if mode == "plain":
            self._transport.write(PLAIN_REPLY)
        elif mode == "picture":
            self._transport.write(picture_reply())
        elif mode in {"noise", "photograph"}:
            self._transport.write(another_reply(mode))
        elif mode == "burst":
            self._transport.write(HEAD)
            for at in range(0, CHUNKS, 10):
                self._transport.write(b"".join(FRAMES[at : at + 10]))
            self._transport.write(END)
        else:
            events, gap = CHUNKS, GAP_S
            if mode.startswith("drip:"):
                events, gap = int(mode.split(":")[1]), int(mode.split(":")[2]) / 1000
            self._task = asyncio.get_running_loop().create_task(self._pace(events, gap))

    async def _pace(self, events: int, gap_s: float) -> None:
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        start = loop.time()
        self._transport.write(HEAD)
        for number in range(events):
            frame = FRAMES[-1] if number == events - 1 else FRAMES[number % (CHUNKS - 1)]
            self._transport.write(frame)
            await asyncio.sleep(max(0.0, start + (number + 1) * gap_s - loop.time()))
        self._transport.write(END)


async def main(port: int) -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Model, "127.0.0.1", port, backlog=4096)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(int(sys.argv[1])))
