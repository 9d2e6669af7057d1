"""Evidence: what an assessment asks of the ledger: a sample of real traffic, and a signature."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

PURPOSE = b"sealgate assessment\0"
"""Stands before every message that is signed for an assessment: no such signature is good for
anything else."""


class Signature(NamedTuple):
    """An Ed25519 signature (RFC 8032) and the public key that verifies it."""

    key_id: str
    public_key: bytes
    signature: bytes


class Drawn(NamedTuple):
    """A decrypted exchange: what the user last asked, what was released. ``time_ns`` is when it
    began."""

    exchange: str
    time_ns: int
    question: str
    answer: str


class Claimed(NamedTuple):
    """What is claimed of an exchange: what was asked, what came back, and whether it was refused
    (then its text says nothing)."""

    exchange: str
    question: str
    text: str
    refused: bool


class Word(StrEnum):
    """What the ledger says of a claim; ``unknown``: it has no such record, or not its texts."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


class Evidence(Protocol):
    """The ledger's part in an assessment."""

    def sample(
        self,
        count: int,
        *,
        seed: int,
        since_s: float,
        reason: str,
        progress: Callable[[int, int], None],
        without: Collection[str] = (),
    ) -> list[Drawn]:
        """Return ``count`` exchanges drawn at random from those since a time that still have their
        contents, or all if there are fewer; none of ``without`` (ids). Every read is itself on
        record, with its reason."""
        ...

    def compare(
        self, claims: Sequence[Claimed], *, reason: str, progress: Callable[[int, int], None]
    ) -> list[Word]:
        """Return what the ledger says of each claim; one record speaks for one claim. Every read is
        itself on record, with its reason."""
        ...

    def sign(self, message: bytes) -> Signature:
        """Return a signature over `PURPOSE` and the message by the key that signs checkpoints."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...
