"""Judging for others: how many short texts a minute one core takes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.bench.model import PROSE
from tests.bench.processes import Subject

_TEXTS = [PROSE[n % 40 : n % 40 + 30] for n in range(1000)]


def guard(subject: Subject, batches: int) -> str:
    """Ask the guard endpoint for batches of 1,000 texts of 30 characters."""
    body = json.dumps({"texts": _TEXTS, "direction": "output"}).encode()
    url = f"http://127.0.0.1:{subject.port}/sealgate/v1/guard"
    headers = {"content-type": "application/json", "authorization": "Bearer sk-bench"}
    before, start = subject.cpu_s(), time.perf_counter()
    for _ in range(batches):
        asked = urllib.request.Request(url, body, headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            answer.read()
    wall = time.perf_counter() - start
    _, cpu = subject.busiest(before)
    count = batches * len(_TEXTS)
    return (
        f"POST /sealgate/v1/guard: {count / wall * 60:,.0f} texts a minute "
        f"({cpu / count * 1e6:.0f} microseconds of one core each)"
    )


def batch(policy: str, folder: Path, texts: int) -> str:
    """Run `sealgate try --batch` over a file of so many lines."""
    file = folder / "texts.txt"
    file.write_text("".join(f"{_TEXTS[n % 1000]}\n" for n in range(texts)), encoding="utf-8")
    program = Path(sys.executable).with_name("sealgate")
    command = [program, "try", "--policy", policy, "--batch", file, "--json"]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    return f"sealgate try --batch: {texts / wall * 60:,.0f} texts a minute, start-up included"
