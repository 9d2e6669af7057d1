"""The matrix of docs/marks.md: ``python -m tests.bench.matrix`` (``make marks``).

One file per format, made by an encoder that is not ours; every mark that a policy can owe put on by
the stamper, signed with a certificate made on the spot; then asked of programs and libraries that
are not ours. So it proves the order too: they read the file as it is after the last mark. Prints
the table, writes it into the page, and ends with 1 if a cell is wrong. ``--check`` writes nothing,
and ends with 1 as well if the page is not what it should be.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from gateway.engine.stamping import Stamped, Stamper
from gateway.marks import Credentials, ImageWatermark, make_marks
from gateway.marks.credentials import Signing, make_trial
from gateway.nouns.mark import FileMarksOrder, MarkFamily, MarkKeys
from gateway.nouns.media import MediaFormat as F
from gateway.nouns.media import MediaKind
from gateway.wire.aigc_label import bare_json
from tests.bench import matrix_judges as judge
from tests.document_kit import DOCUMENTS, claim
from tests.picture_kit import SVG, encode, scene
from tests.sound_kit import film, pcm, sound

PAGE = Path(__file__).parents[2] / "docs/marks.md"
BEGIN, END = "<!-- matrix: written by `make marks` -->", "<!-- end of the matrix -->"
WATERMARK_KEY = b"0123456789abcdef"
SAID = claim()._replace(line=f"人工智能生成 · {claim().code}")
ORDER = FileMarksOrder(label=True, watermark=True, metadata=True, credential=True)
_SIZE = (512, 384)
_LEAST_HEIGHT = 0.05
_RHYTHM = ".-|.."

Ask = Callable[[Path], object]


def _picture(kind: str, **save: object) -> bytes:
    return encode(kind, scene(*_SIZE), **save)


MAKERS: dict[F, tuple[str, Callable[[], bytes]]] = {
    F.PNG: ("Pillow", partial(_picture, "PNG")),
    F.JPEG: ("Pillow", partial(_picture, "JPEG", quality=88)),
    F.WEBP: ("Pillow", partial(_picture, "WEBP", quality=88)),
    F.GIF: ("Pillow", partial(_picture, "GIF")),
    F.AVIF: ("Pillow", partial(_picture, "AVIF", speed=8)),
    F.TIFF: ("Pillow", partial(_picture, "TIFF")),
    F.SVG: ("by hand", lambda: SVG),
    F.MP3: ("PyAV", lambda: sound("mp3", "libmp3lame", 44100, 2, 2.0)),
    F.WAV: ("PyAV", lambda: sound("wav", "pcm_s16le", 48000, 2, 2.0)),
    F.FLAC: ("PyAV", lambda: sound("flac", "flac", 48000, 2, 2.0)),
    F.OGG: ("PyAV", lambda: sound("ogg", "libopus", 48000, 2, 2.0)),
    F.M4A: ("PyAV", lambda: sound("ipod", "aac", 44100, 2, 2.0)),
    F.AAC: ("PyAV", lambda: sound("adts", "aac", 44100, 2, 2.0)),
    F.PCM: ("by hand", lambda: pcm(2.0)),
    F.MP4: ("PyAV", lambda: film("mp4", "libx264", (320, 240), 3.0, audio="aac")),
    F.MOV: ("PyAV", lambda: film("mov", "libx264", (320, 240), 3.0, audio="aac")),
    F.WEBM: ("PyAV", lambda: film("webm", "libvpx", (320, 240), 3.0, audio="libopus")),
    F.MKV: ("PyAV", lambda: film("matroska", "libx264", (320, 240), 3.0, audio="aac")),
    F.TXT: ("by hand", DOCUMENTS[F.TXT]),
    F.MARKDOWN: ("by hand", DOCUMENTS[F.MARKDOWN]),
    F.HTML: ("by hand", DOCUMENTS[F.HTML]),
    F.DOCX: ("python-docx", DOCUMENTS[F.DOCX]),
    F.XLSX: ("openpyxl", DOCUMENTS[F.XLSX]),
    F.PPTX: ("python-pptx", DOCUMENTS[F.PPTX]),
    F.PDF: ("pikepdf", DOCUMENTS[F.PDF]),
}

_IMAGES = (F.PNG, F.JPEG, F.WEBP, F.GIF, F.AVIF, F.TIFF)
_NOT_ENCYPHER = {F.PCM, F.WEBM, F.MKV}
"""Formats that the second validator does not know at all."""
_OFFICE = (F.DOCX, F.XLSX, F.PPTX)
_EXIFTOOL = {"exiftool": judge.by_exiftool}
_PROBES = {"ffprobe": judge.by_ffprobe, "mediainfo": judge.by_mediainfo}
_MUTAGEN = {"mutagen": judge.by_mutagen}
METADATA: dict[F, dict[str, Callable[[Path], list[str]]]] = {
    **{each: {**_EXIFTOOL, "Pillow": judge.by_pillow} for each in _IMAGES},
    F.GIF: _EXIFTOOL,  # Pillow reads no XMP in GIF
    F.SVG: {**_EXIFTOOL, "xml.etree": judge.by_xml},
    F.MP3: {**_EXIFTOOL, **_PROBES, **_MUTAGEN},
    F.WAV: _EXIFTOOL,
    F.FLAC: {**_EXIFTOOL, **_PROBES, **_MUTAGEN},
    F.OGG: {**_EXIFTOOL, **_PROBES, **_MUTAGEN},
    F.AAC: {**_EXIFTOOL, **_PROBES},
    **{each: {**_EXIFTOOL, **_PROBES} for each in (F.M4A, F.MP4, F.MOV)},
    **{each: {**_EXIFTOOL, **_PROBES} for each in (F.WEBM, F.MKV)},
    F.MARKDOWN: {"ruamel.yaml": judge.by_ruamel},
    F.HTML: {"html.parser": judge.by_html_parser},
    F.DOCX: {"unzip": judge.by_unzip},
    F.XLSX: {"unzip": judge.by_unzip, "openpyxl": judge.by_openpyxl},
    F.PPTX: {"unzip": judge.by_unzip},
    F.PDF: {"pdfinfo": judge.by_pdfinfo, "exiftool": judge.by_exiftool,
            "pikepdf": judge.by_pikepdf},
}  # fmt: skip
WORDS: dict[F, dict[str, Callable[[Path], str]]] = {
    F.TXT: {"python": judge.words_by_python},
    F.MARKDOWN: {"python": judge.words_by_python},
    F.HTML: {"html.parser": judge.words_by_html_parser},
    F.DOCX: {"python-docx": judge.words_by_docx},
    F.XLSX: {"openpyxl": judge.words_by_openpyxl},
    F.PPTX: {"python-pptx": judge.words_by_pptx},
    F.PDF: {"pdftotext": judge.words_by_pdftotext},
}
OPENS: dict[F, dict[str, Ask]] = {
    **{each: {"Pillow": judge.shows, "ffmpeg": judge.plays} for each in _IMAGES},
    F.AVIF: {"Pillow": judge.shows},
    F.SVG: {"ffmpeg": judge.plays},
    F.TXT: {"python": judge.words_by_python},
    F.MARKDOWN: {"python": judge.words_by_python},
    F.HTML: {"html.parser": judge.words_by_html_parser},
    F.DOCX: {"unzip": judge.unpacks, "python-docx": judge.words_by_docx},
    F.XLSX: {"unzip": judge.unpacks, "openpyxl": judge.words_by_openpyxl},
    F.PPTX: {"unzip": judge.unpacks, "python-pptx": judge.words_by_pptx},
    F.PDF: {"pdfinfo and pikepdf": judge.pages},
}
NO_PLACE = {
    **{
        (each, MarkFamily.WATERMARK): "no_place_in_format"
        for each in F if each.kind is not MediaKind.IMAGE
    },
    (F.GIF, MarkFamily.WATERMARK): "gif_bears_none",
    (F.SVG, MarkFamily.WATERMARK): "svg_bears_none",
    (F.PCM, MarkFamily.METADATA): "no_place_in_format",
    (F.TXT, MarkFamily.METADATA): "no_place_in_format",
    **{
        (each, MarkFamily.CREDENTIAL): "no_place_in_format"
        for each in (F.FLAC, F.OGG, F.AAC, F.PCM, F.WEBM, F.MKV, *_OFFICE)
    },
}  # fmt: skip
"""What has no place, with the receipt's word. Anything else that is not written is a fault."""


