"""Intake: upstream bytes on their way to events, and those that never became one.

Where nothing judges (an empty policy), what cannot be decoded still passes byte for byte: so the
bytes that were taken and not returned in an event are kept at hand there, and only there.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.nouns.record import AnswerText
from gateway.ports.adapter import Answer, Event, Run
from gateway.ports.portioned_answer import PortionedAnswer
from gateway.ports.session import Release


class Intake:
    """The reading side of one answer. With ``keep`` it knows what is unread."""

    __slots__ = ("_answer", "_keep", "_rest", "unread")

    def __init__(self, answer: Answer, *, keep: bool) -> None:
        self._answer = answer
        self._keep = keep
        self._rest: Iterator[bool] | None = None
        self.unread = b""
        """Bytes that were taken and are in no event yet."""

    def push(self, data: bytes) -> list[Event | Run]:
        """Take upstream bytes; return the events that are complete. Raises UpstreamBroken."""
        if not self._keep:
            return self._answer.push(data)
        self.unread += data
        return self._read(self._answer.push(data))

    @property
    def ending(self) -> bool:
        """True while `read_on` has something left to read."""
        return self._rest is not None

    def end(self) -> None:
        """The upstream ended; `read_on` reads what is left."""
        answer = self._answer
        self._rest = answer.reading() if isinstance(answer, PortionedAnswer) else iter(())

    def read_on(self) -> list[Event | Run] | None:
        """Read a portion of what is left; None: there is more. Raises UpstreamBroken."""
        if self._rest is not None and next(self._rest, False):
            return None
        self._rest = None
        items = self._answer.flush()
        return self._read(items) if self._keep else items

    def _read(self, items: list[Event | Run]) -> list[Event | Run]:
        self.unread = self.unread[sum(len(item.raw) for item in items) :]
        return items


def pass_raw(data: bytes) -> Release:
    """Return the release of bytes that nobody judges and that are in no event."""
    return Release(data, (AnswerText(-1, "raw", data.decode("utf-8", "replace")),) if data else ())
