"""The load: keep-alive connections that ask one after another, over plain sockets.

Cheap on purpose, so that two cores are enough: answers are found complete by their last bytes, not
parsed. Bounded in count; it talks to loopback only and ends by itself.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import NamedTuple

PROMPT = "请写一段关于春天的短文，大约一百个字，语言要自然，不要使用太难的词。" * 4


class Figures(NamedTuple):
    """What one load came to: requests done, failures, seconds, and seconds to the first byte."""

    done: int
    failed: int
    seconds: float
    first_byte_s: list[float]


def request(mode: str) -> bytes:
    """Return the bytes of one chat request of about half a kilobyte."""
    body = json.dumps(
        {
            "model": mode,
            "stream": mode != "plain",
            "messages": [{"role": "user", "content": PROMPT}],
        },
        ensure_ascii=False,
    ).encode()
    return (
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        b"content-type: application/json\r\nauthorization: Bearer sk-bench\r\n"
        b"content-length: %d\r\n\r\n" % len(body)
    ) + body


async def one_client(port: int, mode: str, count: int, first: list[float]) -> int:
    """Ask ``count`` times over one connection; return how many answers were complete."""
    done = 0
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    wire = request(mode)
    try:
        for _ in range(count):
            start = time.perf_counter()
            writer.write(wire)
            head = await reader.readuntil(b"\r\n\r\n")
            first.append(time.perf_counter() - start)
            if not head.startswith(b"HTTP/1.1 200"):
                break
            await _read_body(reader, head)
            done += 1
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()
    return done


async def _read_body(reader: asyncio.StreamReader, head: bytes) -> None:
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at >= 0:
        await reader.readexactly(int(lower[at + 15 : lower.index(b"\r\n", at)]))
    else:
        await reader.readuntil(b"0\r\n\r\n")


async def load(port: int, mode: str, *, clients: int, each: int) -> Figures:
    """Run many clients at once."""
    first: list[float] = []
    start = time.perf_counter()
    done = sum(await asyncio.gather(*(one_client(port, mode, each, first) for _ in range(clients))))
    return Figures(done, clients * each - done, time.perf_counter() - start, first)
