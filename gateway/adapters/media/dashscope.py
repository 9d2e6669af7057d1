"""DashScope's image synthesis: a task is given, its state is asked, its pictures are URLs.

The task's id passes; when the task is asked for and has succeeded, its pictures are sealed before
their URLs leave. The paths do not lie below ``/v1``: the upstream is the service's own origin.
"""

from __future__ import annotations

from gateway.adapters.media.answers import EventAnswer, EventForm, JsonAnswer
from gateway.adapters.media.fields import TASK_ANSWER, TASK_REQUEST
from gateway.adapters.media.images import ANSWER_LIMIT
from gateway.adapters.media.reading import read_json_request, write_json_request
from gateway.adapters.media.replies import Replies
from gateway.nouns.errors import SealgateError
from gateway.nouns.verdict import Refusal
from gateway.ports.adapter import (
    Answer,
    Edits,
    Event,
    Reply,
    Request,
    RequestEdits,
    Route,
    RouteKind,
    Structured,
)
from gateway.wire.error_shape import error_headers, refusal_headers
from gateway.wire.json import encode
from gateway.wire.sse import FRAME_LIMIT

_SYNTHESIS = "/api/v1/services/aigc/text2image/image-synthesis"


def _refused(refusal: Refusal, exchange: str) -> bytes:
    body = {"code": "DataInspectionFailed", "message": refusal.message, "request_id": exchange}
    return encode(body)


class TaskAnswer(JsonAnswer):
    """A task's state, refused in the service's own flat shape."""

    def write(self, event: Event, edits: Edits) -> bytes:
        """Return the body with the edits; a refusal stands in place of all of it."""
        for refusal in edits.refusals.values():
            return _refused(refusal, "")
        return super().write(event, edits)


class DashscopeImages(Replies):
    """Tasks of image synthesis; errors have the service's own flat shape."""

    name = "dashscope_images"
    routes: tuple[Route, ...] = (
        Route("POST", _SYNTHESIS, RouteKind.GENERATE, versioned=False),
        Route("GET", "/api/v1/tasks/*", RouteKind.GENERATE, versioned=False),
    )

    def __init__(self, *, frame_limit: int = FRAME_LIMIT, answer_limit: int = ANSWER_LIMIT) -> None:
        self._frame_limit = frame_limit
        self._answer_limit = answer_limit

    def read_request(self, body: bytes, *, strict: bool) -> Request:
        """Decode a request; who asks for a task's state sends no body. Raises BadRequest."""
        if not body.strip():
            return Request(body, "", stream=False, segments=(), structured=Structured.JSON)
        return read_json_request(body, TASK_REQUEST, strict=strict, structured=Structured.JSON)

    def write_request(self, request: Request, edits: RequestEdits) -> bytes:
        """Return the body for the upstream."""
        return write_json_request(request, edits)

    def answer(self, request: Request, *, content_type: str) -> Answer:
        """Return the reader and writer of the answer."""
        del request
        if "text/event-stream" in content_type.lower():
            return EventAnswer(EventForm(TASK_ANSWER, frozenset()), self._frame_limit)
        return TaskAnswer(TASK_ANSWER, self._answer_limit)

    def refuse(self, refusal: Refusal, *, exchange: str) -> Reply:
        """Return the refusal of an input as the service's own."""
        return Reply(400, refusal_headers(refusal), _refused(refusal, exchange))

    def error(self, error: SealgateError, *, exchange: str, language: str = "en") -> Reply:
        """Return an error in the service's shape."""
        body = {"code": error.code, "message": error.sentence(language), "request_id": exchange}
        return Reply(error.status, error_headers(error), encode(body))
