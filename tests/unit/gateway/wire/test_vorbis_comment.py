"""Vorbis comments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.media_fault import MediaFault
from gateway.wire.vorbis_comment import build, read_comments


@given(st.binary(max_size=20), st.lists(st.binary(max_size=20), max_size=5), st.binary(max_size=5))
def test_what_was_built_is_read(vendor: bytes, entries: list[bytes], behind: bytes) -> None:
    """Vendor and comments come back, and the size says where they end."""
    read = read_comments(build(vendor, entries) + behind)
    assert (read.vendor, list(read.entries)) == (vendor, entries)
    assert read.size == len(build(vendor, entries))


def test_exactly_one_comment_of_a_name() -> None:
    """Case does not matter; it comes first, where readers find it that stop at a broken one, and
    others keep their order."""
    read = read_comments(build(b"v", [b"aigc=1", b"TITLE=x", b"AIGC=2"]))
    assert read.values("Aigc") == [b"1", b"2"]
    assert read_comments(read.replaced("AIGC", b"3")).entries == (b"AIGC=3", b"TITLE=x")
    assert read_comments(read.replaced("AIGC", None)).entries == (b"TITLE=x",)


@pytest.mark.parametrize("body", [b"", b"\xff\xff\xff\xff", b"\0\0\0\0\xff\xff\xff\xff"])
def test_absurd_lengths_are_refused(body: bytes) -> None:
    """No length is believed that the block cannot hold."""
    with pytest.raises(MediaFault):
        read_comments(body)
