"""Reads and writes the request: every string a model reads gets its class and its place."""

from __future__ import annotations

from typing import Any, NamedTuple

from gateway.adapters.openai_chat.fields import MEDIA_PARTS, MESSAGES, REQUEST, TEXT_PARTS
from gateway.adapters.openai_chat.parts import media_parts
from gateway.nouns.errors import BadRequest
from gateway.nouns.segment import FieldClass, MediaPart, Pointer, Segment
from gateway.ports.adapter import Request, RequestEdits, Structured
from gateway.wire.field_map import NAMED, Found, walk
from gateway.wire.json import Splice, encode_string, loads, locate, removal_splices, splice

SUBJECT_FIELDS = ("safety_identifier", "user")
MAX_CHOICES = 128
"""The most answers that one request may ask for, as the API itself has it."""

_ROLES = {
    "system": FieldClass.SYSTEM,
    "developer": FieldClass.SYSTEM,
    "user": FieldClass.USER,
    "assistant": FieldClass.HISTORY,
    "tool": FieldClass.TOOL_RESULT,
    "function": FieldClass.TOOL_RESULT,
}


class ChatBody(NamedTuple):
    """The adapter's own decoded form of a request."""

    value: dict[str, Any]
    strict: bool

    @property
    def include_usage(self) -> bool:
        """True if the client asked for a usage event at the end of a stream."""
        options = self.value.get("stream_options")
        return isinstance(options, dict) and options.get("include_usage") is True


def read_request(raw: bytes, *, strict: bool) -> Request:
    """Decode a request. Raises BadRequest naming the field at fault."""
    body = loads(raw, strict=strict)
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    messages = _messages(body)
    segments: list[Segment] = []
    media: list[MediaPart] = []
    classes = _classes(messages)
    for key, value in body.items():
        if key != "messages":
            if key in REQUEST.members and type(value) not in (str, dict, list):
                continue  # a known figure holds no text, and its name is none
            found = _walk_member(key, value)
            segments += [_segment(entry, -1) for entry in found if not entry.media]
            media += media_parts(found, {key: value}, FieldClass.UNKNOWN)
            continue
        for turn, message in enumerate(messages):
            _read_message(turn, message, classes[turn], segments, media)
    return Request(
        raw=raw,
        model=_typed(body, "model", str, "a string") or "",
        stream=bool(_typed(body, "stream", bool, "true or false")),
        segments=tuple(segments),
        media=tuple(media),
        structured=_structured(body),
        strict_tools=_strict_tools(body.get("tools")),
        choices=_choices(body),
        subject_fields={
            name: body[name] for name in SUBJECT_FIELDS if isinstance(body.get(name), str)
        },
        value=ChatBody(body, strict),
        user_turns=tuple(
            turn for turn, message in enumerate(messages) if message.get("role") == "user"
        ),
    )


def _typed(body: dict[str, Any], name: str, kind: type, wanted: str) -> Any:
    value = body.get(name)
    if value is not None and type(value) is not kind:
        raise BadRequest(f"'{name}' must be {wanted}.", param=name)
    return value


def _choices(body: dict[str, Any]) -> int:
    count = _typed(body, "n", int, "a whole number")
    if count is None:
        return 1
    if not 1 <= count <= MAX_CHOICES:
        raise BadRequest(f"'n' must be between 1 and {MAX_CHOICES}.", param="n")
    return int(count)


def _messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequest("'messages' must be a list with at least one message.", param="messages")
    for turn, message in enumerate(messages):
        if not isinstance(message, dict):
            raise BadRequest("A message must be an object.", param=f"messages.{turn}")
        content = message.get("content")
        if content is not None and not isinstance(content, (str, list)):
            raise BadRequest(
                "A message's content must be a string or a list of parts.",
                param=f"messages.{turn}.content",
            )
    return messages


