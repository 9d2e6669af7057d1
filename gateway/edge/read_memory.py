"""Read memory: what was read in a file is known when the same file comes again.

A client sends a conversation's files with every turn. One memory per worker, bounded, under keyed
hashes; it forgets what was longest not asked for.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import OrderedDict

from gateway.nouns.segment import MediaPart

_SMALL = 32 * 1024
_MOST_FILES = 1024
_PIECE = 1024 * 1024
"""How much is copied at a time: nothing else of the worker runs meanwhile."""


class ReadMemory:
    """Remembers at most so many code points of text."""

    def __init__(self, most_chars: int = 4_000_000) -> None:
        self._key = os.urandom(32)
        self._most_chars = most_chars
        self._chars = 0
        self._known: OrderedDict[bytes, MediaPart] = OrderedDict()

    async def name(self, part: MediaPart) -> bytes:
        """Return the name of a part's file; large ones are hashed beside the loop."""
        if len(part.content) <= _SMALL:
            return self._digest(part)
        return await asyncio.to_thread(self._digest, part)

    def recall(self, name: bytes, part: MediaPart) -> MediaPart | None:
        """Return the part with what was read in this file before, if that is still known."""
        known = self._known.get(name)
        if known is None:
            return None
        self._known.move_to_end(name)
        return part._replace(
            kind=known.kind, passages=known.passages, sights=known.sights, fault=known.fault
        )

    def keep(self, name: bytes, part: MediaPart) -> None:
        """Remember what was read, without the file."""
        self._drop(name)
        self._known[name] = part._replace(content="")
        self._chars += _size(part)
        while self._chars > self._most_chars or len(self._known) > _MOST_FILES:
            self._drop(next(iter(self._known)))

    def _drop(self, name: bytes) -> None:
        gone = self._known.pop(name, None)
        if gone is not None:
            self._chars -= _size(gone)

    def _digest(self, part: MediaPart) -> bytes:
        content = part.content
        head = f"{part.kind}\0{type(content).__name__}\0{part.hint}\0"
        digest = hashlib.blake2b(head.encode("utf-8", "surrogatepass"), key=self._key)
        for at in range(0, len(content), _PIECE):
            piece = content[at : at + _PIECE]
            raw = piece if isinstance(piece, bytes) else piece.encode("utf-8", "surrogatepass")
            digest.update(raw)
        return digest.digest()


def _size(part: MediaPart) -> int:
    return sum(len(passage.text) for passage in part.passages)
