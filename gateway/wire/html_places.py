"""Where head and body of an HTML file begin and end, so that it can be edited by splices.

A scanner, not a parser: it walks over comments, declarations, the raw text of scripts, styles,
titles and text areas, and the tags between them (HTML, 13.2.5, as far as places need it), once from
the start to the end, whatever the file is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

_TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
_RAW = frozenset({"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"})
_OF_HEAD = frozenset(
    {"html", "head", "meta", "title", "link", "base", "style", "script", "noscript", "template"}
)
_SPACE = " \t\r\n\f"


class Tag(NamedTuple):
    """A tag as it stands in the file: ``end`` is behind its ``>``. Names are lower case."""

    name: str
    closing: bool
    start: int
    end: int
    source: str


class Places(NamedTuple):
    """Positions in the text. ``head`` is where a further ``meta`` may stand, ``top`` and ``bottom``
    are the first and the last place of the body."""

    head: int
    top: int
    bottom: int


def tags(text: str) -> Iterator[Tag]:
    """Yield the tags in order, with the text of raw elements passed over."""
    return (part for part in parts(text) if isinstance(part, Tag))


def parts(text: str) -> Iterator[str | Tag]:
    """Yield the tags in order and the text between them, without comments and declarations."""
    at = shown = 0
    while True:
        at = text.find("<", at)
        if at < 0:
            break
        if text.startswith(("<!", "<?"), at):
            yield text[shown:at]
            at = shown = _behind_declaration(text, at)
            continue
        opened = _TAG.match(text, at)
        if opened is None:
            at += 1
            continue
        end = _behind_tag(text, opened.end())
        if end < 0:
            break
        name = opened[2].lower()
        yield text[shown:at]
        yield Tag(name, opened[1] == "/", at, end, text[at:end])
        at = shown = end
        if name in _RAW and opened[1] != "/":
            at = _raw_end(text, name, end)
    yield text[shown:]


def find_places(text: str) -> Places:
    """Return where a head's last element, a body's first and a body's last element may stand."""
    head, top, bottom = _behind_doctype(text), -1, -1
    in_head = True
    for tag in tags(text):
        if tag.name == "body" and not tag.closing and top < 0:
            top, in_head = tag.end, False
        elif tag.name == "head" and tag.closing and in_head:
            head, in_head = tag.start, False
        elif in_head:
            between = text[head : tag.start]
            in_head = tag.name in _OF_HEAD and _only_head(between, tag)
            head = tag.end if in_head else head
        if tag.closing and tag.name in {"body", "html"}:
            bottom = tag.start if bottom < 0 or tag.name == "body" else bottom
    if top < 0:
        top = _behind_head(text, head)
    return Places(head, top, max(top, bottom if bottom >= 0 else len(text)))


def attributes(tag: Tag) -> dict[str, str]:
    """Return a tag's attributes with entities resolved; the first of a name counts."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag.source, len(tag.name) + 1, len(tag.source) - 1):
        value = next((each for each in match.groups()[1:] if each is not None), "")
        found.setdefault(match[1].lower(), unescape(value))
    return found


_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")


def _only_head(between: str, tag: Tag) -> bool:
    """Say whether nothing but white space, comments and a title's text stood before this tag."""
    if tag.closing:
        return tag.name in {"title", "style", "script", "noscript", "template"}
    return not re.sub(r"(?s)<!--.*?-->|<\?[^>]*>|<![^>]*>", "", between).strip(_SPACE + "\ufeff")


def _behind_head(text: str, head: int) -> int:
    closed = re.compile(r"\s*</head\s*>", re.IGNORECASE).match(text, head)
    return closed.end() if closed else head


def _behind_doctype(text: str) -> int:
    found = re.match(r"\ufeff?\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype[^>]*>)?", text, re.IGNORECASE)
    return found.end() if found else 0


def _behind_declaration(text: str, at: int) -> int:
    close = text.find("-->" if text.startswith("<!--", at) else ">", at + 2)
    if close < 0:
        return len(text)
    return close + (3 if text.startswith("<!--", at) else 1)


def _behind_tag(text: str, at: int) -> int:
    """Return the place behind the ``>`` that ends a tag, -1 if none does."""
    while at < len(text):
        stop = _STOP.search(text, at)
        if stop is None:
            return -1
        if stop[0] == ">":
            return stop.end()
        close = text.find(stop[0][-1], stop.end())
        if close < 0:
            return -1
        at = close + 1
    return -1


_STOP = re.compile(r""">|=\s*["']""")


def _raw_end(text: str, name: str, at: int) -> int:
    close = re.compile(f"</{name}", re.IGNORECASE).search(text, at)
    return close.start() if close else len(text)