def _classes(messages: list[dict[str, Any]]) -> list[FieldClass]:
    """Give each message its class: the last run of user messages is what is asked now; a trailing
    assistant message is the user's too, since the model goes on from it."""
    roles = [message.get("role") for message in messages]
    classes = [
        _ROLES.get(role, FieldClass.UNKNOWN) if isinstance(role, str) else FieldClass.UNKNOWN
        for role in roles
    ]
    asking = False
    asked = False
    for turn in range(len(messages) - 1, -1, -1):
        if roles[turn] == "user":
            asking = not asked
            classes[turn] = FieldClass.USER if asking else FieldClass.HISTORY
        elif classes[turn] is not FieldClass.SYSTEM and asking:
            asking, asked = False, True
    if roles[-1] == "assistant":
        classes[-1] = FieldClass.USER
    return classes


def _walk_member(key: str, value: Any) -> list[Found]:
    found: list[Found] = []
    walk({key: value}, REQUEST, (), "", found, unknown=NAMED)
    return found


def _read_message(
    turn: int,
    message: dict[str, Any],
    field_class: FieldClass,
    segments: list[Segment],
    media: list[MediaPart],
) -> None:
    found: list[Found] = []
    before = len(media)
    walk(message, MESSAGES[field_class], ("messages", turn), "", found, unknown=NAMED)
    role = message.get("role")
    if isinstance(role, str) and role not in _ROLES:
        segments.append(Segment(role, FieldClass.UNKNOWN, ("messages", turn, "role"), turn=turn))
        found = [entry for entry in found if entry.pointer[2:] != ("role",)]
    segments += [_segment(entry, turn) for entry in found if not entry.media]
    media += media_parts(found, message, field_class, turn)
    content = message.get("content")
    if isinstance(content, list):
        known = {part.pointer for part in media[before:]}
        for index, part in enumerate(content):
            pointer = ("messages", turn, "content", index)
            kind = _unread_part(part)
            if kind and pointer not in known:
                media.append(MediaPart(kind, pointer, turn, field_class))


def _unread_part(part: Any) -> str:
    """Name the part if its type says that there is more than the strings that were found."""
    kind = part.get("type") if isinstance(part, dict) else "text"
    if kind == "file":
        return "file"
    if isinstance(kind, str) and (kind in TEXT_PARTS or kind in MEDIA_PARTS):
        return ""
    return "unknown"


def _segment(entry: Found, turn: int) -> Segment:
    return Segment(entry.text, entry.field_class, entry.pointer, entry.form, turn)


def _structured(body: dict[str, Any]) -> Structured:
    wanted = body.get("response_format")
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind == "json_object":
        return Structured.JSON
    if kind not in (None, "text") or body.get("guided_json") is not None:
        return Structured.SCHEMA
    return Structured.FREE


def _strict_tools(tools: Any) -> bool:
    if not isinstance(tools, list):
        return False
    functions = [tool.get("function") for tool in tools if isinstance(tool, dict)]
    return any(isinstance(one, dict) and one.get("strict") is True for one in functions)


def write_request(request: Request, edits: RequestEdits) -> bytes:
    """Return the body for the upstream; results of tool calls that were dropped go with them."""
    if edits.nothing:
        return request.raw
    body = request.value
    messages = body.value["messages"] if isinstance(body, ChatBody) else []
    dropped = _with_results(messages, edits.dropped_turns)
    turns: list[Pointer] = [("messages", turn) for turn in range(len(messages))] if dropped else []
    spans = locate(request.raw, [*edits.texts, *turns])
    splices: list[Splice] = removal_splices([spans[turn] for turn in turns], dropped)
    for pointer, text in edits.texts.items():
        if len(pointer) > 1 and pointer[0] == "messages" and pointer[1] in dropped:
            continue
        splices.append((*spans[pointer], encode_string(text)))
    return splice(request.raw, splices)


def _with_results(messages: list[dict[str, Any]], dropped: frozenset[int]) -> set[int]:
    """Add the tool messages that answer a dropped turn's calls: upstreams refuse orphans."""
    gone = set(dropped)
    for turn in dropped:
        listed = messages[turn].get("tool_calls")
        calls = [call.get("id") for call in listed or () if isinstance(call, dict)]
        answer = turn + 1
        while calls and answer < len(messages) and messages[answer].get("role") == "tool":
            if messages[answer].get("tool_call_id") in calls:
                gone.add(answer)
            answer += 1
    return gone
