"""The reader's view: what a person sees of a text that is rendered as HTML or Markdown, or whose
escapes are read.

Entities, octets of UTF-8 (``%XX``, RFC 3986, 2.1; ``\\xXX``; ``\\OOO``; ``=XX``, RFC 2045, 6.7, of
more than one octet) and code points (``\\uXXXX``, ``%uXXXX``, ``\\u{X}``, ``\\UXXXXXXXX``) are
decoded, tags, soft line breaks and hyphens at the end of a line are taken out, emphasis characters
are looked through; what then stands there is read once more, at most `DEPTH` times. Every token is
recognised from its own characters (at most 65 of them) and a letter beside them, never from what
stands before, so that a text may be read from any point on.
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
_QUOTED_MORE = "(?:=[89AB][0-9A-F])"
_OCTAL_MORE = r"(?:\\2[0-7]{2})"

_TOKEN = re.compile(
    r"(?P<tag><[/!?A-Za-z][^<>]{0,62}>)"
    r"|&\#(?P<decimal>[0-9]{1,60});?"
    r"|&\#[xX](?P<hexadecimal>[0-9a-fA-F]{1,60});?"
    r"|&(?P<name>[A-Za-z][A-Za-z0-9]{1,31};)"
    r"|(?P<pair>[\\%]u[dD][89abAB][0-9a-fA-F]{2}[\\%]u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|[\\%]u(?P<escape>[0-9a-fA-F]{4})"
    r"|\\U(?P<long>[0-9a-fA-F]{8})"
    r"|\\u\{(?P<braced>[0-9a-fA-F]{1,6})\}"
    "|(?P<percent>" + _octets("%") + ")|(?P<octets>" + _octets(r"\\x") + ")"
    rf"|(?P<quoted>=(?:[CD][0-9A-F]{_QUOTED_MORE}|E[0-9A-F]{_QUOTED_MORE}{{2}}"
    rf"|F[0-4]{_QUOTED_MORE}{{3}}))"
    rf"|(?P<octal>\\3(?:[0-3][0-7]{_OCTAL_MORE}|[45][0-7]{_OCTAL_MORE}{{2}}"
    rf"|6[0-7]{_OCTAL_MORE}{{3}}))"
    r"|(?P<break>=\r?\n|(?<=[A-Za-z])-\r?\n(?=[A-Za-z]))"
    r"|(?P<emphasis>[*~`]|\\(?=[!-/:-@\[-`{-~]))"
)

_OPEN = re.compile(
    r"(?:<(?:[/!?A-Za-z][^<>]{0,62})?"
    r"|&(?:\#(?:[0-9]{0,60}|[xX][0-9a-fA-F]{0,60})|[A-Za-z][A-Za-z0-9]{0,31})?"
    r"|[\\%](?:u(?:[0-9a-fA-F]{0,3}|\{[0-9a-fA-F]{0,6}))?|\\U[0-9a-fA-F]{0,7}"
    r"|[\\%]u[dD][89abAB][0-9a-fA-F]{2}(?:[\\%](?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?"
    rf"|\\3[0-7]{{0,2}}|\\3[0-7]{{2}}{_OCTAL_MORE}{{0,2}}\\(?:2[0-7]?)?"
    rf"|\\3[4-6][0-7]{_OCTAL_MORE}|\\36[0-7]{_OCTAL_MORE}{{2}}"
    "|" + _open_octets("%", f"(?:%{_PART})?")
    + "|" + _open_octets(r"\\x", rf"(?:\\(?:x{_PART})?)?")
    + rf"|=(?:[C-F]|[C-F][0-9A-F]{_QUOTED_MORE}{{0,2}}(?:=[89AB]?)?|\r)?"
    + r"|(?<=[A-Za-z])-\r?\n?)\Z"
)  # fmt: skip

_LOOKS_ESCAPED = re.compile(
    r"%(?:[0-9a-fA-Fu]|\Z)|=(?:[C-F](?:[0-9A-F](?:=|\Z)|\Z)|\r?\n|\r?\Z)"
    r"|-(?<=[A-Za-z]-)\r?(?:\n(?:[A-Za-z]|\Z)|\Z)"
).search
_QUOTED_END = re.compile(r"=[89AB][0-9A-F]\Z").search

DEPTH = 3
"""Encodings one in the other, at most."""

_OPENING = np.array([ord(sign) for sign in "%&\\=<"], np.uint32)
"""What a token may begin with that is worth reading once more."""


def looks_escaped(text: str, start: int) -> bool:
    """True if a token may begin at or after ``start`` that plain text does not show."""
    if not ("%" in text or "=" in text or "-" in text):
        return False
    return _LOOKS_ESCAPED(text, start) is not None


def may_end_token(text: str) -> bool:
    """True if a reader may see something else at the end of a text than its last character."""
    if "=" in text and _QUOTED_END(text):
        return True
    return "&" in text or "\\" in text or "<" in text or "%" in text


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

    def said(self) -> str:
        """Return the text that the code points make; lone surrogates are kept."""
        return self.codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")

    def until(self, stop: int) -> Layer:
        """Return the first ``stop`` code points."""
        emphasis = None if self.emphasis is None else self.emphasis[:stop]
        hidden = None if self.hidden is None else self.hidden[:stop]
        return Layer(self.codes[:stop], self.starts[:stop], self.ends[:stop], emphasis, hidden)


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


def read_layer(text: str, *, final: bool) -> tuple[Layer | None, int]:
    """Return a text as a reader sees it, or None if that is how it is written; and the place from
    which on it cannot be read yet. Only what stands before that place is in the layer."""
    end = len(text) if final else open_markup(text, 0)
    tokens = [token for token in _TOKEN.finditer(text) if token.start() < end]
    layer = _decode(raw_layer(text[:end]), tokens)
    for _ in range(DEPTH - 1):
        if layer is None or not _opens(layer):
            break
        written = layer.said()
        stop = len(written) if final else open_markup(written, 0)
        if stop < len(written):
            end = int(layer.starts[stop])
            layer = layer.until(stop)
        tokens = [token for token in _TOKEN.finditer(written) if token.start() < stop]
        layer = _decode(layer, tokens) or layer
    return layer, end


def _opens(layer: Layer) -> bool:
    """True if a character that was decoded may begin another token."""
    decoded = layer.codes[layer.ends - layer.starts > 1]
    return bool(len(decoded)) and bool(np.isin(decoded, _OPENING).any())


def _decode(layer: Layer, tokens: list[re.Match[str]]) -> Layer | None:
    """Return a layer with what its tokens stand for, and what they hide marked; None if that is
    nothing."""
    decoded = [(token.start(), token.end(), _decoded(token), token.lastgroup) for token in tokens]
    if all(code is None and kind == "name" for _, _, code, kind in decoded):
        return None
    codes, ends = layer.codes.copy(), layer.ends.copy()
    nothing = np.zeros(len(codes), np.bool_)
    emphasis = nothing.copy() if layer.emphasis is None else layer.emphasis.copy()
    hidden = nothing.copy() if layer.hidden is None else layer.hidden.copy()
    absorbed = nothing.copy()
    for start, stop, code, kind in decoded:
        if code is not None:
            codes[start], ends[start] = code, layer.ends[stop - 1]
            absorbed[start + 1 : stop] = True
        elif kind in ("tag", "break"):
            hidden[start:stop] = True
        elif kind == "emphasis":
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
    if kind in ("hexadecimal", "escape", "long", "braced"):
        return _scalar(int(written, 16))
    if kind == "pair":
        high, low = int(written[2:6], 16), int(written[8:12], 16)
        return 0x10000 + ((high & 0x3FF) << 10 | low & 0x3FF)
    if kind in ("percent", "octets", "quoted"):
        return _character(bytes.fromhex(re.sub(r"%|=|\\x", "", written)))
    if kind == "octal":
        return _character(bytes(int(octet, 8) for octet in written[1:].split("\\")))
    if kind == "name":
        character = html5.get(written, "")
        return ord(character) if len(character) == 1 else None
    return None


def _character(octets: bytes) -> int:
    """Return the one code point that octets say, or the replacement character."""
    said = octets.decode("utf-8", "replace")
    return ord(said) if len(said) == 1 else 0xFFFD


def _scalar(code: int) -> int:
    """Return the code point, or the replacement character if there is none of that number."""
    return code if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else 0xFFFD
