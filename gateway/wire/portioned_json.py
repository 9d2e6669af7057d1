"""JSON decoded in portions: of a body of megabytes, so that the streams of others go on in between.

Decoders stop for nobody: what they are given at once, all others of the process wait for. Here the
long containers of a body, whose places its protocol knows, are decoded member by member. What is
read differently than by `gateway.wire.json.loads`, or not at all, is left to that.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any, TypeVar

from gateway.nouns.errors import BadRequest
from gateway.wire.json import LENIENT, MAX_DEPTH, STRICT, deeper, loads

PORTION = 64 * 1024
"""Characters that are decoded at once, or one member, if that is longer: about a millisecond."""

T = TypeVar("T")

_FROM = 4 * PORTION
_BLANK = re.compile(r"[ \t\n\r]*+")

Way = tuple[str | None, ...]
"""Keys from the top to the containers that are long; None is every member or element."""

Decoding = Generator[bool, None, tuple[Any, int]]
"""Yields True between two portions; returns a value and where it ends."""


def loads_by_portions(raw: bytes, way: Way, *, strict: bool) -> Generator[bool, None, Any]:
    """As `gateway.wire.json.loads`: yields True between two portions and returns the value.

    Containers on the ``way`` are decoded one member after the other. Raises BadRequest.
    """
    if len(raw) >= _FROM:
        try:
            return (yield from _Walk(raw.decode("utf-8"), strict=strict).whole(way))
        except (ValueError, IndexError, RecursionError, BadRequest):
            pass  # `loads` knows what else may stand there, and says better what is wrong
    return loads(raw, strict=strict)


def in_one(portions: Generator[bool, None, T]) -> T:
    """Return what a reading in portions comes to, done at once."""
    while True:
        try:
            next(portions)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # what the generator returns


class _Walk:
    """One way through a text. Raises ValueError or IndexError for what is no plain JSON."""

    def __init__(self, text: str, *, strict: bool) -> None:
        self._text = text
        self._strict = strict
        self._decode = (STRICT if strict else LENIENT).raw_decode
        self._room = PORTION

    def whole(self, way: Way) -> Generator[bool, None, Any]:
        value, end = yield from self._value(self._blank(0), way, 0)
        if self._blank(end) != len(self._text):
            raise ValueError("something stands behind it")
        return value

    def _value(self, at: int, way: Way, level: int) -> Decoding:
        text = self._text
        if way and text[at] == "{":
            return (yield from self._members(at, way, level))
        if way and text[at] == "[":
            return (yield from self._elements(at, way, level))
        value, end = self._decode(text, at)
        most = MAX_DEPTH - level
        if text.count("[", at, end) + text.count("{", at, end) > most and deeper(value, most):
            raise ValueError("nested too deeply")
        self._room -= end - at
        if self._room <= 0:
            self._room = PORTION
            yield True
        return value, end

    def _members(self, at: int, way: Way, level: int) -> Decoding:
        members: dict[str, Any] = {}
        at = self._blank(at + 1)
        while not (self._text[at] == "}" and not members):
            if self._text[at] != '"':
                raise ValueError("no key")
            key, at = self._decode(self._text, at)
            if self._strict and key in members:
                raise ValueError("the same key twice")
            at = self._after(at, ":")
            rest = way[1:] if way[0] in (None, key) else ()
            members[key], at = yield from self._value(at, rest, level + 1)
            if self._ends(at, "}"):
                return members, self._blank(at) + 1
            at = self._after(at, ",")
        return members, at + 1

    def _elements(self, at: int, way: Way, level: int) -> Decoding:
        elements: list[Any] = []
        rest = way[1:] if way[0] is None else ()
        at = self._blank(at + 1)
        while not (self._text[at] == "]" and not elements):
            value, at = yield from self._value(at, rest, level + 1)
            elements.append(value)
            if self._ends(at, "]"):
                return elements, self._blank(at) + 1
            at = self._after(at, ",")
        return elements, at + 1

    def _blank(self, at: int) -> int:
        return _BLANK.match(self._text, at).end()  # type: ignore[union-attr]  # matches nothing too

    def _ends(self, at: int, bracket: str) -> bool:
        return self._text[self._blank(at)] == bracket

    def _after(self, at: int, sign: str) -> int:
        """Return what follows a sign that has to come next, blanks aside."""
        at = self._blank(at)
        if self._text[at] != sign:
            raise ValueError(f"no {sign}")
        return self._blank(at + 1)
