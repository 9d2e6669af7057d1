"""Harmless paragraphs: what is on a machine anyway (manuals, licences, changelogs, translations).

Only read to count false alarms and to set the cuts; nothing of it is kept or learned from.
"""

from __future__ import annotations

import gettext
import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

PLACES = (
    "/usr/share/doc", "/usr/share/common-licenses", "/usr/share/locale/zh_CN",
    "/usr/share/locale/zh_TW", "/usr/share/man", "/usr/lib/node_modules",
)  # fmt: skip
"""Where paragraphs are looked for unless folders are named. ``manpages-zh`` of Debian and readme
files of npm packages add Chinese prose; ``python3-doc`` English."""

_TEXTS = {"", ".txt", ".md", ".rst", ".gz", ".1", ".5", ".7", ".8", ".html", ".mo", ".pyi", ".py"}
_MARKUP = re.compile(r"<[^<>]{1,200}>|^\.[A-Za-z]{1,3}.*$|\\f[A-Z]|\\-", re.MULTILINE)
_HAN = re.compile("[\u3400-\u9fff]")
_LARGEST = 2_000_000


def paragraphs(folders: list[Path], *, most: int) -> Iterator[str]:
    """Yield different paragraphs of at least 40 characters (Chinese: 15), at most ``most``."""
    seen: set[bytes] = set()
    for path in (path for folder in folders for path in sorted(folder.rglob("*"))):
        if path.suffix not in _TEXTS or not path.is_file() or path.is_symlink():
            continue
        for text in _pieces(path):
            piece = " ".join(text.split())
            if len(piece) < (15 if _HAN.search(piece) else 40):
                continue
            name = hashlib.blake2b(piece.encode(errors="replace"), digest_size=8).digest()
            if name not in seen:
                seen.add(name)
                yield piece
            if len(seen) >= most:
                return


def _pieces(path: Path) -> Iterator[str]:
    if path.stat().st_size > _LARGEST:
        return
    raw = path.read_bytes()
    if path.suffix == ".mo":
        yield from _translations(path)
        return
    if path.suffix == ".gz":
        raw = gzip.decompress(raw)
    if b"\0" in raw[:4096]:
        return
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return
    for piece in re.split(r"\n\s*\n", _MARKUP.sub(" ", text)):
        if sum(char.isalpha() for char in piece) > len(piece) / 2:
            yield piece


def _translations(path: Path) -> Iterator[str]:
    try:
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)
    except (OSError, UnicodeDecodeError, ValueError):
        return
    messages: dict[object, object] = getattr(catalogue, "_catalog", {})
    for key, message in messages.items():
        if key and isinstance(message, str):
            yield message
