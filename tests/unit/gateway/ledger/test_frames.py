"""Frames come back as they went, and nothing else passes for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger.frames import (
    HEADER_BYTES,
    FrameType,
    bound,
    exchange_bytes,
    exchange_text,
    read_frames,
    write_frame,
)
from gateway.nouns.exchange import exchange_id

ID = bytes(range(16))


def frame(sequence: int, payload: bytes) -> bytes:
    """Return a frame of the test's exchange."""
    return write_frame(bound(FrameType.ANSWER, ID, sequence), payload)


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(0, 30))
def test_whole_frames_are_read_and_a_cut_one_is_left(payloads: list[bytes], cut: int) -> None:
    """Whatever the end, every whole frame comes back and reading stops at the first cut one."""
    whole = b"".join(frame(number, payload) for number, payload in enumerate(payloads))
    last = frame(99, b"x" * 30)
    parsed = read_frames(whole + last[:cut], 8)
    assert [each.payload for each in parsed.frames] == payloads
    assert parsed.consumed == len(whole)
    assert not parsed.bad
    assert parsed.needed == (len(last) if cut >= HEADER_BYTES else 0)


@given(st.integers(0, HEADER_BYTES + 9), st.integers(1, 255))
def test_no_changed_byte_passes(place: int, change: int) -> None:
    """A frame with any byte changed is not read as a frame."""
    data = bytearray(frame(1, b"0123456789"))
    data[place] ^= change
    assert read_frames(bytes(data), 0).frames == []


@given(st.integers(0, (1 << 48) - 1), st.binary(min_size=10, max_size=10))
def test_exchange_ids_survive_as_bytes(time_ms: int, randomness: bytes) -> None:
    """An id and its sixteen bytes are the same thing."""
    name = exchange_id(time_ms, randomness)
    assert len(exchange_bytes(name)) == 16
    assert exchange_text(exchange_bytes(name)) == name


def test_what_is_no_id_is_refused() -> None:
    """A name of another length is no exchange id."""
    with pytest.raises(ValueError, match="26 characters"):
        exchange_bytes("short")
