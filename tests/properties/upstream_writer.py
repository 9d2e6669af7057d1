"""An upstream that writes the same answer in every way, and a client that reads what it gets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from tests.properties.corpus import CHANNELS


class Said(NamedTuple):
    """One text of an answer: on which channel of which choice, and where its events are cut.

    ``halves``: cut between UTF-16 units, as servers do that count in these.
    """

    choice: int
    channel: str
    text: str
    cuts: tuple[int, ...] = ()
    halves: bool = False

    @property
    def pieces(self) -> list[str]:
        """The text, event by event."""
        text = self.text
        if self.halves:
            units = text.encode("utf-16-le")
            pairs = [units[at : at + 2] for at in range(0, len(units), 2)]
            text = "".join(pair.decode("utf-16-le", "surrogatepass") for pair in pairs)
        marks = sorted({0, len(text), *(place % (len(text) + 1) for place in self.cuts)})
        return [mended(text[a:b]) for a, b in pairwise(marks)]


def mended(text: str) -> str:
    """Return a text with the two halves of each character put together."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def spelled(text: str, spelling: str) -> str:
    """Return a text as a JSON string: ``ascii``, ``raw``, or ``every`` character escaped."""
    if spelling != "every":
        half = any(0xD800 <= ord(sign) < 0xE000 for sign in text)
        return json.dumps(text, ensure_ascii=half or spelling == "ascii")
    units = text.encode("utf-16-be", "surrogatepass")
    return '"' + "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2)) + '"'


def delta(channel: str, text: str) -> str:
    """Return the delta that carries a piece (a JSON string) on a channel."""
    if channel == "arguments":
        return '{"tool_calls":[{"index":0,"function":{"arguments":' + text + "}}]}"
    return "{" + json.dumps(channel) + ":" + text + "}"


def event(choice: int, inner: str, finish: str = "null") -> bytes:
    """Return one event."""
    head = '{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":['
    body = f'{{"index":{choice},"delta":{inner},"finish_reason":{finish}}}]}}'
    return b"data: " + (head + body).encode() + b"\n\n"


def stream(texts: Sequence[Said], order: Sequence[int], spelling: str) -> list[bytes]:
    """Return all events: the texts interleaved in an order, the finishes, usage, the terminator."""
    queues = [
        [event(s.choice, delta(s.channel, spelled(piece, spelling))) for piece in s.pieces]
        for s in texts
    ]
    out = []
    for pick in order:
        queue = queues[pick % len(queues)] if queues else []
        if queue:
            out.append(queue.pop(0))
    out += [one for queue in queues for one in queue]
    out += [event(choice, "{}", '"stop"') for choice in sorted({s.choice for s in texts})]
    usage = b'data: {"id":"c","choices":[],"usage":{"total_tokens":3}}\n\n'
    return [*out, usage, b"data: [DONE]\n\n"]


def whole_body(texts: Sequence[Said]) -> bytes:
    """Return the same answer in one piece."""
    choices: dict[int, dict[str, Any]] = {}
    for said in texts:
        message = choices.setdefault(said.choice, {"role": "assistant", "content": None})
        if said.channel == "arguments":
            call = {"id": "t", "type": "function"}
            message["tool_calls"] = [{**call, "function": {"name": "f", "arguments": said.text}}]
        else:
            message[said.channel] = said.text
    listed = [
        {"index": number, "message": message, "finish_reason": "stop"}
        for number, message in choices.items()
    ]
    return json.dumps({"id": "c", "model": "m", "choices": listed}).encode()


def cut(wire: bytes, cuts: Sequence[int]) -> list[bytes]:
    """Return the bytes in reads cut at these places."""
    marks = sorted({0, len(wire), *(place % (len(wire) + 1) for place in cuts)})
    return [wire[a:b] for a, b in pairwise(marks)]


class Heard(NamedTuple):
    """What a client got of a stream: each frame with its value (None: the terminator)."""

    frames: tuple[tuple[bytes, dict[str, Any] | None], ...]

    def texts(self, leave_out: frozenset[str] = frozenset()) -> dict[tuple[int, str], str]:
        """The text of each channel; events whose content is one of ``leave_out`` are not read."""
        joined: dict[tuple[int, str], str] = {}
        for _, value in self.frames:
            for choice in (value or {}).get("choices", ()):
                inner = choice["delta"]
                if inner.get("content") in leave_out or inner.get("refusal") in leave_out:
                    continue
                for channel in CHANNELS:
                    key = (choice["index"], channel)
                    joined[key] = joined.get(key, "") + _read(inner, channel)
        return {key: mended(text) for key, text in joined.items()}

    def reasons(self) -> dict[int, list[str]]:
        """The finish reasons of each choice."""
        found: dict[int, list[str]] = {}
        for _, value in self.frames:
            for choice in (value or {}).get("choices", ()):
                if choice.get("finish_reason"):
                    found.setdefault(choice["index"], []).append(choice["finish_reason"])
        return found


def _read(inner: dict[str, Any], channel: str) -> str:
    if channel != "arguments":
        return inner.get(channel) or ""
    return "".join(call["function"]["arguments"] for call in inner.get("tool_calls") or ())


def hear(data: bytes) -> Heard:
    """Parse what a client got, strictly: every frame is whole and is JSON or the terminator."""
    frames: list[tuple[bytes, dict[str, Any] | None]] = []
    *parts, rest = data.split(b"\n\n")
    assert rest == b""
    for part in parts:
        assert part.startswith(b"data: ")
        payload = part[6:]
        frames.append((part + b"\n\n", None if payload == b"[DONE]" else json.loads(payload)))
    return Heard(tuple(frames))
