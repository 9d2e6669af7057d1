"""Media reading: the files of a request go to a process and come back as what can be judged."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.edge.gateway import SystemClock
from gateway.edge.media_reading import EdgeMediaReader, FileReading, Senses
from gateway.nouns.errors import MarkFailed, Overloaded, SealgateError
from gateway.nouns.finding import Finding
from gateway.nouns.policy import MediaRules
from gateway.nouns.segment import MediaPart, Passage, Sight
from gateway.ports.media import Reading, ReadOrder, Shown

AT = ("messages", 0, "content", 0)
READ = Reading("document", "pdf", (Passage("page 1", "x"),))


class Pool:
    """Answers every order with the same."""

    def __init__(self, answer: Reading | SealgateError) -> None:
        self._answer = answer
        self.orders: list[ReadOrder] = []

    async def read(self, order: ReadOrder) -> Reading | SealgateError:
        """See gateway.edge.media_pool.ReadPool."""
        self.orders.append(order)
        return self._answer


class Witness:
    """Looks and listens; answers, or raises, what it is told."""

    name = "eyes"
    categories = ("picture.sexual",)

    def __init__(self, answer: object) -> None:
        self._answer = answer

    async def look(self, jpeg: bytes) -> tuple[Finding, ...]:
        """See gateway.ports.media.PictureJudge."""
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer if jpeg == b"two" else ()  # type: ignore[return-value]

    async def transcribe(self, content: bytes, file_name: str) -> str:
        """See gateway.ports.media.Recogniser."""
        if isinstance(self._answer, Exception):
            raise self._answer
        return f"{content.decode()} {file_name}"


class Fetcher:
    """Gets the same from everywhere."""

    def __init__(self) -> None:
        self.left: list[int] = []

    async def fetch(self, url: str, most_bytes: int) -> bytes:
        """See gateway.edge.result_fetch.UrlFetcher."""
        self.left.append(most_bytes)
        if most_bytes < 4:
            raise MarkFailed
        return b"file"

    async def close(self) -> None:
        """Nothing is open."""


def _reader(
    answer: Reading | SealgateError = READ, files: int = 2, longest_s: float = 60.0, **senses: Any
) -> FileReading:
    asked = Senses(SystemClock(), lambda name, seconds: None, **senses)
    return FileReading(
        Pool(answer), asked, files=files, chars=11, longest_s=longest_s  # type: ignore[arg-type]
    )  # fmt: skip


async def test_each_policy_reads_by_its_own_rules() -> None:
    """Who looks, whether words are read and what is enough differ; what one read is not what the
    other knows."""
    pool = Pool(PICTURED)
    quick, strict = MediaRules(pictures="read"), MediaRules(ocr=True)
    told = SystemClock(), lambda name, seconds: None
    ways = {
        quick: FileReading(pool, Senses(*told, seen_is_read=True), files=2, chars=11, longest_s=9),  # type: ignore[arg-type]
        strict: FileReading(
            pool, Senses(*told, (Witness((SEEN,)),), words=True), files=2, chars=11, longest_s=9  # type: ignore[arg-type]
        ),
    }  # fmt: skip
    closed = []

    async def close() -> None:
        closed.append(1)

    reader = EdgeMediaReader(ways, (close, close))
    for _ in range(2):
        (part,) = await reader.read((PART,), quick)
        assert (part.fault, part.sights) == ("", ())
        (part,) = await reader.read((PART,), strict)
        assert (part.fault, part.sights) == ("", (Sight("page 2", SEEN),))
    assert [(order.pictures, order.words) for order in pool.orders] == [
        (False, False), (True, True),
    ]  # fmt: skip
    await reader.close()
    assert closed == [1, 1]


SEEN = Finding("picture.sexual", 3, 0.9, 0, 0, "eyes", "sexual")
PICTURED = Reading("document", "pdf", (), "", 2, (Shown("page 1", b"one"), Shown("page 2", b"two")))
PART = MediaPart("file", AT, content="AAAA")


@pytest.mark.parametrize(
    ("answer", "reading", "sights", "fault"),
    [
        ((SEEN,), PICTURED, (Sight("page 2", SEEN),), ""),
        ((), PICTURED._replace(kind="image"), (), ""),
        ((SEEN,), PICTURED._replace(shows=3), (Sight("page 2", SEEN),), "pictures_inside"),
        ((SEEN,), PICTURED._replace(fault="too_many"), (Sight("page 2", SEEN),), "too_many"),
        (TimeoutError(), PICTURED, (), "judge_failed"),
        (ConnectionError(), PICTURED, (), "judge_failed"),
        (ValueError(), PICTURED, (), "judge_failed"),
    ],
)
async def test_what_a_file_shows_is_looked_at(
    answer: object, reading: Reading, sights: tuple[Sight, ...], fault: str
) -> None:
    """Every picture of it; no answer, or a picture that nobody could be shown, is no judgement."""
    (part,) = await _reader(reading, judges=(Witness(answer),)).read((PART,))
    assert (part.sights, part.fault) == (sights, fault)


async def test_a_policy_may_be_content_with_what_pictures_say() -> None:
    """Then a picture whose codes were read is judged."""
    (part,) = await _reader(PICTURED, seen_is_read=True).read((PART,))
    assert part.fault == ""


@pytest.mark.parametrize(
    ("answer", "passages", "fault"),
    [("", (Passage("transcript", "a sound.wav"),), ""), (ValueError(), (), "judge_failed")],
)
async def test_what_a_sound_says_is_written_down(
    answer: object, passages: tuple[Passage, ...], fault: str
) -> None:
    """And is text like any other from there on."""
    heard = Reading("audio", "wav", sound=b"a")
    (part,) = await _reader(heard, recogniser=Witness(answer)).read((PART,))
    assert (part.passages, part.fault) == (passages, fault)


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
    """The newest are, the rest is counted."""
    parts = await _reader().read((MediaPart("file", AT, content="AAAA"),) * 3)
    assert [part.fault for part in parts] == ["too_many", "", ""]


async def test_files_of_a_request_that_took_all_its_time_are_not_begun() -> None:
    """The newest was read; a request does not hold the process that reads for others too."""
    other = PART._replace(content="BBBB")
    parts = await _reader(longest_s=1e-9).read((other, PART))
    assert [part.fault for part in parts] == ["exhausted", ""]


async def test_the_files_of_a_request_share_what_is_read() -> None:
    """Text that would be too much for all of them together is not judged."""
    reader = _reader(READ._replace(passages=(Passage("page 1", "123456"),)), files=3)
    parts = await reader.read((MediaPart("file", AT, content="AAAA"),) * 2)
    assert [(len(part.passages), part.fault) for part in parts] == [(0, "too_large"), (1, "")]


async def test_when_too_many_wait_the_request_comes_again() -> None:
    """Whoever fills the queue does not get past the judge."""
    with pytest.raises(Overloaded, match=r"inputs\.queue"):
        await _reader(Overloaded()).read((MediaPart("file", AT, content="AAAA"),))


@pytest.mark.parametrize(
    ("answer", "times"),
    [
        (READ, 1), (READ._replace(fault="broken"), 1), (MarkFailed(), 2),
        (READ._replace(fault="words_unread"), 2),
    ],
)  # fmt: skip
async def test_a_file_that_comes_again_is_known(
    answer: Reading | SealgateError, times: int
) -> None:
    """Unless it could not be read for a reason that passes."""
    reader = _reader(answer)
    await reader.read((PART,))
    await reader.read((PART._replace(turn=4),))
    assert len(reader._pool.orders) == times  # type: ignore[attr-defined]


async def test_what_a_url_leads_to_is_read_where_it_may_be_fetched() -> None:
    """What was fetched stays with the part; all files of a request share what is fetched."""
    fetcher, pool = Fetcher(), Pool(READ)
    reader = FileReading(
        pool, Senses(SystemClock(), lambda name, seconds: None), files=9, chars=99,  # type: ignore[arg-type]
        longest_s=60.0, fetcher=fetcher, fetch_bytes=6,  # type: ignore[arg-type]
    )  # fmt: skip
    named = PART._replace(content="https://x/y", slot=AT)
    parts = await reader.read((named, named, named._replace(slot=())))
    assert [(part.content, part.fetched, part.fault) for part in parts] == [
        ("https://x/y", False, "not_fetched"),
        (b"file", True, ""),
        ("https://x/y", False, "not_fetched"),
    ]
    assert [order.content for order in pool.orders] == [b"file"]
    assert fetcher.left == [6, 2]
    await reader.read((named,))
    assert len(pool.orders) == 1  # what came again is known by its bytes
    assert fetcher.left == [6, 2, 6]
