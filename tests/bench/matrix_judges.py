"""What other programs read in a marked file: one judge per program or library, none of it ours.

A judge returns what it read, or raises; `tests.bench.matrix` compares. A program that is missing
ends the run and says which Debian package has it.
"""

from __future__ import annotations

import base64
import io
import json
import shutil
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import c2pa
import docx
import encypher_c2pa
import mutagen
import numpy as np
import openpyxl
import pikepdf
import pptx
from PIL import Image
from ruamel.yaml import YAML

from tests.sound_kit import morse

PACKAGES = {
    "exiftool": "libimage-exiftool-perl",
    "ffmpeg": "ffmpeg",
    "ffprobe": "ffmpeg",
    "mediainfo": "mediainfo",
    "pdfinfo": "poppler-utils",
    "pdftotext": "poppler-utils",
    "unzip": "unzip",
}
FAULTS = (
    ValueError, OSError, LookupError, TypeError, SyntaxError, RuntimeError,
    subprocess.SubprocessError, zipfile.BadZipFile, c2pa.C2paError, pikepdf.PdfError,
    mutagen.MutagenError,
)  # fmt: skip
"""What judges raise for files that they cannot read."""

_RATE = 16000


def ask(*command: str | Path, data: bytes | None = None) -> bytes:
    """Run a program and return what it prints. Raises ValueError if it complains."""
    done = subprocess.run(command, capture_output=True, check=False, timeout=120, input=data)
    if done.returncode:
        complaint = done.stderr.decode(errors="replace").strip()[-300:]
        raise ValueError(f"{command[0]} ended with {done.returncode}: {complaint}")
    return done.stdout


def need_programs() -> None:
    """End the run with a sentence unless every program is there."""
    missing = {PACKAGES[name] for name in PACKAGES if shutil.which(name) is None}
    if missing:
        sys.exit(f"Programs are missing; on Debian: apt-get install {' '.join(sorted(missing))}")


# The label in metadata: each judge returns the texts that it shows under the label's name.


def by_exiftool(path: Path) -> list[str]:
    """Values of every tag called AIGC; of a RIFF chunk that it does not know, the bytes."""
    if path.suffix == ".wav":
        shown = ask("exiftool", "-b", "-U", "-Unknown_AIGC", path).decode().rstrip("\0")
        return [shown] if shown else []
    if ask("exiftool", "-q", "-s3", "-Warning", "-Error", path):
        raise ValueError("exiftool warns of the file")
    # Flat names: inside an SVG it calls the property SvgMetadataAigc.
    (found,) = json.loads(ask("exiftool", "-j", "-G1", "-a", path))
    values = [value for key, value in found.items() if key.lower().endswith("aigc")]
    if path.suffix in {".mp3", ".aac"}:  # of a text frame it shows the description in brackets
        shown = [str(value) for key, value in found.items() if key.endswith("UserDefinedText")]
        values = [each.removeprefix("(AIGC) ") for each in shown if each.startswith("(AIGC) ")]
    return [each if isinstance(each, str) else json.dumps(each) for each in values]


def by_ffprobe(path: Path) -> list[str]:
    """Tags AIGC of the file or of its streams."""
    entries = ("-show_entries", "format_tags:stream_tags", "-of", "json")
    told = json.loads(ask("ffprobe", "-v", "error", *entries, path))
    places = [told.get("format", {}), *told.get("streams", [])]
    tags = [pair for each in places for pair in each.get("tags", {}).items()]
    return [value for key, value in tags if key.upper() == "AIGC"]


def by_mediainfo(path: Path) -> list[str]:
    """Every line that shows a label."""
    lines = ask("mediainfo", "--Full", path).decode().splitlines()
    return [line[line.index("{") :] for line in lines if '{"Label"' in line]


def by_mutagen(path: Path) -> list[str]:
    """The tags of a sound file."""
    opened = mutagen.File(path)
    tags = opened.tags if opened is not None and opened.tags is not None else {}
    found = []
    for key, value in tags.items():
        if key.upper() in {"AIGC", "TXXX:AIGC"}:
            texts = value.text if hasattr(value, "text") else value
            found += [str(each) for each in texts]
    return found


def by_pillow(path: Path) -> list[str]:
    """The property of the XMP packet that Pillow gives."""
    with Image.open(path) as image:
        image.load()
        packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    text = packet if isinstance(packet, str) else bytes(packet).decode()
    begin, end = text.find("<x:xmpmeta"), text.rfind("</x:xmpmeta>")
    return _aigc_elements(text[begin : end + len("</x:xmpmeta>")]) if begin >= 0 else []


