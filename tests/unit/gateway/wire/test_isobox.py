"""Boxes of MP4: keys, and places that move when the movie's head grows."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.isobox import (
    Box,
    boxes,
    by_key,
    child,
    meta_box,
    metas,
    moov_first,
    read_meta,
    top_boxes,
    values_of,
    with_key,
    with_moov_body,
    without_key,
    written,
)
from gateway.wire.media_fault import MediaFault
from tests.sound_kit import film, packets

FAST = (("movflags", "faststart"),)
FRAGMENTED = (("movflags", "frag_keyframe+empty_moov+global_sidx+default_base_moof"),)
FRAGMENTED_BY_PLACE = (("movflags", "frag_keyframe+empty_moov"),)


def moov_of(content: bytes) -> Box:
    """Return the movie's box."""
    return next(box for box in top_boxes(content) if box.type == b"moov")


def with_padding(content: bytes, count: int) -> bytes:
    """Return the file with a movie head that is larger by a box of padding."""
    moov = moov_of(content)
    return with_moov_body(
        content, moov, content[moov.body : moov.end] + written(b"free", b"\0" * count)
    )


@pytest.mark.parametrize("options", [(), FAST, FRAGMENTED, FRAGMENTED_BY_PLACE])
@pytest.mark.parametrize("audio", ["", "aac"])
def test_a_larger_head_moves_all_places(options: tuple[tuple[str, str], ...], audio: str) -> None:
    """Every packet is found where it now lies: head behind or before the samples, or fragments."""
    content = film(options=options, audio=audio)
    assert packets(with_padding(content, 1000)) == packets(content)


def test_the_head_can_be_put_first() -> None:
    """The samples move behind it; one that is first stays."""
    content = moov_first(film())
    kinds = [box.type for box in top_boxes(content)]
    assert kinds.index(b"moov") < kinds.index(b"mdat")
    assert packets(content) == packets(film())
    assert moov_first(content) == content


def test_places_that_no_longer_fit_are_refused() -> None:
    """A 32-bit place at its limit."""
    content = film()
    moved = bytearray(moov_first(content))
    at = moved.find(b"stco") + 12
    moved[at : at + 4] = b"\xff\xff\xff\xff"
    with pytest.raises(MediaFault, match="too_large"):
        with_padding(bytes(moved), 8)


def test_keys_are_added_replaced_and_renumbered() -> None:
    """Other keys keep their values."""
    meta = with_key(with_key(with_key(None, "first", b"1"), "AIGC", b"2"), "last", b"3")
    changed = with_key(without_key(meta, "aigc"), "AIGC", b"4")
    body = meta_box(changed)
    read = read_meta(body, next(boxes(body, 0, len(body))))
    assert by_key(read)
    assert [values_of(read, name) for name in ("first", "AIGC", "last")] == [
        [b"1"], [b"4"], [b"3"],
    ]  # fmt: skip


def test_itunes_free_form_is_found() -> None:
    """Other programs put the label there, which is not its place."""
    name = written(b"name", b"\0\0\0\0AIGC")
    data = written(b"data", b"\0\0\0\1\0\0\0\0{}")
    rows = written(b"----", name + data) + written(b"cpil", b"")
    handler = written(b"hdlr", b"\0" * 8 + b"mdirappl" + b"\0" * 9)
    body = written(b"meta", b"\0\0\0\0" + handler + written(b"ilst", rows))
    read = read_meta(body, next(boxes(body, 0, len(body))))
    assert values_of(read, "AIGC") == [b"{}"]
    assert values_of(without_key(read, "AIGC"), "AIGC") == []
    assert len(without_key(read, "AIGC").values) == 1


def test_metas_of_a_movie_are_found() -> None:
    """ffmpeg puts a title into user data."""
    content = film()
    (found,) = metas(content, moov_of(content))
    assert found[0] is not None
    assert child(content, moov_of(content), b"trak") is not None


@pytest.mark.parametrize(
    "content", [b"", b"\0\0\0\4moov", b"\0\0\0\x08moov" * 2, b"\0\0\0\x08mdat"]
)
def test_files_without_one_head_are_refused(content: bytes) -> None:
    """None, two, or a size that says less than itself."""
    with pytest.raises(MediaFault):
        top_boxes(content)


@given(st.binary(max_size=120))
def test_garbage_is_a_fault_and_nothing_else(body: bytes) -> None:
    """Whatever the tables of a track say is moved or refused."""
    for name in (b"stco", b"co64", b"saio", b"tfhd", b"tfra"):
        content = written(b"moov", written(b"stbl", written(name, body))) + written(b"mdat", b"")
        with suppress(MediaFault):
            with_padding(content, 9)
