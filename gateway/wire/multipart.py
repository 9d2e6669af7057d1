"""Multipart forms (RFC 7578 over RFC 2046), read strictly: nothing that two readers could read in
two ways is taken, because the upstream reads the same bytes again.

So: no preamble, no epilogue, no other headers than the two that forms have, no transfer encodings,
no charsets that spell in their own way, no extended parameters, no name twice unless it ends in
``[]``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gateway.nouns.errors import BadRequest

MOST_PARTS = 64
_MOST_HEAD = 4096
_BOUNDARY = re.compile(
    r"multipart/form-data\s*;\s*boundary="
    r"(?:\"([0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-])\""
    r"|([0-9A-Za-z'()+_.-]{1,70}))\s*(?:;\s*charset=\"?utf-8\"?\s*)?",
    re.IGNORECASE,
)
_DISPOSITION = re.compile(
    rb'form-data; ?name="([A-Za-z0-9_.-]{1,64}(?:\[\])?)"'
    rb'(?:; ?filename="([^"\\\x00-\x1f\x7f/]{0,255})")?'
)
_TYPE = re.compile(
    rb"[A-Za-z0-9!#$&^_.+-]{1,64}/[A-Za-z0-9!#$&^_.+-]{1,64}"
    rb"(?: ?; ?charset=(?i:utf-8|us-ascii|iso-8859-1))?"
)


class Part(NamedTuple):
    """One part. ``start`` and ``end`` are the byte offsets of its content in the body, those of
    the filename are ``name_start`` and ``name_end`` (equal if there is none)."""

    name: str
    filename: str | None
    content_type: str
    start: int
    end: int
    name_start: int = 0
    name_end: int = 0


def boundary_of(content_type: str) -> str:
    """Return the boundary of a form. Raises BadRequest."""
    found = _BOUNDARY.fullmatch(content_type.strip())
    if found is None:
        raise BadRequest("The form's content type is malformed.", param="content-type")
    return found[1] or found[2]


def read_parts(body: bytes, boundary: str) -> list[Part]:
    """Return the parts in order. Raises BadRequest for what is not a plain form."""
    line = b"--" + boundary.encode("ascii")
    if not body.startswith(line + b"\r\n"):
        raise BadRequest("The form does not begin with its boundary.")
    separator = b"\r\n" + line
    parts: list[Part] = []
    at = len(line) + 2
    while True:
        if len(parts) >= MOST_PARTS:
            raise BadRequest(f"The form has more than {MOST_PARTS} parts.")
        head_end = body.find(b"\r\n\r\n", at, at + _MOST_HEAD)
        end = body.find(separator, head_end + 4)
        if head_end < 0 or end < 0:
            raise BadRequest("A part of the form is malformed or never ends.")
        parts.append(_part(body, at, head_end, (head_end + 4, end)))
        at = end + len(separator)
        tail = body[at : at + 2]
        if tail == b"--":
            if body[at + 2 :] not in (b"", b"\r\n"):
                raise BadRequest("Something follows the form's end.")
            break
        if tail != b"\r\n":
            raise BadRequest("The form has a line that only resembles its boundary.")
        at += 2
    _no_name_twice(parts)
    return parts


def _part(body: bytes, at: int, head_end: int, span: tuple[int, int]) -> Part:
    disposition: re.Match[bytes] | None = None
    content_type = ""
    seen: set[bytes] = set()
    while at <= head_end:
        end = body.find(b"\r\n", at, head_end + 2)
        name, colon, _ = body[at:end].partition(b":")
        key = name.lower()
        value_at = at + len(name) + 1
        while body[value_at : value_at + 1] == b" ":
            value_at += 1
        if not colon or key in seen:
            raise BadRequest("A part of the form has a malformed header.")
        seen.add(key)
        if key == b"content-disposition":
            disposition = _DISPOSITION.fullmatch(body, value_at, end)
        elif key == b"content-type" and _TYPE.fullmatch(body, value_at, end):
            content_type = body[value_at:end].decode("ascii")
        else:
            raise BadRequest("A part of the form has a header that forms do not have.")
        at = end + 2
    if disposition is None:
        raise BadRequest("A part of the form has no plain name.")
    return Part(
        disposition[1].decode("ascii"), _filename(disposition[2]), content_type, *span,
        *(disposition.span(2) if disposition[2] is not None else (0, 0)),
    )  # fmt: skip


def _filename(raw: bytes | None) -> str | None:
    if raw is None:
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("A file name of the form is not UTF-8.") from None


def _no_name_twice(parts: list[Part]) -> None:
    seen: set[str] = set()
    for part in parts:
        name = part.name.removesuffix("[]")
        if name in seen and not part.name.endswith("[]"):
            raise BadRequest("A field of the form stands twice.", param=name)
        if part.name.endswith("[]") and name in {p.name for p in parts}:
            raise BadRequest("A field of the form stands twice.", param=name)
        seen.add(name)