def by_xml(path: Path) -> list[str]:
    """The element of an SVG, found by Python's own XML reader."""
    return _aigc_elements(path.read_text(encoding="utf-8"))


def _aigc_elements(text: str) -> list[str]:
    name = "{http://www.tc260.org.cn/ns/AIGC/1.0/}AIGC"
    return [each.text or "" for each in ET.fromstring(text).iter(name)]


def by_pdfinfo(path: Path) -> list[str]:
    """The custom entry of the Info dictionary."""
    lines = ask("pdfinfo", "-custom", path).decode().splitlines()
    return [line.partition(":")[2].strip() for line in lines if line.startswith("AIGC:")]


def by_pikepdf(path: Path) -> list[str]:
    """The same by another library."""
    with pikepdf.open(path) as opened:
        return [str(opened.docinfo["/AIGC"])] if "/AIGC" in opened.docinfo else []


def by_unzip(path: Path) -> list[str]:
    """The custom property, in the part that unzip gives out."""
    tree = ET.fromstring(ask("unzip", "-p", path, "docProps/custom.xml").decode())
    return ["".join(each.itertext()) for each in tree if each.get("name") == "AIGC"]


def by_openpyxl(path: Path) -> list[str]:
    """The custom property of a workbook."""
    properties = openpyxl.load_workbook(path).custom_doc_props.props
    return [str(each.value) for each in properties if each.name == "AIGC"]


def by_ruamel(path: Path) -> list[str]:
    """The mapping in the front matter of Markdown."""
    block = path.read_text(encoding="utf-8").split("---\n")[1]
    return [json.dumps(dict(YAML(typ="safe").load(block)["AIGC"]))]


def by_html_parser(path: Path) -> list[str]:
    """The meta element of a page."""
    return [told["content"] for tag, told in _page(path)[0] if told.get("name") == "AIGC"]


# The visible label of a document: each judge returns the words of the file.


def words_by_python(path: Path) -> str:
    """A text file, read."""
    return path.read_text(encoding="utf-8")


def words_by_html_parser(path: Path) -> str:
    """The text of a page."""
    return "".join(_page(path)[1])


def words_by_docx(path: Path) -> str:
    """The paragraphs of a text document."""
    return "\n".join(each.text for each in docx.Document(str(path)).paragraphs)


def words_by_openpyxl(path: Path) -> str:
    """The cells of all sheets of a workbook."""
    sheets = openpyxl.load_workbook(path).worksheets
    return "\n".join(str(cell.value) for sheet in sheets for row in sheet for cell in row)


def words_by_pptx(path: Path) -> str:
    """The text frames of all slides."""
    slides = pptx.Presentation(str(path)).slides
    shapes = [shape for slide in slides for shape in slide.shapes if shape.has_text_frame]
    return "\n".join(shape.text_frame.text for shape in shapes)


def words_by_pdftotext(path: Path) -> str:
    """The text of all pages."""
    return ask("pdftotext", path, "-").decode()


def _page(path: Path) -> tuple[list[tuple[str, dict[str, str]]], list[str]]:
    tags: list[tuple[str, dict[str, str]]] = []
    texts: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append((tag, {key: value or "" for key, value in attrs}))

        def handle_data(self, data: str) -> None:
            texts.append(data)

    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return tags, texts


# What is seen and heard: measured on decoded pictures and samples.


def pixels_by_pillow(path: Path) -> np.ndarray:
    """The first frame of a picture."""
    with Image.open(path) as image:
        return np.asarray(image.convert("L"), dtype=np.int16)


def pixels_by_ffmpeg(path: Path, at_s: float = 0.0) -> np.ndarray:
    """The frame of a film at a time; a drawing is drawn by librsvg."""
    seek = ("-ss", str(at_s)) if at_s else ()
    out = ("-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-")
    shown = ask("ffmpeg", "-v", "error", *seek, "-i", path, *out)
    with Image.open(io.BytesIO(shown)) as image:
        flat = Image.new("RGBA", image.size, "grey")
        flat.alpha_composite(image.convert("RGBA"))
        return np.asarray(flat.convert("L"), dtype=np.int16)


def height(before: np.ndarray, after: np.ndarray) -> float:
    """Return how high the white letters on a plate are that came onto a picture, as a share of its
    shorter side. The plate is where the picture changed. 0 if the pictures differ in size.
    """
    if before.shape != after.shape:
        return 0.0
    changed = np.abs(after - before) > 60
    down, across = (np.flatnonzero(changed.sum(axis=axis) >= 5) for axis in (1, 0))
    if not down.size or not across.size:
        return 0.0
    ink = after[down[0] : down[-1] + 1, across[0] : across[-1] + 1] > 200
    rows = np.flatnonzero(ink.sum(axis=1) >= 3)
    return float((rows[-1] - rows[0] + 1) / min(before.shape)) if rows.size else 0.0


