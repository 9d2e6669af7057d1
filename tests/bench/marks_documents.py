"""What marks on documents and content credentials cost, beside a plain copy by another library.

    python -m tests.bench.marks_documents

Best of several runs, in milliseconds of this process's CPU time, reading back included.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from functools import partial

import docx
import openpyxl
import pikepdf
import pptx
from PIL import Image, ImageFilter

from gateway.marks import Credentials, DocumentLabel, DocumentMetadata
from gateway.nouns.mark import FileMarksOrder
from gateway.nouns.media import MediaFormat
from tests.document_kit import DOCUMENTS, claim, signing

_RUNS = 9
_PIXELS = 1024


def best_ms(call: Callable[[], object]) -> float:
    """Return the least CPU time of some calls, in milliseconds."""
    return min(once_ms(call) for _ in range(_RUNS))


def once_ms(call: Callable[[], object]) -> float:
    """Return the CPU time of a call, in milliseconds."""
    began = time.process_time()
    call()
    return (time.process_time() - began) * 1000


def _photo() -> Image.Image:
    noise = Image.effect_noise((_PIXELS, _PIXELS), 80).filter(ImageFilter.GaussianBlur(4))
    return Image.merge("RGB", (noise, noise.rotate(90), noise.rotate(180)))


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def copies(found: MediaFormat) -> Callable[[bytes], object] | None:
    """Return what opens a document and saves it again by another library."""
    openers = {
        MediaFormat.DOCX: docx.Document,
        MediaFormat.XLSX: openpyxl.load_workbook,
        MediaFormat.PPTX: pptx.Presentation,
        MediaFormat.PDF: pikepdf.open,
    }
    opener = openers.get(found)
    return (lambda content: _saved(opener(io.BytesIO(content)).save)) if opener else None


def rows() -> list[tuple[str, float, float | None]]:
    """Return what was done, its cost, and the cost of a plain copy or encoding."""
    label, metadata = DocumentLabel(FileMarksOrder()), DocumentMetadata()
    found = []
    for kind, make in DOCUMENTS.items():
        content, said = make(), claim()._replace(format=kind)
        copy = copies(kind)
        plain = best_ms(partial(copy, content)) if copy else None
        for mark in (label, metadata):
            cost = best_ms(lambda m=mark, c=content, s=said: m.stamp(c, s))
            found.append((f"{mark.name} {kind.value}", cost, plain))
    credentials, photo = Credentials(signing()), _photo()
    for kind in (MediaFormat.TXT, MediaFormat.MARKDOWN, MediaFormat.HTML):
        content, said = DOCUMENTS[kind](), claim()._replace(format=kind)
        work = partial(credentials.stamp, content, said)
        costs = sorted(once_ms(work) for _ in range(40))
        found.append((f"credential {kind.value}, median of 40", costs[20], None))
        found.append((f"credential {kind.value}, 90 %", costs[36], None))
    for kind in ("JPEG", "WEBP", "PNG"):
        content = _saved(lambda out, k=kind: photo.save(out, k))
        plain = best_ms(lambda k=kind: _saved(lambda out: photo.save(out, k)))
        cost = best_ms(lambda c=content: credentials.stamp(c, claim()))
        name = f"credential {kind.lower()} {_PIXELS} x {_PIXELS}, {len(content) // 1000} kB"
        found.append((name, cost, plain))
    return found


def main() -> None:
    """Print the table."""
    print(f"{'mark':44} {'ms':>8} {'plain copy or encoding, ms':>28}")  # noqa: T201
    for name, cost, plain in rows():
        beside = f"{plain:28.1f}" if plain is not None else f"{'-':>28}"
        print(f"{name:44} {cost:8.1f} {beside}")  # noqa: T201


if __name__ == "__main__":
    main()
