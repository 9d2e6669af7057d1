"""Record: what the ledger keeps of an exchange, as the frames a worker writes.

A record is opened before anything is forwarded (`OpenFrame`), grows with every release, and is
closed once (`CloseFrame`). These two are facts and hold no user content. The texts between them are
encrypted with the exchange's own data key before they touch the disk (`gateway.ledger.journal`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from gateway.nouns.picture import Looks

_MOST_TOKENS = (1 << 53) - 1


class OpenFrame(msgspec.Struct, frozen=True):
    """The facts known when an exchange begins. Times are nanoseconds since 1970.

    ``fingerprint`` false means that the policy asks for none. ``unlabelled`` is the code word for
    which the explicit label was left out, under the version ``agreement``; empty: it was not.
    ``policy`` is the hash of the policy in force, ``policy_name`` its name or its overlay's id;
    ``standing`` is where the subject stood (see `gateway.nouns.conduct.Level`); empty: nowhere.
    """

    exchange: str
    time_ns: int
    tenant: str
    principal: str
    subject: str
    subject_source: str
    protocol: str
    route: str
    model: str
    stream: bool
    policy: str
    lexicon: str
    code: str
    version: str
    fingerprint: bool = True
    unlabelled: str = ""
    agreement: str = ""
    policy_name: str = ""
    standing: str = ""


class Fingerprint(NamedTuple):
    """By what the store finds a record again without reading its contents.

    ``grams`` are keyed hashes (signed, 32 bits, ascending, each once: their order in the content is
    not told). ``sketch`` and ``pictures`` are encrypted: what confirms a text, and the looks of
    the record's pictures.
    """

    grams: tuple[int, ...]
    sketch: bytes
    pictures: bytes = b""


def key_owner(subject: str, exchange: str) -> str:
    """Return whose key protects an exchange's texts: its subject's, or one of its own if it has no
    subject. The prefix keeps both apart, whatever a subject calls itself."""
    return f"subject:{subject}" if subject else f"exchange:{exchange}"


def subject_of(owner: str) -> str:
    """Return the subject inside what `key_owner` returned; empty if the exchange had none."""
    kind, _, name = owner.partition(":")
    return name if kind == "subject" else ""


DOCUMENT = "document"
"""The path of what a marked document says: it was handed in, no model answered it."""


class AnswerText(msgspec.Struct, frozen=True, array_like=True):
    """Text that is about to be released on one channel (marks of ours included, ``own`` true)."""

    choice: int
    path: str
    text: str
    own: bool = False


def token_counts(usage: Mapping[object, object]) -> dict[str, int]:
    """Return the whole numbers of an upstream's usage that a record can hold; others are none."""
    return {
        name: count
        for name, count in usage.items()
        if isinstance(name, str) and type(count) is int and abs(count) <= _MOST_TOKENS
    }


class FindingFact(msgspec.Struct, frozen=True):
    """A finding as the record keeps it: where, what, by whom, and what was done. No text."""

    direction: str
    field_class: str
    channel: str
    category: str
    severity: int
    start: int
    end: int
    filter: str
    rule: str
    action: str
    wanted: str
    policy_rule: str


class ReceiptFact(msgspec.Struct, frozen=True):
    """A mark's receipt as the record keeps it."""

    mark: str
    status: str
    detail: str


class CloseFrame(msgspec.Struct, frozen=True):
    """The facts known when an exchange ended.

    ``released_chars`` counts code points handed to `release`, ``sent_bytes`` what the socket took.
    ``judged`` names the kinds of files that were judged, ``unjudged`` what nobody could judge.
    Durations are seconds. ``pictures`` are the looks of the pictures that were released (in frames
    of earlier versions in pieces, see `gateway.matching.picture_pack`); they go into the record's
    fingerprint and not into its facts. ``review`` names the samples that the exchange is drawn for,
    ``strike`` are the points that it puts on its subject's account.
    """

    time_ns: int
    outcome: str
    status: int
    error: str
    findings: tuple[FindingFact, ...]
    receipts: tuple[ReceiptFact, ...]
    unjudged: tuple[str, ...]
    released_chars: int
    sent_bytes: int
    retract: bool
    usage: dict[str, int]
    duration_s: float
    upstream_s: float
    upstream_request_id: str
    pictures: tuple[Looks | bytes, ...] = ()
    judged: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    strike: int = 0
