"""A request in a form (multipart/form-data): uploads are files, the rest are strings."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from gateway.nouns.errors import BadRequest
from gateway.nouns.segment import FieldClass, MediaPart, Segment
from gateway.ports.adapter import Request, RequestEdits, Structured
from gateway.wire.json import Splice, splice
from gateway.wire.multipart import Part, boundary_of, read_parts

_WORD = re.compile(r"[!-~]{0,256}")
_FILE_NAME = re.compile(r"[A-Za-z0-9._-]{0,64}")


class FormBody(NamedTuple):
    """A form as it was read: its parts in order, and what parts them."""

    parts: tuple[Part, ...]
    boundary: str


def read_form(
    raw: bytes, content_type: str, *, texts: Collection[str], plain: Collection[str]
) -> Request:
    """Decode a form. ``texts`` are the fields that the model reads, ``plain`` the protocol's own
    words, which are judged only if they do not look like one. Raises BadRequest."""
    body = FormBody(tuple(read_parts(raw, boundary_of(content_type))), boundary_of(content_type))
    segments: list[Segment] = []
    media: list[MediaPart] = []
    values: dict[str, str] = {}
    sources: list[bytes] = []
    for index, part in enumerate(body.parts):
        if part.filename is not None:
            content, at = raw[part.start : part.end], (index, "content")
            sources.append(content)
            media.append(MediaPart("image", at, -1, FieldClass.USER, content, part.filename, at))
            if not _FILE_NAME.fullmatch(part.filename):
                segments.append(Segment(part.filename, FieldClass.UNKNOWN, (index, "filename")))
            continue
        values[part.name] = text = _text(raw, part)
        if part.name in texts:
            segments.append(Segment(text, FieldClass.USER, (index, "content")))
        elif part.name not in plain or not _WORD.fullmatch(text):
            segments.append(Segment(text, FieldClass.UNKNOWN, (index, "content")))
    return Request(
        raw=raw,
        model=values.get("model", ""),
        stream=values.get("stream", "").lower() in {"true", "1"},
        segments=tuple(segments),
        media=tuple(media),
        structured=Structured.JSON,
        subject_fields={"user": values["user"]} if "user" in values else {},
        value=body,
        sources=tuple(sources),
    )


def _text(raw: bytes, part: Part) -> str:
    try:
        return raw[part.start : part.end].decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("A field of the form is not UTF-8.", param=part.name) from None


def write_form(request: Request, edits: RequestEdits) -> bytes:
    """Return the form with its edited strings. Raises BadRequest if one would end its part."""
    body = request.value
    if not edits.texts or not isinstance(body, FormBody):
        return request.raw
    splices: list[Splice] = []
    for pointer, text in edits.texts.items():
        part = body.parts[int(pointer[0])]
        if pointer[1] == "filename":
            safe = re.sub(r'["\\/\x00-\x1f\x7f]', "_", text)
            splices.append((part.name_start, part.name_end, safe.encode()))
            continue
        if body.boundary in text:
            raise BadRequest("A field of the form holds the form's boundary.", param=part.name)
        splices.append((part.start, part.end, text.encode("utf-8", "replace")))
    return splice(request.raw, splices)
