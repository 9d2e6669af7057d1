"""Journal: how a worker makes an exchange durable before anything of it is released."""

from __future__ import annotations

from typing import Protocol

from gateway.nouns.record import AnswerText, CloseFrame, OpenFrame


class Entry(Protocol):
    """The open record of one exchange; one owner, one thread.

    Every method returns after the bytes are as durable as `fsync` asks, or raises LedgerFailed; the
    caller releases nothing after a raise. With ``fsync: always`` `settle` must be awaited before a
    release; otherwise it returns at once.
    """

    def request(self, body: bytes, edited: bytes | None) -> None:
        """Keep what the client sent and, if it differs, what went upstream (encrypted)."""
        ...

    def answer(self, texts: tuple[AnswerText, ...]) -> None:
        """Keep text that is about to be released (encrypted). State: spooled."""
        ...

    def suppressed(self, texts: tuple[AnswerText, ...]) -> None:
        """Keep text that was blocked or redacted and never leaves (encrypted, apart)."""
        ...

    def sent(self, sent_bytes: int) -> None:
        """Note how many bytes the socket took so far. May be written with the next frame."""
        ...

    def close(self, facts: CloseFrame) -> None:
        """Close the record; nothing can follow."""
        ...

    async def settle(self) -> None:
        """Wait until all that was written is durable under the ``fsync`` setting."""
        ...


class Journal(Protocol):
    """A worker's spool. `open` is durable when it returns."""

    def open(self, facts: OpenFrame) -> Entry:
        """Begin a record. Raises LedgerFailed if it cannot be kept (disk full, limit reached)."""
        ...

    def note(self, kind: str, facts: dict[str, str]) -> None:
        """Keep an event for the chain; never user content. Raises LedgerFailed."""
        ...

    def close(self) -> None:
        """Flush and let go; called once when the worker ends."""
        ...
