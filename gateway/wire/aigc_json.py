"""The value of the metadata label (GB 45438-2025, Annex E) as it stands in a file.

Written strictly: one JSON object of seven string members in the standard's order, in printable
ASCII. Read leniently: also wrapped in ``{"AIGC": ...}``, as text inside text, with members missing,
out of order or of other types, since all of that is met in the wild.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from gateway.nouns.mark import AigcLabel

KEY = "AIGC"
"""The name of the metadata member in every format (Annex E, a)."""

_LONGEST = 64 * 1024
_DEEPEST = 3


def bare_json(label: AigcLabel) -> bytes:
    """Return the seven members as one JSON object, in order, without blanks between members.

    Printable ASCII whatever the members hold: another producer's label is kept to the letter, and
    a letter outside ASCII is escaped as JSON allows.
    """
    members = {name: getattr(label, name) for name in AigcLabel.__struct_fields__}
    return json.dumps(members, separators=(",", ":")).encode("ascii")


def parse(value: bytes | str) -> AigcLabel | None:
    """Return the label in a metadata value, header or JSON member; None if there is none.

    Never raises: what is read here was written by anybody.
    """
    data: Any = value
    for _ in range(_DEEPEST):
        found = _decoded(data)
        if isinstance(found, dict):
            if "Label" in found:
                return _lenient(found)
            data = next((found[key] for key in found if key.upper() == KEY), None)
            if isinstance(data, dict):
                return _lenient(data)
        else:
            data = found
        if not isinstance(data, str):
            return None
    return None


def settled(ours: AigcLabel, values: Sequence[bytes]) -> AigcLabel:
    """Return the one label that a file shall carry which carries ``values`` and comes from us.

    Production members are never changed (6.1): a label that names a producer and its number keeps
    them and its first reserved member, and gets ours as propagator. Ours stands where there is
    none, or none that names a producer.
    """
    for value in values:
        found = parse(value)
        if found is None or not found.ContentProducer or not found.ProduceID:
            continue
        if (found.ContentProducer, found.ProduceID) == (ours.ContentProducer, ours.ProduceID):
            return ours
        return AigcLabel(
            Label=found.Label,
            ContentProducer=found.ContentProducer,
            ProduceID=found.ProduceID,
            ReservedCode1=found.ReservedCode1,
            ContentPropagator=ours.ContentPropagator,
            PropagateID=ours.PropagateID,
            ReservedCode2=ours.ReservedCode2,
        )
    return ours


def _decoded(value: bytes | str) -> Any:
    data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    if len(data) > _LONGEST:
        return None
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _lenient(found: dict[str, Any]) -> AigcLabel | None:
    read = {name: _text(found.get(name, "")) for name in AigcLabel.__struct_fields__}
    return AigcLabel(**read) if read["Label"] else None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    return msgspec.json.encode(value).decode()
