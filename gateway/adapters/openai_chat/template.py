"""The fast path of a stream: events that differ in one string are read all at once.

A model streams the same event over and over, with another piece of text each time. Once one such
event has been read in full, its bytes before and after the text are a template: bytes in front of
it and behind it are compared, not parsed. What does not fit to the byte is left to the slow path,
so the template can only ever say what a full reading would say.

A second string may vary: the padding that OpenAI calls ``obfuscation``, as long as it is letters
and digits, which no field map judges.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import NamedTuple

import msgspec

from gateway.nouns.segment import Channel, FieldClass, Pointer, TextForm
from gateway.ports.adapter import Event, EventKind, Piece, Run
from gateway.wire.json import locate
from gateway.wire.sse import Frame

_PLAIN = re.compile(rb'[^"\\\x00-\x09\x0b-\x1f]*+')
_ESCAPED = re.compile(rb'(?:[^"\\\x00-\x09\x0b-\x1f]++|\\["\\/bfnrtu])*+')
_PADDING = ("obfuscation",)
_TEXTS = msgspec.json.Decoder(list[str])

MOST = 8
"""So many templates of one answer are kept: a channel each."""

_PATIENCE = 16
_WINDOW = 16384
_NO_END = b"\x00\n"  # a line end tells a part that is not whole; no template ends like this


class Template(NamedTuple):
    """Bytes around one string. ``middle`` stands between it and the padding, if there is one."""

    prefix: bytes
    middle: bytes
    suffix: bytes
    channel: Channel
    field_class: FieldClass
    form: TextForm
    slot: Pointer

    def event(self, raw: bytes, text: str) -> Event:
        """Return one event of this template."""
        pieces: tuple[Piece, ...] = ()
        if text:
            pieces = (Piece(self.channel, text, self.field_class, self.form, self.slot),)
        return Event(EventKind.TEXT, raw, pieces, (self.channel.choice,))


def learn(frame: Frame, piece: Piece) -> Template | None:
    """Return the template of an event of which ``piece`` is the only text, or None.

    It must be written in the usual way: one line of data, nothing else, and a blank line.
    """
    raw = frame.raw
    if frame.data is None or frame.data_at < 0 or not raw.startswith(b"data:"):
        return None
    end_of_line = b"\r\n" if raw.endswith(b"\r\n") else b"\n"
    if raw.count(b"\n") != 2 or raw.count(b"\r") != 2 * len(end_of_line) - 2:
        return None
    if not raw.endswith(end_of_line * 2):
        return None
    spans = locate(frame.data, [piece.slot, _PADDING])
    start, end = (at + frame.data_at for at in spans[piece.slot])
    prefix, middle, suffix = raw[: start + 1], b"", raw[end - 1 :]
    if _PADDING in spans:
        first, last = (at + frame.data_at for at in spans[_PADDING])
        padding = raw[first + 1 : last - 1]
        if first < end or raw[first] != ord('"') or not (padding.isalnum() or not padding):
            return None
        middle, suffix = raw[end - 1 : first + 1], raw[last - 1 :]
    return Template(
        prefix, middle, suffix, piece.channel, piece.field_class, piece.form, piece.slot
    )


def alone(template: Template, data: bytes) -> Run | None:
    """Return the one event that a read is: a model that is paced sends one at a time."""
    prefix, middle, suffix = template.prefix, template.middle, template.suffix
    if not (data.startswith(prefix) and data.endswith(suffix)):
        return None
    parts = [data[len(prefix) : -len(suffix)]]
    padded = _unpad(parts, middle) if middle else []
    if not parts or b"\n" in parts[0] or len(data) < len(prefix) + len(suffix):
        return None
    texts = _decode(parts)
    return None if texts is None else _run(template, data, parts, padded, texts)


def match(template: Template, buffer: bytes, at: int) -> tuple[Run, int] | None:
    """Return all events from ``at`` on that fit, as one run, and where they end."""
    parts, padded, end = _row(template, buffer, at)
    texts = _decode(parts) if parts else None
    if texts is None:
        return None
    return _run(template, buffer[at:end], parts, padded, texts), end


def _run(
    template: Template, raw: bytes, parts: list[bytes], padded: list[bytes], texts: list[str]
) -> Run:
    return Run(
        raw, texts, template.channel, template.field_class, template.form,
        partial(_expand, template, parts, padded, texts),
    )  # fmt: skip


def _row(template: Template, buffer: bytes, at: int) -> tuple[list[bytes], list[bytes], int]:
    """Return the strings of all events from ``at`` on that fit, their paddings, and where they end.

    Looks at windows that grow, so that few like events in a large read cost little.
    """
    parts: list[bytes] = []
    padded: list[bytes] = []
    end, window = at, _WINDOW
    while buffer.startswith(template.prefix, end):
        begin = end + len(template.prefix)
        first = buffer.find(template.suffix, begin, begin + window)
        after = first + len(template.suffix)
        alone = first >= 0 and not buffer.startswith(template.prefix, after)
        more, paddings = _split(template, buffer[begin : after if alone else begin + window])
        if not more:
            break
        parts += more
        padded += paddings
        end += sum(map(len, more)) + sum(map(len, paddings))
        end += len(more) * (len(template.prefix) + len(template.suffix))
        window *= 2
    return parts, padded, end


def _split(template: Template, window: bytes) -> tuple[list[bytes], list[bytes]]:
    """Return the strings of the events that stand whole in a window, and their paddings.

    The window begins behind a prefix. Strings are not yet known to be valid.
    """
    suffix = template.suffix
    parts = window.split(suffix + template.prefix)
    last = parts[-1]
    parts[-1] = last[: -len(suffix)] if last.endswith(suffix) else last + _NO_END
    if b"\n".join(parts).count(b"\n") != len(parts) - 1:
        _trim(parts, suffix)
    return parts, _unpad(parts, template.middle) if template.middle else []


def _trim(parts: list[bytes], suffix: bytes) -> None:
    """Leave the parts up to the first that holds more than a string.

    That one still counts if the template's end comes before what does not fit.
    """
    for index, part in enumerate(parts):
        if b"\n" in part:
            inner, found, _ = part.partition(suffix)
            parts[index:] = [inner] if found and b"\n" not in inner else []
            return


def _unpad(parts: list[bytes], middle: bytes) -> list[bytes]:
    """Cut the parts to their strings, up to the first that does not fit; return what was cut."""
    cut = [part.partition(middle) for part in parts]
    fit = len(cut)
    for index, (_, found, padding) in enumerate(cut):
        if not found or not (padding.isalnum() or not padding):
            fit = index
            break
    parts[:] = [inner for inner, _, _ in cut[:fit]]
    return [middle + padding for _, _, padding in cut[:fit]]


def _decode(parts: list[bytes]) -> list[str] | None:
    """Return the strings; None if one is no valid JSON string."""
    joined = b"\n".join(parts)
    try:
        if _PLAIN.fullmatch(joined):
            return joined.decode("utf-8").split("\n")
        if not _ESCAPED.fullmatch(joined):
            return None
        array = b'["' + b'","'.join(parts) + b'"]'
        try:
            return _TEXTS.decode(array)
        except (msgspec.DecodeError, ValueError):
            halves: list[str] = json.loads(array.decode("utf-8"))
            return halves
    except ValueError:
        return None


def _expand(
    template: Template, parts: list[bytes], padded: list[bytes], texts: list[str], first: int
) -> list[Event]:
    parts, texts = parts[first:], texts[first:]
    behind = [rest + template.suffix for rest in padded[first:] or [b""] * len(parts)]
    return [
        template.event(template.prefix + part + rest, text)
        for part, rest, text in zip(parts, behind, texts, strict=True)
    ]


class Templates:
    """The templates of one answer, the last used first.

    Stops learning where nothing ever fits, so that an upstream whose events all differ costs no
    more than their reading.
    """

    __slots__ = ("_known", "_wasted")

    def __init__(self) -> None:
        self._known: list[Template] = []
        self._wasted = 0

    def alone(self, data: bytes) -> Run | None:
        """Return a read that is one event of the template used last."""
        run = alone(self._known[0], data) if self._known else None
        if run is not None:
            self._wasted = 0
        return run

    def match(self, buffer: bytes, at: int) -> tuple[Run, int] | None:
        """Return the longest run that one template reads from ``at``, and its end."""
        for index, template in enumerate(self._known):
            matched = match(template, buffer, at)
            if matched:
                self._wasted = 0
                if index:
                    self._known.insert(0, self._known.pop(index))
                return matched
        return None

    def learn(self, frame: Frame, piece: Piece) -> None:
        """Learn from an event that was read in full and has this one text."""
        if self._wasted >= _PATIENCE:
            return
        template = learn(frame, piece)
        if template is not None and template not in self._known:
            self._wasted += 1
            self._known.insert(0, template)
            del self._known[MOST:]
