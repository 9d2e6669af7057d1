"""What a worker takes: ``python -m tests.bench.memory`` (half a minute).

Starts the gateway with `cn-public` and 100,000 terms, asks it for plain answers, bursts and paced
streams, and prints the resident set of its worker (aim: below 180 MB), what of it is the worker's
own, and the sizes of supervisor and steward. The program measured is the ``sealgate`` beside the
Python that runs this: with that of a plain install (no development packages) it is what the image
has.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tests.bench import subjects
from tests.bench.load import load
from tests.bench.processes import Subject, kib_by_kind

_LOADS = (("plain", 8, 100), ("burst", 8, 25), ("paced", 4, 2))
AIM_MB = 180


def memory(subject: Subject) -> str:
    """Ask a gateway that nobody asked before, and say what its processes take."""
    cold, spent = subject.resident_mib(), subject.cpu_s()
    failed = 0
    for mode, clients, each in _LOADS:
        failed += asyncio.run(load(subject.port, mode, clients=clients, each=each)).failed
    worker, _ = subject.busiest(spent)
    warm = subject.resident_mib()
    kinds = kib_by_kind(worker)
    own = (kinds["Private_Clean"] + kinds["Private_Dirty"]) / 1024
    supervisor = subject.tree()[0]
    others = max(size for each, size in warm.items() if each not in (worker, supervisor))
    return (
        f"a worker: {warm[worker]:.1f} MiB = {warm[worker] * 2**20 / 1e6:.0f} MB resident "
        f"({cold[worker]:.1f} MiB before the first request; {own:.1f} its own, the rest shared; "
        f"aim: below {AIM_MB} MB); supervisor {warm[supervisor]:.1f} MiB, steward {others:.1f}; "
        f"failed {failed}"
    )


def main() -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        subjects.serving(Path(folder)) as (_, gateway),
    ):
        print(memory(gateway))  # noqa: T201 -- the benchmark's own output


if __name__ == "__main__":
    main()
