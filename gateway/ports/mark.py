"""Mark: what is put on generated content, and read back from it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, Protocol, runtime_checkable

from gateway.nouns.mark import AigcLabel, MarkFamily, Receipt
from gateway.nouns.media import MediaFormat


class ClaimState(StrEnum):
    """What a reader makes of a mark that it found.

    ``intact``: it is whole, and nothing speaks against it. ``altered``: the content or the mark was
    changed afterwards. ``untrusted``: it is whole, but nobody we know vouches for who wrote it.
    """

    INTACT = "intact"
    ALTERED = "altered"
    UNTRUSTED = "untrusted"


class Claim(NamedTuple):
    """What a mark says: made by AI, by whom, in which exchange, and when (seconds since 1970).

    To a writer it is what to say. ``line`` are the visible words in ``language`` (``zh`` or
    ``en``), ``model`` names the generating model, ``sources`` are the uploads that the content was
    made from (whole files). ``format`` is what the file is, where its bytes alone do not say (a
    Markdown file is text); ``original`` is the file as it came, before any mark of this stamping.
    From a reader, ``state`` says how far it may be believed and ``detail`` why, in words without
    content; ``bound`` is true if our own key says that the mark is of this content and no other.
    """

    exchange: str
    code: str
    label: AigcLabel | None = None
    time_s: float = 0.0
    line: str = ""
    language: str = "zh"
    model: str = ""
    sources: tuple[bytes, ...] = ()
    state: ClaimState = ClaimState.INTACT
    detail: str = ""
    format: MediaFormat | None = None
    original: bytes = b""
    bound: bool = False


class Mark(Protocol):
    """One mark on one medium. Stamping twice is stamping once."""

    name: str

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Return the content with the mark in it and what was done.

        Unless the receipt says ``written``, the content is what was given. What was written was
        read back and compared. Raises nothing for broken content: that is a receipt ``failed``.
        """
        ...

    def verify(self, content: bytes) -> list[Claim]:
        """Return every claim of this mark found in the content. Raises nothing."""
        ...


class FileMark(Mark, Protocol):
    """A mark on files. ``formats`` are those that it can be put on; `stamp` is given no other."""

    family: MarkFamily
    formats: frozenset[MediaFormat]


BESIDE = "beside_the_file"
"""What a receipt says of a mark that stands beside its file."""


@runtime_checkable
class BesideMark(Protocol):
    """A mark that can stand beside a file where the file itself has no place for it."""

    def beside(self, content: bytes, claim: Claim) -> bytes:
        """Return what is kept beside the file, read back; empty if it cannot be made. The claim
        names the file's format."""
        ...


class StreamMark(Protocol):
    """Marks a sound while it streams: bytes in, bytes out, sans I/O. One per answer.

    What it returns, joined, is the sound with its label; what it needs of the beginning it keeps.
    """

    def push(self, data: bytes) -> bytes:
        """Take the next bytes of the file, cut anywhere; return those that may leave."""
        ...

    def flush(self) -> tuple[bytes, tuple[Receipt, ...]]:
        """The file ended: return what is left, and what was done."""
        ...

    def broken(self) -> tuple[Receipt, ...]:
        """The sound broke off: return what was done so far. Raises nothing."""
        ...


@runtime_checkable
class AskingMark(StreamMark, Protocol):
    """A stream mark that may need what takes too long to be made between other streams."""

    def wanted(self) -> object | None:
        """Return what to have made elsewhere (picklable), once; None: nothing is needed. Until
        `supply` is called the mark keeps what it is given."""
        ...

    def supply(self, made: bytes | None) -> bytes:
        """Take what was wanted; return what may leave now. None: it is made here after all."""
        ...
