"""Mark: what is put on generated content, and read back from it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from gateway.nouns.mark import AigcLabel, Receipt


class Claim(NamedTuple):
    """What a mark says: made by AI, by whom, in which exchange, and when (seconds since 1970)."""

    exchange: str
    code: str
    label: AigcLabel | None = None
    time_s: float = 0.0


class Mark(Protocol):
    """One mark on one medium. Stamping twice is stamping once."""

    name: str

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Return the content with the mark in it and what was done."""
        ...

    def verify(self, content: bytes) -> list[Claim]:
        """Return every claim of this mark found in the content."""
        ...
