"""What the generic answers have in common: every string is a piece, every edit a splice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.nouns.errors import BadRequest, UpstreamBroken
from gateway.nouns.segment import Channel, FieldClass
from gateway.ports.adapter import Edits, Piece
from gateway.wire.field_map import Found, subtree, walk
from gateway.wire.json import encode_string, locate, member_splices, splice

_ANY = subtree(FieldClass.UNKNOWN)


def pieces_of(value: Any) -> tuple[Piece, ...]:
    """Return every string of a value on the channel of its own path, keys included.

    Raises UpstreamBroken if there are too many.
    """
    found: list[Found] = []
    try:
        walk(value, _ANY, (), "$", found)
    except BadRequest as error:
        raise UpstreamBroken(error.detail) from None
    return tuple(
        Piece(Channel(0, entry.name), entry.text, entry.field_class, slot=entry.pointer)
        for entry in found
        if entry.text
    )


def edited(data: bytes, pieces: tuple[Piece, ...], edits: Edits) -> bytes:
    """Return the JSON text with the edits; members only where there is an object to take them."""
    texts: Mapping[int, str] = edits.texts
    slots = {pieces[index].slot: text for index, text in texts.items()}
    spans = locate(data, slots)
    splices = [(*spans[slot], encode_string(text)) for slot, text in slots.items()]
    if edits.fields and data.lstrip().startswith(b"{"):
        splices += member_splices(data, edits.fields.items())
    return splice(data, splices)
