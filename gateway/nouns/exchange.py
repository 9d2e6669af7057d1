"""Exchange: one call through the gateway and its answer; and who asks, for whom."""

from __future__ import annotations

from typing import NamedTuple

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32 digits, used by ULIDs and label codes."""

DEFAULT_TENANT = "default"


def exchange_id(time_ms: int, randomness: bytes) -> str:
    """Return the ULID of a moment (milliseconds since 1970) and ten random bytes.

    Its 26 characters sort by time; it is the exchange's id everywhere and the ``ProduceID`` of its
    marks. Raises ValueError if the randomness is not ten bytes.
    """
    if len(randomness) != 10:
        raise ValueError("a ULID takes ten random bytes")
    number = (time_ms & ((1 << 48) - 1)) << 80 | int.from_bytes(randomness, "big")
    return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def exchange_time_ms(identifier: str) -> int:
    """Return the moment inside an exchange id. Raises ValueError if it is no ULID."""
    if len(identifier) != 26 or any(letter not in CROCKFORD for letter in identifier):
        raise ValueError("an exchange id has 26 characters of Crockford's base 32")
    number = 0
    for letter in identifier[:10]:
        number = number << 5 | CROCKFORD.index(letter)
    return number


class Principal(NamedTuple):
    """Who asks: ``key`` is the gateway key's id, or the keyed hash of a key that passes through.

    ``kind`` is ``gateway_key``, ``transparent`` or ``anonymous``. Limits are per minute and at
    once; None means no limit. ``label`` overrides the policy's label mode for this key.
    ``agreement`` is the version of the accepted agreement on unlabelled delivery; empty: none.
    """

    key: str
    kind: str
    tenant: str = DEFAULT_TENANT
    requests_per_minute: int | None = None
    concurrent: int | None = None
    label: str | None = None
    agreement: str = ""


class Subject(NamedTuple):
    """The end user it asks for; ``source`` says where the id was found (``missing``: nowhere)."""

    id: str
    source: str


NO_SUBJECT = Subject("", "missing")
