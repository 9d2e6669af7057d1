"""How much media work disturbs text streams: gaps between events, without and under load.

    python -m tests.bench.media_load [seconds]

One gateway in front of an upstream that sends an event every 5 ms to each of eight streams; under
load, pictures of 4 MB are sealed all the time by a mark that computes for 0.2 s. It prints the
gaps' quantiles side by side, in milliseconds, and the difference at p99 (target: at most 5).
"""

from __future__ import annotations

import asyncio
import sys
import time
import zlib

from gateway.nouns.mark import FileMarksOrder, MarkFamily, MarkKeys, Receipt
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import Claim, FileMark
from tests.conftest import settings_for
from tests.edge_kit import CHAT_STREAM, FIRST, Client, Conversation, ScriptedUpstream, ask
from tests.media_kit import image_body, png, serving_media

STREAMS = 8
PACE_S = 0.005
WORK_S = 0.2
PICTURE = png() + bytes(4_000_000)
IMAGES = "/v1/images/generations"


class Busy:
    """A mark that computes for a while, as one that draws and encodes would."""

    name = "busy"
    family = MarkFamily.LABEL
    formats = frozenset({MediaFormat.PNG})

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Compute."""
        del claim
        end_s = time.monotonic() + WORK_S
        while time.monotonic() < end_s:
            zlib.compress(content[:100_000])
        return content, Receipt(self.name, "written")

    def verify(self, content: bytes) -> list[Claim]:
        """Find nothing."""
        del content
        return []


def busy(order: FileMarksOrder, keys: MarkKeys) -> list[FileMark]:
    """Return the mark."""
    del order, keys
    return [Busy()]


async def _script(talk: Conversation) -> None:
    if talk.heard.path == IMAGES:
        await talk.whole(image_body(PICTURE))
        return
    await talk.start_stream()
    while True:
        await talk.chunk(FIRST)
        await asyncio.sleep(PACE_S)


async def _gaps(port: int, seconds: float) -> list[float]:
    gaps: list[float] = []
    async with Client.to(port) as client:
        await client.post(CHAT_STREAM)
        await client.head()
        end_s = last_s = time.monotonic()
        end_s += seconds
        while last_s < end_s:
            await client.chunk()
            now_s = time.monotonic()
            gaps.append((now_s - last_s) * 1000)
            last_s = now_s
    return gaps


async def _measure(port: int, seconds: float, *, loaded: bool) -> tuple[list[float], int]:
    done = 0

    async def load() -> None:
        nonlocal done
        while True:
            got = await ask(port, b'{"model":"m","prompt":"x"}', path=IMAGES)
            done += got.status == 200

    loads = [asyncio.create_task(load()) for _ in range(2 if loaded else 0)]
    found = await asyncio.gather(*(_gaps(port, seconds) for _ in range(STREAMS)))
    for task in loads:
        task.cancel()
    await asyncio.gather(*loads, return_exceptions=True)
    return sorted(gap for one in found for gap in one), done


def _row(name: str, gaps: list[float]) -> float:
    p50, p90, p99 = (gaps[int(len(gaps) * share)] for share in (0.5, 0.9, 0.99))
    print(f"{name:<16}{p50:>8.2f}{p90:>8.2f}{p99:>8.2f}{gaps[-1]:>8.2f}  n={len(gaps)}")  # noqa: T201 -- a program for people
    return p99


async def main(seconds: float) -> None:
    """Measure both and print them."""
    upstream = ScriptedUpstream()
    await upstream.start()
    upstream.script = _script
    try:
        async with serving_media(
            settings_for(upstream.port, {}), order=FileMarksOrder(label=True), marks=busy
        ) as here:
            await ask(here.port, b'{"model":"m","prompt":"x"}', path=IMAGES)
            quiet, _ = await _measure(here.port, seconds, loaded=False)
            loaded, done = await _measure(here.port, seconds, loaded=True)
    finally:
        await upstream.close()
    print(f"{'gap in ms':<16}{'p50':>8}{'p90':>8}{'p99':>8}{'max':>8}")  # noqa: T201 -- the same
    added = _row("text alone", quiet)
    added = _row(f"{done} pictures", loaded) - added
    print(f"added at p99: {added:.2f} ms")  # noqa: T201 -- the same


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0))
