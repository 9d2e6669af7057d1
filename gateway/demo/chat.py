"""Chat completions of the demo model: a request becomes choices, choices become JSON or events."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from gateway.demo.script import reply

MODEL = "sealgate-demo"
MOST_CHOICES = 8

_PIECES = re.compile(r"\s*[A-Za-z0-9'\-]+|\s*[\u3400-\u9fff]{1,2}|\s*[^\w\s]|\s+|.", re.DOTALL)


class BadChat(ValueError):
    """The request is not one that the demo model can read; ``param`` names the field."""

    def __init__(self, message: str, param: str) -> None:
        super().__init__(message)
        self.param = param


class Chat(NamedTuple):
    """A request as far as the demo model cares, and what it will say."""

    stream: bool
    usage_chunk: bool
    choices: int
    logprobs: int | None
    pieces: tuple[str, ...]
    tool: tuple[str, str] | None
    finish: str
    prompt_tokens: int
    identifier: str
    created: int


def read_chat(body: bytes, *, now_s: int) -> Chat:
    """Return what to answer to a request body. Raises BadChat."""
    try:
        request = msgspec.json.decode(body)
    except msgspec.DecodeError:
        raise BadChat("The body is not JSON.", "body") from None
    if not isinstance(request, dict) or not isinstance(request.get("messages"), list):
        raise BadChat("`messages` must be a list.", "messages")
    if not request["messages"]:
        raise BadChat("`messages` is empty.", "messages")
    choices = request.get("n") or 1
    if not isinstance(choices, int) or not 1 <= choices <= MOST_CHOICES:
        raise BadChat(f"`n` must be 1 to {MOST_CHOICES}.", "n")
    prompt = _last_user(request["messages"])
    tool = _tool_call(request, prompt)
    text = "" if tool else _answer(request, prompt)
    pieces, finish = _bounded(request, tuple(_PIECES.findall(text)))
    options = request.get("stream_options") or {}
    return Chat(
        stream=bool(request.get("stream")),
        usage_chunk=bool(options.get("include_usage")),
        choices=choices,
        logprobs=int(request.get("top_logprobs") or 0) if request.get("logprobs") else None,
        pieces=pieces,
        tool=tool,
        finish="tool_calls" if tool else finish,
        prompt_tokens=sum(len(_text(each)) for each in request["messages"]) // 2 + 4,
        identifier="chatcmpl-demo-" + hashlib.sha256(body).hexdigest()[:24],
        created=now_s,
    )


def whole(chat: Chat) -> bytes:
    """Return the answer that is not streamed."""
    message: dict[str, Any] = {"role": "assistant", "content": "".join(chat.pieces)}
    if chat.tool:
        message = {"role": "assistant", "content": None, "tool_calls": [_call(chat, 0)]}
    choices = [
        {
            "index": index,
            "message": {**message, "refusal": None},
            "logprobs": _logprobs(chat, chat.pieces),
            "finish_reason": chat.finish,
        }
        for index in range(chat.choices)
    ]
    return msgspec.json.encode(
        {**_envelope(chat, "chat.completion"), "choices": choices, "usage": _usage(chat)}
    )


def events(chat: Chat) -> Iterator[bytes]:
    """Yield the events of a streamed answer, choices in turn, then usage and the terminator."""
    opening = {"role": "assistant", "content": None if chat.tool else "", "refusal": None}
    for index in range(chat.choices):
        yield _event(chat, index, opening)
    for delta, piece in _deltas(chat):
        for index in range(chat.choices):
            yield _event(chat, index, delta, logprobs=_logprobs(chat, (piece,) if piece else ()))
    for index in range(chat.choices):
        yield _event(chat, index, {}, finish=chat.finish)
    if chat.usage_chunk:
        tail = {**_envelope(chat, "chat.completion.chunk"), "choices": [], "usage": _usage(chat)}
        yield b"data: " + msgspec.json.encode(tail) + b"\n\n"
    yield b"data: [DONE]\n\n"


def _deltas(chat: Chat) -> Iterator[tuple[dict[str, Any], str]]:
    if not chat.tool:
        for piece in chat.pieces:
            yield {"content": piece}, piece
        return
    call = _call(chat, 0)
    arguments = call["function"]["arguments"]
    head = {"index": 0, **call, "function": {"name": chat.tool[0], "arguments": ""}}
    yield {"tool_calls": [head]}, ""
    for start in range(0, len(arguments), 6):
        part = {"index": 0, "function": {"arguments": arguments[start : start + 6]}}
        yield {"tool_calls": [part]}, ""


def _event(
    chat: Chat,
    index: int,
    delta: dict[str, Any],
    *,
    finish: str | None = None,
    logprobs: Any = None,
) -> bytes:
    choice = {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}
    value = {**_envelope(chat, "chat.completion.chunk"), "choices": [choice]}
    if chat.usage_chunk:
        value["usage"] = None
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


def _envelope(chat: Chat, kind: str) -> dict[str, Any]:
    return {
        "id": chat.identifier,
        "object": kind,
        "created": chat.created,
        "model": MODEL,
        "system_fingerprint": "fp_script",
    }


def _usage(chat: Chat) -> dict[str, int]:
    completion = len(chat.pieces) * chat.choices
    return {
        "prompt_tokens": chat.prompt_tokens,
        "completion_tokens": completion,
        "total_tokens": chat.prompt_tokens + completion,
    }


def _logprobs(chat: Chat, pieces: tuple[str, ...]) -> dict[str, Any] | None:
    if chat.logprobs is None:
        return None
    content = []
    for piece in pieces:
        token = {"token": piece, "logprob": -0.1, "bytes": list(piece.encode())}
        content.append({**token, "top_logprobs": [token][: chat.logprobs]})
    return {"content": content, "refusal": None}


def _call(chat: Chat, index: int) -> dict[str, Any]:
    name, arguments = chat.tool or ("", "{}")
    identifier = "call_" + chat.identifier[-12:] + str(index)
    return {
        "id": identifier,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def _text(message: Any) -> str:
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):
        parts = [part.get("text", "") for part in content if isinstance(part, dict)]
        return "\n".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _last_user(messages: list[Any]) -> str:
    for message in reversed(messages):
        if isinstance(message, dict) and message.get("role") == "user":
            return _text(message)
    return ""


def _tool_call(request: dict[str, Any], prompt: str) -> tuple[str, str] | None:
    """Return name and arguments if a tool is to be called: it is asked for, or the prompt names it.

    After a tool's result the demo model answers in words.
    """
    wanted = request.get("tool_choice", "auto")
    last = request["messages"][-1]
    if wanted == "none" or (isinstance(last, dict) and last.get("role") == "tool"):
        return None
    functions = [
        tool["function"]
        for tool in request.get("tools") or ()
        if isinstance(tool, dict) and isinstance(tool.get("function"), dict)
    ]
    forced = (
        wanted["function"].get("name") if isinstance(wanted, dict) and "function" in wanted else ""
    )
    for function in functions:
        name = str(function.get("name", ""))
        words = [word for word in re.split(r"[_\W]+", name.lower()) if len(word) > 3]
        if name == forced or wanted == "required" or any(word in prompt.lower() for word in words):
            arguments = _instance(function.get("parameters") or {}, prompt, 0)
            return name, msgspec.json.encode(arguments).decode()
    return None


def _answer(request: dict[str, Any], prompt: str) -> str:
    last = request["messages"][-1]
    if isinstance(last, dict) and last.get("role") == "tool":
        return f"The tool said: {_text(last)}"
    shape = request.get("response_format") or {}
    kind = shape.get("type") if isinstance(shape, dict) else None
    if kind == "json_object":
        return msgspec.json.encode({"answer": reply(prompt)}).decode()
    if kind == "json_schema":
        schema = (shape.get("json_schema") or {}).get("schema") or {}
        return msgspec.json.encode(_instance(schema, reply(prompt), 0)).decode()
    return reply(prompt)


def _instance(schema: Any, text: str, depth: int) -> Any:
    """Return the smallest value of a JSON Schema; texts are ``text``."""
    if not isinstance(schema, dict) or depth > 12:
        return text
    if schema.get("enum"):
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    for word in ("anyOf", "oneOf", "allOf"):
        if schema.get(word):
            return _instance(schema[word][0], text, depth + 1)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "object" or "properties" in schema:
        members = (schema.get("properties") or {}).items()
        return {name: _instance(each, text, depth + 1) for name, each in members}
    if kind == "array":
        return [_instance(schema.get("items") or {}, text, depth + 1)]
    return {"integer": 7, "number": 7.5, "boolean": True, "null": None}.get(str(kind), text)


def _bounded(request: dict[str, Any], pieces: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Cut the answer at stop sequences and at the token limit; return it and the finish reason."""
    stops = request.get("stop") or ()
    text = "".join(pieces)
    for stop in [stops] if isinstance(stops, str) else stops:
        if isinstance(stop, str) and stop and stop in text:
            text = text[: text.index(stop)]
    if text != "".join(pieces):
        pieces = tuple(_PIECES.findall(text))
    most = request.get("max_completion_tokens") or request.get("max_tokens")
    if isinstance(most, int) and 0 < most < len(pieces):
        return pieces[:most], "length"
    return pieces, "stop"
