"""Reading marks: every reader that fits, whatever the content does to it."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.desk.explicit_label import ExplicitLabel
from gateway.desk.reading import (
    MOST_CLAIMS,
    MOST_TEXT_BYTES,
    TEXTS,
    FileAsked,
    FileReading,
    Reader,
    edges,
    read,
)
from gateway.nouns.mark import AigcLabel, MarkFamily
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import Claim
from tests.media_kit import png

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


class Fixed:
    """A reader that finds what it is told, or fails as it is told. ``given`` is what it saw."""

    def __init__(self, *claims: Claim, name: str = "fixed", fails: Exception | None = None) -> None:
        self.name = name
        self.given: list[bytes] = []
        self._claims = list(claims)
        self._fails = fails

    def verify(self, content: bytes) -> list[Claim]:
        """See gateway.desk.reading.ReadsMarks."""
        self.given.append(content)
        if self._fails is not None:
            raise self._fails
        return self._claims


def on(mark: Fixed, *formats: MediaFormat, **more: object) -> Reader:
    """Return a reader of these formats (of texts if none is named)."""
    return Reader(mark, frozenset(formats) or TEXTS, MarkFamily.LABEL, **more)  # type: ignore[arg-type]


def test_only_readers_of_the_format_are_asked() -> None:
    """And the format is that of the bytes, not of the name."""
    picture, text = Fixed(Claim("", "a")), Fixed(Claim("", "b"))
    seen = read(PNG, "poem.txt", [on(picture, MediaFormat.PNG), on(text)])
    assert (seen.format, [mark.code for mark in seen.marks]) == (MediaFormat.PNG, ["a"])
    assert text.given == []


def test_the_label_names_the_exchange() -> None:
    """A claim without an exchange of its own has that of its label."""
    label = AigcLabel("1", "P", "N", "", "P", "N", "")
    (mark,) = read(b"text", "", [on(Fixed(Claim("", "", label)))]).marks
    assert (mark.exchange, mark.producer) == ("N", "P")


@pytest.mark.parametrize(
    "failure",
    [ValueError(), KeyError(), RecursionError(), MemoryError(), OSError(), zlib.error(),
     zipfile.BadZipFile(), OverflowError(), AttributeError()],
    ids=lambda failure: type(failure).__name__,
)  # fmt: skip
def test_a_reader_that_breaks_costs_its_own_answer(failure: Exception) -> None:
    """The others still answer, and the report says that something is missing."""
    seen = read(b"text", "", [on(Fixed(fails=failure)), on(Fixed(Claim("", "b")))])
    assert [mark.code for mark in seen.marks] == ["b"]
    assert seen.partly


def test_a_fallback_is_asked_when_nobody_else_found_one() -> None:
    """Our own label is not told twice."""
    ours, anybody = Fixed(Claim("", "a")), Fixed(Claim("", ""))
    readers = [on(anybody, fallback=True), on(ours)]
    assert [mark.code for mark in read(b"text", "", readers).marks] == ["a"]
    assert anybody.given == []
    assert len(read(b"text", "", [on(anybody, fallback=True), on(Fixed())]).marks) == 1


def test_long_texts_are_read_at_their_ends() -> None:
    """Bounded, valid UTF-8, and said so."""
    mark = Fixed()
    content = ("始" + "中" * MOST_TEXT_BYTES + "末").encode()
    seen = read(content, "", [on(mark)])
    text = mark.given[0].decode()
    assert seen.partly
    assert len(mark.given[0]) <= MOST_TEXT_BYTES
    assert (text[0], text[-1]) == ("始", "末")


def test_many_claims_are_cut() -> None:
    """A file of nothing but marks costs a bounded answer."""
    seen = read(b"text", "", [on(Fixed(*[Claim("", str(n)) for n in range(1000)]))])
    assert len(seen.marks) == MOST_CLAIMS
    assert seen.partly


def test_a_bomb_is_looked_at_from_outside() -> None:
    """A package of ten million zeros is only listed; nothing in it is unpacked to know it."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "x")
        bomb.writestr("word/document.xml", bytes(10_000_000))
    mark = Fixed()
    assert read(packed.getvalue(), "a.docx", [on(mark)]).format is MediaFormat.DOCX
    assert mark.given == []


@given(st.binary(max_size=400), st.text(max_size=20))
def test_no_bytes_and_no_name_break_it(content: bytes, name: str) -> None:
    """Whatever is handed in."""
    read(content, name, [Reader(ExplicitLabel(), frozenset(MediaFormat), None)])


@pytest.mark.parametrize("shift", range(4))
def test_edges_are_valid_text(shift: int) -> None:
    """Wherever the cut falls inside a character."""
    content = b"a" * shift + "😀".encode() * (MOST_TEXT_BYTES // 3)
    cut = edges(content)
    assert len(cut) <= MOST_TEXT_BYTES
    assert set(cut.decode()) <= {"a", "😀", "\n"}


def test_a_picture_of_crumbs_is_given_up_early() -> None:
    """A picture library takes seconds for millions of empty chunks; nobody asks it."""
    empty = bytes(4) + b"teST" + zlib.crc32(b"teST").to_bytes(4, "big")
    content = png()
    crumbs = content[:33] + empty * 30_000 + content[33:]
    asked: list[bytes] = []
    seen = FileReading([], lambda shown: asked.append(shown) or [])(FileAsked(crumbs, ""))
    assert (seen.format, seen.partly, asked) == (MediaFormat.PNG, True, [])
