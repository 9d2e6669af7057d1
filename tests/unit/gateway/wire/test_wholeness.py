"""Whole files and cut ones."""

from __future__ import annotations

import zlib

import pytest

from gateway.nouns.media import MediaFormat as F
from gateway.wire.png import MOST_WALKED
from gateway.wire.wholeness import is_whole
from tests.document_kit import DOCUMENTS, pdf
from tests.picture_kit import encode
from tests.sound_kit import sound

PNG = encode("PNG")
FILES = {
    F.PNG: PNG,
    F.WEBP: encode("WEBP"),
    F.PDF: pdf(),
    F.M4A: sound("ipod", "aac", 44100, 1, 0.3),
}


@pytest.mark.parametrize("found", list(FILES), ids=str)
def test_a_file_that_was_cut_off_is_not_whole(found: F) -> None:
    """So a reader learns why nothing was found in it."""
    assert is_whole(FILES[found], found)
    assert not is_whole(FILES[found][: len(FILES[found]) * 6 // 10], found)


def test_a_picture_of_crumbs_is_not_looked_through() -> None:
    """Other programs take seconds for millions of empty chunks."""
    empty = bytes(4) + b"teST" + zlib.crc32(b"teST").to_bytes(4, "big")
    assert is_whole(PNG[:33] + empty * 100 + PNG[33:], F.PNG)
    assert not is_whole(PNG[:33] + empty * MOST_WALKED + PNG[33:], F.PNG)


def test_what_has_no_structure_is_whole() -> None:
    """Texts and raw samples."""
    assert is_whole(DOCUMENTS[F.TXT](), F.TXT)
    assert is_whole(b"\1\2", F.PCM)
