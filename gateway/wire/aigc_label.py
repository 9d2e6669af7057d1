"""The implicit label of GB 45438-2025, Annex E, written strictly and read leniently.

Written: seven string members in the standard's order, printable ASCII without white space, the
propagation members equal to the production members (note 1, first write). Read: also wrapped in
``{"AIGC": ...}``, as text inside text, with members missing, out of order or of other types, since
all of that is met in the wild.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from gateway.nouns.errors import ConfigError
from gateway.nouns.mark import AigcLabel

GENERATED = "1"
"""``Label`` of content that is AI-generated; ``2`` is possibly, ``3`` suspected."""

HEADER = b"x-sealgate-aigc"
"""The answer's header that carries `header_value`."""

KEY = "AIGC"
"""The name of the metadata member in every format (Annex E, a)."""

FIELD = "aigc"
"""The answer's extension member that carries `members`."""

_LONGEST = 64 * 1024
_DEEPEST = 3


def make_label(producer: str, exchange: str) -> AigcLabel:
    """Return the label of an exchange of this producer (a validated provider code).

    Raises ConfigError if a value has a character outside U+0021-U+007E, or is empty.
    """
    for name, value in (("ContentProducer", producer), ("ProduceID", exchange)):
        if not value or any(not "\x21" <= letter <= "\x7e" for letter in value):
            raise ConfigError(
                f"{name} of the AIGC label must be printable ASCII without blanks "
                "(GB 45438-2025, Annex E j): use the 27-character provider code.",
                param="producer",
            )
    return AigcLabel(
        Label=GENERATED,
        ContentProducer=producer,
        ProduceID=exchange,
        ReservedCode1="",
        ContentPropagator=producer,
        PropagateID=exchange,
        ReservedCode2="",
    )


def carried(found: AigcLabel | None, ours: AigcLabel) -> AigcLabel:
    """Return the label that a file bears after us, when it came with ``found``.

    Another producer's production members stay as they are and we stand as the propagator (6.1 and
    Annex E); its propagator gives way, since there is one label and one propagation in it. Our own
    earlier label, and one that names no producer, give way to ours.
    """
    if found is None or not found.ProduceID:
        return ours
    if found.ContentProducer in {"", ours.ContentProducer}:
        return ours
    return msgspec.structs.replace(
        found,
        ContentPropagator=ours.ContentProducer,
        PropagateID=ours.ProduceID,
        ReservedCode2=ours.ReservedCode2,
    )


def settled(ours: AigcLabel, values: Iterable[bytes]) -> AigcLabel:
    """Return the one label that a file shall carry which came with ``values`` (see `carried`)."""
    found = (parse(value) for value in values)
    named = (each for each in found if each is not None and each.ContentProducer)
    return carried(next((each for each in named if each.ProduceID), None), ours)


def bare_json(label: AigcLabel) -> bytes:
    """Return the seven members as one JSON object, in order, without blanks between members.

    Printable ASCII whatever the members hold: another producer's label is kept to the letter, and
    a letter outside ASCII is escaped as JSON allows.
    """
    return json.dumps(members(label), separators=(",", ":")).encode("ascii")


def header_value(label: AigcLabel) -> bytes:
    """Return the value of the `HEADER`: the bare JSON, whose key is the header's own name."""
    return bare_json(label)


def members(label: AigcLabel) -> dict[str, str]:
    """Return the seven members in order, for the extension member `FIELD` of a JSON answer."""
    return {name: getattr(label, name) for name in AigcLabel.__struct_fields__}


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
