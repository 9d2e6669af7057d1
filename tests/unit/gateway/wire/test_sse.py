"""What gateway.wire.sse promises, one promise a test."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.nouns.errors import UpstreamBroken
from gateway.wire.sse import Frame, FrameReader, parse_frame


def frames_of(*reads: bytes, limit: int = 1000) -> list[Frame]:
    """All frames of some reads, the last unfinished one included."""
    reader = FrameReader(limit)
    frames: list[Frame] = []
    for read in reads:
        reader.feed(read)
        while (frame := reader.next()) is not None:
            frames.append(frame)
    last = reader.flush()
    return frames if last is None else [*frames, last]


@pytest.mark.parametrize(
    ("raw", "data", "event"),
    [
        (b"data: a\n\n", b"a", b""),
        (b"data:a\n\n", b"a", b""),
        (b"data:  a\n\n", b" a", b""),
        (b"data: a\r\n\r\n", b"a", b""),
        (b"data: a\r\r", b"a", b""),
        (b"data: a\r\n\n", b"a", b""),
        (b"data: a\ndata: b\n\n", b"a\nb", b""),
        (b"data\n\n", b"", b""),
        (b": note\ndata: a\n\n", b"a", b""),
        (b"id: 1\nevent: error\nretry: 5\ndata:a\n\n", b"a", b"error"),
        (b": ping\n\n", None, b""),
        (b"\xef\xbb\xbfdata: a\n\n", b"a", b""),
        (b"dataset: a\n\n", None, b""),
    ],
)
def test_frames_are_read(raw: bytes, data: bytes | None, event: bytes) -> None:
    """Each framing gives its payload and keeps its bytes."""
    (frame,) = frames_of(raw)
    assert (frame.raw, frame.data, frame.event, frame.odd) == (raw, data, event, False)


@pytest.mark.parametrize(
    "raw",
    [": 绝密\n\n".encode(), b": " + b"x" * 200 + b"\n\n", "event: 绝密\ndata: a\n\n".encode()],
)
def test_texts_beside_the_payload_are_odd(raw: bytes) -> None:
    """A comment or name that could carry a text is told apart."""
    assert frames_of(raw)[0].odd


def test_late_byte_order_mark_is_odd() -> None:
    """Only the first frame may begin with a mark: later, clients differ in what they read."""
    first, second = frames_of(b"data: a\n\n\xef\xbb\xbfdata: b\n\n")
    assert (first.odd, second.odd, second.data) == (False, True, None)


def test_a_flood_of_blank_lines_and_comments_is_one_frame() -> None:
    """Whatever its length; what stands behind it is a frame of its own."""
    flood = b"\n" * 5_000 + b"\r\n\r" * 5_000 + b": ping\n\n:\r\n\r\n" * 5_000
    odd = ": 绝密\n\n".encode()
    found = frames_of(flood + b"data: a\n\n" + flood + odd)
    assert [frame.raw for frame in found] == [flood, b"data: a\n\n", flood, odd]
    assert [frame.odd for frame in found] == [False, False, False, True]
    assert frames_of(flood[:7_000], flood[7_000:] + b"data: a\n\n")[-1].data == b"a"


PIECES = st.lists(
    st.sampled_from(
        [b"data: a", b"data:", b"data: \xe8\xb5", b": c", b"event: e", b"\n", b"\r", b"\r\n",
         b"\n\n", b"\r\n\r\n", b"\r\r", b"x"]
    ),
    max_size=12,
)  # fmt: skip


@given(PIECES, st.data())
def test_cuts_change_nothing(pieces: list[bytes], data: st.DataObject) -> None:
    """However a stream is cut, the payloads are the same and no byte is lost."""
    raw = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=6)))
    reads = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    cut, whole = frames_of(*reads), frames_of(raw)
    payloads = [(f.data, f.event) for f in whole if f.data is not None]
    assert [(f.data, f.event) for f in cut if f.data is not None] == payloads
    assert b"".join(f.raw for f in cut) == raw == b"".join(f.raw for f in whole)


@pytest.mark.parametrize("read", [b"data: " + b"x" * 100 + b"\n\n", b"data: " + b"x" * 100])
def test_long_frames_are_refused(read: bytes) -> None:
    """A frame above the limit is refused, complete or not."""
    reader = FrameReader(50)
    reader.feed(read)
    with pytest.raises(UpstreamBroken, match="50 bytes"):
        reader.next()


@pytest.mark.parametrize(
    ("raw", "new", "wanted"),
    [
        (b"data: a\n\n", b"b", b"data: b\n\n"),
        (b"id: 1\r\ndata:a\r\n\r\n", b"b", b"id: 1\r\ndata:b\r\n\r\n"),
        (
            b"event: e\ndata: a\ndata: b\nid: 2\n\n",
            b"c\nd",
            b"event: e\ndata: c\ndata: d\nid: 2\n\n",
        ),
        (b"data: a\n\n", b"c\nd", b"data: c\ndata: d\n\n"),
        (b"\xef\xbb\xbfdata: a\ndata: b\n\n", b"c", b"\xef\xbb\xbfdata: c\n\n"),
    ],
)
def test_payload_is_replaced_alone(raw: bytes, new: bytes, wanted: bytes) -> None:
    """Another payload leaves names, comments and line ends as they were."""
    edited = parse_frame(raw).with_data(new)
    assert edited == wanted
    assert parse_frame(edited).data == new


def refused(frame: Frame) -> bytes:
    """Return the payload, but for one that cannot be read."""
    if frame.data == b"bad":
        raise UpstreamBroken("It cannot be read.")
    return frame.data or b""


def test_what_was_whole_before_a_break_is_given_first() -> None:
    """The break is raised at the next call, and at every one after it."""
    reader = FrameReader()
    assert reader.drain(b"data: a\n\ndata: b\n\ndata: bad\n\ndata: c\n\n", refused) == [b"a", b"b"]
    for again in range(2):
        with pytest.raises(UpstreamBroken):
            reader.drain(b"data: %d\n\n" % again, refused)
    with pytest.raises(UpstreamBroken):
        reader.rest(refused)


def test_a_break_at_once_is_raised_at_once() -> None:
    """There is nothing to give before it."""
    with pytest.raises(UpstreamBroken):
        FrameReader().drain(b"data: bad\n\n", refused)


@pytest.mark.parametrize(("left", "read"), [(b"data: b", [b"b"]), (b"", [])])
def test_the_rest_is_read_though_its_blank_line_never_came(left: bytes, read: list[bytes]) -> None:
    """Only if there is one."""
    reader = FrameReader()
    assert reader.drain(b"data: a\n\n" + left, refused) == [b"a"]
    assert reader.rest(refused) == read
