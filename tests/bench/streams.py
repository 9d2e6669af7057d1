"""Many streams at once through one worker: the gap that it adds, and what each stream weighs."""

from __future__ import annotations

import asyncio
import json
import resource
import time
from typing import NamedTuple

from tests.bench.processes import Subject

_HEAD = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\n"
    b"content-type: application/json\r\nauthorization: Bearer sk-bench\r\n"
)


class Gaps(NamedTuple):
    """Seconds by which events came later than their pace says, and streams that broke."""

    p50_s: float
    p99_s: float
    broken: int


def raise_limit() -> None:
    """Let this process have as many sockets as the system lets it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _stream(port: int, events: int, gap_ms: int, start_s: float, late: list[float]) -> bool:
    """Read one stream; note for each read how late it was against the stream's first."""
    await asyncio.sleep(start_s)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    question = {"model": f"drip:{events}:{gap_ms}", "stream": True,
                "messages": [{"role": "user", "content": "hello"}]}  # fmt: skip
    body = json.dumps(question).encode()
    writer.write(_HEAD + b"content-length: %d\r\n\r\n" % len(body) + body)
    first, seen, whole = 0.0, 0, False
    try:
        while data := await reader.read(65536):
            now = time.perf_counter()
            count = data.count(b"data: {")
            if count and not first:
                first = now
            elif count and seen:
                late.append(max(0.0, now - first - seen * gap_ms / 1000))
            seen += count
            if data.endswith(b"0\r\n\r\n"):
                whole = True
                break
    except OSError:
        whole = False
    finally:
        writer.close()
    return whole


async def gaps(port: int, streams: int, events: int, gap_ms: int) -> Gaps:
    """Run so many streams side by side, begun over one second."""
    late: list[float] = []
    ended = await asyncio.gather(
        *(_stream(port, events, gap_ms, n / streams, late) for n in range(streams))
    )
    late.sort()
    return Gaps(late[len(late) // 2], late[int(len(late) * 0.99)], ended.count(False))


def added_gap(direct: int, through: Subject, *, streams: int, seconds: int) -> str:
    """Compare streams of 30 events a second through the gateway with the same ones directly."""
    raise_limit()
    events, gap_ms = seconds * 30, 33
    one = asyncio.run(gaps(direct, streams, events, gap_ms))
    two = asyncio.run(gaps(through.port, streams, events, gap_ms))
    return (
        f"{streams} streams of 30 events/s: late at p99 {one.p99_s * 1000:.1f} ms directly, "
        f"{two.p99_s * 1000:.1f} ms through the gateway "
        f"(added {max(0.0, two.p99_s - one.p99_s) * 1000:.1f} ms; p50 {two.p50_s * 1000:.1f} ms); "
        f"broken {two.broken}"
    )


def weight(through: Subject, *, streams: int, seconds: int) -> str:
    """Say what one of many slow streams (2 events a second) weighs in the worker."""
    raise_limit()
    small, spent = through.resident_mib(), through.cpu_s()

    async def hold() -> tuple[Gaps, dict[int, float]]:
        running = asyncio.create_task(gaps(through.port, streams, seconds * 2, 500))
        large: dict[int, float] = {}
        while not running.done():  # on a busy machine they stand later than planned
            for process, size in through.resident_mib().items():
                large[process] = max(size, large.get(process, 0.0))
            await asyncio.sleep(0.5)
        return await running, large

    found, large = asyncio.run(hold())
    worker, _ = through.busiest(spent)
    before, most = small[worker], large[worker]
    return (
        f"{streams} streams of 2 events/s: {(most - before) * 1024 / streams:.0f} KiB each "
        f"(worker {before:.0f} -> {most:.0f} MiB), broken {found.broken}"
    )
