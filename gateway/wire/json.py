"""JSON as an adversary writes it: decoding within limits, and edits that touch nothing else.

`loads` decodes, `locate` finds where a value stands in the raw bytes, `splice` replaces just those.
So an edited body differs from the original in the edited places only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, NoReturn

import msgspec

from gateway.nouns.errors import BadRequest, UpstreamBroken
from gateway.nouns.segment import Pointer
from gateway.wire.long_containers import skip_inside
from gateway.wire.long_strings import LONG, Hollow

MAX_DEPTH = 128
"""How many containers may stand inside each other."""

KEY = -1
"""Last step of a pointer that means the key of a member, not its value."""

BOM = b"\xef\xbb\xbf"

_SPACE = re.compile(rb"[ \t\n\r]*+")
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_MEMBER = re.compile(rb'[ \t\n\r]*+"([^"\\]*+(?:\\.[^"\\]*+)*+)"[ \t\n\r]*+:[ \t\n\r]*+', re.DOTALL)
_COMMA = re.compile(rb"[ \t\n\r]*+,?")
_SCALAR = re.compile(rb"[^ \t\n\r,\]}]++")
_STRUCTURE = re.compile(rb'"[^"\\]{0,256}+(?:\\.[^"\\]{0,256}+)*+"|["\[\]{}]', re.DOTALL)
"""A bracket, a string, or the begin of one that is better skipped by `_skip`."""

_QUOTE, _BRACE, _BRACKET = b'"{['
_CLOSERS = b"]}"
_MANY = 512
"""Brackets after which a container is taken for a long one."""

_DECODER = msgspec.json.Decoder()

Span = tuple[int, int]
Splice = tuple[int, int, bytes]


def _refuse_constant(_name: str) -> NoReturn:
    raise BadRequest("The JSON holds NaN or Infinity, which JSON does not know.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BadRequest("The JSON has the same key twice in one object; send each key once.")
    return members


STRICT = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_unique)
LENIENT = json.JSONDecoder(parse_constant=_refuse_constant)
"""The decoders below `loads`. The strict one refuses an object that has a key twice."""


_LARGE = 64 * 1024


def loads(raw: bytes, *, strict: bool = False) -> Any:
    """Return the decoded value of a JSON text in UTF-8 (a byte order mark is looked through).

    ``strict`` refuses objects that have a key twice; otherwise the last one counts. Lone surrogate
    escapes stay what they are. Raises BadRequest if it is not JSON by RFC 8259, is not UTF-8 or
    is nested deeper than `MAX_DEPTH`; the message never quotes the text.
    """
    text = raw[3:] if raw.startswith(BOM) else raw
    if len(text) > _LARGE and (hollow := Hollow(text)):
        with suppress(BadRequest):  # which the whole text explains better
            return hollow.filled(_loads(hollow.text, strict=strict))
    return _loads(text, strict=strict)


def loads_answer(raw: bytes, *, strict: bool = True) -> Any:
    """As `loads`, for what an upstream sent; a key that stands twice is the protocol of nobody.

    Raises UpstreamBroken.
    """
    try:
        return loads(raw, strict=strict)
    except BadRequest as error:
        raise UpstreamBroken(error.detail) from None


def _loads(text: bytes, *, strict: bool) -> Any:
    try:
        value = _decode(text, strict=strict)
    except RecursionError:
        raise _too_deep() from None
    if text.count(b"[") + text.count(b"{") > MAX_DEPTH and deeper(value):
        raise _too_deep()
    return value


def _decode(text: bytes, *, strict: bool) -> Any:
    if not strict:
        try:
            return _DECODER.decode(text)
        except (ValueError, msgspec.MsgspecError):
            pass  # the other decoder knows lone surrogates, and says better what is wrong
    try:
        letters = text.decode("utf-8")
        return (STRICT if strict else LENIENT).decode(letters)
    except UnicodeDecodeError as error:
        raise BadRequest(f"The JSON is not UTF-8 (byte {error.start}).") from None
    except json.JSONDecodeError as error:
        raise BadRequest(f"Not valid JSON: {error.msg} (character {error.pos}).") from None
    except ValueError:
        raise BadRequest("The JSON holds a number that is too long.") from None


def _too_deep() -> BadRequest:
    return BadRequest(f"The JSON is nested deeper than {MAX_DEPTH} levels.")


def deeper(value: Any, most: int = MAX_DEPTH) -> bool:
    """Say whether more than so many containers stand inside each other."""
    level = [value]
    for _ in range(most):
        children: list[Any] = []
        for parent in level:
            if type(parent) is dict:
                children += parent.values()
            elif type(parent) is list:
                children += parent
        level = [child for child in children if type(child) is dict or type(child) is list]
        if not level:
            return False
    return True


def encode_string(text: str) -> bytes:
    """Return a text as a JSON string in UTF-8, quotes included; lone surrogates become escapes."""
    try:
        return msgspec.json.encode(text)
    except UnicodeEncodeError:
        return json.dumps(text).encode("ascii")


def encode(value: Any) -> bytes:
    """Return a value as compact JSON in UTF-8; lone surrogates become escapes."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode("ascii")


