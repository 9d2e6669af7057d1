"""A whole body that is JSON, or else plain text."""

from __future__ import annotations

from gateway.adapters.generic.reading import edited, pieces_of
from gateway.nouns.errors import UpstreamBroken
from gateway.nouns.segment import Channel, FieldClass
from gateway.ports.adapter import Edits, Event, EventKind, Piece, Run
from gateway.ports.defaults import DefaultAnswer
from gateway.wire.body import BodyReader
from gateway.wire.error_shape import refusal_object
from gateway.wire.json import BOM, encode, loads_answer


class BodyAnswer(DefaultAnswer):
    """Reads and writes one body: every string of it is judged, or all of it as one text."""

    whole = True

    def __init__(self, answer_limit: int) -> None:
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
        if start[:1] in b'{["':
            return [Event(EventKind.TEXT, raw, pieces_of(loads_answer(raw)), (0,))]
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise UpstreamBroken("The body is neither JSON nor UTF-8 text.") from None
        piece = Piece(Channel(0, "body"), text, FieldClass.UNKNOWN)
        return [Event(EventKind.TEXT, raw, (piece,), (0,), "text")]

    def write(self, event: Event, edits: Edits) -> bytes:
        """Return the body with the edits; a refusal stands in place of all of it."""
        for refusal in edits.refusals.values():
            return encode(refusal_object(refusal, ""))
        if event.value == "text":
            return edits.texts.get(0, event.pieces[0].text).encode("utf-8", "replace")
        return edited(event.raw, event.pieces, edits)
