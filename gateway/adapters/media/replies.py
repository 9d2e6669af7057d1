"""Refusals and errors of these protocols, in the shape of OpenAI's errors."""

# ruff: noqa: ARG002 -- the port names more than these protocols need

from __future__ import annotations

from gateway.nouns.errors import BadRequest
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Reply
from gateway.ports.defaults import DefaultReplies
from gateway.wire.error_shape import refusal_headers, refusal_object
from gateway.wire.json import encode, loads

_THEIRS = frozenset({
    "content_policy_violation", "moderation_blocked", "content_filter", "DataInspectionFailed",
})  # fmt: skip


class Replies(DefaultReplies):
    """What is answered instead of a file. ``asked`` is the field that a refusal names."""

    asked = "prompt"

    def refuse(self, refusal: Refusal, *, exchange: str) -> Reply:
        """Return the refusal of an input as a 400 that no client retries."""
        body = refusal_object(refusal, exchange)
        error = body["error"]
        if isinstance(error, dict):
            error["param"] = self.asked
        return Reply(400, refusal_headers(refusal), encode(body))

    def upstream_refusal(self, status: int, body: bytes) -> str | None:
        """Return the code if an error answer is the upstream's own content refusal."""
        try:
            value = loads(body, strict=False)
        except BadRequest:
            return None
        error = value.get("error", value) if isinstance(value, dict) else None
        code = error.get("code") if isinstance(error, dict) else None
        return code if isinstance(code, str) and code in _THEIRS else None
