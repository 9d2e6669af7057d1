"""The adapter of paths that a policy opens as ``plain``: nothing is read, everything passes."""

# ruff: noqa: ARG002 -- the port names more than this protocol needs

from __future__ import annotations

from gateway.nouns.errors import SealgateError
from gateway.ports.adapter import (
    Answer,
    Edits,
    Event,
    EventKind,
    Request,
    RequestEdits,
    Route,
    Run,
)
from gateway.ports.defaults import DefaultAnswer, DefaultReplies


class PlainAnswer(DefaultAnswer):
    """Passes every read on as an event without text."""

    whole = False

    def push(self, data: bytes) -> list[Event | Run]:
        """Return the read as it came."""
        return [Event(EventKind.COMMENT, data)] if data else []

    def flush(self) -> list[Event | Run]:
        """Return nothing: nothing was kept."""
        return []

    def write(self, event: Event, edits: Edits) -> bytes:
        """Return the bytes as they came; there is nothing here that an edit could name."""
        return event.raw

    def fail(self, error: SealgateError, exchange: str) -> bytes:
        """Return nothing: bytes of ours would corrupt a body of unknown form."""
        return b""


class Plain(DefaultReplies):
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
