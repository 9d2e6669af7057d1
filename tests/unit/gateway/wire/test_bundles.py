"""Archives and lone manifests are told from contents; packages of one document are contents."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

import pytest

from gateway.marks import Credentials
from gateway.wire.bundles import is_archive, is_manifest
from tests.document_kit import DOCUMENTS, claim, signing
from tests.media_kit import png, wav


def zipped(*names: str) -> bytes:
    """Return a ZIP archive of empty files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "")
    return out.getvalue()


def tarred() -> bytes:
    """Return a tar archive of one file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        made.addfile(tarfile.TarInfo("a.png"), io.BytesIO())
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [zipped("a.png", "b.txt"), zipped(), gzip.compress(b"a"), tarred(), b"7z\xbc\xaf\x27\x1c\0\4",
     b"Rar!\x1a\x07\x01\x00"],
    ids=["zip", "empty zip", "gzip", "tar", "7z", "rar"],
)  # fmt: skip
def test_archives(content: bytes) -> None:
    """By their signatures, and a ZIP archive by its directory."""
    assert is_archive(content)
    assert not is_manifest(content)


def test_no_archives() -> None:
    """Documents that are packages, one that was cut off, and other files."""
    packages = [zipped("mimetype", "content.xml"), zipped("[Content_Types].xml", "word/a.xml")]
    cut = zipped("a.png")[:-5]
    for content in (*packages, cut, b"PK\x03\x04", b"", png(), *(m() for m in DOCUMENTS.values())):
        assert not is_archive(content)


def test_a_manifest_by_itself() -> None:
    """And not the file that it is in or beside."""
    sound = wav(0.2)
    assert is_manifest(Credentials(signing()).sidecar(sound, "audio/wav", claim()))
    signed, receipt = Credentials(signing()).stamp(sound, claim())
    assert receipt.status == "written"
    assert not is_manifest(signed)
