"""How much generated pictures disturb text streams: gaps between events, without and under load.

    python -m tests.bench.media_load [seconds]

Upstream, gateway, readers of text and asker for pictures are processes of their own. The upstream
sends an event every 5 ms to each of eight streams; under load two connections ask for pictures of
4 MB all the time, which the gateway labels, marks and fingerprints. Rounds with and without load
alternate. The same streams read straight from the upstream show what the machine itself adds while
the gateway works. It prints the gaps' quantiles in milliseconds, and what the load adds at p99
(target: at most 5).
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.bench import subjects
from tests.bench.processes import REPOSITORY, python

STREAMS = 8
ASKERS = 2
PACE_MS = 5
ROUNDS = 4
_WARM_UP_S = 6.0
_POLICY = """\
version: 1
extends: cn-public
marks: {producer: 001191110102MAD55U9H0F10002}
"""


def _wire(path: str, question: dict[str, object]) -> bytes:
    body = json.dumps(question).encode()
    head = (
        "POST {} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer sk-bench\r\n"
        "content-type: application/json\r\ncontent-length: {}\r\n\r\n"
    )
    return head.format(path, len(body)).encode() + body


async def _gaps(port: int, seconds: float) -> list[float]:
    """Read one stream; return the milliseconds between its reads."""
    events = int(seconds * 1000 / PACE_MS)
    question = {"model": f"drip:{events}:{PACE_MS}", "stream": True,
                "messages": [{"role": "user", "content": "hello"}]}  # fmt: skip
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    writer.write(_wire("/v1/chat/completions", question))
    gaps: list[float] = []
    last_s, whole = 0.0, False
    while not whole and (data := await reader.read(1 << 16)):
        whole = data.endswith(b"0\r\n\r\n")
        now_s = time.perf_counter()
        if last_s:
            gaps.append((now_s - last_s) * 1000)
        last_s = now_s
    writer.close()
    if not whole:
        raise RuntimeError("a stream broke off")
    return gaps


async def read_texts(port: int, seconds: float) -> list[float]:
    """Read all streams side by side; return their gaps in milliseconds."""
    found = await asyncio.gather(*(_gaps(port, seconds) for _ in range(STREAMS)))
    return sorted(gap for one in found for gap in one)


async def ask_for_pictures(port: int, seconds: float) -> int:
    """Ask over and over; return how many answers came."""
    end_s, done = time.monotonic() + seconds, 0

    async def ask() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        while time.monotonic() < end_s:
            question: dict[str, object] = {"model": "picture", "prompt": "a tree"}
            writer.write(_wire("/v1/images/generations", question))
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if not head.startswith(b"http/1.1 200"):
                raise RuntimeError(head[:40].decode("latin-1"))
            at = head.index(b"content-length:") + 15
            await reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
            done += 1
        writer.close()

    await asyncio.gather(*(ask() for _ in range(ASKERS)))
    return done


ROLES = {"texts": read_texts, "pictures": ask_for_pictures}


def _start(role: str, port: int, seconds: float) -> subprocess.Popen[str]:
    command = python("tests.bench.media_load", role, port, seconds)
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)


def _outcome(process: subprocess.Popen[str]) -> list[float]:
    said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError("a client failed")
    found = json.loads(said)
    return found if isinstance(found, list) else [found]


def _row(name: str, gaps: list[float]) -> float:
    gaps.sort()
    p50, p90, p99, p999 = (gaps[int(len(gaps) * share)] for share in (0.5, 0.9, 0.99, 0.999))
    figures = "".join(f"{each:>8.2f}" for each in (p50, p90, p99, p999, gaps[-1]))
    print(f"{name:<34}{figures}  n={len(gaps)}")  # noqa: T201 -- a program for people
    return p99


def main(seconds: float) -> None:
    """Measure all rounds and print them."""
    quiet: list[float] = []
    loaded: list[float] = []
    straight: list[float] = []
    pictures = 0.0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        policy = folder / "policy.yaml"
        policy.write_text(_POLICY, encoding="utf-8")
        behind = subjects.model()
        stack.callback(behind.end)
        behind.wait_until_it_answers()
        gateway = subjects.sealgate("sealgate", behind.port, folder / "state", str(policy))
        stack.callback(gateway.end)
        gateway.wait_until_it_answers()
        _outcome(_start("pictures", gateway.port, _WARM_UP_S))
        for _ in range(ROUNDS):
            quiet += _outcome(_start("texts", gateway.port, seconds))
            for port, into in ((gateway.port, loaded), (behind.port, straight)):
                load = _start("pictures", gateway.port, seconds + 1)
                into.extend(_outcome(_start("texts", port, seconds)))
                pictures += _outcome(load)[0]
    head = "".join(f"{name:>8}" for name in ("p50", "p90", "p99", "p99.9", "max"))
    print(f"{'gap in ms':<34}{head}")  # noqa: T201 -- the same
    alone = _row("text alone", quiet)
    under = _row(f"with {pictures:.0f} pictures of 4 MB", loaded)
    _row("straight from the upstream, loaded", straight)
    print(f"added at p99: {under - alone:.2f} ms")  # noqa: T201 -- the same


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in ROLES:
        role = ROLES[sys.argv[1]]
        print(json.dumps(asyncio.run(role(int(sys.argv[2]), float(sys.argv[3])))))  # noqa: T201
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0)
