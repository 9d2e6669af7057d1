"""Reads JSON by a field map: strings to segments and pieces, files to media; edits are splices."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any

from gateway.nouns.errors import BadRequest, UpstreamBroken
from gateway.nouns.record import token_counts
from gateway.nouns.segment import Channel, FieldClass, MediaPart, Pointer, Segment
from gateway.ports.adapter import Coding, Edits, Media, Piece, Request, RequestEdits, Structured
from gateway.wire.field_map import Found, Node, walk
from gateway.wire.json import (
    Splice,
    encode_string,
    loads,
    locate,
    member_splices,
    splice,
    within_quotes,
)


def value_at(value: Any, pointer: Pointer) -> Any:
    """Return what stands at a pointer that was found in this value."""
    for step in pointer:
        value = value[step]
    return value


def coding_of(text: str) -> Coding:
    """Return how a string holds a file."""
    head = text[:8].lower()
    if head.startswith("data:"):
        return Coding.DATA_URL
    return Coding.URL if head.startswith(("http:", "https:")) else Coding.BASE64


# -- requests ------------------------------------------------------------------------------------


def read_json_request(
    raw: bytes, node: Node, *, strict: bool, structured: Structured, textless: bool = False
) -> Request:
    """Decode a request by its map. Raises BadRequest naming the field at fault."""
    body = loads(raw, strict=strict)
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.")
    found: list[Found] = []
    walk(body, node, (), "", found)
    model, user = body.get("model"), body.get("user")
    media = tuple(
        MediaPart(
            one.media, one.pointer, -1, FieldClass.USER, value_at(body, one.pointer), "",
            one.pointer,
        )
        for one in found
        if one.media
    )  # fmt: skip
    return Request(
        raw=raw,
        model=model if isinstance(model, str) else "",
        stream=body.get("stream") is True or body.get("stream_format") == "sse",
        segments=tuple(
            Segment(one.text, one.field_class, one.pointer, one.form)
            for one in found if not one.media
        ),
        media=media,
        structured=structured,
        subject_fields={"user": user} if isinstance(user, str) else {},
        value=body,
        textless=textless,
        sources=_sources(body, media),
    )  # fmt: skip


def _sources(body: Any, media: Iterable[MediaPart]) -> tuple[bytes, ...]:
    """Return the files that came inside the request; what is named by a URL is not here."""
    found = []
    for part in media:
        text = value_at(body, part.pointer)
        if isinstance(text, str) and coding_of(text) is not Coding.URL:
            try:
                found.append(base64.b64decode(text.partition(",")[2] or text, validate=True))
            except (binascii.Error, ValueError):
                continue
    return tuple(found)


def write_json_request(request: Request, edits: RequestEdits) -> bytes:
    """Return the body for the upstream: the original bytes with splices, or themselves."""
    if not edits.texts:
        return request.raw
    spans = locate(request.raw, edits.texts)
    return splice(
        request.raw, ((*spans[slot], encode_string(text)) for slot, text in edits.texts.items())
    )


# -- answers -------------------------------------------------------------------------------------


def read_value(
    value: Any, node: Node, *, hint: str = "", stream: str = ""
) -> tuple[tuple[Piece, ...], tuple[Media, ...]]:
    """Return the texts and the files of an answer's value, all of choice 0.

    What stands where a file belongs is a file, and judged as text too if it reads like one.
    """
    found: list[Found] = []
    try:
        walk(value, node, (), "$", found)
    except BadRequest as error:
        raise UpstreamBroken(error.detail) from None
    pieces = tuple(
        Piece(Channel(0, one.name), one.text, one.field_class, one.form, one.pointer)
        for one in found if one.text
    )  # fmt: skip
    media = []
    for one in found:
        kind = one.meant or one.media
        data = value_at(value, one.pointer) if kind else ""
        if data:
            kind = "image" if kind == "data_url" else kind
            media.append(Media(0, kind, data, coding_of(data), hint, one.pointer, stream))
    return pieces, tuple(media)


def edited(data: bytes, pieces: tuple[Piece, ...], media: tuple[Media, ...], edits: Edits) -> bytes:
    """Return the JSON text with the edits; members only where there is an object to take them."""
    texts = {pieces[index].slot: text for index, text in edits.texts.items()}
    files = {media[index].slot: new for index, new in edits.media.items()}
    spans = locate(data, (*texts, *files))
    splices: list[Splice] = [within_quotes(spans[slot], new) for slot, new in files.items()]
    splices += [
        (*spans[slot], encode_string(text)) for slot, text in texts.items() if slot not in files
    ]
    if edits.fields and data.lstrip().startswith(b"{"):
        splices += member_splices(data, edits.fields.items())
    return splice(data, splices)


def usage_of(value: Any) -> Mapping[str, int]:
    """Return the token counts of an answer, if it has some."""
    usage = value.get("usage") if isinstance(value, dict) else None
    if not isinstance(usage, dict):
        return {}
    return token_counts(usage)
