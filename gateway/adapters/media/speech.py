"""OpenAI's speech: a text is read aloud, as a file, as its bytes while they are made, or as events.

The spoken text is the request's own, so it is judged before anything is asked; in the answer there
is only the sound.
"""

from __future__ import annotations

from gateway.adapters.media.answers import EventAnswer, EventForm, FileAnswer, JsonAnswer
from gateway.adapters.media.fields import SPEECH_EVENT, SPEECH_REQUEST
from gateway.adapters.media.images import ANSWER_LIMIT
from gateway.adapters.media.reading import read_json_request, write_json_request
from gateway.adapters.media.replies import Replies
from gateway.nouns.errors import UpstreamBroken
from gateway.ports.adapter import Answer, Request, RequestEdits, Route, RouteKind, Structured
from gateway.wire.sse import FRAME_LIMIT

DEFAULT_FORMAT = "mp3"
"""What the API makes if nothing is asked for."""

_EVENTS = EventForm(
    SPEECH_EVENT, frozenset({"speech.audio.done"}), "audio", ("speech.audio.delta", "audio")
)


class OpenAISpeech(Replies):
    """Speech, whole and streamed, in all its formats."""

    name = "openai_speech"
    asked = "input"
    routes: tuple[Route, ...] = (Route("POST", "/audio/speech", RouteKind.GENERATE),)

    def __init__(self, *, frame_limit: int = FRAME_LIMIT, answer_limit: int = ANSWER_LIMIT) -> None:
        self._frame_limit = frame_limit
        self._answer_limit = answer_limit

    def read_request(self, body: bytes, *, strict: bool) -> Request:
        """Decode a request. Raises BadRequest naming the field at fault."""
        return read_json_request(
            body, SPEECH_REQUEST, strict=strict, structured=Structured.FREE, textless=True
        )

    def write_request(self, request: Request, edits: RequestEdits) -> bytes:
        """Return the body for the upstream."""
        return write_json_request(request, edits)

    def answer(self, request: Request, *, content_type: str) -> Answer:
        """Return the reader and writer of the answer.

        Raises UpstreamBroken for a type that is neither a sound nor JSON.
        """
        kind = content_type.lower().partition(";")[0].strip()
        hint = _format(request)
        if kind == "text/event-stream" or (not kind and _streams_events(request)):
            return EventAnswer(_EVENTS, self._frame_limit, hint=hint)
        if "json" in kind:
            return JsonAnswer(SPEECH_EVENT, self._answer_limit, hint=hint)
        if not kind or kind.startswith("audio/") or kind == "application/octet-stream":
            return FileAnswer("audio", hint)
        raise UpstreamBroken("It answered with something that is no sound.")


def _format(request: Request) -> str:
    body = request.value
    wanted = body.get("response_format") if isinstance(body, dict) else None
    return wanted if isinstance(wanted, str) and wanted else DEFAULT_FORMAT


def _streams_events(request: Request) -> bool:
    return isinstance(request.value, dict) and request.value.get("stream_format") == "sse"
