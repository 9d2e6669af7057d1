"""The adapter of paths that a policy opens as ``plain``: nothing is read, everything passes."""

# ruff: noqa: ARG002 -- the port names more than this protocol needs

from __future__ import annotations

from collections.abc import Mapping

from gateway.nouns.errors import SealgateError
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import (
    Answer,
    Edits,
    Event,
    EventKind,
    Reply,
    Request,
    RequestEdits,
    Route,
    Run,
)
from gateway.wire.error_shape import error_headers, error_object, refusal_headers, refusal_object
from gateway.wire.json import encode


class PlainAnswer:
    """Passes every read on as an event without text."""

    whole = False
    refused = False
    usage: Mapping[str, int] = {}

    def push(self, data: bytes) -> list[Event | Run]:
        """Return the read as it came."""
        return [Event(EventKind.COMMENT, data)] if data else []

    def flush(self) -> list[Event | Run]:
        """Return nothing: nothing was kept."""
        return []

    def write(self, event: Event, edits: Edits) -> bytes:
        """Return the bytes as they came; there is nothing here that an edit could name."""
        return event.raw

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
        """Return nothing: nothing is open."""
        return b""

    def end(self) -> bytes:
        """Return nothing: no terminator is known."""
        return b""

    def fail(self, error: SealgateError, exchange: str) -> bytes:
        """Return nothing: bytes of ours would corrupt a body of unknown form."""
        return b""


class Plain:
    """Forwards what the policy says is no content. It claims no path by itself."""

    name = "plain"
    routes: tuple[Route, ...] = ()

    def read_request(self, body: bytes, *, strict: bool) -> Request:
        """Return the body unread."""
        return Request(raw=body, model="", stream=False, segments=())

    def write_request(self, request: Request, edits: RequestEdits) -> bytes:
        """Return the body as it came."""
        return request.raw

    def answer(self, request: Request, *, content_type: str) -> Answer:
        """Return an answer that passes everything."""
        return PlainAnswer()

    def refuse(self, refusal: Refusal, *, exchange: str, language: str) -> Reply:
        """Return a refusal as an error."""
        return Reply(400, refusal_headers(language), encode(refusal_object(refusal, exchange)))

    def refuse_politely(
        self, request: Request, refusal: Refusal, *, style: str, exchange: str
    ) -> Reply:
        """Return a refusal as an error: no polite form is known."""
        return self.refuse(refusal, exchange=exchange, language="en")

    def error(self, error: SealgateError, *, exchange: str, language: str = "en") -> Reply:
        """Return an error."""
        body = encode(error_object(error, exchange, language))
        return Reply(error.status, error_headers(error), body)

    def upstream_refusal(self, status: int, body: bytes) -> str | None:
        """Return None: nothing is known of the upstream's errors."""
        return None
