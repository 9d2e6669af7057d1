"""Media reading: the files of a request are read beside the worker before the request is judged.

A process takes the text out of a file and gives back what it shows and what is heard in it; for
those a model elsewhere is asked. What it fails to answer is not judged, and says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from gateway.edge.gateway import Admission, Gateway
from gateway.edge.media_pool import ReadPool
from gateway.edge.read_memory import ReadMemory
from gateway.edge.result_fetch import UrlFetcher
from gateway.nouns.errors import MarkFailed, Overloaded, SealgateError
from gateway.nouns.finding import Finding
from gateway.nouns.media import MediaKind
from gateway.nouns.policy import MediaRules
from gateway.nouns.segment import MediaPart, Passage, Sight
from gateway.ports.clock import Clock
from gateway.ports.media import Fault, PictureJudge, Reading, ReadOrder, Recogniser, Shown

_LOOKS_AT_ONCE = 4
_PASSING = frozenset({Fault.EXHAUSTED, Fault.JUDGE_FAILED, Fault.WORDS_UNREAD})
"""Faults that may be gone when the file comes again."""

_T = TypeVar("_T")


async def with_media_read(
    gateway: Gateway, admission: Admission, rules: MediaRules
) -> Admission:
    """Return the admission with what was read in the files of its request. Raises Overloaded."""
    request = admission.request
    if not request.media:
        return admission
    parts = await gateway.media.read(request.media, rules)
    return admission._replace(request=request._replace(media=parts))


async def looked_at(
    gateway: Gateway, part: MediaPart, rules: MediaRules
) -> MediaPart | SealgateError:
    """Return a file of an answer with what was read in it; what a URL names is fetched first, and
    comes back too. Overloaded, if too many files wait."""
    try:
        if is_url(part.content):
            part = part._replace(content=await gateway.files.fetch(str(part.content)))
        (read,) = await gateway.media.read((part,), rules)
    except MarkFailed:
        return part._replace(fault=Fault.NOT_FETCHED)
    except Overloaded as full:
        return full
    return read


def is_url(content: str | bytes) -> bool:
    """True if it says where the file is, instead of holding it."""
    return isinstance(content, str) and content[:8].lower().startswith(("http:", "https:"))


class Senses(NamedTuple):
    """Who is asked about what is no text. ``seen_is_read``: of a picture it is enough that its
    codes were read. ``words``: those in pictures are read too. ``consulted`` is told the name and
    the seconds of each answer."""

    clock: Clock
    consulted: Callable[[str, float], None]
    judges: Sequence[PictureJudge] = ()
    recogniser: Recogniser | None = None
    seen_is_read: bool = False
    words: bool = False


class _Spent:
    """The seconds of reading, and the bytes of fetching, that a request has left."""

    __slots__ = ("left_bytes", "left_s")

    def __init__(self, left_s: float, left_bytes: int) -> None:
        self.left_s = left_s
        self.left_bytes = left_bytes


class EdgeMediaReader:
    """See gateway.ports.media.MediaReader: a reader per set of rules, all over the same processes.

    ``closers`` let go of what they share.
    """

    def __init__(
        self,
        readers: Mapping[MediaRules, FileReading],
        closers: Sequence[Callable[[], Awaitable[None]]],
    ) -> None:
        self._readers = readers
        self._closers = closers

    async def read(self, parts: tuple[MediaPart, ...], rules: MediaRules) -> tuple[MediaPart, ...]:
        """Return the parts with what was read in them under these rules."""
        return await self._readers[rules].read(parts)

    async def close(self) -> None:
        """End the processes, and let go of who was asked."""
        for close in self._closers:
            await close()


class FileReading:
    """Reads files as one set of rules says, and remembers what it read.

    ``files`` is how many of one request are read, ``chars`` how many code points of text in them
    (judging is the worker's own time), ``longest_s`` the seconds of reading, waiting for a process
    included, after which no other is begun. ``fetcher`` gets what a part names by URL,
    ``fetch_bytes`` in all; None: nothing is fetched."""

    def __init__(
        self,
        pool: ReadPool,
        senses: Senses,
        *,
        files: int,
        chars: int,
        longest_s: float,
        fetcher: UrlFetcher | None = None,
        fetch_bytes: int = 0,
    ) -> None:
        self._pool = pool
        self._senses = senses
        self._files = files
        self._chars = chars
        self._longest_s = longest_s
        self._fetcher = fetcher
        self._fetch_bytes = fetch_bytes
        self._memory = ReadMemory()

    async def read(self, parts: tuple[MediaPart, ...]) -> tuple[MediaPart, ...]:
        """Return the parts with what was read in them, one after the other: a request takes one
        place in the queue, however many files it brings. The newest come first, so that what is
        asked now is read even behind a long history."""
        found: list[MediaPart] = []
        left = self._chars
        spent = _Spent(self._longest_s, self._fetch_bytes)
        first = max(0, len(parts) - self._files)
        for part in reversed(parts[first:]):
            read = await self._known(part, spent)
            size = sum(len(passage.text) for passage in read.passages)
            if size > left:
                read = read._replace(passages=(), fault=Fault.TOO_LARGE)
            else:
                left -= size
            found.append(read)
        older = (part._replace(fault=Fault.TOO_MANY) for part in parts[:first])
        return (*older, *reversed(found))

    async def _known(self, part: MediaPart, spent: _Spent) -> MediaPart:
        """Read a file that is here, unless it was read before."""
        content = part.content
        if not content:
            return part._replace(fault=Fault.ELSEWHERE)
        if is_url(content):
            part = await self._fetched(part, spent)
            if not part.fetched:
                return part
        name = await self._memory.name(part)
        known = self._memory.recall(name, part)
        if known is not None:
            return known
        read = await self._part(part, spent)
        if read.fault not in _PASSING:
            self._memory.keep(name, read)
        return read

    async def _fetched(self, part: MediaPart, spent: _Spent) -> MediaPart:
        """Return a part with what its URL leads to, if that may be fetched."""
        clock, fetcher = self._senses.clock, self._fetcher
        if fetcher is None or spent.left_s <= 0 or not part.slot:
            return part._replace(fault=Fault.NOT_FETCHED)
        began_s = clock.monotonic_s()
        try:
            content = await fetcher.fetch(str(part.content), spent.left_bytes)
        except MarkFailed:
            return part._replace(fault=Fault.NOT_FETCHED)
        finally:
            spent.left_s -= clock.monotonic_s() - began_s
        spent.left_bytes -= len(content)
        return part._replace(content=content, fetched=True)

    async def _part(self, part: MediaPart, spent: _Spent) -> MediaPart:
        if spent.left_s <= 0:
            return part._replace(fault=Fault.EXHAUSTED)
        content, senses = part.content, self._senses
        began_s = senses.clock.monotonic_s()
        reading = await self._pool.read(
            ReadOrder(
                content, part.hint, coded=isinstance(content, str), pictures=bool(senses.judges),
                sound=senses.recogniser is not None, words=senses.words,
            )
        )  # fmt: skip
        spent.left_s -= senses.clock.monotonic_s() - began_s
        if isinstance(reading, Overloaded):
            raise Overloaded("Too many files wait to be read (inputs.queue).", retry_after_s=1.0)
        if isinstance(reading, SealgateError):
            return part._replace(fault=Fault.EXHAUSTED)
        part = part._replace(kind=reading.kind or part.kind, passages=reading.passages)
        if reading.kind == MediaKind.AUDIO:
            return await self._heard(part, reading)
        return await self._seen(part, reading)

    async def _seen(self, part: MediaPart, reading: Reading) -> MediaPart:
        """Have everybody look at what a file shows."""
        looks = [(judge, shown) for judge in self._senses.judges for shown in reading.pictures]
        places = asyncio.Semaphore(_LOOKS_AT_ONCE)

        async def look(judge: PictureJudge, shown: Shown) -> tuple[Sight, ...] | None:
            async with places:
                found = await self._asked(judge.name, judge.look(shown.jpeg))
            return None if found is None else _sights(shown.place, found)

        answers = await asyncio.gather(*(look(*each) for each in looks))
        sights = tuple(sight for answer in answers if answer for sight in answer)
        fault = reading.fault or (Fault.JUDGE_FAILED if None in answers else "")
        if not fault and reading.shows and not self._senses.seen_is_read:
            unshown = reading.shows > len(reading.pictures)
            fault = _unseen(reading) if unshown or not self._senses.judges else ""
        return part._replace(sights=sights, fault=fault)

    async def _heard(self, part: MediaPart, reading: Reading) -> MediaPart:
        """Have what is heard in a file written down."""
        recogniser = self._senses.recogniser
        if reading.fault or recogniser is None or not reading.sound:
            return part._replace(fault=reading.fault or Fault.UNHEARD)
        said = await self._asked(
            recogniser.name, recogniser.transcribe(reading.sound, f"sound.{reading.format}")
        )
        if said is None:
            return part._replace(fault=Fault.JUDGE_FAILED)
        return part._replace(passages=(Passage("transcript", said),), fault="")

    async def _asked(self, name: str, answer: Awaitable[_T]) -> _T | None:
        """Return the answer; None if there is none that is clear."""
        began_s = self._senses.clock.monotonic_s()
        try:
            return await answer
        except (TimeoutError, ConnectionError, ValueError):
            return None
        finally:
            self._senses.consulted(name, self._senses.clock.monotonic_s() - began_s)


def _sights(place: str, found: Sequence[Finding]) -> tuple[Sight, ...]:
    return tuple(Sight(place, finding) for finding in found)


def _unseen(reading: Reading) -> str:
    inside = reading.kind == MediaKind.DOCUMENT
    return Fault.PICTURES_INSIDE if inside else Fault.UNSEEN
