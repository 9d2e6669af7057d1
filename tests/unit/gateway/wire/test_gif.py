"""GIF blocks."""

from __future__ import annotations

import pytest

from gateway.wire import gif
from gateway.wire.media_fault import MediaFault
from tests.picture_kit import pictures


@pytest.mark.parametrize("name", ["gif", "gif moving"])
def test_the_packet_stands_before_the_first_picture(name: str) -> None:
    """Behind the loop extension, with the trailer that leads any reader through."""
    written = gif.write(pictures()[name], b"<x>\xe4\xbd\xa0</x>" * 200)
    assert written.startswith(b"GIF89a")
    kinds = [block.kind for block in gif.blocks(written)]
    assert kinds.index(b"!\xff") < kinds.index(b",")
    assert gif.read(written).packets == (b"<x>\xe4\xbd\xa0</x>" * 200,)
    assert gif.write(written, b"") == gif.write(pictures()[name], b"")


def test_a_manifest_leaves() -> None:
    """The application extension of C2PA goes."""
    content = pictures()["gif"]
    at = gif.head_length(content)
    signed = content[:at] + b"!\xff\x0bC2PA_GIF\1\0\0\x04jumb\0" + content[at:]
    assert gif.read(signed).manifest
    assert not gif.read(gif.write(signed, b"<x/>")).manifest


@pytest.mark.parametrize("cut", [10, 20, 1000])
def test_what_is_not_whole_is_a_fault(cut: int) -> None:
    """Cut anywhere."""
    with pytest.raises(MediaFault, match="broken_gif"):
        gif.read(pictures()["gif"][:cut])