def rhythm_by_ffmpeg(path: Path) -> str:
    """The first sounds as long and short ones, from the envelope of what ffmpeg decodes."""
    raw = ("-f", "s16le", "-ar", "24000", "-ac", "1") if path.suffix == ".pcm" else ()
    told = ("-ar", str(_RATE), "-ac", "1", "-t", "1.2", "-f", "f32le", "-")
    samples = ask("ffmpeg", "-v", "error", *raw, "-i", path, *told)
    return morse(np.frombuffer(samples, dtype="<f4"), _RATE)


# The credential, and whether the file still opens.


def credential(mime: str, content: bytes, anchors: str, manifest: bytes | None) -> str:
    """Return the state by c2pa's reader, with settings of its own, and the source type it says."""
    wishes = {
        "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
        "trust": {"trust_anchors": anchors},
    }
    context = c2pa.Context(c2pa.Settings.from_dict(wishes))
    apart = manifest is None and mime.startswith("text/")
    manifest = in_text(mime, content.decode()) if apart else manifest
    with c2pa.Reader(mime, io.BytesIO(content), manifest, context=context) as reader:
        said = "trainedAlgorithmicMedia" in reader.json()
        state = _state_in_text(reader) if apart else reader.get_validation_state()
        return f"{state}, {'AI' if said else 'not AI'}"


def credential_by_encypher(
    mime: str, content: bytes, anchors: str, manifest: bytes | None
) -> bool:
    """Say whether a validator that shares nothing with c2pa-rs finds signature, hashes and signer
    good; it knows text as well."""
    told = encypher_c2pa.verify(
        content, mime, manifest_store=manifest, trust_pem=anchors, no_default_trust=True
    )
    trust = told["trust"]["status"]
    return (told["integrity"], told["hard_binding"], trust) == (
        "valid", "match", "valid_for_supplied_material",
    )  # fmt: skip


def in_text(mime: str, text: str) -> bytes:
    """Return the manifest in a text, taken out as C2PA 2.4 says (A.7 to A.9)."""
    if mime == "text/html":
        _, _, coded = text.partition('<script type="application/c2pa">')
        return base64.b64decode(coded.partition("</script>")[0])
    if mime == "text/markdown":
        _, _, coded = text.partition("-----BEGIN C2PA MANIFEST----- data:application/c2pa;base64,")
        return base64.b64decode(coded.partition(" -----END C2PA MANIFEST-----")[0])
    codes = [ord(each) for each in text.rpartition("\ufeff")[2]]
    data = bytes(code - (0xFE00 if code < 0xE0000 else 0xE00F0) for code in codes)
    return data[13 : 13 + int.from_bytes(data[9:13], "big")]


def _state_in_text(reader: c2pa.Reader) -> str:
    """Return the state apart from one thing: the library finds no manifest where the hash leaves a
    place out, since it does not know text."""
    found = json.loads(reader.json())["validation_results"]["activeManifest"]
    codes = {part: [each["code"] for each in found[part]] for part in ("success", "failure")}
    whole = {"assertion.dataHash.match", "signingCredential.trusted", "claimSignature.validated"}
    place = codes["failure"] == ["assertion.dataHash.mismatch"]
    return "Trusted" if place and whole.issubset(codes["success"]) else "Invalid"


def boxes_by_exiftool(path: Path) -> bool:
    """Say whether exiftool lists the assertions of a manifest (in PNG and JPEG)."""
    return b"c2pa.actions" in ask("exiftool", "-G1", "-a", "-s", path)


def plays(path: Path) -> None:
    """Have ffmpeg decode everything; any complaint raises ValueError."""
    raw = ("-f", "s16le", "-ar", "24000", "-ac", "1") if path.suffix == ".pcm" else ()
    command = ["ffmpeg", "-v", "error", "-xerror", *raw, "-i", str(path), "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    if done.returncode or done.stderr:
        raise ValueError(done.stderr.decode(errors="replace")[-300:])


def shows(path: Path) -> None:
    """Have Pillow decode every frame."""
    with Image.open(path) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            image.load()


def unpacks(path: Path) -> None:
    """Have unzip test every member, and Python's own reader name them once."""
    ask("unzip", "-tq", path)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    if len(names) != len(set(names)):
        raise ValueError("a member stands twice in the package")


def pages(path: Path) -> None:
    """Have pdfinfo and pikepdf read the pages."""
    ask("pdfinfo", path)
    with pikepdf.open(path) as opened:
        faults = opened.check_pdf_syntax()
    if faults:
        raise ValueError(faults[0])
