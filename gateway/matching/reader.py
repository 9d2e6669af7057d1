"""The reader's view: what a person sees of a text that is rendered as HTML or Markdown, or whose
escapes are read.

Entities, percent escapes (RFC 3986, 2.1) and ``\\xXX`` of UTF-8, ``\\uXXXX`` and ``\\u{X}`` are
decoded, tags are taken out, emphasis characters are looked through. Every token is recognised from
its own characters (at most 65 of them), never from what stands before, so that a text may be read
from any point on.
"""

from __future__ import annotations

import re
from html.entities import html5
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.matching.fold import Codes, Offsets, code_points

TOKEN_LENGTH = 65
"""The most code points of one token; an open ``<`` or ``&`` is waited for no longer."""

_HEX = "[0-9a-fA-F]"


def _octets(sign: str) -> str:
    """Return the pattern of one character of UTF-8, each octet behind the sign."""
    more = f"(?:{sign}[89abAB]{_HEX})"
    return (
        f"{sign}[2-7]{_HEX}|{sign}[c-dC-D]{_HEX}{more}|{sign}[eE]{_HEX}{more}{{2}}"
        f"|{sign}[fF][0-4]{more}{{3}}"
    )


def _open_octets(sign: str, part: str) -> str:
    """Return the pattern of what may become such a character; ``part`` is that of an octet that
    has only begun."""
    more = f"(?:{sign}[89abAB]{_HEX})"
    return (
        f"{sign}{_HEX}?|{sign}[c-fC-F]{_HEX}{part}|{sign}[efEF]{_HEX}{more}{part}"
        f"|{sign}[fF]{_HEX}{more}{{2}}{part}"
    )


_PART = f"(?:[89abAB]{_HEX}?)?"

_TOKEN = re.compile(
    r"(?P<tag><[/!?A-Za-z][^<>]{0,62}>)"
    r"|&\#(?P<decimal>[0-9]{1,60});?"
    r"|&\#[xX](?P<hexadecimal>[0-9a-fA-F]{1,60});?"
    r"|&(?P<name>[A-Za-z][A-Za-z0-9]{1,31};)"
    r"|(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u(?P<escape>[0-9a-fA-F]{4})"
    r"|\\u\{(?P<braced>[0-9a-fA-F]{1,6})\}"
    "|(?P<percent>" + _octets("%") + ")|(?P<octets>" + _octets(r"\\x") + ")"
    r"|(?P<emphasis>[*~`]|\\(?=[!-/:-@\[-`{-~]))"
)

_OPEN = re.compile(
    r"(?:<(?:[/!?A-Za-z][^<>]{0,62})?"
    r"|&(?:\#(?:[0-9]{0,60}|[xX][0-9a-fA-F]{0,60})|[A-Za-z][A-Za-z0-9]{0,31})?"
    r"|\\(?:u(?:[0-9a-fA-F]{0,3}|\{[0-9a-fA-F]{0,6}))?"
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?"
    "|" + _open_octets("%", f"(?:%{_PART})?") + "|"
    + _open_octets(r"\\x", rf"(?:\\(?:x{_PART})?)?") + r")\Z"
)


class Layer(NamedTuple):
    """A text as code points with their places: ``codes[i]`` stands at ``[starts[i], ends[i])``.

    ``emphasis`` and ``hidden`` say which are looked through: emphasis characters one by one, tags
    as a whole. None: nothing is.
    """

    codes: Codes
    starts: Offsets
    ends: Offsets
    emphasis: NDArray[np.bool_] | None = None
    hidden: NDArray[np.bool_] | None = None


def open_markup(text: str, start: int) -> int:
    """Return where a token begins, at or after ``start``, that more text may complete; or the end.

    The beginning of text that no reader can judge yet.
    """
    found = _OPEN.search(text, max(start, len(text) - TOKEN_LENGTH))
    return found.start() if found else len(text)


def raw_layer(text: str) -> Layer:
    """Return the text as it is written."""
    codes = code_points(text)
    starts = np.arange(len(codes), dtype=np.int64)
    return Layer(codes, starts, starts + 1)


def read_layer(text: str, end: int) -> Layer | None:
    """Return ``text[:end]`` as a reader sees it, or None if that is how it is written.

    ``text[end:]`` is only looked at to know the tokens before it.
    """
    tokens = [token for token in _TOKEN.finditer(text) if token.start() < end]
    decoded = [(token.start(), token.end(), _decoded(token)) for token in tokens]
    if all(code is None and text[start] == "&" for start, _, code in decoded):
        return None
    layer = raw_layer(text[:end])
    codes, ends = layer.codes.copy(), layer.ends.copy()
    emphasis, hidden, absorbed = (np.zeros(len(codes), np.bool_) for _ in range(3))
    for start, stop, code in decoded:
        if code is not None:
            codes[start], ends[start] = code, stop
            absorbed[start + 1 : stop] = True
        elif text[start] == "<":
            hidden[start:stop] = True
        elif text[start] != "&":
            emphasis[start] = True
    kept = ~absorbed
    return Layer(codes[kept], layer.starts[kept], ends[kept], emphasis[kept], hidden[kept])


def only_emphasis(layer: Layer) -> bool:
    """True if nothing but emphasis characters was looked through to make the reader's layer."""
    alone = len(layer.starts) == 0 or bool((layer.ends - layer.starts == 1).all())
    return alone and layer.hidden is not None and not layer.hidden.any()


def tag_layer(layer: Layer) -> Layer | None:
    """Return what tag characters (U+E0020 to U+E007E) spell, None if there are none.

    Everything else is a noncharacter there, so that nothing is read across it.
    """
    tags = (layer.codes >= _TAGS + 0x20) & (layer.codes < _TAGS + 0x7F)
    if not tags.any():
        return None
    spelled = np.where(tags, layer.codes - np.uint32(_TAGS), np.uint32(_NOTHING))
    return layer._replace(codes=spelled.astype(np.uint32), emphasis=None, hidden=None)


_TAGS, _NOTHING = 0xE0000, 0xFDD0


def _decoded(token: re.Match[str]) -> int | None:
    """Return the code point that an entity or escape stands for, None if it stands for none."""
    kind, written = token.lastgroup, token[token.lastgroup or 0]
    if kind == "decimal":
        return _scalar(int(written))
    if kind in ("hexadecimal", "escape", "braced"):
        return _scalar(int(written, 16))
    if kind == "pair":
        high, low = int(written[2:6], 16), int(written[8:12], 16)
        return 0x10000 + ((high & 0x3FF) << 10 | low & 0x3FF)
    if kind in ("percent", "octets"):
        octets = written.replace("%", "").replace("\\x", "")
        written = bytes.fromhex(octets).decode("utf-8", "replace")
        return ord(written) if len(written) == 1 else 0xFFFD
    if kind == "name":
        character = html5.get(written, "")
        return ord(character) if len(character) == 1 else None
    return None


def _scalar(code: int) -> int:
    """Return the code point, or the replacement character if there is none of that number."""
    return code if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else 0xFFFD
