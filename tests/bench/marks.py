"""What marks cost: ``python -m tests.bench.marks``.

One row per file and mark, beside the plain work of a library on the same file: decoding it and
encoding it again. Best of several, in one process, bytes in and bytes out. A further medium is a
function that gives `Case` rows, and a line in `CASES`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import NamedTuple

from PIL import Image

from gateway.marks import ImageLabel, ImageMetadata, ImageWatermark
from gateway.nouns.mark import FileMarksOrder
from gateway.ports.mark import FileMark
from tests.picture_kit import CLAIM, encode, scene

ROUNDS = 5
KEY = b"0123456789abcdef"


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
    for name, save in (
        ("PNG", {}),
        ("JPEG", {"quality": 90}),
        ("WEBP", {"quality": 90}),
        ("GIF", {}),
        ("AVIF", {"speed": 8, "quality": 90}),
        ("TIFF", {}),
    ):
        content = encode(name, picture, **save)
        yield Case(f"{name} 1024x1024", content, marks, _pillow(name, **save))


CASES: tuple[Callable[[], Iterator[Case]], ...] = (_images,)


def _best_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return 1000 * min(times)


def main() -> None:
    """Print the table."""
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
