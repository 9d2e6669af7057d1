"""Contents: the texts and facts of one exchange in the form that the store keeps.

Texts of a channel are joined, compressed (Zstandard) and encrypted under a data key that is new for
the store, wrapped by the subject's key. Facts are JSON without the subject's id, which stands in a
column of its own and can be deleted.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.ledger.crypt import NONCE_BYTES, new_key, unwrap, wrap
from gateway.nouns.errors import LedgerFailed
from gateway.nouns.record import AnswerText, CloseFrame, OpenFrame

RECOVERED = "recovered"
"""State and outcome of an exchange whose process died before it closed the record."""

_NONCE = bytes(NONCE_BYTES)
_LARGEST = 1 << 31


class Contents(msgspec.Struct, frozen=True, array_like=True):
    """What was said. ``request`` is what the client sent, ``edited`` what went upstream if it
    differs. ``answer`` was released, ``suppressed`` was not; runs of one channel are joined."""

    request: bytes | None
    edited: bytes | None
    answer: tuple[AnswerText, ...]
    suppressed: tuple[AnswerText, ...]


class Facts(msgspec.Struct, frozen=True):
    """What is known of an exchange besides its texts.

    ``state`` is ``closed`` or ``recovered``; then ``close`` is None and ``sent_bytes`` is the last
    figure that reached the spool. ``spooled_chars`` counts the released code points in it.
    ``complete`` is false if a frame could not be read again.
    """

    state: str
    open: OpenFrame
    close: CloseFrame | None
    sent_bytes: int
    spooled_chars: int
    complete: bool = True


def join_runs(texts: Iterable[AnswerText]) -> tuple[AnswerText, ...]:
    """Join the pieces of each channel, in order; marks of ours stay pieces of their own."""
    runs: list[tuple[AnswerText, list[str]]] = []
    last: dict[tuple[int, str], int] = {}
    for piece in texts:
        channel = (piece.choice, piece.path)
        place = last.get(channel)
        if place is not None and runs[place][0].own == piece.own:
            runs[place][1].append(piece.text)
            continue
        last[channel] = len(runs)
        runs.append((piece, [piece.text]))
    return tuple(
        AnswerText(first.choice, first.path, "".join(parts), first.own) for first, parts in runs
    )


def seal(contents: Contents, subject_key: bytes, purpose: bytes) -> tuple[bytes, bytes]:
    """Return the encrypted contents and their wrapped data key. ``purpose`` binds both."""
    packed = zstandard.ZstdCompressor(level=3).compress(msgspec.msgpack.encode(contents))
    data_key = new_key()
    sealed = AESGCM(data_key).encrypt(_NONCE, packed, b"contents\0" + purpose)
    return sealed, wrap(AESGCM(subject_key), data_key, b"contents key\0" + purpose)


def unseal(sealed: bytes, wrapped: bytes, subject_key: bytes, purpose: bytes) -> Contents:
    """Return what `seal` took. Raises LedgerFailed if anything was altered."""
    data_key = unwrap(AESGCM(subject_key), wrapped, b"contents key\0" + purpose)
    packed = unwrap(AESGCM(data_key), _NONCE + sealed, b"contents\0" + purpose)
    plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=_LARGEST)
    try:
        return msgspec.msgpack.decode(plain, type=Contents)
    except msgspec.DecodeError:
        raise LedgerFailed("A record's contents have a form this program does not know.") from None
