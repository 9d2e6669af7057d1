"""Media: files of prompts and answers become what can be judged: text, and what pictures show.

What is read in a file is done beside the worker, by a process that may die of it (`ReadOrder` to
`Reading`); what a model elsewhere must hear or see is asked over a wire.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, Protocol

from gateway.nouns.finding import Finding
from gateway.nouns.policy import MediaRules
from gateway.nouns.segment import MediaPart, Passage


class Fault(StrEnum):
    """Why a file, or a part of it, could not be judged. These words are in records and metrics.

    ``elsewhere``: the request names it and does not hold it. ``not_fetched``: its URL was not to be
    fetched, or did not lead to it. ``ambiguous``: two readers could take it for different things.
    ``exhausted``: reading it took more time or memory than it may. ``unseen``: nobody judges what a
    picture shows. ``words_unread``: there was no time for all the words in pictures. ``unheard``:
    nobody writes down what a sound says. ``pictures_inside``, ``files_inside``: a document holds
    some that were not read.
    """

    ELSEWHERE = "elsewhere"
    NOT_FETCHED = "not_fetched"
    NOT_BASE64 = "not_base64"
    FORMAT_UNKNOWN = "format_unknown"
    AMBIGUOUS = "ambiguous"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    EXHAUSTED = "exhausted"
    UNSEEN = "unseen"
    WORDS_UNREAD = "words_unread"
    UNHEARD = "unheard"
    JUDGE_FAILED = "judge_failed"
    PICTURES_INSIDE = "pictures_inside"
    FILES_INSIDE = "files_inside"


class ReadOrder(NamedTuple):
    """Read a file. ``content`` and ``hint`` are as in `MediaPart`; ``content`` is no URL.

    ``coded``: the content is a data URL or base64, in a string or in UTF-8 (lone surrogates stay).
    ``pictures``: what it shows is given back, for a judge of pictures; ``sound``: what is heard.
    ``words``: those in pictures are read.
    """

    content: str | bytes
    hint: str = ""
    coded: bool = False
    pictures: bool = False
    sound: bool = False
    words: bool = False


class Shown(NamedTuple):
    """A picture of a file, small enough for a judge of pictures: a JPEG, and its place."""

    place: str
    jpeg: bytes


class Reading(NamedTuple):
    """What was read in a file. ``kind`` is a `MediaKind` and ``format`` a `MediaFormat`, both empty
    if nobody knows; ``fault`` is as in `MediaPart`.

    ``shows`` is how many pictures (or pages with pictures) it has, ``pictures`` are those that a
    judge can be shown. ``sound`` is a file to listen to.
    """

    kind: str = ""
    format: str = ""
    passages: tuple[Passage, ...] = ()
    fault: str = ""
    shows: int = 0
    pictures: tuple[Shown, ...] = ()
    sound: bytes = b""


class PictureJudge(Protocol):
    """Says what a picture shows; a model elsewhere. ``categories`` are all that it may find."""

    name: str
    categories: tuple[str, ...]

    async def look(self, jpeg: bytes) -> tuple[Finding, ...]:
        """Return what is found in a picture; the findings have no span.

        Raises TimeoutError, ConnectionError, and ValueError on anything but a clear answer.
        """
        ...


class Recogniser(Protocol):
    """Writes down what a sound says; a model elsewhere."""

    name: str

    async def transcribe(self, content: bytes, file_name: str) -> str:
        """Return the words. Raises TimeoutError, ConnectionError, ValueError."""
        ...


class MediaReader(Protocol):
    """Has the media of a request read, so that the engine can judge them."""

    async def read(self, parts: tuple[MediaPart, ...], rules: MediaRules) -> tuple[MediaPart, ...]:
        """Return the parts with what was read in them under a policy's rules, or why it could not
        be.

        Raises Overloaded if too many files wait.
        """
        ...