class _Wanted:
    """A tree of the pointers that are looked for."""

    __slots__ = ("children", "pointer")

    def __init__(self) -> None:
        self.children: dict[str | int, _Wanted] = {}
        self.pointer: Pointer | None = None

    def add(self, pointer: Pointer) -> None:
        node = self
        for step in pointer:
            node = node.children.setdefault(step, _Wanted())
        node.pointer = pointer


def locate(raw: bytes, pointers: Iterable[Pointer]) -> dict[Pointer, Span]:
    """Return where the values at these pointers stand in the raw bytes, as byte offsets.

    A string's span includes its quotes; ``(..., key, KEY)`` asks for the key of a member, ``()``
    for the whole value. What is not there is left out. Where a key stands twice the last one
    counts, as in `loads`. The text must have passed `loads`.
    """
    wanted = _Wanted()
    for pointer in pointers:
        wanted.add(pointer)
    spans: dict[Pointer, Span] = {}
    if not wanted.children and wanted.pointer is None:
        return spans
    start = _space(raw, 3 if raw.startswith(BOM) else 0)
    _visit(raw, start, wanted, spans)
    return spans


def _space(raw: bytes, at: int) -> int:
    return _SPACE.match(raw, at).end()  # type: ignore[union-attr]  # matches the empty string too


def _end(pattern: re.Pattern[bytes], raw: bytes, at: int) -> int:
    found = pattern.match(raw, at)
    if found is None:
        raise ValueError(f"not JSON at byte {at}")
    return found.end()


def _skip(raw: bytes, at: int) -> int:
    first = raw[at]
    if first == _QUOTE:
        end = raw.find(b'"', at + 1)
        plain = end > 0 and raw.find(b"\\", at + 1, end) < 0  # a file in base64 is megabytes long
        return end + 1 if plain else _end(_STRING, raw, at)
    if first not in (_BRACE, _BRACKET):
        return _end(_SCALAR, raw, at)
    return _skip_container(raw, at)


def _skip_container(raw: bytes, at: int) -> int:
    at, depth = _out_of(raw, at, 0, _MANY)
    if depth:  # a long one
        at, depth = _out_of(raw, *skip_inside(raw, at, depth), len(raw))
    if depth:
        raise ValueError("not JSON: a container has no end")
    return at


def _out_of(raw: bytes, at: int, depth: int, most: int) -> tuple[int, int]:
    """Return where the outermost of ``depth`` open containers ends, and 0; or, after ``most``
    brackets, a place outside of strings, and how many are open there."""
    for bracket in islice(_brackets(raw, at), most):
        at = bracket + 1
        depth += -1 if raw[bracket] in _CLOSERS else 1
        if depth == 0:
            break
    return at, depth


def _brackets(raw: bytes, at: int) -> Iterator[int]:
    """Yield where the brackets outside of strings stand from here on."""
    while at < len(raw):
        for token in _STRUCTURE.finditer(raw, at):
            at, end = token.span()
            if raw[at] != _QUOTE:
                yield at
            elif end - at == 1:
                at = _skip(raw, at)
                break
        else:
            return


def _visit(raw: bytes, at: int, wanted: _Wanted, spans: dict[Pointer, Span]) -> int:
    first = raw[at]
    if not wanted.children or first not in (_BRACE, _BRACKET):
        end = _skip(raw, at)
    elif first == _BRACE:
        end = _visit_object(raw, at, wanted, spans)
    else:
        end = _visit_array(raw, at, wanted, spans)
    if wanted.pointer is not None:
        spans[wanted.pointer] = (at, end)
    return end


