"""Lens: raw text as it came -> text as a reader sees it, and the way back for positions.

A channel of JSON text (tool arguments, JSON mode) is read decoded: escapes become their characters,
the quotes around a string become `STRING_EDGE`, over which no term can be found. Characters that
the wire cut between their UTF-16 units (lone surrogates) are put together. Placeholders of veiled
values are restored before anything is judged. A lens keeps what it cannot decide yet (half an
escape, half a placeholder), so that the judged text never depends on where the wire was cut.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from gateway.matching.links import Links
from gateway.nouns.segment import TextForm

STRING_EDGE = "\ufdd0"
"""Stands for the quote at either end of a JSON string: a hard stop for every filter. It is a
noncharacter, which Unicode keeps for such internal use (The Unicode Standard, 23.7)."""

NO_EDGE = "\u200b"
"""What the same code point becomes where the text itself brings it: it must stop nothing."""

_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_IN_STRING = re.compile(r'["\\]')
_ILLEGAL_OUTSIDE = re.compile(r'[^ \t\r\n{}\[\]:,0-9+\-.eEtrufalsn"]|"')
_SIMPLE = {
    '"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
}  # fmt: skip

Restorations = Callable[[str, bool], tuple[list[tuple[int, int, str]], int]]
"""``(text, final) -> ([(start, end, value)], safe_until)``: where placeholders stand."""


def without_edges(text: str) -> str:
    """Return text in which the code point of `STRING_EDGE` stops nothing."""
    return text.replace(STRING_EDGE, NO_EDGE) if STRING_EDGE in text else text


def is_halved(text: str) -> bool:
    """Return whether a text holds a lone surrogate: half of a character that two events share."""
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


class Atom(NamedTuple):
    """A stretch that is not one to one: judged ``[start, end)`` stands for raw ``[raw_start,
    raw_end)``; ``value`` is set where a placeholder was restored."""

    start: int
    end: int
    raw_start: int
    raw_end: int
    value: str | None = None


class _Stage:
    """Keeps the map of one transformation; positions are absolute in the channel."""

    def __init__(self) -> None:
        self.atoms: list[Atom] = []
        self._starts: list[int] = []
        self.taken = 0
        self.given = 0

    def same(self, count: int) -> None:
        """Note that ``count`` code points passed one to one."""
        self.taken += count
        self.given += count

    def turned(self, taken: int, given: int, value: str | None = None) -> None:
        """Note that ``taken`` raw code points became ``given`` judged ones."""
        atom = Atom(self.given, self.given + given, self.taken, self.taken + taken, value)
        self.atoms.append(atom)
        self._starts.append(atom.start)
        self.taken += taken
        self.given += given

    def to_raw(self, position: int, *, up: bool) -> int:
        """Return the raw position of a judged one; in an atom its start, or its end if ``up``."""
        index = bisect_right(self._starts, position) - 1
        while index >= 0 and up and self.atoms[index].start == position:
            index -= 1  # the end of what stands before, not the start of the atom at this place
        if index < 0:
            return position
        atom = self.atoms[index]
        if position < atom.end or (position == atom.start and not up):
            return atom.raw_end if up and position > atom.start else atom.raw_start
        return atom.raw_end + position - atom.end

    def inside(self, start: int, end: int) -> Atom | None:
        """Return the restored atom that wholly contains a judged span, if there is one."""
        index = bisect_right(self._starts, start) - 1
        if index >= 0:
            atom = self.atoms[index]
            if atom.value is not None and atom.start <= start and end <= atom.end:
                return atom
        return None


class _PairStage(_Stage):
    """Halves of characters -> characters. A first half waits for what comes next."""

    def __init__(self, passed: int) -> None:
        super().__init__()
        self.same(passed)
        self._rest = ""

    def push(self, text: str, *, final: bool) -> str:
        text = self._rest + text
        self._rest = ""
        if not final and "\ud800" <= text[-1:] <= "\udbff":
            self._rest, text = text[-1], text[:-1]
        out: list[str] = []
        at = 0
        for found in _PAIR.finditer(text):
            out += (text[at : found.start()], _joined(found[0]))
            self.same(found.start() - at)
            self.turned(2, 1)
            at = found.end()
        out.append(text[at:])
        self.same(len(text) - at)
        return "".join(out)


def _joined(pair: str) -> str:
    return chr(0x10000 + ((ord(pair[0]) - 0xD800) << 10) + ord(pair[1]) - 0xDC00)


class _JsonStage(_Stage):
    """JSON source -> decoded strings with `STRING_EDGE` for their quotes.

    Outside of strings only JSON's own characters may stand; at the first other one the text is not
    JSON and is read raw from there on.
    """

    def __init__(self) -> None:
        super().__init__()
        self._rest = ""
        self._inside = False
        self._raw = False

    def push(self, text: str, *, final: bool) -> str:
        text = self._rest + text
        self._rest = ""
        out: list[str] = []
        at = 0
        while at < len(text):
            step = self._raw_text if self._raw else self._string if self._inside else self._outside
            nxt = step(text, at, out)
            if nxt == at:
                break
            at = nxt
        if at < len(text):
            if final:
                out.append(text[at:])
                self.same(len(text) - at)
            else:
                self._rest = text[at:]
        return "".join(out)

    def _raw_text(self, text: str, at: int, out: list[str]) -> int:
        out.append(without_edges(text[at:]))
        self.same(len(text) - at)
        return len(text)

    def _outside(self, text: str, at: int, out: list[str]) -> int:
        found = _ILLEGAL_OUTSIDE.search(text, at)
        stop = found.start() if found else len(text)
        if stop > at:
            out.append(text[at:stop])
            self.same(stop - at)
            return stop
        if text[at] == '"':
            out.append(STRING_EDGE)
            self.same(1)
            self._inside = True
            return at + 1
        self._raw = True
        return self._raw_text(text, at, out)

    def _string(self, text: str, at: int, out: list[str]) -> int:
        found = _IN_STRING.search(text, at)
        stop = found.start() if found else len(text)
        if stop > at:
            out.append(without_edges(text[at:stop]))
            self.same(stop - at)
            return stop
        if text[at] == '"':
            out.append(STRING_EDGE)
            self.same(1)
            self._inside = False
            return at + 1
        return self._escape(text, at, out)

    def _escape(self, text: str, at: int, out: list[str]) -> int:
        """Decode the escape at ``at``; returns ``at`` itself if it is not complete."""
        if at + 1 >= len(text):
            return at
        letter = text[at + 1]
        if letter != "u":
            char = _SIMPLE.get(letter)
            if char is None:
                out.append(text[at : at + 2])
                self.same(2)
            else:
                out.append(char)
                self.turned(2, 1)
            return at + 2
        return self._unicode(text, at, out)

    def _unicode(self, text: str, at: int, out: list[str]) -> int:
        unit = _hex4(text, at)
        if unit is None:
            if len(text) - at < 6:
                return at
            out.append(text[at : at + 2])
            self.same(2)
            return at + 2
        if not 0xD800 <= unit < 0xDC00:
            out.append("\ufffd" if 0xDC00 <= unit < 0xE000 else without_edges(chr(unit)))
            self.turned(6, 1)
            return at + 6
        tail = text[at + 6 : at + 12]
        if len(tail) < 6 and "\\uDddd".startswith(tail[:2]) and not _cannot_be_low(tail):
            return at
        low = _hex4(text, at + 6)
        if low is not None and 0xDC00 <= low < 0xE000:
            out.append(chr(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)))
            self.turned(12, 1)
            return at + 12
        out.append("\ufffd")
        self.turned(6, 1)
        return at + 6


def _hex4(text: str, at: int) -> int | None:
    digits = text[at + 2 : at + 6]
    if text[at : at + 2] != "\\u" or len(digits) < 4:
        return None
    try:
        return int(digits, 16) if digits.isalnum() else None
    except ValueError:
        return None


def _cannot_be_low(tail: str) -> bool:
    """True if what follows a high surrogate can no longer become the escape of a low one."""
    return len(tail) > 2 and tail[2] not in "dD"


class _VeilStage(_Stage):
    """Placeholders -> the values they stand for, but in an address that somebody may fetch."""

    def __init__(self, restorations: Restorations) -> None:
        super().__init__()
        self._restorations = restorations
        self._links = Links()
        self._rest = ""

    def push(self, text: str, *, final: bool) -> str:
        text = self._rest + text
        found, safe = self._restorations(text, final)
        out: list[str] = []
        at = told = 0
        for start, end, value in found:
            if end > safe:
                safe = min(safe, start)
                break
            self._links.tell(text[told:start])
            told = start
            if self._links.inside:
                continue
            out += (text[at:start], value)
            self.same(start - at)
            self.turned(end - start, len(value), value)
            at = end
        safe = max(safe, at)
        self._links.tell(text[told:safe])
        out.append(text[at:safe])
        self.same(safe - at)
        self._rest = text[safe:]
        return "".join(out)


class Lens:
    """The lens of one channel: at most three stages, none for plain prose."""

    def __init__(self, form: TextForm, restorations: Restorations | None) -> None:
        self.json = _JsonStage() if form is TextForm.JSON else None
        self.veil = _VeilStage(restorations) if restorations else None
        self.plain = self.json is None and self.veil is None
        self._pairs: _PairStage | None = None
        self._seen = 0

    @property
    def joins(self) -> bool:
        """Whether halves of characters are put together."""
        return self._pairs is not None

    def join_from(self, raw_position: int) -> None:
        """Put halves of characters together from here on."""
        self._pairs = _PairStage(raw_position)
        self.plain = False

    def push(self, raw: str, *, final: bool) -> str:
        """Take raw text and return the judged text that is certain now."""
        if self._pairs is not None:
            raw = self._pairs.push(raw, final=final)
        if self.json is not None:
            raw = self.json.push(raw, final=final)
        if self.veil is not None:
            raw = self.veil.push(raw, final=final)
        return raw

    def to_raw(self, position: int, *, up: bool) -> int:
        """Return the raw position of a judged one; ``up`` rounds to the end of what it cuts."""
        if self.veil is not None:
            position = self.veil.to_raw(position, up=up)
        return self._before_veil(position, up=up)

    def _before_veil(self, position: int, *, up: bool) -> int:
        if self.json is not None:
            position = self.json.to_raw(position, up=up)
        return position if self._pairs is None else self._pairs.to_raw(position, up=up)

    def restored(self, start: int, end: int) -> bool:
        """True if a judged span lies wholly inside a restored value."""
        return self.veil is not None and self.veil.inside(start, end) is not None

    def new_restorations(self) -> list[tuple[int, int, str]]:
        """Return the restorations since the last call as raw spans with their values."""
        if self.veil is None:
            return []
        fresh = self.veil.atoms[self._seen :]
        self._seen = len(self.veil.atoms)
        out = []
        for atom in fresh:
            start = self._before_veil(atom.raw_start, up=False)
            end = self._before_veil(atom.raw_end, up=True)
            out.append((start, end, atom.value or ""))
        return out
