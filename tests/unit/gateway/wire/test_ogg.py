"""Ogg pages: sums, lacing, and comment headers laid anew."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.oggopus import OggOpus

from gateway.wire.media_fault import MediaFault
from gateway.wire.ogg import comment_values, packets_of, page_at, paged, pages, with_comment
from tests.sound_kit import packets, sound


def opus() -> bytes:
    """Return three seconds on several pages."""
    return sound("ogg", "libopus", 48000, 1, 3.0)


def test_pages_are_written_as_they_were() -> None:
    """The sums that another program wrote are ours too."""
    assert b"".join(page.written() for page in pages(opus())) == opus()


def test_a_short_comment_leaves_all_later_pages_alone() -> None:
    """Mutagen reads it; the number of pages is the same."""
    marked = with_comment(opus(), "AIGC", b"{}")
    assert OggOpus(BytesIO(marked))["AIGC"] == ["{}"]
    assert len(list(pages(marked))) == len(list(pages(opus())))


def test_a_long_comment_moves_the_numbers_of_later_pages() -> None:
    """A comment of three pages; all packets come out as before."""
    marked = with_comment(opus(), "AIGC", b"x" * 150_000)
    numbers = [page.number for page in pages(marked)]
    assert numbers == list(range(len(numbers)))
    assert packets(marked) == packets(opus())
    assert OggOpus(BytesIO(marked))["AIGC"] == ["x" * 150_000]
    assert with_comment(marked, "AIGC", b"{}") == with_comment(opus(), "AIGC", b"{}")


@given(st.lists(st.integers(0, 1100), min_size=1, max_size=6))
def test_packets_survive_their_pages(sizes: list[int]) -> None:
    """Whatever their sizes, also multiples of 255."""
    given_packets = [bytes((number + 1,)) * size for number, size in enumerate(sizes)]
    found, partial = [], b""
    for page in paged(given_packets, 7, 0):
        for part, ended in packets_of(page):
            partial += part
            if ended:
                found.append(partial)
                partial = b""
    assert found == given_packets


def test_streams_in_one_file_bear_one_comment() -> None:
    """In a chain the first stream gets it, the others lose theirs."""
    one = with_comment(opus(), "AIGC", b"1")
    chain = one + one.replace(b"AIGC=1", b"AIGC=2")
    assert comment_values(chain, "AIGC") == [b"1", b"2"]
    assert comment_values(with_comment(chain, "AIGC", b"3"), "AIGC") == [b"3"]


@pytest.mark.parametrize("broken", [b"", b"OggS", b"OggX" * 20])
def test_what_is_no_ogg_is_refused(broken: bytes) -> None:
    """Nothing known in it, or bytes between pages."""
    with pytest.raises(MediaFault):
        with_comment(broken, "AIGC", b"1")
    with pytest.raises(MediaFault):
        with_comment(opus()[:-3], "AIGC", b"1")
    assert page_at(broken, 0) is None
