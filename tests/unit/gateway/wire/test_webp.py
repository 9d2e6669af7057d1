"""WebP chunks."""

from __future__ import annotations

import pytest

from gateway.wire import webp
from gateway.wire.media_fault import MediaFault
from tests.picture_kit import opened, pictures


@pytest.mark.parametrize("name", ["webp", "webp lossless", "webp of a camera", "webp moving"])
def test_the_head_tells_of_the_packet(name: str) -> None:
    """The extended header is made where it lacks, with the picture's size, and has the flag."""
    written = webp.write(pictures()[name], b"<xx/>")
    first, *_, last = webp.chunks(written)
    assert first.kind == b"VP8X"
    assert first.body[0] & webp.XMP_FLAG
    width, height = (int.from_bytes(first.body[at : at + 3], "little") + 1 for at in (4, 7))
    assert (width, height) == opened(pictures()[name]).size
    assert last == webp.Chunk(b"XMP ", b"<xx/>")
    assert int.from_bytes(written[4:8], "little") + 8 == len(written)


def test_loss_is_told() -> None:
    """Which codec made the picture, in stills and in motion."""
    assert webp.is_lossless(pictures()["webp lossless"])
    assert not webp.is_lossless(pictures()["webp"])
    assert not webp.is_lossless(pictures()["webp moving"])


def test_a_manifest_leaves() -> None:
    """The chunk ``C2PA`` goes."""
    extended = webp.write(pictures()["webp"], b"<x/>")
    body = extended[8:] + b"C2PA\x04\0\0\0jumb"
    signed = b"RIFF" + len(body).to_bytes(4, "little") + body
    assert webp.read(signed).manifest
    assert not webp.read(webp.write(signed, b"<x/>")).manifest


@pytest.mark.parametrize(
    "broken", [b"RIFF\x04\0\0\0WEBP", b"RIFF\xff\xff\xff\x7fWEBPVP8 ", b"RIFX"]
)
def test_what_is_not_whole_is_a_fault(broken: bytes) -> None:
    """Empty, or longer than it is."""
    with pytest.raises(MediaFault, match="broken_webp"):
        webp.chunks(broken)
