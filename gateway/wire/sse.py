"""Server-sent events: bytes, cut anywhere, to frames that keep their exact bytes.

Follows the event stream format of the WHATWG HTML standard, 9.2.5 and 9.2.6: lines end with LF,
CRLF or CR; a blank line ends a frame; a byte order mark may precede the first one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from gateway.nouns.errors import UpstreamBroken
from gateway.wire.json import BOM

FRAME_LIMIT = 8 * 1024 * 1024
"""The default longest frame in bytes; official clients give up at the same size."""

T = TypeVar("T")

_EOL = rb"(?>\r\n|\n|\r)"
_FRAME_END = re.compile(_EOL + _EOL)
_LINE = re.compile(rb"([^\r\n]*+)(" + _EOL + rb"|\Z)")
_QUIET = re.compile(rb"[ -~\t]{0,128}")
_IDLE = re.compile(rb"(?:[\r\n]++|:[ -~\t]{0,127}+" + _EOL + _EOL + rb")++")
"""Blank lines and comments that could carry no text, one behind the other."""


class Frame(NamedTuple):
    """One frame. ``raw`` are its exact bytes with the blank line.

    ``data`` is the joined payload (None: it has none), ``data_at`` where it stands in ``raw`` (-1:
    it is spread over several lines), ``event`` the event's name. ``odd`` is true if something
    besides the payload could carry a text: a comment, name or field that is not short plain ASCII.
    """

    raw: bytes
    data: bytes | None
    data_at: int = -1
    event: bytes = b""
    odd: bool = False

    def with_data(self, data: bytes) -> bytes:
        """Return the frame's bytes with another payload, everything else as it was."""
        if self.data_at >= 0 and self.data is not None:
            end = self.data_at + len(self.data)
            if b"\n" not in data and b"\r" not in data:
                return self.raw[: self.data_at] + data + self.raw[end:]
        return _rewrite(self.raw, data)


def parse_frame(raw: bytes) -> Frame:
    """Return the frame that these bytes are; a byte order mark in front is looked through."""
    if raw.startswith(b"data: ") and raw.find(b"\n") == len(raw) - 2 and b"\r" not in raw:
        return Frame(raw, raw[6:-2], 6)
    payload: list[bytes] = []
    at, event, odd = -1, b"", False
    start = 3 if raw.startswith(BOM) else 0
    for line in _LINE.finditer(raw, start):
        name, colon, rest = line[1].partition(b":")
        value = rest[1:] if rest.startswith(b" ") else rest
        if name == b"data":
            payload.append(value)
            at = line.end(1) - len(value)
        elif not _QUIET.fullmatch(line[1]):
            odd = True
        elif name == b"event" and colon:
            event = value
    if not payload:
        return Frame(raw, None, -1, event, odd)
    return Frame(raw, b"\n".join(payload), at if len(payload) == 1 else -1, event, odd)


def _rewrite(raw: bytes, data: bytes) -> bytes:
    out: list[bytes] = []
    written = False
    start = 3 if raw.startswith(BOM) else 0
    for line in _LINE.finditer(raw, start):
        if line[1].partition(b":")[0] != b"data":
            out.append(line[0])
        elif not written:
            written = True
            lines = re.split(rb"\r\n|\n|\r", data)
            out += [b"data: " + part + (line[2] or b"\n") for part in lines]
    return raw[:start] + b"".join(out)


class FrameReader:
    """Collects bytes and gives frames. The frames' ``raw`` concatenate to what was fed."""

    __slots__ = ("_broken", "_buffer", "_limit", "_searched", "_started", "at")

    def __init__(self, limit: int = FRAME_LIMIT) -> None:
        self._broken: UpstreamBroken | None = None
        self._buffer = b""
        self._limit = limit
        self._searched = 0
        self._started = False
        self.at = 0

    @property
    def buffer(self) -> bytes:
        """All bytes at hand; those before ``at`` were taken. ``at`` is a frame's first byte."""
        return self._buffer

    def feed(self, data: bytes) -> None:
        """Take bytes."""
        if self.at < len(self._buffer):
            rest = self._buffer[self.at :] if self.at else self._buffer
            self._searched = max(self._searched - self.at, 0)
            self._buffer = rest + data
        else:
            self._buffer = data
            self._searched = 0
        self.at = 0

    def skip(self, end: int) -> None:
        """Mark the bytes before ``end`` as taken; ``end`` must be the end of a frame."""
        self.at = end
        self._searched = end
        self._started = True

    def next(self) -> Frame | None:
        """Return the next frame if it is complete.

        Raises UpstreamBroken if it is longer than the limit, complete or not.
        """
        idle = _IDLE.match(self._buffer, self.at)
        if idle is not None:
            return self._take_idle(idle.end())
        end = self._find_end()
        size = (end if end >= 0 else len(self._buffer)) - self.at
        if size > self._limit:
            raise UpstreamBroken(f"It sent an event larger than {self._limit} bytes.")
        if end < 0:
            self._searched = max(len(self._buffer) - 3, self.at)
            return None
        return self._take(end)

    def drain(self, data: bytes, read: Callable[[Frame], T]) -> list[T]:
        """Take bytes and return what ``read`` makes of each complete frame.

        Raises UpstreamBroken, from the reader or ``read``: what was whole before the break is
        returned first, and the next call raises.
        """
        if self._broken is not None:
            raise self._broken
        self.feed(data)
        made: list[T] = []
        try:
            while (frame := self.next()) is not None:
                made.append(read(frame))
        except UpstreamBroken as error:
            self._broken = error
            if not made:
                raise
        return made

    def rest(self, read: Callable[[Frame], T]) -> list[T]:
        """Return what ``read`` makes of what is left, if anything is. Raises UpstreamBroken."""
        if self._broken is not None:
            raise self._broken
        frame = self.flush()
        return [] if frame is None else [read(frame)]

    def flush(self) -> Frame | None:
        """Return what is left as a frame, though its blank line never came."""
        return self._take(len(self._buffer)) if self.at < len(self._buffer) else None

    def _take_idle(self, end: int) -> Frame:
        """Take frames without payload as one: a flood of them costs no more than its bytes."""
        frame = Frame(self._buffer[self.at : end], None)
        self.skip(end)
        return frame

    def _find_end(self) -> int:
        buffer, start = self._buffer, max(self._searched, self.at)
        if b"\r" not in buffer:
            found = buffer.find(b"\n\n", start)
            return found + 2 if found >= 0 else -1
        match = _FRAME_END.search(buffer, start)
        return match.end() if match else -1

    def _take(self, end: int) -> Frame:
        raw = self._buffer[self.at : end]
        first = not self._started
        self.skip(end)
        if not first and raw.startswith(BOM):
            return Frame(raw, None, -1, b"", odd=True)
        return parse_frame(raw)
