"""Intake: upstream bytes on their way to events, and those that never became one.

Where nothing judges (an empty policy), what cannot be decoded still passes byte for byte: so the
bytes that were taken and not returned in an event are kept at hand there, and only there.
"""

from __future__ import annotations

from gateway.ports.adapter import Answer, Event, Run


class Intake:
    """The reading side of one answer. With ``keep`` it knows what is unread."""

    __slots__ = ("_answer", "_keep", "unread")

    def __init__(self, answer: Answer, *, keep: bool) -> None:
        self._answer = answer
        self._keep = keep
        self.unread = b""
        """Bytes that were taken and are in no event yet."""

    def push(self, data: bytes) -> list[Event | Run]:
        """Take upstream bytes; return the events that are complete. Raises UpstreamBroken."""
        if not self._keep:
            return self._answer.push(data)
        self.unread += data
        return self._read(self._answer.push(data))

    def flush(self) -> list[Event | Run]:
        """The upstream ended; return what is left. Raises UpstreamBroken."""
        items = self._answer.flush()
        return self._read(items) if self._keep else items

    def _read(self, items: list[Event | Run]) -> list[Event | Run]:
        self.unread = self.unread[sum(len(item.raw) for item in items) :]
        return items
