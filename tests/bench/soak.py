"""Soak: the worker's memory over many exchanges, of which a third are broken off by the client."""

from __future__ import annotations

import asyncio
import contextlib
import sys

from tests.bench.load import load, request
from tests.bench.processes import Subject

_AT_ONCE = 16


async def _abort(port: int, count: int) -> None:
    """Begin streams and leave in the middle of them."""
    for _ in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request("burst"))
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readexactly(2000)
        writer.transport.abort()


async def _some(port: int, count: int) -> int:
    """Run ``count`` exchanges: a third broken off, the rest whole, plain and streamed."""
    third = count // 3
    each = max(1, third // _AT_ONCE)
    plain, burst, *_ = await asyncio.gather(
        load(port, "plain", clients=_AT_ONCE, each=each),
        load(port, "burst", clients=_AT_ONCE, each=each),
        *(_abort(port, each) for _ in range(_AT_ONCE)),
    )
    return plain.failed + burst.failed


def soak(subject: Subject, exchanges: int) -> str:
    """Return how the worker's memory went over so many exchanges."""
    steps = 10
    sizes: list[float] = []
    failed, spent = 0, subject.cpu_s()
    for step in range(steps):
        failed += asyncio.run(_some(subject.port, exchanges // steps))
        worker, _ = subject.busiest(spent)
        sizes.append(subject.resident_mib()[worker])
        sys.stderr.write(f"\rsoak {step + 1}/{steps} ")
    sys.stderr.write("\n")
    return (
        f"{exchanges} exchanges, a third broken off: worker {sizes[0]:.0f} MiB after a tenth, "
        f"{sizes[-1]:.0f} MiB at the end, most {max(sizes):.0f} MiB; failed {failed}"
    )
