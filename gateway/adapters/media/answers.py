"""The answers of these protocols: one JSON body, a stream of JSON events, or a file's own bytes."""

# ruff: noqa: ARG002 -- the port names more than these answers need

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gateway.adapters.media.reading import edited, read_value, usage_of
from gateway.nouns.errors import SealgateError, UpstreamBroken
from gateway.nouns.segment import Channel, FieldClass
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Coding, Edits, Event, EventKind, Media, Piece, Run
from gateway.ports.defaults import DefaultAnswer
from gateway.wire.body import BodyReader
from gateway.wire.error_shape import error_object, refusal_object
from gateway.wire.field_map import Node
from gateway.wire.json import BOM, encode, loads_answer
from gateway.wire.sse import Frame, FrameReader, parse_frame


class JsonAnswer(DefaultAnswer):
    """One JSON body, read by a map."""

    whole = True
    refused_status = 400
    """A refused answer is an error of the client's: its shape has no place for a refusal."""

    def __init__(self, node: Node, answer_limit: int, *, hint: str = "") -> None:
        self._node = node
        self._hint = hint
        self._body = BodyReader(answer_limit)

    def push(self, data: bytes) -> list[Event | Run]:
        """Collect. Raises UpstreamBroken if the answer is larger than the limit."""
        self._body.push(data)
        return []

    def flush(self) -> list[Event | Run]:
        """Return the body as one event. Raises UpstreamBroken."""
        raw = self._body.taken()
        start = raw.removeprefix(BOM).lstrip()
        if not start:
            return [Event(EventKind.COMMENT, raw)] if raw else []
        value = loads_answer(raw)
        self.usage = usage_of(value)
        pieces, media = read_value(value, self._node, hint=self._hint)
        failed = isinstance(value, dict) and bool(value.get("error")) and not media
        kind = EventKind.ERROR if failed else EventKind.TEXT
        return [Event(kind, raw, pieces, (0,), media=media)]

    def write(self, event: Event, edits: Edits) -> bytes:
        """Return the body with the edits; a refusal stands in place of all of it."""
        for refusal in edits.refusals.values():
            return encode(refusal_object(refusal, ""))
        return edited(event.raw, event.pieces, event.media, edits)


class EventForm(NamedTuple):
    """How a stream's events are read: by which map, which types end it, the name under which the
    parts of its one file are joined (empty: each event has files of its own), and the type and
    member of an event of ours that carries a part of it."""

    node: Node
    last: frozenset[str]
    stream: str = ""
    part: tuple[str, str] = ("", "")


class EventAnswer(DefaultAnswer):
    """Server-sent events, each a JSON object."""

    whole = False

    def __init__(self, form: EventForm, frame_limit: int, *, hint: str = "") -> None:
        self._form = form
        self._hint = hint
        self._frames = FrameReader(frame_limit)
        self._unfinished = b""

    def push(self, data: bytes) -> list[Event | Run]:
        """Take upstream bytes and return the complete events. Raises UpstreamBroken."""
        return self._frames.drain(data, self._read)

    def flush(self) -> list[Event | Run]:
        """Return what is left."""
        rest: list[Event | Run] = self._frames.rest(self._read)
        self._unfinished = b"\n\n" if rest else b""
        return rest

    def _read(self, frame: Frame) -> Event:
        data = frame.data.strip() if frame.data is not None else b""
        if frame.odd:
            return Event(EventKind.UNKNOWN, frame.raw)
        if not data:
            return Event(EventKind.COMMENT, frame.raw)
        if data == b"[DONE]":
            return Event(EventKind.END, frame.raw)
        if data[:1] not in b'{["':
            return Event(EventKind.TEXT, frame.raw, _as_text(data), (0,), "text")
        value = loads_answer(data)
        form = self._form
        pieces, media = read_value(value, form.node, hint=self._hint, stream=form.stream)
        kind = EventKind.TEXT
        if isinstance(value, dict):
            self.usage = {**self.usage, **usage_of(value)}
            word = value.get("type")
            if frame.event == b"error" or word == "error" or value.get("error"):
                kind = EventKind.ERROR
            elif isinstance(word, str) and word in form.last:
                kind = EventKind.FINISH
        return Event(kind, frame.raw, pieces, (0,), media=media)

    def write(self, event: Event, edits: Edits) -> bytes:
        """Return the event's bytes with the edits."""
        frame = parse_frame(event.raw)
        if frame.data is None or not (edits.texts or edits.fields or edits.media):
            return event.raw
        if event.value == "text":
            text = edits.texts.get(0, event.pieces[0].text)
            return frame.with_data(text.encode("utf-8", "replace"))
        return frame.with_data(edited(frame.data, event.pieces, event.media, edits))

    def own_media(self, media: Media, data: bytes) -> bytes:
        """Return an event that carries a part more of the file."""
        kind, member = self._form.part
        return self._own({"type": kind, member: data.decode("ascii")})

    def close(
        self, choice: int, refusal: Refusal, style: str, fields: Mapping[str, object] | None = None
    ) -> bytes:
        """Return an error event that says the refusal."""
        return self._own({**refusal_object(refusal, ""), **(fields or {})}, b"event: error\n")

    def fail(self, error: SealgateError, exchange: str) -> bytes:
        """Return the error as an event."""
        return self._own(error_object(error, exchange, "en"), b"event: error\n")

    def _own(self, body: Mapping[str, object], head: bytes = b"") -> bytes:
        before, self._unfinished = self._unfinished, b""
        return before + head + b"data: " + encode(body) + b"\n\n"


class FileAnswer(DefaultAnswer):
    """A file's own bytes: every read is a part of it."""

    whole = False

    def __init__(self, kind: str, hint: str) -> None:
        self._kind = kind
        self._hint = hint

    def push(self, data: bytes) -> list[Event | Run]:
        """Return the read as a part of the file."""
        if not data:
            return []
        part = Media(0, self._kind, data, Coding.RAW, self._hint, (), "body")
        return [Event(EventKind.TEXT, data, (), (0,), media=(part,))]

    def flush(self) -> list[Event | Run]:
        """Return nothing: nothing was kept."""
        return []

    def write(self, event: Event, edits: Edits) -> bytes:
        """Return the part, or what stands in its place."""
        return edits.media.get(0, event.raw)

    def own_media(self, media: Media, data: bytes) -> bytes:
        """Return the part as it is."""
        return data

    def fail(self, error: SealgateError, exchange: str) -> bytes:
        """Return nothing: bytes of ours would be taken for the file's."""
        return b""


def _as_text(data: bytes) -> tuple[Piece, ...]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise UpstreamBroken("An event is neither JSON nor UTF-8 text.") from None
    return (Piece(Channel(0, "data"), text, FieldClass.UNKNOWN),)
