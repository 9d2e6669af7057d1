"""Crypt: how keys wrap keys and texts. AES-256-GCM throughout (NIST SP 800-38D).

    master key    wraps  subject keys (spool: one per worker and subject; store: one per subject)
    subject key   wraps  data keys (one per exchange in the spool, a new one in the store)
    data key      encrypts the frames of one exchange, nonce = the frame's sequence

Nonces never repeat under a data key, because a sequence number is used once even when writing
failed. Wrapping takes a random nonce, in front of its result.
"""

from __future__ import annotations

import os
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.nouns.errors import LedgerFailed

KEY_BYTES = 32
NONCE_BYTES = 12


def new_key() -> bytes:
    """Return 32 random bytes."""
    return os.urandom(KEY_BYTES)


def new_key_id() -> bytes:
    """Return 16 random bytes that name a key."""
    return os.urandom(16)


def wrap(cipher: AESGCM, secret: bytes, purpose: bytes) -> bytes:
    """Return a secret encrypted for one purpose; only the same purpose opens it."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, secret, purpose)


def unwrap(cipher: AESGCM, wrapped: bytes, purpose: bytes) -> bytes:
    """Return what `wrap` took. Raises LedgerFailed if key, purpose or bytes differ."""
    try:
        return cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], purpose)
    except (InvalidTag, ValueError):
        raise LedgerFailed("A stored secret does not open with its key.") from None


def frame_nonce(sequence: int) -> bytes:
    """Return the nonce of a frame: its sequence number, big-endian."""
    return sequence.to_bytes(NONCE_BYTES, "big")


def open_frame(cipher: AESGCM, sequence: int, payload: bytes, binding: bytes) -> bytes | None:
    """Return a frame's plain payload, or None if it was not written under this key and place."""
    try:
        return cipher.decrypt(frame_nonce(sequence), payload, binding)
    except (InvalidTag, ValueError):
        return None


def subject_purpose(tenant: str, subject: str) -> bytes:
    """Return the purpose that binds a subject's key to tenant and subject."""
    return b"subject\0" + tenant.encode() + b"\0" + subject.encode()


def subject_tag(subject_key: bytes, tenant: str, subject: str) -> bytes:
    """Return 16 bytes that commit to a subject and mean nothing once its key is destroyed."""
    purpose = subject_purpose(tenant, subject)
    return blake2b(purpose, key=subject_key, digest_size=16, person=b"sealgate.subj").digest()
