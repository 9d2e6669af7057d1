"""A streamed answer: frames to events and back, and how a stream is ended in good form."""

# ruff: noqa: ARG002 -- the port names more than this answer needs

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.adapters.openai_chat import replies
from gateway.adapters.openai_chat.reading import Reading, all_splices, choice_number, media_splices
from gateway.adapters.openai_chat.template import Templates
from gateway.nouns.errors import SealgateError, UpstreamBroken
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Edits, Event, EventKind, Media, Piece, Request, Run
from gateway.wire.error_shape import error_object, extension
from gateway.wire.field_map import is_token
from gateway.wire.json import encode, splice
from gateway.wire.portioned_json import in_one
from gateway.wire.sse import Frame, FrameReader, parse_frame

_HEAD = ("id", "created", "model", "system_fingerprint")
_HEARTBEAT = frozenset(
    {"id", "object", "created", "model", "system_fingerprint", "service_tier", "provider",
     "obfuscation", "usage", "prompt_filter_results", "choices"}
)  # fmt: skip


class StreamAnswer(Reading):
    """Reads and writes one streamed answer.

    ``usage``, ``unjudged`` and ``refused`` grow while events are read.
    """

    whole = False
    streams_sound = True

    def __init__(self, request: Request, frame_limit: int) -> None:
        super().__init__(request)
        self._frames = FrameReader(frame_limit)
        self._templates = Templates()
        self._broken: UpstreamBroken | None = None
        self._head: dict[str, Any] = {}
        self._frame_start = b"data: "
        self._frame_end = b"\n\n"
        self._unfinished = b""
        self._named: set[int] = set()

    @property
    def unread(self) -> bytes:
        """Bytes taken and not yet returned in an event, those of an unreadable one too."""
        return self._frames.buffer[self._frames.at :]

    def push(self, data: bytes) -> list[Event | Run]:
        """Take upstream bytes and return the complete events.

        What came before something unreadable is still returned; the next call raises.
        """
        frames = self._frames
        if self._broken is None and frames.at == len(frames.buffer):
            run = self._templates.alone(data)
            if run is not None:
                return [run]
        frames.feed(data)
        if self._broken is not None:
            raise self._broken
        events: list[Event | Run] = []
        at = frames.at
        try:
            while frames.at < len(frames.buffer):
                at = frames.at
                matched = self._templates.match(frames.buffer, at)
                if matched is not None:
                    events.append(matched[0])
                    frames.skip(matched[1])
                    continue
                frame = frames.next()
                if frame is None:
                    break
                events.append(self._read(frame))
        except UpstreamBroken as error:
            frames.at = at
            self._broken = error
            if not events:
                raise
        return events

    def flush(self) -> list[Event | Run]:
        """Return what is left; an event whose blank line never came is still read."""
        if self._broken is not None:
            raise self._broken
        at = self._frames.at
        frame = self._frames.flush()
        if frame is None:
            return []
        self._unfinished = self._frame_end
        try:
            return [self._read(frame)]
        except UpstreamBroken:
            self._frames.at = at
            raise

    def _read(self, frame: Frame) -> Event:
        if frame.data is None or not frame.data.strip():
            kind = EventKind.UNKNOWN if frame.odd else EventKind.COMMENT
            return Event(kind, frame.raw)
        if frame.data.strip() == b"[DONE]":
            return Event(EventKind.UNKNOWN if frame.odd else EventKind.END, frame.raw)
        chunk = self.parse(frame.data)
        if not isinstance(chunk, dict) or frame.odd:
            pieces = tuple(self.of_unknown(chunk))
            return Event(EventKind.UNKNOWN, frame.raw, pieces, media=self.taken())
        if chunk.get("error") or frame.event == b"error":
            self.note_error(chunk)
            unknown = tuple(self.of_unknown(chunk))
            return Event(EventKind.ERROR, frame.raw, unknown, media=self.taken())
        if not self._head:
            self._notice(frame, chunk)
        choices = chunk.get("choices")
        if not choices:
            return self._read_rest(frame, chunk)
        if not isinstance(choices, list) or not all(isinstance(one, dict) for one in choices):
            unknown = tuple(self.of_unknown(chunk))
            return Event(EventKind.UNKNOWN, frame.raw, unknown, media=self.taken())
        return self._read_choices(frame, chunk, choices)

    def _notice(self, frame: Frame, chunk: Mapping[str, Any]) -> None:
        """Take over id, model and framing, so that events of ours look like the upstream's.

        Only what nobody judges is taken: an event that a verdict holds must not leave in ours.
        """
        named = {name: chunk.get(name) for name in _HEAD}
        self._head = {name: value for name, value in named.items() if _is_plain(value)}
        self._head["object"] = "chat.completion.chunk"
        if frame.raw.endswith(b"\r\n\r\n"):
            self._frame_end = b"\r\n\r\n"
        if frame.data_at > 0 and frame.raw[frame.data_at - 1 : frame.data_at] == b":":
            self._frame_start = b"data:"

    def _read_rest(self, frame: Frame, chunk: Mapping[str, Any]) -> Event:
        pieces = tuple(self.of_body(chunk, 0))
        if self.note_usage(chunk):
            return Event(EventKind.TAIL, frame.raw, pieces, media=self.taken())
        media = self.taken()
        known = chunk.keys() <= _HEARTBEAT and not pieces and not media
        kind = EventKind.TEXT if known else EventKind.UNKNOWN
        return Event(kind, frame.raw, pieces, media=media)

    def _read_choices(
        self, frame: Frame, chunk: Mapping[str, Any], choices: list[dict[str, Any]]
    ) -> Event:
        pieces: list[Piece] = []
        numbers: list[int] = []
        finished = False
        for position, choice in enumerate(choices):
            number = choice_number(choice, position)
            numbers.append(number)
            pieces += in_one(self.of_choice(choice, number, ("choices", position)))
            finished = finished or choice.get("finish_reason") is not None
            delta = choice.get("delta")
            if isinstance(delta, dict) and delta.get("role") and not pieces:
                self._named.add(number)
        pieces += self.of_body(chunk, numbers[0])
        counted = self.note_usage(chunk)
        kind = EventKind.FINISH if finished else EventKind.TEXT
        media = self.taken()
        alike = len(pieces) == len(numbers) == 1 and not finished and not counted
        if alike and not media:
            self._templates.learn(frame, pieces[0])
        return Event(kind, frame.raw, tuple(pieces), tuple(dict.fromkeys(numbers)), media=media)

    def write(self, event: Event, edits: Edits) -> bytes:
        """Return the event's bytes with the edits as splices."""
        if not (edits.texts or edits.fields or edits.drop_logprobs or edits.media):
            return event.raw
        frame = parse_frame(event.raw)
        data = frame.data
        if data is None or not data.lstrip().startswith(b"{"):
            return event.raw
        splices = all_splices(
            data, event.pieces, edits.texts, edits.fields, drop_logprobs=edits.drop_logprobs
        )
        splices += media_splices(data, event.media, edits.media)
        return frame.with_data(splice(data, splices))

    def own_media(self, media: Media, data: bytes) -> bytes:
        """Return an event of our own that adds to a choice's sound."""
        delta = {"audio": {"data": data.decode("ascii")}}
        return self._own(replies.chunk(self._own_head(), media.choice, delta, None))

    def own_text(self, choice: int, text: str, like: Event | Run | None) -> bytes:
        """Return an event of our own that adds to a choice's content."""
        return self._own(replies.chunk(self._own_head(), choice, {"content": text}, None))

    def close(
        self,
        choice: int,
        refusal: Refusal,
        style: str,
        fields: Mapping[str, object] | None = None,
    ) -> bytes:
        """Return the two events that end a choice after a block: the words, then the reason.

        Open tool calls need no end of their own: the finish reason says that they are dead.
        """
        said = replies.refusal_message(refusal, style)
        if refusal.shown or choice in self._named:
            del said["role"]
        delta = {name: value for name, value in said.items() if value is not None}
        head = self._own_head()
        last = replies.chunk(head, choice, {}, replies.finish_reason(style))
        last.update(fields or {})
        last["sealgate"] = {**_object(last.get("sealgate")), **extension(refusal)}
        return self._own(replies.chunk(head, choice, delta, None)) + self._own(last)

    def end(self) -> bytes:
        """Return the terminator."""
        return self._frame(b"[DONE]")

    def fail(self, error: SealgateError, exchange: str) -> bytes:
        """Return the error as an event, then the terminator."""
        return self._own(error_object(error, exchange, "en")) + self.end()

    def _own_head(self) -> dict[str, Any]:
        return self._head or {
            "id": "chatcmpl-sealgate", "object": "chat.completion.chunk", "created": 0, "model": "",
        }  # fmt: skip

    def _own(self, value: Mapping[str, object]) -> bytes:
        return self._frame(encode(value))

    def _frame(self, data: bytes) -> bytes:
        before, self._unfinished = self._unfinished, b""
        return before + self._frame_start + data + self._frame_end


def _object(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def _is_plain(value: object) -> bool:
    return is_token(value) if isinstance(value, str) else isinstance(value, int | float)
