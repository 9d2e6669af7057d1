"""``make bench``: one table, side by side in one run.

CPU milliseconds per request (user and system) of the process that serves, and of all processes of
the program; as ratios to the bare raw-ASGI proxy of the same run, which is what counts: single
figures depend on the machine. Rounds alternate between the subjects, so that a machine whose speed
drifts treats all alike; the median of the rounds is shown.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from tests.bench import subjects
from tests.bench.load import load
from tests.bench.processes import Subject


class Shape(NamedTuple):
    """One kind of traffic: clients at once, and requests of each."""

    clients: int
    each: int


SHAPES = {"plain": Shape(8, 100), "burst": Shape(8, 25), "paced": Shape(24, 2)}
ROUNDS = 5


class Cost(NamedTuple):
    """CPU milliseconds per request: the busiest process, and all together."""

    worker_ms: float
    all_ms: float


def measure(subject: Subject, mode: str, shape: Shape) -> Cost:
    """Run one round against one subject."""
    before = subject.cpu_s()
    figures = asyncio.run(load(subject.port, mode, clients=shape.clients, each=shape.each))
    after = subject.cpu_s()
    if figures.failed:
        raise RuntimeError(f"{subject.name}: {figures.failed} of {mode} failed")
    spent = [after[pid] - before.get(pid, 0.0) for pid in after]
    return Cost(max(spent) * 1000 / figures.done, sum(spent) * 1000 / figures.done)


def compare(tested: list[Subject], rounds: int) -> dict[str, dict[str, Cost]]:
    """Measure every subject in every shape, round by round; return the medians."""
    raw: dict[str, dict[str, list[Cost]]] = {s.name: {m: [] for m in SHAPES} for s in tested}
    total = rounds * len(SHAPES) * len(tested)
    done = 0
    for mode, shape in SHAPES.items():
        for subject in tested:
            asyncio.run(load(subject.port, mode, clients=4, each=3))
        for _ in range(rounds):
            for subject in tested:
                raw[subject.name][mode].append(measure(subject, mode, shape))
                done += 1
                sys.stderr.write(f"\r{done}/{total} rounds ")
    sys.stderr.write("\n")
    return {
        name: {
            mode: Cost(*(statistics.median(column) for column in zip(*costs, strict=True)))
            for mode, costs in modes.items()
        }
        for name, modes in raw.items()
    }


def table(costs: dict[str, dict[str, Cost]], yardstick: str) -> str:
    """Return the table as text."""
    head = ["CPU ms per request (x the bare proxy)", *(f"{m} worker | all" for m in SHAPES)]
    rows = [head]
    for name, modes in costs.items():
        row = [name]
        for mode, cost in modes.items():
            unit = costs[yardstick][mode]
            row.append(
                f"{cost.worker_ms:.3f} ({cost.worker_ms / unit.worker_ms:.2f}x) | "
                f"{cost.all_ms:.3f} ({cost.all_ms / unit.all_ms:.2f}x)"
            )
        rows.append(row)
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )


def measured(rounds: int, folder: Path, *, peers: bool = False) -> str:
    """Start all subjects, measure them side by side and return the table with their memory."""
    with ExitStack() as stack:
        behind = subjects.model()
        stack.callback(behind.end)
        behind.wait_until_it_answers()
        tested = [
            subjects.bare(behind.port),
            subjects.usual(behind.port),
            subjects.empty_sealgate(behind.port, folder),
            subjects.full_sealgate(behind.port, folder),
            *([subjects.litellm(behind.port, folder)] if peers else []),
        ]
        for subject in tested:
            stack.callback(subject.end)
        for subject in tested:
            subject.wait_until_it_answers()
        costs = compare(tested, rounds)
        sizes = [
            f"{s.name}: largest process {max(s.resident_mib().values()):.0f} MiB resident, "
            f"all together {sum(s.private_mib().values()):.0f} MiB"
            for s in tested
        ]
    return "\n".join([table(costs, tested[0].name), "", *sizes])
