"""RIFF WAVE: chunks read, and written with true sizes."""

from __future__ import annotations

import wave as judge
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.media_fault import MediaFault
from gateway.wire.riff import UNKNOWN, list_body, list_entries, read_wave, rebuilt
from tests.sound_kit import wave


def again(content: bytes, *more: tuple[bytes, bytes]) -> bytes:
    """Return the file written anew, with more chunks."""
    read = read_wave(content)
    bodies = [(chunk.id, content[chunk.start : chunk.end]) for chunk in read.chunks]
    return rebuilt(content, read, [*bodies, *more])


@pytest.mark.parametrize("bits", [8, 16, 24])
def test_rewriting_changes_nothing(bits: int) -> None:
    """A well-formed file is written as it was; an odd one has its padding."""
    content = wave(bits)
    assert again(content) == content


def test_a_stream_gets_true_sizes() -> None:
    """Python's own reader finds all samples of a file that was written without its length."""
    content = again(wave(streamed=True), (b"AIGC", b"{}x"))
    with judge.open(BytesIO(content)) as file:
        assert file.getnframes() == 24001
    assert int.from_bytes(content[4:8], "little") == len(content) - 8


def test_rf64_keeps_its_form() -> None:
    """The sizes stand in ``ds64``; those of 32 bits say that they are unknown."""
    content = again(wave(wide=True), (b"AIGC", b"{}"))
    read = read_wave(content)
    sizes = read.body(content, b"ds64")
    assert read.wide
    assert sizes is not None
    assert int.from_bytes(sizes[:8], "little") == len(content) - 8
    assert int.from_bytes(sizes[8:16], "little") == 48002
    assert int.from_bytes(content[4:8], "little") == UNKNOWN


def test_a_forgotten_pad_byte_hides_no_chunk() -> None:
    """Some writers do not pad odd samples; what follows is found all the same."""
    content = wave(8)[:-1] + b"LIST\x04\0\0\0INFO"
    assert [chunk.id for chunk in read_wave(content).chunks] == [b"fmt ", b"data", b"LIST"]


def test_a_list_is_read_and_written() -> None:
    """Entries of odd length are padded."""
    entries = [(b"INAM", b"odd"), (b"AIGC", b"even")]
    assert list_entries(list_body(entries)) == entries
    assert list_entries(b"adtl....") == []


@given(st.binary(max_size=200))
def test_garbage_is_a_fault_and_nothing_else(body: bytes) -> None:
    """Whatever stands behind the head is read or refused."""
    with suppress(MediaFault):
        read_wave(b"RIFF\xff\xff\xff\xffWAVE" + body)
