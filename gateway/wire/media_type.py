"""Which format a file has, by its own first bytes: a name or a header may say anything.

Text formats have no signature; for them a hint (a file's ending or a media type) decides among
those that the bytes allow, and valid UTF-8 without a hint is plain text.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

import msgspec

from gateway.nouns.media import MediaFormat as F

_HEAD = 4096
_PROLOGUE = 65_536
_ROOT = re.compile(
    r"\ufeff?(?>\s++|<\?.*?\?>|<!--.*?-->|<!doctype\s++(?:[\w.:-]*+:)?(?:svg|html)\b[^>\[]*+"
    r"(?:\[.*?\]\s*+)?>)*+<(?:[\w.-]++:)?(svg|html)[\s/>]",
    re.DOTALL | re.IGNORECASE,
)
"""The first element behind what may stand before it, whatever the prefix of its namespace."""

_STRICT = frozenset(
    {
        "xml", "json", "jsonl", "ndjson", "yaml", "yml", "toml", "ini", "css", "sql", "tex",
        "py", "python", "js", "mjs", "jsx", "javascript", "ts", "tsx", "typescript", "java", "kt",
        "c", "cc", "cpp", "h", "hpp", "cs", "go", "rs", "rb", "php", "pl", "sh", "bash", "ps1",
        "swift", "scala", "lua", "r", "rtf", "vtt", "ics", "vcf", "ps", "eps",
    }
)  # fmt: skip
"""Endings and media types of texts that programs read."""

_STRICT_HEADS = (b"<?xml", b"{\\rtf", b"WEBVTT", b"BEGIN:V", b"%!PS", b"#!")
"""First bytes of such texts: XML, rich text, subtitles, calendars, PostScript, scripts."""

_PACKAGE = b"PK\x03\x04"
_ISO_BRANDS: dict[bytes, F] = {
    b"avif": F.AVIF, b"avis": F.AVIF, b"M4A ": F.M4A, b"M4B ": F.M4A, b"qt  ": F.MOV,
}  # fmt: skip
_FOREIGN_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"crx ", b"jp2 ",
     b"jpx ", b"jxl "}
)  # fmt: skip
"""First brands of pictures that nobody here writes into, though their boxes are like a film's."""

_OFFICE_PARTS = {"word/": F.DOCX, "xl/": F.XLSX, "ppt/": F.PPTX}
_ENDINGS: dict[str, F] = {
    **{each.value: each for each in F},
    "jpg": F.JPEG, "jpe": F.JPEG, "tif": F.TIFF, "markdown": F.MARKDOWN, "htm": F.HTML,
    "xhtml": F.HTML, "text": F.TXT, "opus": F.OGG, "oga": F.OGG, "apng": F.PNG, "wave": F.WAV,
    "m4v": F.MP4,
}  # fmt: skip
_TEXTS = frozenset({F.TXT, F.MARKDOWN, F.HTML, F.SVG})
_MIMES: dict[str, F] = {
    **{each.mime.lower(): each for each in F},
    "image/jpg": F.JPEG, "audio/mp3": F.MP3, "audio/x-wav": F.WAV, "audio/wave": F.WAV,
    "audio/opus": F.OGG, "audio/x-flac": F.FLAC, "audio/pcm": F.PCM, "text/x-markdown": F.MARKDOWN,
    "application/xhtml+xml": F.HTML, "audio/x-m4a": F.M4A,
}  # fmt: skip


def named_format(hint: str) -> F | None:
    """Return the format that an ending (``jpg``), a file name or a media type names."""
    word = hint.partition(";")[0].strip().lower()
    if "/" in word and word in _MIMES:
        return _MIMES[word]
    return _ENDINGS.get(word.rpartition("/")[2].rpartition(".")[2])


def sniff(content: bytes, hint: str = "") -> F | None:
    """Return the format of a file's bytes; None if it is none that we know.

    ``hint`` (see `named_format`) decides only what bytes cannot: among formats of text, and raw
    samples, which have no signature at all.
    """
    found = _signed(content)
    if found is not None:
        return found
    named = named_format(hint) if hint else None
    if named is F.PCM:
        return named
    text = None if content.startswith(_PACKAGE) else _text_of(content)
    if text is None:
        return None
    head = text[:_HEAD].lstrip("\ufeff \t\r\n").lower()
    root = _ROOT.match(text, 0, _PROLOGUE)
    if root and root[1].lower() == "svg" and not head.startswith("<!doctype html"):
        return F.SVG
    if named is F.SVG:
        return None  # a line of ours before its root would break it
    if named in _TEXTS:
        return named
    return F.HTML if root or head.startswith("<!doctype html") else F.TXT


def is_strict_text(content: bytes, hint: str = "") -> bool:
    """True for plain text that one line more would break: XML, JSON, source code. The name or media
    type tells, or the first bytes; rows of values (CSV) are none of these."""
    word = hint.partition(";")[0].strip().lower()
    if word.rpartition("/")[2].rpartition(".")[2].removeprefix("x-") in _STRICT:
        return True
    if word.endswith(("+xml", "+json")):
        return True
    content = content.removeprefix(b"\xef\xbb\xbf")
    head = content[:64].lstrip()
    if head.startswith(_STRICT_HEADS):
        return True
    if not head.startswith((b"{", b"[")):
        return False
    try:
        msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _signed(content: bytes) -> F | None:
    head = content[:_HEAD]
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            return found
    if head[:4] in {b"RIFF", b"RF64"}:
        return {b"WEBP": F.WEBP, b"WAVE": F.WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _iso(head)
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return F.WEBM if b"webm" in head[:64] else F.MKV
    if head[:3] == b"ID3":
        return _behind_id3(content)
    if head[:1] == b"\xff" and len(head) > 3:
        return _framed(head)
    if head[:4] == _PACKAGE:
        return _office(content)
    return None


_SIGNATURES: tuple[tuple[bytes, F], ...] = (
    (b"\x89PNG\r\n\x1a\n", F.PNG),
    (b"\xff\xd8\xff", F.JPEG),
    (b"GIF87a", F.GIF),
    (b"GIF89a", F.GIF),
    (b"II*\x00", F.TIFF),
    (b"MM\x00*", F.TIFF),
    (b"fLaC", F.FLAC),
    (b"OggS", F.OGG),
    (b"%PDF-", F.PDF),
)


def _iso(head: bytes) -> F | None:
    size = int.from_bytes(head[:4], "big")
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, min(size, 128), 4))]
    if brands[0] in _ISO_BRANDS:
        return _ISO_BRANDS[brands[0]]
    if b"avif" in brands:
        return F.AVIF
    return None if brands[0] in _FOREIGN_BRANDS else F.MP4


def _behind_id3(content: bytes) -> F | None:
    """An ID3v2 tag stands before MP3 and AAC frames, and before FLAC where a credential does."""
    if len(content) < 14:
        return None
    size = 0
    for each in content[6:10]:
        size = size << 7 | each & 0x7F
    behind = content[10 + size : 14 + size]
    if behind == b"fLaC":
        return F.FLAC
    return F.AAC if _framed(behind) is F.AAC else F.MP3


def _framed(head: bytes) -> F | None:
    if len(head) < 2 or head[0] != 0xFF:
        return None
    if head[1] & 0xF6 == 0xF0:
        return F.AAC
    return F.MP3 if head[1] & 0xE6 == 0xE2 else None  # layer III; FF FE opens text in UTF-16


def _office(content: bytes) -> F | None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    for start, found in _OFFICE_PARTS.items():
        if any(name.startswith(start) for name in names):
            return found
    return None


def _text_of(content: bytes) -> str | None:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
