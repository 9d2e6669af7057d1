"""What marks cost: ``python -m tests.bench.marks``.

One row per file and mark, beside the plain work of a library on the same file: decoding it and
encoding it again. Best of several, in one process, bytes in and bytes out; processor time, which
what else the machine does disturbs least. A further medium is a function that gives `Case` rows,
and a line in `CASES`. With ``--sealed`` only the first table: metadata and credential together;
with words behind it, only the files in whose names one of them stands.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BytesIO
from typing import NamedTuple

import numpy as np
import pikepdf
from PIL import Image

from gateway.engine.stamping import Stamper
from gateway.marks import ImageLabel, ImageMetadata, ImageWatermark, make_marks
from gateway.nouns.mark import FileMarksOrder, MarkFamily, MarkKeys
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import FileMark
from tests.bench.marks_documents import copies
from tests.bench.marks_sound import reencoded, remuxed
from tests.document_kit import DOCUMENTS, signing
from tests.picture_kit import CLAIM, SVG, encode, scene
from tests.sound_kit import film, sound, wave

ROUNDS = 9
SLOW_MS = 500
KEY = b"0123456789abcdef"
SAVED: tuple[tuple[str, dict[str, int]], ...] = (
    ("PNG", {}),
    ("JPEG", {"quality": 90}),
    ("WEBP", {"quality": 90}),
    ("GIF", {}),
    ("AVIF", {"speed": 8, "quality": 90}),
    ("TIFF", {}),
)
"""How a picture is saved before it is marked."""


class Case(NamedTuple):
    """A file, the marks to be put on it, and the plain work that they are compared with."""

    name: str
    content: bytes
    marks: tuple[FileMark, ...]
    plain: Callable[[bytes], object]


def _pillow(name: str, **save: object) -> Callable[[bytes], object]:
    def again(content: bytes) -> bytes:
        with Image.open(BytesIO(content)) as image:
            out = BytesIO()
            image.save(out, name, **save)
            return out.getvalue()

    return again


def _images() -> Iterator[Case]:
    marks = (ImageMetadata(), ImageLabel(FileMarksOrder(label=True)), ImageWatermark(KEY))
    picture = scene(1024, 1024)
    for name, save in SAVED:
        content = encode(name, picture, **save)
        yield Case(f"{name} 1024x1024", content, marks, _pillow(name, **save))


CASES: tuple[Callable[[], Iterator[Case]], ...] = (_images,)


def _sealed() -> Iterator[tuple[str, bytes, Callable[[bytes], object]]]:
    """Files with the plain work beside them; one PNG is noisy and large, one like a drawing."""
    picture = scene(1024, 1024)
    drawing = scene(256, 256).quantize(64).convert("RGB").resize((1024, 1024))
    for name, image in (("PNG 1024x1024, noisy", picture), ("PNG 1024x1024, flat", drawing)):
        yield name, encode("PNG", image), _pillow("PNG")
    for name, save in SAVED[1:]:
        yield f"{name} 1024x1024", encode(name, picture, **save), _pillow(name, **save)
    for name, kind, codec, rate in (
        ("MP3", "mp3", "libmp3lame", 44100), ("FLAC", "flac", "flac", 44100),
        ("Opus", "ogg", "libopus", 48000), ("M4A", "ipod", "aac", 44100),
        ("AAC", "adts", "aac", 44100),
    ):  # fmt: skip
        tune = sound(kind, codec, rate, 2, 10.0)
        yield f"{name} 10 s", tune, lambda content, kind=kind: reencoded(content, kind)
    yield "WAV 10 s", wave(16, 2, 48000, count=480_000), lambda content: reencoded(content, "wav")
    for name, kind, codec, heard in (
        ("MP4", "mp4", "libx264", "aac"), ("MOV", "mov", "libx264", "aac"),
        ("WebM", "webm", "libvpx", "libopus"), ("Matroska", "matroska", "libx264", "aac"),
    ):  # fmt: skip
        clip, again = film(kind, codec, (1024, 1024), 5.0, audio=heard), reencoded
        if kind == "webm":  # whose encoder takes half a minute: copied by a muxer
            again = remuxed
        yield f"{name} 5 s 1024x1024", clip, partial(again, container=kind)
    yield "SVG", SVG, bytes
    for found, make in DOCUMENTS.items():
        yield found.value, make(), copies(found) or bytes
    yield "pdf, 200 pages", _long_pdf(), copies(MediaFormat.PDF) or bytes


def _long_pdf() -> bytes:
    """Return a PDF of 200 pages, with 5.4 KB of what does not pack on each."""
    made, chance = pikepdf.new(), np.random.default_rng(1)
    for _ in range(200):
        made.add_blank_page(page_size=(595, 842)).contents_add(chance.bytes(5_400))
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def _sealed_rows(words: Sequence[str]) -> Iterator[str]:
    marks = make_marks(FileMarksOrder(metadata=True, credential=True), MarkKeys(signing=signing()))
    first = Stamper(marks, [MarkFamily.METADATA])
    both = Stamper(marks, [MarkFamily.METADATA, MarkFamily.CREDENTIAL])
    yield "| file | KB | metadata, ms | metadata and credential, ms | SHA-256 once, ms | plain |"
    yield "|---|--:|--:|--:|--:|--:|"
    for name, content, plain in _sealed():
        if words and not any(word in name for word in words):
            continue
        done = both.stamp(content, CLAIM, hint=name, beside=True)
        assert done.complete
        assert done.receipts[-1].status == "written"
        costs = [
            _best_ms(lambda c=content, n=name: first.stamp(c, CLAIM, hint=n)),
            _best_ms(lambda c=content, n=name: both.stamp(c, CLAIM, hint=n, beside=True)),
            _best_ms(lambda c=content: hashlib.sha256(c).digest()),
            _best_ms(lambda c=content, again=plain: again(c)),
        ]
        shown = " | ".join(f"{each:.1f}" for each in costs)
        yield f"| {name} | {len(content) // 1000} | {shown} |"


def _best_ms(work: Callable[[], object]) -> float:
    """Return the least processor time of several runs; of slow work, of one."""
    times: list[float] = []
    while len(times) < ROUNDS and (not times or times[0] * 1000 < SLOW_MS):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return 1000 * min(times)


def main() -> None:
    """Print the tables."""
    asked = sys.argv[1:]
    for row in _sealed_rows([word for word in asked if word != "--sealed"]):
        print(row)  # noqa: T201
    if "--sealed" in asked:
        return
    print()  # noqa: T201
    print("| file | mark | ms | plain re-encoding, ms | bytes more |")  # noqa: T201
    print("|---|---|---|---|---|")  # noqa: T201
    for case in (case for cases in CASES for case in cases()):
        plain = _best_ms(lambda case=case: case.plain(case.content))
        for mark in case.marks:
            stamped, receipt = mark.stamp(case.content, CLAIM)
            spent = _best_ms(lambda case=case, mark=mark: mark.stamp(case.content, CLAIM))
            more = len(stamped) - len(case.content)
            cost = f"{spent:.1f}" if receipt.status == "written" else receipt.detail
            print(f"| {case.name} | {mark.name} | {cost} | {plain:.1f} | {more:+} |")  # noqa: T201


if __name__ == "__main__":
    main()
