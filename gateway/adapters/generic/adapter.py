"""The adapter of paths that a policy opens as ``generic``.

Nothing is known of such a protocol but that it is JSON, so every string counts: those of a request
as the user's, those of an answer as unknown, each on the channel of its own JSON path.
"""

from __future__ import annotations

import re

from gateway.adapters.generic.lines import LineAnswer
from gateway.adapters.generic.stream import EventAnswer
from gateway.adapters.generic.whole import BodyAnswer
from gateway.nouns.errors import BadRequest, UpstreamBroken
from gateway.nouns.segment import FieldClass, MediaPart, Segment
from gateway.ports.adapter import Answer, Request, RequestEdits, Route
from gateway.ports.defaults import DefaultReplies
from gateway.wire.field_map import Found, is_coded, subtree, walk
from gateway.wire.json import encode_string, loads, locate, splice
from gateway.wire.sse import FRAME_LIMIT

ANSWER_LIMIT = 64 * 1024 * 1024
"""The default largest whole answer in bytes."""

_USER = subtree(FieldClass.USER)
_CODED = re.compile(r"[A-Za-z0-9+/_-]{1024,}={0,2}")
_LINES = ("application/x-ndjson", "application/jsonl", "application/stream+json")
_SCANNED = ("json", "text/plain", "text/html", "text/markdown")


class Generic(DefaultReplies):
    """Judges every string of JSON bodies. It claims no path by itself: the policy opens them.

    ``frame_limit`` and ``answer_limit`` bound one event and one whole answer in bytes.
    """

    name = "generic"
    routes: tuple[Route, ...] = ()

    def __init__(self, *, frame_limit: int = FRAME_LIMIT, answer_limit: int = ANSWER_LIMIT) -> None:
        self._frame_limit = frame_limit
        self._answer_limit = answer_limit

    def read_request(self, body: bytes, *, strict: bool) -> Request:
        """Decode a JSON body; an empty one has nothing to judge. Raises BadRequest."""
        if not body.strip():
            return Request(raw=body, model="", stream=False, segments=())
        value = loads(body, strict=strict)
        if not isinstance(value, (dict, list)):
            raise BadRequest("The body must be a JSON object or array.")
        found: list[Found] = []
        walk(value, _USER, (), "$", found)
        segments: list[Segment] = []
        media: list[MediaPart] = []
        for entry in found:
            if is_coded(entry.text) or _CODED.fullmatch(entry.text):
                at = entry.pointer
                media.append(MediaPart("data", at, -1, entry.field_class, entry.text, "", at))
            else:
                segments.append(Segment(entry.text, entry.field_class, entry.pointer))
        members = value if isinstance(value, dict) else {}
        model, user = members.get("model"), members.get("user")
        return Request(
            raw=body,
            model=model if isinstance(model, str) else "",
            stream=members.get("stream") is True,
            segments=tuple(segments),
            media=tuple(media),
            subject_fields={"user": user} if isinstance(user, str) else {},
        )

    def write_request(self, request: Request, edits: RequestEdits) -> bytes:
        """Return the body with the edited strings; there are no turns to leave out."""
        if not edits.texts:
            return request.raw
        spans = locate(request.raw, edits.texts)
        return splice(
            request.raw,
            ((*spans[pointer], encode_string(text)) for pointer, text in edits.texts.items()),
        )

    def answer(self, request: Request, *, content_type: str) -> Answer:
        """Return the reader and writer of the answer.

        Raises UpstreamBroken for a type in which no string can be found, such as a sound.
        """
        kind = content_type.lower().partition(";")[0].strip()
        if kind == "text/event-stream" or (not kind and request.stream):
            return EventAnswer(self._frame_limit)
        if kind in _LINES:
            return LineAnswer(self._frame_limit)
        if not kind or any(word in kind for word in _SCANNED):
            return BodyAnswer(self._answer_limit)
        raise UpstreamBroken(
            "Its content type cannot be judged here; open the path as plain to let it pass."
        )
