"""OpenAI's images: generations, edits and variations, whole and with streamed partial images."""

from __future__ import annotations

from gateway.adapters.media.answers import EventAnswer, EventForm, JsonAnswer
from gateway.adapters.media.fields import IMAGE_ANSWER, IMAGE_EVENT, IMAGE_REQUEST
from gateway.adapters.media.form import FormBody, read_form, write_form
from gateway.adapters.media.reading import read_json_request, write_json_request
from gateway.adapters.media.replies import Replies
from gateway.ports.adapter import Answer, Request, RequestEdits, Route, RouteKind, Structured
from gateway.wire.sse import FRAME_LIMIT

ANSWER_LIMIT = 64 * 1024 * 1024
"""The default largest whole answer in bytes."""

_TEXTS = frozenset({"prompt"})
_PLAIN = frozenset({
    "model", "n", "size", "quality", "response_format", "style", "background", "moderation",
    "output_format", "output_compression", "input_fidelity", "stream", "partial_images",
})  # fmt: skip
_EVENTS = EventForm(IMAGE_EVENT, frozenset({"image_generation.completed", "image_edit.completed"}))


class OpenAIImages(Replies):
    """Images that are made, edited or varied.

    The words of a revised prompt are judged as content; a block refuses the whole answer.
    ``frame_limit`` and ``answer_limit`` bound one event and one whole answer in bytes; an event of
    a stream holds a whole picture, so the larger of both bounds it.
    """

    name = "openai_images"
    routes: tuple[Route, ...] = (
        Route("POST", "/images/generations", RouteKind.GENERATE),
        Route("POST", "/images/edits", RouteKind.GENERATE),
        Route("POST", "/images/variations", RouteKind.GENERATE),
    )

    def __init__(self, *, frame_limit: int = FRAME_LIMIT, answer_limit: int = ANSWER_LIMIT) -> None:
        self._frame_limit = max(frame_limit, answer_limit)
        self._answer_limit = answer_limit

    def read_request(self, body: bytes, *, strict: bool) -> Request:
        """Decode a request. Raises BadRequest naming the field at fault."""
        return read_json_request(body, IMAGE_REQUEST, strict=strict, structured=Structured.JSON)

    def read_form(self, body: bytes, content_type: str, *, strict: bool) -> Request:
        """Decode a form with uploads; it is always read strictly. Raises BadRequest."""
        del strict
        return read_form(body, content_type, texts=_TEXTS, plain=_PLAIN)

    def write_request(self, request: Request, edits: RequestEdits) -> bytes:
        """Return the body for the upstream."""
        if isinstance(request.value, FormBody):
            return write_form(request, edits)
        return write_json_request(request, edits)

    def answer(self, request: Request, *, content_type: str) -> Answer:
        """Return the reader and writer of the answer."""
        kind = content_type.lower()
        if "text/event-stream" in kind or (not kind and request.stream):
            return EventAnswer(_EVENTS, self._frame_limit)
        return JsonAnswer(IMAGE_ANSWER, self._answer_limit)
