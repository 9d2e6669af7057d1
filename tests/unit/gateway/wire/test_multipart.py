"""Forms: plain ones are read with their places, everything that two readers could differ on not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.nouns.errors import BadRequest
from gateway.wire.multipart import MOST_PARTS, boundary_of, read_parts


def part(name: str, content: bytes, more: str = "", lines: str = "") -> bytes:
    """One part behind its boundary."""
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n{lines}\r\n'
    return head.encode() + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    """A whole form."""
    return b"".join(parts) + b"--b--\r\n"


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=5))
def test_contents_come_back_from_their_places(contents: list[bytes]) -> None:
    """Whatever the bytes are, as long as they do not hold the boundary's line."""
    kept = [one for one in contents if b"\r\n--b" not in b"\r\n" + one]
    if not kept:
        return
    body = form(*(part(f"f{n}", one, '; filename="a.png"') for n, one in enumerate(kept)))
    found = read_parts(body, "b")
    assert [body[one.start : one.end] for one in found] == kept
    assert [one.name for one in found] == [f"f{n}" for n in range(len(kept))]
    assert {body[one.name_start : one.name_end] for one in found} == {b"a.png"}


@given(st.binary(max_size=300))
def test_garbage_is_refused_or_read(body: bytes) -> None:
    """And nothing else happens."""
    for raw in (body, b"--b\r\n" + body, form(body)):
        try:
            read_parts(raw, "b")
        except BadRequest:
            continue


@pytest.mark.parametrize(
    "body",
    [
        b"", b"--b--\r\n", b"x" + form(part("a", b"1")), form(part("a", b"1")) + b"more",
        form(part("a", b"1"), part("a", b"2")), form(part("a[]", b"1"), part("a", b"2")),
        form(part("a", b"1", "", "X-More: 1\r\n")),
        form(part("a", b"1", "", "Content-Transfer-Encoding: base64\r\n")),
        form(part("a", b"1", "", "Content-Type: a/b\r\nContent-Type: a/b\r\n")),
        form(part("a", b"1", "", "Content-Type: text/plain; charset=utf-7\r\n")),
        form(part("a", b"1", "; filename*=utf-8''x")), form(part("a", b"1", '; filename="../x"')),
        form(part("a", b"1", '; filename="a\\"b"')), form(part("a", b"1", '; filename="x"; a="b"')),
        form(part("a", b"1", '; filename="\x00"')), form(part('a" b', b"1")), form(part("", b"1")),
        form(part("a", b"1"))[:-6], part("a", b"1") + b"--bc\r\n\r\n", form(b"--b\r\n\r\n1\r\n"),
        form(b'--b\r\nContent-Disposition: form-data; name="a"\n\n1\r\n'),
        form(*(part(f"n{n}", b"") for n in range(MOST_PARTS + 1))),
        form(b'--b\r\nContent-Disposition: form-data; name="a"; filename="\xff"\r\n\r\n1\r\n'),
    ],
)  # fmt: skip
def test_what_two_readers_could_read_in_two_ways_is_refused(body: bytes) -> None:
    """Twice-told names, odd headers, tricks with file names, loose ends."""
    with pytest.raises(BadRequest):
        read_parts(body, "b")


def test_names_in_brackets_may_stand_twice() -> None:
    """They are lists."""
    assert len(read_parts(form(part("a[]", b"1"), part("a[]", b"2")), "b")) == 2


@pytest.mark.parametrize(
    ("kind", "boundary"),
    [
        ("multipart/form-data; boundary=abc", "abc"),
        ('multipart/form-data; boundary="a b"', "a b"),
        ("Multipart/Form-Data;boundary=a", "a"),
    ],
)
def test_a_boundary_is_read(kind: str, boundary: str) -> None:
    """Quoted or not."""
    assert boundary_of(kind) == boundary


@pytest.mark.parametrize(
    "kind",
    ["multipart/form-data", "multipart/mixed; boundary=a", "multipart/form-data; boundary=",
     "multipart/form-data; boundary=a; boundary=b", "multipart/form-data; boundary=a\r\nb"],
)  # fmt: skip
def test_a_malformed_type_is_refused(kind: str) -> None:
    """Two boundaries are none."""
    with pytest.raises(BadRequest):
        boundary_of(kind)
