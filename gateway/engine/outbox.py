"""Outbox: what one step releases, gathered: bytes, the texts in them, and what was held back."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.nouns.record import AnswerText
from gateway.nouns.segment import Channel
from gateway.ports.adapter import Piece


class Shown:
    """Code points released so far, in all and per choice."""

    __slots__ = ("by_choice", "chars")

    def __init__(self) -> None:
        self.chars = 0
        self.by_choice: dict[int, int] = {}

    def add(self, choice: int, count: int) -> None:
        """Count released code points of a choice."""
        self.chars += count
        self.by_choice[choice] = self.by_choice.get(choice, 0) + count


class Outbox:
    """One step's bytes in order, with the texts that the journal must hold before they leave."""

    __slots__ = ("_bytes", "shown", "suppressed", "texts")

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self._bytes: list[bytes] = []
        self.texts: list[AnswerText] = []
        self.suppressed: list[AnswerText] = []

    def write(self, data: bytes) -> None:
        """Add bytes for the client."""
        self._bytes.append(data)

    @property
    def data(self) -> bytes:
        """All bytes of the step."""
        return b"".join(self._bytes)

    def release(self, channel: Channel, text: str) -> None:
        """Note upstream text that leaves."""
        if text:
            self.texts.append(AnswerText(channel.choice, channel.path, text))
            self.shown.add(channel.choice, len(text))

    def own(self, choice: int, path: str, text: str) -> None:
        """Note text of ours that leaves (a label, a refusal)."""
        self.texts.append(AnswerText(choice, path, text, own=True))

    def suppress(self, channel: Channel, text: str) -> None:
        """Note upstream text that never leaves."""
        if text:
            self.suppressed.append(AnswerText(channel.choice, channel.path, text))

    def withhold(self, pieces: Iterable[Piece]) -> None:
        """Note pieces that never leave."""
        for piece in pieces:
            self.suppress(piece.channel, piece.text)

    def piece(self, piece: Piece, new: str) -> None:
        """Note a piece that leaves as ``new``; what it was is kept apart if that differs."""
        self.release(piece.channel, new)
        if new != piece.text:
            self.suppress(piece.channel, piece.text)
