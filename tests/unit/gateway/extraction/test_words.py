"""Words in pictures: at which size they are read, in how many pieces, and for how long."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image

from gateway.extraction.passages import Bounds
from gateway.extraction.reader import FileReader
from gateway.extraction.words import WordHunt, sized, tiles
from gateway.ports.media import Fault, Reading, ReadOrder
from tests.input_kit import TERM, code, pdf, with_member, word


class Lines:
    """Reads the same lines in every picture; each takes a second of its own clock."""

    def __init__(self, *lines: str) -> None:
        self.said = lines
        self.sizes: list[tuple[int, int]] = []
        self.now_s = 0.0

    def clock(self) -> float:
        """Tell the time."""
        return self.now_s

    def lines(self, picture: Image.Image) -> Iterator[str]:
        """See gateway.extraction.words.LineReader."""
        self.sizes.append(picture.size)
        for line in self.said:
            self.now_s += 1
            yield line


def _png(*pictures: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    pictures[0].save(out, kind, save_all=len(pictures) > 1, append_images=pictures[1:])
    return out.getvalue()


def _grey(level: int, size: tuple[int, int] = (40, 40)) -> Image.Image:
    return Image.new("RGB", size, (level,) * 3)


def _read(content: bytes, *said: str) -> Reading:
    return FileReader(Bounds(), Lines(*said))(ReadOrder(content, words=True))


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((100, 50), [(200, 100)]),
        ((900, 600), [(1000, 667)]),
        ((4000, 3000), [(1000, 750)]),
        ((1000, 1001), [(999, 1000)]),
        ((3000, 10), [(1000, 20)] * 6 + [(900, 20)]),
        ((2000, 8000), [(1000, 1000)] * 4 + [(1000, 600)]),
    ],
)
def test_a_picture_is_read_at_one_size(
    size: tuple[int, int], sizes: list[tuple[int, int]]
) -> None:
    """Small ones are made larger, and long ones are parted with an overlap."""
    assert [each.size for each in tiles(sized(_grey(0, size), 1000), 1000)] == sizes


def test_pale_letters_are_spread_before_they_are_read() -> None:
    """From the darkest to the lightest that there is."""
    pale = _grey(250)
    pale.paste((245,) * 3, (10, 10, 20, 20))
    assert sized(pale, 40).getextrema() == ((0, 255),) * 3


def test_time_is_one_for_all_pictures_of_a_file_and_the_same_picture_is_read_once() -> None:
    """What there is no time for says that it was not read."""
    lines = Lines("a", "b")
    hunt = WordHunt(lines, 40, 5.0, lines.clock)
    assert [hunt.words(_grey(level)) for level in (1, 1, 2)] == ["a\nb"] * 3
    assert not hunt.unread
    assert hunt.words(_grey(3)) == "a"
    assert hunt.unread
    assert hunt.words(_grey(4)) == ""
    assert len(lines.sizes) == 3


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (_png(_grey(9)), "frame 1, text in image"),
        (_png(_grey(9), _grey(200), kind="GIF"), "frame 2, text in image"),
        (pdf("无害", shaded=True), "page 1, text in image"),
        (with_member(word("a"), "word/media/image1.png", _png(_grey(9))),
         "picture 1, text in image"),
    ],
)  # fmt: skip
def test_words_are_read_wherever_a_picture_stands(content: bytes, place: str) -> None:
    """In each frame, on pages of a PDF that show pictures, and inside of documents."""
    reading = _read(content, TERM)
    assert (place, TERM) in [(each.place, each.text) for each in reading.passages]
    assert reading.fault == ""


def test_what_there_was_no_time_for_is_a_fault_and_codes_are_read_all_the_same() -> None:
    """The rest of the file is judged."""
    reader = FileReader(Bounds(words_s=1e-9), Lines("a"))
    reading = reader(ReadOrder(code(TERM), words=True))
    assert [each.text for each in reading.passages] == [TERM]
    assert reading.fault == Fault.WORDS_UNREAD


def test_words_are_read_where_they_are_asked_for() -> None:
    """A policy that does not ask spends no time on them."""
    reading = FileReader(Bounds(words_s=1e-9), Lines("a"))(ReadOrder(code(TERM)))
    assert ([each.text for each in reading.passages], reading.fault) == ([TERM], "")
