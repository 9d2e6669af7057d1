"""Soak: a gateway's memory over many exchanges, of which a third are broken off by the client.

    python -m tests.bench.soak [EXCHANGES]

200,000 by default (five minutes and more), with `cn-public` and 100,000 terms.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import subjects
from tests.bench.load import load, request
from tests.bench.processes import Subject

_AT_ONCE = 16
_STEPS = 10


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
    """Return how the memory of each process went over so many exchanges."""
    start, failed = time.monotonic(), 0
    steps: list[dict[int, float]] = []
    spent = subject.cpu_s()
    for step in range(_STEPS):
        failed += asyncio.run(_some(subject.port, exchanges // _STEPS))
        steps.append(subject.resident_mib())
        sys.stderr.write(f"\rsoak {step + 1}/{_STEPS} ")
    sys.stderr.write("\n")
    worker, _ = subject.busiest(spent)
    supervisor = subject.tree()[0]
    names = dict.fromkeys(steps[-1], "steward") | {supervisor: "supervisor", worker: "worker"}
    courses = (
        f"{name} {' '.join(f'{sizes[pid]:.1f}' for sizes in steps if pid in sizes)}"
        for pid, name in names.items()
    )
    return (
        f"{exchanges} exchanges in {time.monotonic() - start:.0f} s, a third broken off, failed "
        f"{failed}; MiB resident after each tenth: {'; '.join(courses)}"
    )


def main() -> None:
    """Start a gateway, soak it and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        subjects.serving(Path(folder)) as (_, gateway),
    ):
        said = soak(gateway, int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
        print(said)  # noqa: T201 -- the benchmark's own output


if __name__ == "__main__":
    main()
