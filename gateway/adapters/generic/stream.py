"""Server-sent events of any kind, as long as their data is JSON."""

# ruff: noqa: ARG002 -- the port names more than this answer needs

from __future__ import annotations

from collections.abc import Mapping

from gateway.adapters.generic.reading import edited, pieces_of
from gateway.nouns.errors import SealgateError, UpstreamBroken
from gateway.nouns.segment import Channel, FieldClass
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Edits, Event, EventKind, Piece, Run
from gateway.ports.defaults import DefaultAnswer
from gateway.wire.error_shape import error_object, refusal_object
from gateway.wire.json import encode, loads_answer
from gateway.wire.sse import Frame, FrameReader, parse_frame


class EventAnswer(DefaultAnswer):
    """Reads and writes a stream of events: every string of every event is judged.

    Data that is no JSON is judged as the text that it is.
    """

    whole = False

    def __init__(self, frame_limit: int) -> None:
        self._frames = FrameReader(frame_limit)
        self._unfinished = b""

    def push(self, data: bytes) -> list[Event | Run]:
        """Take upstream bytes and return the complete events. Raises UpstreamBroken."""
        return self._frames.drain(data, _read)

    def flush(self) -> list[Event | Run]:
        """Return what is left."""
        rest: list[Event | Run] = self._frames.rest(_read)
        self._unfinished = b"\n\n" if rest else b""
        return rest

    def write(self, event: Event, edits: Edits) -> bytes:
        """Return the event's bytes with the edits."""
        frame = parse_frame(event.raw)
        if frame.data is None or not (edits.texts or edits.fields):
            return event.raw
        if event.value == "text":
            text = edits.texts.get(0, event.pieces[0].text)
            return frame.with_data(text.encode("utf-8", "replace"))
        return frame.with_data(edited(frame.data, event.pieces, edits))

    def close(
        self,
        choice: int,
        refusal: Refusal,
        style: str,
        fields: Mapping[str, object] | None = None,
    ) -> bytes:
        """Return an error event that says the refusal."""
        return self._own({**refusal_object(refusal, ""), **(fields or {})})

    def fail(self, error: SealgateError, exchange: str) -> bytes:
        """Return the error as an event."""
        return self._own(error_object(error, exchange, "en"))

    def _own(self, body: Mapping[str, object]) -> bytes:
        before, self._unfinished = self._unfinished, b""
        return before + b"event: error\ndata: " + encode(body) + b"\n\n"


def _read(frame: Frame) -> Event:
    if frame.odd:
        return Event(EventKind.UNKNOWN, frame.raw)
    data = frame.data.strip() if frame.data is not None else b""
    if not data:
        return Event(EventKind.COMMENT, frame.raw)
    if data == b"[DONE]":
        return Event(EventKind.END, frame.raw)
    if data[:1] in b'{["':
        return Event(EventKind.TEXT, frame.raw, pieces_of(loads_answer(data)), (0,))
    return Event(EventKind.TEXT, frame.raw, _as_text(data), (0,), "text")


def _as_text(data: bytes) -> tuple[Piece, ...]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise UpstreamBroken("An event is neither JSON nor UTF-8 text.") from None
    return (Piece(Channel(0, "data"), text, FieldClass.UNKNOWN),)
