"""The adapter of OpenAI chat completions and of everything that speaks like it."""

from __future__ import annotations

from gateway.adapters.openai_chat import replies
from gateway.adapters.openai_chat.request import read_request, write_request
from gateway.adapters.openai_chat.stream import StreamAnswer
from gateway.adapters.openai_chat.whole import WholeAnswer
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import Answer, Reply, Request, RequestEdits, Route, RouteKind
from gateway.ports.defaults import DefaultReplies
from gateway.wire.sse import FRAME_LIMIT

ANSWER_LIMIT = 64 * 1024 * 1024
"""The default largest whole answer in bytes."""


class OpenAIChat(DefaultReplies):
    """Chat completions, streamed and not, and the list of models.

    ``frame_limit`` and ``answer_limit`` bound one event and one whole answer in bytes.
    """

    name = "openai_chat"
    routes: tuple[Route, ...] = (
        Route("POST", "/chat/completions", RouteKind.GENERATE),
        Route("GET", "/models", RouteKind.PLAIN),
        Route("GET", "/models/*", RouteKind.PLAIN),
    )

    def __init__(self, *, frame_limit: int = FRAME_LIMIT, answer_limit: int = ANSWER_LIMIT) -> None:
        self._frame_limit = frame_limit
        self._answer_limit = answer_limit

    def read_request(self, body: bytes, *, strict: bool) -> Request:
        """Decode a request. Raises BadRequest naming the field at fault."""
        return read_request(body, strict=strict)

    def write_request(self, request: Request, edits: RequestEdits) -> bytes:
        """Return the body for the upstream."""
        return write_request(request, edits)

    def answer(self, request: Request, *, content_type: str) -> Answer:
        """Return the reader and writer of the answer; without a type, what was asked decides."""
        kind = content_type.lower()
        if "text/event-stream" in kind or (not kind and request.stream):
            return StreamAnswer(request, self._frame_limit)
        return WholeAnswer(request, self._answer_limit)

    def refuse_politely(
        self, request: Request, refusal: Refusal, *, style: str, exchange: str
    ) -> Reply:
        """Return the refusal of an input as a completion, streamed if that was asked."""
        return replies.refuse_politely(request, refusal, style, exchange)

    def upstream_refusal(self, status: int, body: bytes) -> str | None:
        """Return the code if an error answer is the upstream's own content refusal."""
        return replies.upstream_refusal(status, body)
