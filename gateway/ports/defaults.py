"""What an adapter and its answers do unless their protocol knows better.

Errors and refusals have OpenAI's shape, which most clients read; an answer has no place for a text
of ours, and nothing in it is open.
"""

# ruff: noqa: ARG002 -- the port names more than the defaults need

from __future__ import annotations

from collections.abc import Mapping

from gateway.nouns.errors import SealgateError
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Event, Reply, Request, Run
from gateway.wire.error_shape import error_headers, error_object, refusal_headers, refusal_object
from gateway.wire.json import encode


class DefaultReplies:
    """The replies of an `Adapter` that stand in place of an answer."""

    def refuse(self, refusal: Refusal, *, exchange: str) -> Reply:
        """Return the refusal of an input as a 400 that no client retries."""
        return Reply(400, refusal_headers(refusal), encode(refusal_object(refusal, exchange)))

    def refuse_politely(
        self, request: Request, refusal: Refusal, *, style: str, exchange: str
    ) -> Reply:
        """Return the refusal as an error: no polite form is known."""
        return self.refuse(refusal, exchange=exchange)

    def error(self, error: SealgateError, *, exchange: str, language: str = "en") -> Reply:
        """Return an error."""
        body = encode(error_object(error, exchange, language))
        return Reply(error.status, error_headers(error), body)

    def upstream_refusal(self, status: int, body: bytes) -> str | None:
        """Return None: nothing is known of the upstream's own refusals."""
        return None


class DefaultAnswer:
    """What an `Answer` says of its own: an error as a body, and nothing else."""

    refused = False
    usage: Mapping[str, int] = {}

    def own_text(self, choice: int, text: str, like: Event | Run | None) -> bytes:
        """Return nothing: no place is known for a text of ours, or it is an edit."""
        return b""

    def close(
        self,
        choice: int,
        refusal: Refusal,
        style: str,
        fields: Mapping[str, object] | None = None,
    ) -> bytes:
        """Return nothing: nothing is open, or the refusal is an edit."""
        return b""

    def end(self) -> bytes:
        """Return nothing: no terminator is known."""
        return b""

    def fail(self, error: SealgateError, exchange: str) -> bytes:
        """Return the error as a body."""
        return encode(error_object(error, exchange, "en"))
