"""What our manifests say, and what is read from a manifest (C2PA 2.2; IPTC digital source types).

The record's assertion names the exchange, the code, the producer and the time. It does not repeat
the implicit label, of which a file has one (GB 45438-2025, 6.1 c).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from gateway.marks.credentials.trial import TRIAL
from gateway.ports.mark import Claim, ClaimState

RECORD = "org.sealgate.record"
"""The label of our own assertion."""

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TRAINED = SOURCE_TYPES + "trainedAlgorithmicMedia"
COMPOSITE = SOURCE_TYPES + "compositeWithTrainedAlgorithmicMedia"

_GENERATED = ("algorithmicmedia", "compositesynthetic", "trainedalgorithmicdata")
_PARENT = "parent"


class Source(NamedTuple):
    """A whole file from which another was made, and the media type as which it is read. Where the
    library finds no manifest by itself: the one that is in it, and what a reader said of that."""

    content: bytes
    media: str
    manifest: bytes = b""
    results: Mapping[str, Any] = MappingProxyType({})


class Ingredient(NamedTuple):
    """A file that a manifest names, by which id and relationship."""

    identifier: str
    relation: str
    source: Source


class Plan(NamedTuple):
    """A manifest's definition, and which ingredients it names."""

    definition: dict[str, Any]
    ingredients: tuple[Ingredient, ...]


def plan_manifest(claim: Claim, sources: Iterable[Source]) -> Plan:
    """Return what to sign: created, or opened from these files, of which the first is the parent.

    Made from uploads (those of the claim are among the sources), it is a composite of them.
    """
    named = [
        Ingredient(f"input{index}", "inputTo", each)
        if index
        else Ingredient(_PARENT, "parentOf", each)
        for index, each in enumerate(sources)
    ]
    kind = COMPOSITE if claim.sources else TRAINED
    agent = {"softwareAgent": {"name": claim.model}} if claim.model else {}
    if not named:
        actions = [{"action": "c2pa.created", "digitalSourceType": kind, **agent}]
    else:
        actions = [
            {"action": "c2pa.opened", "parameters": {"ingredientIds": [_PARENT]}},
            {"action": "c2pa.edited", "digitalSourceType": kind, **agent},
        ]
        inputs = [each.identifier for each in named[1:]]
        if inputs:
            actions[1]["parameters"] = {"ingredientIds": inputs}
    definition = {
        "claim_generator_info": [{"name": "sealgate", "version": _version()}],
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": actions}},
            {"label": RECORD, "data": _record(claim)},
        ],
    }
    return Plan(definition, tuple(named))


@cache
def _version() -> str:
    return metadata.version("sealgate")


def read_manifest(report: str, serial: int | None, *, state: str = "") -> Claim | None:
    """Return the claim of a file's active manifest (the reader's JSON report), None for no AI.

    ``state`` stands in place of the report's own. ``serial`` is our own certificate's number: the
    claim is bound if the signer is trusted and has this number. The exchange that another signer
    names is told too: who reads it looks at state and detail.
    """
    try:
        whole = msgspec.json.decode(report)
        state = state or str(whole["validation_state"])
        manifest = whole["manifests"][whole["active_manifest"]]
        assertions = [(each["label"], each.get("data")) for each in manifest["assertions"]]
    except (msgspec.DecodeError, LookupError, TypeError, AttributeError):
        return None
    record = next((data for label, data in assertions if label == RECORD), None)
    if not isinstance(record, dict):
        if not any(_says_generated(label, data) for label, data in assertions):
            return None
        record = None
    signed = manifest.get("signature_info") or {}
    judged, detail = _judged(state, signed)
    if record is None:
        return Claim("", "", state=judged, detail=detail or "other_signer")
    numbered = serial is not None and signed.get("cert_serial_number") == str(serial)
    if not detail and serial is not None and not numbered:
        detail = "other_signer"
    return Claim(
        str(record.get("exchange", "")),
        str(record.get("code", "")),
        time_s=_seconds(record.get("time")),
        model=str(record.get("model", "")),
        state=judged,
        detail=detail,
        bound=state == "Trusted" and numbered,
    )


def signer_serial(report: str) -> int | None:
    """Return the number of the certificate that signed the active manifest, None if unknown."""
    try:
        whole = msgspec.json.decode(report)
        signed = whole["manifests"][whole["active_manifest"]]["signature_info"]
        return int(signed["cert_serial_number"])
    except (msgspec.DecodeError, LookupError, TypeError, ValueError):
        return None


def _judged(state: str, signed: dict[str, Any]) -> tuple[ClaimState, str]:
    if state not in {"Trusted", "Valid"}:
        return ClaimState.ALTERED, "signature_or_content_changed"
    if TRIAL in str(signed.get("issuer", "")):
        return ClaimState.UNTRUSTED, "trial_certificate"
    if state == "Trusted":
        return ClaimState.INTACT, ""
    return ClaimState.UNTRUSTED, "unknown_signer"


def _record(claim: Claim) -> dict[str, Any]:
    said = {
        "generated": True,
        "exchange": claim.exchange,
        "code": claim.code,
        "producer": claim.label.ContentProducer if claim.label else "",
        "model": claim.model,
        "time": datetime.fromtimestamp(claim.time_s, UTC).isoformat(timespec="seconds")
        if claim.time_s
        else "",
    }
    return {key: value for key, value in said.items() if value}


def _says_generated(label: str, data: Any) -> bool:
    if not str(label).startswith("c2pa.actions") or not isinstance(data, dict):
        return False
    actions = data.get("actions")
    kinds = [
        str(each.get("digitalSourceType", "")).lower()
        for each in (actions if isinstance(actions, list) else [])
        if isinstance(each, dict)
    ]
    return any(kind.endswith(_GENERATED) for kind in kinds)


def _seconds(said: Any) -> float:
    try:
        return datetime.fromisoformat(str(said)).timestamp()
    except (ValueError, OverflowError):
        return 0.0
