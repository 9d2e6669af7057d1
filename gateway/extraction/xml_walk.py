"""A walk over an XML part within a bound of what is read; what it meets, heirs tell apart.

Document types are refused, and with them entities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

_SPOKEN = frozenset(
    {"descr", "title", "prompt", "promptTitle", "error", "errorTitle", "tooltip", "display", "alt",
     "string", "author", "initials", "displayName", "caption"}
)  # fmt: skip
"""Attributes that are words whatever stands in them."""

_WORDS = re.compile(r"[A-Za-z]{3}|[^\x00-\x7f]")
_NUMBER = re.compile(r"[0-9A-Fa-f{}-]*")


class XmlWalk:
    """Meets each element and text of a part once. ``cut`` is true if it says more than ``most``
    code points: it is read no further."""

    def __init__(self, most: int) -> None:
        self.cut = False
        self._left = most
        self._heard: set[str] = set()

    def walk(self, document: bytes) -> None:
        """Read the part. Raises ValueError if it cannot be read."""
        parser = expat.ParserCreate(namespace_separator="\n")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = _refuse
        try:
            parser.Parse(document, True)  # noqa: FBT003 -- expat's form
        except (expat.ExpatError, LookupError):  # the latter: an encoding that nobody knows
            raise ValueError("xml_broken") from None
        except _Full:
            self.cut = True

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Meet a start tag; see `local`."""

    def end(self, tag: str) -> None:
        """Meet an end tag."""

    def text(self, text: str) -> None:
        """Meet text."""

    def heard(self, attributes: dict[str, str]) -> Iterator[str]:
        """Yield and count what attributes say and none said before: whatever has words in it, for
        nearly any of them can be shown (a choice, a bullet, the format of a number)."""
        for key, value in attributes.items():
            wordy = _WORDS.search(value) and not _NUMBER.fullmatch(value)
            if value and value not in self._heard and (wordy or local(key) in _SPOKEN):
                self._heard.add(value)
                self.spend(len(value) + 1)
                yield value

    def spend(self, chars: int) -> None:
        """Count what was read; the walk ends when it is more than may be."""
        self._left -= chars
        if self._left < 0:
            raise _Full


def local(tag: str) -> str:
    """Return a name without its namespace."""
    return tag.rpartition("\n")[2]


class _Full(Exception):
    """There is more than may be read."""


def _refuse(*_: object) -> None:
    raise ValueError("xml_doctype")
