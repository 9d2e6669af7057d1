"""A whole body that is JSON, or else plain text."""

# ruff: noqa: ARG002 -- the port names more than this answer needs

from __future__ import annotations

from collections.abc import Mapping

from gateway.adapters.generic.reading import edited, parse, pieces_of
from gateway.nouns.errors import SealgateError, UpstreamBroken
from gateway.nouns.segment import Channel, FieldClass
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Edits, Event, EventKind, Piece, Run
from gateway.wire.body import BodyReader
from gateway.wire.error_shape import error_object, refusal_object
from gateway.wire.json import BOM, encode


class BodyAnswer:
    """Reads and writes one body: every string of it is judged, or all of it as one text."""

    whole = True
    refused = False
    usage: Mapping[str, int] = {}

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
            return [Event(EventKind.TEXT, raw, pieces_of(parse(raw)), (0,))]
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

    def own_text(self, choice: int, text: str, like: Event | Run | None) -> bytes:
        """Return nothing: no place is known for a text of ours."""
        return b""

    def close(
        self,
        choice: int,
        refusal: Refusal,
        style: str,
        fields: Mapping[str, object] | None = None,
    ) -> bytes:
        """Return nothing: refusals of a whole answer are edits."""
        return b""

    def end(self) -> bytes:
        """Return nothing: a whole answer has no terminator."""
        return b""

    def fail(self, error: SealgateError, exchange: str) -> bytes:
        """Return the error as a body."""
        return encode(error_object(error, exchange, "en"))
