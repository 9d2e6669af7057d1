"""A body that is read whole."""

from __future__ import annotations

import pytest

from gateway.nouns.errors import UpstreamBroken
from gateway.wire.body import BodyReader


def test_a_body_comes_together_once() -> None:
    """In the order of its reads; it is not held any longer than it is needed."""
    body = BodyReader(6)
    for part in (b"ab", b"", b"cdef"):
        body.push(part)
    assert body.taken() == b"abcdef"
    assert body.taken() == b""


def test_a_body_above_the_limit_is_broken() -> None:
    """The limit itself is allowed, one byte more is not."""
    body = BodyReader(4)
    body.push(b"abcd")
    with pytest.raises(UpstreamBroken, match="larger than 4 bytes"):
        body.push(b"e")
