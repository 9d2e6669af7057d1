"""The producer's signature in ``ReservedCode1`` of the implicit label (TC260-PG-202511A).

The value is a JSON object as text, ``{"SecurityData": {...}}``, whose public part holds a digital
signature (``DS``) and the key that it is by (``PubKey``). Signed are the first three members of the
label as they stand in it, without braces (appendix A.1 of the guide); some producers sign the SM3
hash of that text instead, so a reader tries both. The key travels in the file that it signs: only
a key that is known beforehand (pinned) says who signed.

``ReservedCode2`` is left empty. What a propagator signs is not settled: the guide names no message
for it that could be confirmed on a real file, and a value that nobody can check proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from gateway.matching.sm2 import sign, sm3, verify
from gateway.matching.sm2_keys import Sm2Key, public_hex, read_public_hex
from gateway.nouns.mark import AigcLabel
from gateway.ports.mark import ClaimState

ALGORITHM = "1.2.156.10197.1.501"
"""SM3withSM2 (GM/T 0006)."""

_TYPE = "TC260PG"
_VERSION = 1
_SIGNED = "Md"
"""The guide's own word for the metadata label as what is signed."""
_LONGEST = 16 * 1024


def signed_message(label: AigcLabel) -> bytes:
    """Return what is signed: ``"Label":"1","ContentProducer":"X","ProduceID":"Y"``."""
    first = {name: getattr(label, name) for name in ("Label", "ContentProducer", "ProduceID")}
    return msgspec.json.encode(first)[1:-1]


def sign_label(label: AigcLabel, key: Sm2Key) -> AigcLabel:
    """Return the label with the producer's signature in ``ReservedCode1``."""
    public = {"Type": "PubKey", "AlgID": ALGORITHM, "KeyValue": public_hex(key.public)}
    signature = {
        "Type": "DS",
        "AlgID": ALGORITHM,
        "TBSData": {"Type": _SIGNED},
        "Signature": sign(signed_message(label), key.secret).hex().upper(),
    }
    whole = {"SecurityData": {"Type": _TYPE, "Version": _VERSION, "PubSD": [signature, public]}}
    return msgspec.structs.replace(label, ReservedCode1=msgspec.json.encode(whole).decode())


def verify_label(label: AigcLabel, pinned: Iterable[str] = ()) -> ClaimState | None:
    """Return what the signature in ``ReservedCode1`` says; None if it holds none to check.

    ``pinned`` are public keys (SPKI in hex) that are trusted. Intact: signed by one of them.
    Untrusted: signed, by a key that only the label itself names. Altered: the signature is not that
    of this label. A reserved code in a producer's own form is none to check. Raises nothing.
    """
    found = _parts(label.ReservedCode1)
    if found is None:
        return None
    try:
        signature = bytes.fromhex(str(found["DS"].get("Signature", "")))
        public = read_public_hex(str(found["PubKey"].get("KeyValue", "")))
    except ValueError:
        return ClaimState.ALTERED
    message = signed_message(label)
    if not any(verify(signed, signature, public) for signed in (message, sm3(message))):
        return ClaimState.ALTERED
    known = {each.strip().upper() for each in pinned}
    return ClaimState.INTACT if public_hex(public) in known else ClaimState.UNTRUSTED


def _parts(reserved: str) -> dict[str, dict[str, Any]] | None:
    """Return the signature and the key of security data by their types, if both are by SM2."""
    if not reserved or len(reserved) > _LONGEST:
        return None
    try:
        data: Any = msgspec.json.decode(reserved)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    for step in ("SecurityData", "PubSD"):
        data = data.get(step) if isinstance(data, dict) else None
    if not isinstance(data, list):
        return None
    parts = {
        str(each.get("Type")): each
        for each in data
        if isinstance(each, dict) and each.get("AlgID") == ALGORITHM
    }
    return parts if {"DS", "PubKey"} <= parts.keys() else None
