"""Media reading: the files of a request go to a process and come back as what can be judged."""

from __future__ import annotations

import pytest

from gateway.edge.media_reading import EdgeMediaReader
from gateway.nouns.errors import MarkFailed, Overloaded, SealgateError
from gateway.nouns.segment import MediaPart, Passage
from gateway.ports.media import Reading, ReadOrder

AT = ("messages", 0, "content", 0)
READ = Reading("document", "pdf", (Passage("page 1", "x"),))


class Pool:
    """Answers every order with the same."""

    def __init__(self, answer: Reading | SealgateError) -> None:
        self._answer = answer
        self.orders: list[ReadOrder] = []

    async def carry_out(self, order: ReadOrder) -> Reading | SealgateError:
        """See gateway.edge.media_pool.ChildPool."""
        self.orders.append(order)
        return self._answer


def _reader(answer: Reading | SealgateError = READ, files: int = 2) -> EdgeMediaReader:
    return EdgeMediaReader(Pool(answer), files=files)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "answer", "kind", "fault"),
    [
        ("AAAA", READ, "document", ""),
        ("AAAA", READ._replace(fault="broken"), "document", "broken"),
        ("AAAA", READ._replace(shows=1), "document", "pictures_inside"),
        ("AAAA", Reading("image", "png", shows=1), "image", "unseen"),
        ("AAAA", Reading("audio", "wav"), "audio", "unheard"),
        ("AAAA", Reading(fault="format_unknown"), "file", "format_unknown"),
        ("AAAA", MarkFailed("It took longer."), "file", "exhausted"),
        ("", READ, "file", "elsewhere"),
        ("https://x/y", READ, "file", "not_fetched"),
        ("HTTP://x/y", READ, "file", "not_fetched"),
    ],
)
async def test_a_part_says_what_was_read_or_why_not(
    content: str, answer: Reading | SealgateError, kind: str, fault: str
) -> None:
    """Text alone is judged as a whole; pictures and sounds need somebody else."""
    (part,) = await _reader(answer).read((MediaPart("file", AT, content=content),))
    assert (part.kind, part.fault) == (kind, fault)


async def test_too_many_files_are_not_read() -> None:
    """The first ones are, the rest is counted."""
    parts = await _reader().read((MediaPart("file", AT, content="AAAA"),) * 3)
    assert [part.fault for part in parts] == ["", "", "too_many"]


async def test_when_too_many_wait_the_request_comes_again() -> None:
    """Whoever fills the queue does not get past the judge."""
    with pytest.raises(Overloaded, match=r"inputs\.queue"):
        await _reader(Overloaded()).read((MediaPart("file", AT, content="AAAA"),))
