"""JSON Lines: one JSON value a line, as several model servers stream."""

# ruff: noqa: ARG002 -- the port names more than this answer needs

from __future__ import annotations

from collections.abc import Mapping

from gateway.adapters.generic.reading import edited, pieces_of
from gateway.nouns.errors import SealgateError, UpstreamBroken
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Edits, Event, EventKind, Run
from gateway.ports.defaults import DefaultAnswer
from gateway.wire.error_shape import error_object, refusal_object
from gateway.wire.json import encode, loads_answer


class LineAnswer(DefaultAnswer):
    """Reads and writes a stream of lines: every string of every line is judged."""

    whole = False

    def __init__(self, line_limit: int) -> None:
        self._limit = line_limit
        self._rest = b""
        self._broken: UpstreamBroken | None = None
        self._unfinished = b""

    def push(self, data: bytes) -> list[Event | Run]:
        """Take upstream bytes and return the complete lines. Raises UpstreamBroken."""
        if self._broken is not None:
            raise self._broken
        if b"\n" not in data:
            self._rest += data
            lines = []
        else:
            *lines, self._rest = (self._rest + data).split(b"\n")
        events: list[Event | Run] = []
        try:
            events.extend(self._read(line + b"\n") for line in lines)
            if len(self._rest) > self._limit:
                raise UpstreamBroken(f"It sent a line larger than {self._limit} bytes.")
        except UpstreamBroken as error:
            self._broken = error
            if not events:
                raise
        return events

    def flush(self) -> list[Event | Run]:
        """Return what is left."""
        if self._broken is not None:
            raise self._broken
        rest, self._rest = self._rest, b""
        self._unfinished = b"\n" if rest else b""
        return [self._read(rest)] if rest else []

    def _read(self, line: bytes) -> Event:
        if len(line) > self._limit:
            raise UpstreamBroken(f"It sent a line larger than {self._limit} bytes.")
        if not line.strip():
            return Event(EventKind.COMMENT, line)
        return Event(EventKind.TEXT, line, pieces_of(loads_answer(line)), (0,))

    def write(self, event: Event, edits: Edits) -> bytes:
        """Return the line with the edits."""
        return edited(event.raw, event.pieces, edits) if event.pieces else event.raw

    def close(
        self,
        choice: int,
        refusal: Refusal,
        style: str,
        fields: Mapping[str, object] | None = None,
    ) -> bytes:
        """Return a line that says the refusal."""
        return self._own({**refusal_object(refusal, ""), **(fields or {})})

    def fail(self, error: SealgateError, exchange: str) -> bytes:
        """Return the error as a line."""
        return self._own(error_object(error, exchange, "en"))

    def _own(self, body: Mapping[str, object]) -> bytes:
        before, self._unfinished = self._unfinished, b""
        return before + encode(body) + b"\n"
