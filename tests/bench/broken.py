"""A thousand broken files per format against every mark, as a sealing process puts them on.

    python -m tests.bench.broken [FORMAT...] [--count 1000] [--first 0] [--keep DIR] [--into FILE]

Label, watermark, metadata and credential are owed on each file (see `tests.damage.files`). A child
marks them one after the other under the limits that a sealing process has by default: its address
space (`media.memory`) and the time for a file (`media.job_s`). A child that dies or takes longer is
noted with the file's number, and another goes on behind it. Of each file:

- *sealed*: nothing that is owed failed; every mark that is said to be written is then read back
  from the file as it would leave;
- *refused*: a mark failed, with a word why; the policy decides (`marks.file.unmarkable`).

A row per format follows: how many of each, the processor time of the slowest file, the largest
memory that a child ever had in use, and what must not be: a crash, a file beyond its time, a file
that is called complete and bears no mark, a mark that is called written and is not found. It ends
with code 1 if any of these was seen. ``--keep`` writes the sealed files out for other readers.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from select import select
from typing import Any, NamedTuple

from gateway.config.settings import MediaSettings
from gateway.engine.stamping import Stamped, Stamper
from gateway.marks import Credentials, make_marks
from gateway.nouns.mark import FileMarksOrder, MarkFamily, MarkKeys
from gateway.nouns.media import MediaFormat
from gateway.nouns.media import MediaFormat as F
from gateway.ports.mark import BESIDE, Claim, ClaimState, FileMark
from gateway.wire.image_file import FORMATS
from gateway.wire.media_type import sniff
from gateway.wire.picture_limit import bound_pictures
from tests.bench.processes import REPOSITORY, python
from tests.damage.files import broken
from tests.document_kit import DOCUMENTS, signing
from tests.picture_kit import CLAIM, SVG, encode, scene
from tests.sound_kit import film, pcm, sound, wave

LIMITS = MediaSettings()
SEED = 41
_LOOKS_AGAIN = frozenset({"audio_label", "video_label"})
"""They name no exchange; putting one on again looks for it, and changes nothing if it is there."""

FAULTS = ("crash", "too long", "bears no mark", "not read back")


GOOD: dict[MediaFormat, Callable[[], bytes]] = {
    **{each: partial(encode, each.name, scene(96, 64)) for each in FORMATS if each is not F.SVG},
    F.AVIF: partial(encode, "AVIF", scene(96, 64), speed=10),
    F.SVG: lambda: SVG,
    F.MP3: partial(sound, "mp3", "libmp3lame"),
    F.WAV: wave,
    F.FLAC: partial(sound, "flac", "flac"),
    F.OGG: partial(sound, "ogg", "libopus", 48000, 1, 1.0),
    F.M4A: partial(sound, "ipod", "aac", 44100, 2),
    F.AAC: partial(sound, "adts", "aac"),
    F.PCM: pcm,
    F.MP4: partial(film, size=(96, 80), seconds=0.4, audio="aac"),
    F.MOV: partial(film, "mov", size=(96, 80), seconds=0.4, audio="aac"),
    F.WEBM: partial(film, "webm", "libvpx", (96, 80), 0.4, audio="libopus"),
    F.MKV: partial(film, "matroska", size=(96, 80), seconds=0.4, audio="aac"),
    **DOCUMENTS,
}
"""A good file of each format, as small as labels allow."""


class Judge:
    """Stamps files with all marks, and looks whether what is said of them is so."""

    def __init__(self) -> None:
        order = FileMarksOrder(label=True, watermark=True, metadata=True, credential=True)
        keys = MarkKeys(watermark=b"0123456789abcdef", signing=signing())
        self._marks = make_marks(order, keys)
        self._stamper = Stamper(self._marks, list(MarkFamily))
        self._named = {mark.name: mark for mark in self._marks}

    def outcome(self, content: bytes, found: MediaFormat) -> tuple[str, list[str], bytes]:
        """Return what became of a file, what its receipts say, and the file if it was sealed."""
        stamped = self._stamper.stamp(content, CLAIM, hint=found.value, beside=True)
        said = [f"{r.mark}: {r.detail or r.status}" for r in stamped.receipts if r.detail]
        if not stamped.complete:
            mute = [r.mark for r in stamped.receipts if r.status == "failed" and not r.detail]
            return ("not read back", mute, b"") if mute else ("refused", said, b"")
        written = [r for r in stamped.receipts if r.status == "written"]
        if not written:
            return "bears no mark", said, b""
        lost = [r.mark for r in written if not self._there(self._named[r.mark], stamped, r.detail)]
        return ("not read back" if lost else "sealed"), lost or said, stamped.content

    def _there(self, mark: FileMark, stamped: Stamped, detail: str) -> bool:
        if detail == BESIDE:
            assert isinstance(mark, Credentials)
            assert stamped.format is not None
            claims = mark.verify_sidecar(stamped.content, stamped.format.mime, stamped.manifest)
        else:
            claims = mark.verify(stamped.content)
        if mark.name in _LOOKS_AGAIN:
            again, receipt = mark.stamp(stamped.content, CLAIM._replace(format=stamped.format))
            return (again, receipt.detail) == (stamped.content, "it was there")
        if mark.family is MarkFamily.METADATA and detail != "source_type_only":
            return len(claims) == 1 and _ours(claims[0])
        return any(_ours(each) for each in claims)


def _ours(claim: Claim) -> bool:
    told = CLAIM.exchange in {claim.exchange, claim.label.PropagateID if claim.label else ""}
    return (told or claim.code == CLAIM.code) and claim.state is not ClaimState.ALTERED


def _child(found: MediaFormat, first: int, count: int, keep: str) -> None:
    """Mark files until there is none left; a line before each, and one after it."""
    resource.setrlimit(resource.RLIMIT_AS, (LIMITS.memory, LIMITS.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    bound_pictures(LIMITS.pixels)
    judge = Judge()
    source = broken(GOOD[found](), found, count, seed=SEED, first=first)
    for number in range(first, first + count):
        content = next(source)
        _tell({"begun": number})
        began = time.process_time()
        what, said, sealed = judge.outcome(content, found)
        took = time.process_time() - began
        if keep and sealed:
            kind = sniff(sealed, found.value)
            Path(keep, f"{found.value}-{number:04}.{kind}").write_bytes(sealed)
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        _tell({"done": number, "what": what, "said": said, "s": took, "kib": used,
               "kind": str(sniff(content, found.value))})  # fmt: skip


def _tell(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


class Row(NamedTuple):
    """One file: its number, what became of it, and what it took."""

    number: int
    what: str
    said: list[str]
    s: float = 0.0
    kib: int = 0
    kind: str = ""


def tried(found: MediaFormat, first: int, count: int, keep: str) -> Iterator[Row]:
    """Give a row per file, whatever becomes of the children."""
    at = first
    while at < first + count:
        command = python("tests.bench.broken", "--child", found.value, at, first + count - at, keep)
        with subprocess.Popen(
            command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as child:
            begun = at
            for row in _heard(child):
                at = row.number + 1
                yield row
            child.kill()
            _, words = child.communicate()
        if at < first + count:
            sys.stderr.write(words.decode(errors="replace")[-2_000:])
        if at == begun:
            raise RuntimeError("a child ended before its first file")


def _heard(child: subprocess.Popen[bytes]) -> Iterator[Row]:
    assert child.stdout is not None
    begun = None
    while True:
        ready, _, _ = select([child.stdout], [], [], LIMITS.job_s + 30 * (begun is None))
        line = child.stdout.readline() if ready else b""
        if not line:
            if begun is not None:
                yield Row(begun, "crash" if ready else "too long", [])
            return
        told = json.loads(line)
        begun = told.get("begun")
        if begun is None:
            slow = told["s"] > LIMITS.job_s
            what = "too long" if slow else told["what"]
            yield Row(told["done"], what, told["said"], told["s"], told["kib"], told["kind"])


def _row(found: MediaFormat, rows: list[Row]) -> bool:
    whats = Counter(each.what for each in rows)
    slowest = max(rows, key=lambda each: each.s)
    faults = [each for each in rows if each.what in FAULTS]
    most = max(each.kib for each in rows) // 1024
    print(  # noqa: T201 -- a program for people
        f"| {found.value} | {len(rows)} | {whats['sealed']} | {whats['refused']} | "
        f"{slowest.s:.2f} | {most} | {len(faults) or 'none'} |", flush=True,
    )  # fmt: skip
    for each in faults[:20]:
        print(f"  {each.what}: number {each.number} ({each.kind}): {', '.join(each.said)}")  # noqa: T201
    return not faults


def main() -> None:
    """Run what is asked for; print it."""
    if sys.argv[1:2] == ["--child"]:
        found, first, count, keep = [*sys.argv[2:], ""][:4]
        _child(MediaFormat(found), int(first), int(count), keep)
        return
    parser = argparse.ArgumentParser(description="Broken files against every mark.")
    parser.add_argument("formats", nargs="*", type=MediaFormat, metavar="FORMAT")
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--keep", default="")
    parser.add_argument("--into", default="")
    said = parser.parse_args()
    if said.keep:
        Path(said.keep).mkdir(parents=True, exist_ok=True)
    print("| format | files | sealed | refused | slowest, s | memory, MiB | faults |")  # noqa: T201
    print("|---|--:|--:|--:|--:|--:|---|", flush=True)  # noqa: T201
    well = True
    for found in said.formats or list(MediaFormat):
        rows = list(tried(found, said.first, said.count, said.keep))
        well = _row(found, rows) and well
        if said.into:
            with Path(said.into).open("a", encoding="utf-8") as out:
                out.writelines(json.dumps([found.value, *each]) + "\n" for each in rows)
    sys.exit(not well)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
