"""Halves: strings of JSON can hold half a character, which no record can.

A character beyond U+FFFF is two escapes in JSON, and upstreams that count in UTF-16 cut their
stream between them: each event then holds a lone surrogate. The record keeps characters: halves
that meet on a channel become one, a half that stays alone is U+FFFD.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.nouns.record import AnswerText

_pack = msgspec.msgpack.Encoder().encode


def whole(text: str) -> str:
    """Return a text whose halves are joined where they meet and U+FFFD where they do not."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def pack(value: Any) -> bytes:
    """Return a frame's payload in MessagePack; strings are made whole if they must be."""
    try:
        return _pack(value)
    except UnicodeEncodeError:
        return _pack(_mended(msgspec.to_builtins(value, builtin_types=(bytes,))))


class Halves:
    """The first halves that wait for their second ones, by channel."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[int, str, bool], AnswerText] = {}

    def join(self, texts: tuple[AnswerText, ...]) -> tuple[AnswerText, ...]:
        """Return the texts with whole characters; a half at the end of one is kept for the next."""
        joined = []
        for piece in texts:
            channel = (piece.choice, piece.path, piece.own)
            before = self._waiting.pop(channel, None)
            text = before.text + piece.text if before else piece.text
            if text and "\ud800" <= text[-1] <= "\udbff":
                self._waiting[channel] = msgspec.structs.replace(piece, text=text[-1])
                text = text[:-1]
            if text:
                joined.append(msgspec.structs.replace(piece, text=whole(text)))
        return tuple(joined)

    def rest(self) -> tuple[AnswerText, ...]:
        """Return what waited in vain."""
        waiting, self._waiting = self._waiting, {}
        return tuple(msgspec.structs.replace(one, text="\ufffd") for one in waiting.values())


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, dict):
        return {_mended(name): _mended(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mended(inner) for inner in value]
    return value
