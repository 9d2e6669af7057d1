"""A body that is read whole, within a limit."""

from __future__ import annotations

from gateway.nouns.errors import UpstreamBroken


class BodyReader:
    """Collects the bytes of an upstream's answer until it ends."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._parts: list[bytes] = []

    def push(self, data: bytes) -> None:
        """Collect. Raises UpstreamBroken if the answer is larger than the limit."""
        self._size += len(data)
        if self._size > self._limit:
            raise UpstreamBroken(f"Its answer is larger than {self._limit} bytes.")
        self._parts.append(data)

    def taken(self) -> bytes:
        """Return what was collected, and let go of it."""
        raw = b"".join(self._parts)
        self._parts = []
        return raw
