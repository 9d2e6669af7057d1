"""Bundles: files that hold others (archives), and manifests that belong to one: neither is a
content that carries marks itself."""

from __future__ import annotations

import zipfile
from io import BytesIO

_SIGNATURES = (
    b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
)  # fmt: skip
_TAR_AT, _TAR = 257, b"ustar"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_DOCUMENTS = ("[content_types].xml", "mimetype")
"""What makes a ZIP archive one document: a package of ISO/IEC 29500-2 or of OpenDocument."""

_BOX, _LABEL = b"jumb", b"c2pa\x00"
_HEAD = 128


def is_archive(content: bytes) -> bool:
    """Say whether a file holds other files (ZIP, 7z, RAR, tar, or packed by gzip and its like). One
    that was cut off, and a document that is a package, is none. Nothing is unpacked for that."""
    if content.startswith(_SIGNATURES) or content[_TAR_AT:].startswith(_TAR):
        return True
    if not content.startswith(_ZIP):
        return False
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = {name.lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    return names.isdisjoint(_DOCUMENTS)


def is_manifest(content: bytes) -> bool:
    """Say whether a file is a C2PA manifest store by itself, as it stands beside another file
    (C2PA 2.2, 11.1.4.2: a JUMBF superbox with the label ``c2pa``)."""
    return content[4:8] == _BOX and _LABEL in content[:_HEAD]