class Cell(NamedTuple):
    """What was found of one mark in one format: ``said`` by reader, or why there is no place."""

    said: dict[str, bool]
    instead: str = ""
    faults: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """True if every reader says yes, or nothing was to be read."""
        return all(self.said.values()) and not self.faults

    def __str__(self) -> str:
        groups = [
            (word, [name for name, yes in self.said.items() if yes is sought])
            for word, sought in (("yes", True), ("**no**", False))
        ]
        told = [f"{word}: {', '.join(names)}" for word, names in groups if names]
        return "; ".join([*([self.instead] if self.instead else []), *told, *self.faults])


class Trial(NamedTuple):
    """One format's file before and after stamping, on disk."""

    format: F
    content: bytes
    stamped: Stamped
    before: Path
    after: Path
    signing: Signing


def _tried(judges: dict[str, Callable[[Path], bool]], path: Path) -> Cell:
    said, faults = {}, []
    for name, ask in judges.items():
        try:
            said[name] = ask(path)
        except judge.FAULTS as error:  # a verdict on the file
            said[name] = False
            faults.append(f"{name}: {' '.join(str(error).split())[:120]}")
    return Cell(said, faults=tuple(faults))


def _label(trial: Trial) -> Cell:
    kind = trial.format.kind
    if kind is MediaKind.DOCUMENT:
        asks = WORDS[trial.format]
        return _tried({n: lambda p, a=a: SAID.line in a(p) for n, a in asks.items()}, trial.after)
    if kind is MediaKind.AUDIO:
        return _tried({"ffmpeg": lambda p: judge.rhythm_by_ffmpeg(p) == _RHYTHM}, trial.after)
    if kind is MediaKind.IMAGE:
        name, look = "Pillow", judge.pixels_by_pillow
        if trial.format is F.SVG:
            name, look = "ffmpeg", judge.pixels_by_ffmpeg
        return _tried(
            {name: lambda p: judge.height(look(trial.before), look(p)) >= _LEAST_HEIGHT},
            trial.after,
        )

    def throughout(path: Path) -> bool:
        looks = [partial(judge.pixels_by_ffmpeg, at_s=each) for each in (0.0, 1.0, 1.96)]
        return all(judge.height(look(trial.before), look(path)) >= _LEAST_HEIGHT for look in looks)

    return _tried({"ffmpeg": throughout}, trial.after)