def _visit_object(raw: bytes, at: int, wanted: _Wanted, spans: dict[Pointer, Span]) -> int:
    at += 1
    while (member := _MEMBER.match(raw, at)) is not None:
        inner, value_at = member[1], member.end()
        key = loads(b'"%b"' % inner) if b"\\" in inner else inner.decode("utf-8")
        child = wanted.children.get(key)
        if child is None:
            at = _skip(raw, value_at)
        else:
            of_key = child.children.get(KEY)
            if of_key is not None and of_key.pointer is not None:
                spans[of_key.pointer] = (member.start(1) - 1, member.end(1) + 1)
            at = _visit(raw, value_at, child, spans)
        at = _end(_COMMA, raw, at)
    return _space(raw, at) + 1


def _visit_array(raw: bytes, at: int, wanted: _Wanted, spans: dict[Pointer, Span]) -> int:
    at = _space(raw, at + 1)
    index = 0
    while raw[at] not in _CLOSERS:
        child = wanted.children.get(index)
        at = _skip(raw, at) if child is None else _visit(raw, at, child, spans)
        at = _space(raw, _end(_COMMA, raw, at))
        index += 1
    return at + 1


def splice(raw: bytes, splices: Iterable[Splice]) -> bytes:
    """Return the bytes with each ``[start, end)`` replaced, everything else as it was.

    Several insertions at one place keep their order. Raises ValueError if two of them overlap.
    """
    out: list[bytes] = []
    at = 0
    for start, end, new in sorted(splices, key=lambda entry: entry[:2]):
        if start < at or end < start:
            raise ValueError("splices overlap")
        out += (raw[at:start], new)
        at = end
    out.append(raw[at:])
    return b"".join(out)


def within_quotes(span: Span, new: bytes) -> Splice:
    """Return the splice that gives a string another content; ``new`` needs no escapes."""
    return span[0] + 1, span[1] - 1, new


def member_splices(raw: bytes, members: Iterable[tuple[str, object]]) -> list[Splice]:
    """Return the splices that give the top object these members.

    A member that it has already gets the new value; the others come before its last brace.
    Raises ValueError if the text is no object.
    """
    given = list(members)
    start = _space(raw, 3 if raw.startswith(BOM) else 0)
    if raw[start : start + 1] != b"{":
        raise ValueError("only an object takes members")
    spans: dict[Pointer, Span] = {}
    if _is_mostly_strings(raw) or _may_name(raw, given):
        spans = locate(raw, [(name,) for name, _ in given])
    splices: list[Splice] = []
    added = b""
    empty = raw[_space(raw, start + 1)] == ord("}")
    for name, value in given:
        if (name,) in spans:
            splices.append((*spans[(name,)], encode(value)))
            continue
        comma = b"" if empty and not added else b","
        added += comma + encode_string(name) + b":" + encode(value)
    if added:
        end = len(raw.rstrip(b" \t\n\r")) - 1
        splices.append((end, end, added))
    return splices


def _is_mostly_strings(raw: bytes) -> bool:
    """Say whether walking a large text is quicker than searching it: single bytes are found at
    memory's speed, words are not, and few quotes are quickly counted."""
    at = 0
    for _ in range(len(raw) // LONG if len(raw) > _LARGE else 0):
        at = raw.find(b'"', at) + 1
        if not at:
            return True
    return False


def _may_name(raw: bytes, members: Iterable[tuple[str, object]]) -> bool:
    return b"\\u" in raw or any(encode_string(name) in raw for name, _ in members)


def removal_splices(spans: list[Span], dropped: Iterable[int]) -> list[Splice]:
    """Return the splices that take elements out of an array whose elements stand at ``spans``.

    One comma goes with each, so that the array stays valid.
    """
    gone = set(dropped)
    kept = [index for index in range(len(spans)) if index not in gone]
    if not kept:
        return [(spans[0][0], spans[-1][1], b"")] if spans else []
    last = kept[-1]
    splices: list[Splice] = [
        (spans[index][0], spans[index + 1][0], b"") for index in sorted(gone) if index < last
    ]
    if last + 1 < len(spans):
        splices.append((spans[last][1], spans[-1][1], b""))
    return splices


def strings(value: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, str]]:
    """Yield every string of a decoded value with its pointer, keys included, in wire order."""
    if type(value) is str:
        yield pointer, value
    elif type(value) is dict:
        for key, inner in value.items():
            yield (*pointer, key, KEY), key
            yield from strings(inner, (*pointer, key))
    elif type(value) is list:
        for index, inner in enumerate(value):
            yield from strings(inner, (*pointer, index))