def _watermark(trial: Trial) -> Cell:
    """Only who has the key can read it: our reader, in a copy that Pillow encoded anew."""

    def in_a_copy(path: Path) -> bool:
        out = BytesIO()
        with Image.open(path) as image:
            image.convert("RGB").save(out, "JPEG", quality=70)
        found = ImageWatermark(WATERMARK_KEY).verify(out.getvalue())
        return [each.code for each in found] == [SAID.code]

    return _tried({"our reader, of Pillow's copy": in_a_copy}, trial.after)


def _metadata(trial: Trial) -> Cell:
    wanted = json.loads(bare_json(SAID.label))

    def once(path: Path, ask: Callable[[Path], list[str]]) -> bool:
        return [json.loads(each) for each in ask(path)] == [wanted]

    asks = METADATA[trial.format]
    return _tried({name: partial(once, ask=ask) for name, ask in asks.items()}, trial.after)


def _credential(trial: Trial, *, beside: bool = False) -> Cell:
    content, mime = trial.stamped.content, trial.format.mime
    anchors = trial.signing.anchors.decode()
    manifest = Credentials(trial.signing).sidecar(content, mime, SAID) if beside else None
    broken = bytearray(content)
    broken[len(broken) // 2] ^= 1

    def holds(_: Path) -> bool:
        intact = judge.credential(mime, content, anchors, manifest) == "Trusted, AI"
        try:
            changed = judge.credential(mime, bytes(broken), anchors, manifest)
        except judge.FAULTS:  # the library could not even walk through the changed file
            changed = "Invalid"
        return intact and not changed.startswith(("Trusted", "Valid"))

    def holds_elsewhere(_: Path) -> bool:
        ask = partial(judge.credential_by_encypher, mime, anchors=anchors, manifest=manifest)
        try:
            changed = ask(bytes(broken))
        except judge.FAULTS:
            changed = False
        return ask(content) and not changed

    asks: dict[str, Callable[[Path], bool]] = {"c2pa": holds}
    if trial.format not in _NOT_ENCYPHER:
        asks["encypher-c2pa"] = holds_elsewhere
    if trial.format in {F.PNG, F.JPEG}:
        asks["exiftool"] = judge.boxes_by_exiftool
    cell = _tried(asks, trial.after)
    return cell._replace(instead="beside the file") if beside else cell


def _opens(trial: Trial) -> Cell:
    asks = OPENS.get(trial.format, {"ffmpeg": judge.plays})
    return _tried({n: lambda p, a=a: a(p) is not False for n, a in asks.items()}, trial.after)


READ: dict[MarkFamily, Callable[[Trial], Cell]] = {
    MarkFamily.LABEL: _label,
    MarkFamily.WATERMARK: _watermark,
    MarkFamily.METADATA: _metadata,
    MarkFamily.CREDENTIAL: _credential,
}


def cells(trial: Trial) -> list[Cell]:
    """Return what the judges say of one file, one cell per mark, and whether it opens."""
    found = []
    for family, receipt in zip(MarkFamily, trial.stamped.receipts, strict=True):
        expected = NO_PLACE.get((trial.format, family))
        said = receipt.detail if receipt.status == "not_possible" else None
        if said != expected or receipt.status == "failed":
            found.append(Cell({}, faults=(f"**{receipt.status}**: {receipt.detail}",)))
        elif said is None:
            found.append(READ[family](trial))
        elif family is MarkFamily.CREDENTIAL:
            found.append(_credential(trial, beside=True))
        else:
            found.append(Cell({}, instead="no place"))
    return [*found, _opens(trial)]


def stamped(folder: Path, found: F, stamper: Stamper, signing: Signing) -> Trial:
    """Make a format's file, put the marks on it, and write both into a folder."""
    content = MAKERS[found][1]()
    before, after = (folder / f"{name}.{found.value}" for name in ("before", "after"))
    done = stamper.stamp(content, SAID, hint=found.value)
    before.write_bytes(content)
    after.write_bytes(done.content)
    return Trial(found, content, done, before, after, signing)


def table() -> tuple[str, bool]:
    """Return the matrix in Markdown, and whether every cell is as it should be."""
    made = make_trial(time.time())
    signing = Signing(made.chain, made.key, made.root)
    stamper = Stamper(make_marks(ORDER, MarkKeys(WATERMARK_KEY, signing)), list(MarkFamily))
    lines = [
        "| format, made by | label | watermark | metadata | credential | opens |",
        "|---|---|---|---|---|---|",
    ]
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for found, (maker, _) in MAKERS.items():
            row = cells(stamped(Path(folder), found, stamper, signing))
            lines.append(f"| {found.value}, {maker} | {' | '.join(map(str, row))} |")
            good = good and all(cell.good for cell in row)
    return "\n".join(lines), good


def with_table(page: str, matrix: str) -> str:
    """Return the page with the matrix between its two lines."""
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{matrix}\n\n{END}{rest.partition(END)[2]}"


def main() -> None:
    """Print the matrix and write it into the page; end with 1 if a cell is wrong."""
    judge.need_programs()
    matrix, good = table()
    print(matrix)  # noqa: T201
    page = PAGE.read_text(encoding="utf-8")
    if "--check" in sys.argv[1:]:
        good = good and with_table(page, matrix) == page
    elif good:
        PAGE.write_text(with_table(page, matrix), encoding="utf-8")
    sys.exit(not good)


if __name__ == "__main__":
    main()
