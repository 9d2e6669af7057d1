"""Keys open what they closed, for the purpose they closed it for."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.ledger.crypt import (
    frame_nonce,
    new_key,
    open_frame,
    subject_tag,
    unwrap,
    wrap,
)
from gateway.nouns.errors import LedgerFailed


def test_a_secret_opens_for_its_purpose_only() -> None:
    """The same key does not open a secret that was wrapped for something else."""
    cipher = AESGCM(new_key())
    wrapped = wrap(cipher, b"secret", b"one")
    assert unwrap(cipher, wrapped, b"one") == b"secret"
    with pytest.raises(LedgerFailed):
        unwrap(cipher, wrapped, b"other")
    with pytest.raises(LedgerFailed):
        unwrap(AESGCM(new_key()), wrapped, b"one")


def test_the_same_secret_never_looks_the_same_twice() -> None:
    """Wrapping takes a new nonce each time."""
    cipher = AESGCM(new_key())
    assert wrap(cipher, b"secret", b"") != wrap(cipher, b"secret", b"")


def test_a_frame_opens_at_its_own_place_only() -> None:
    """A frame moved to another sequence or exchange does not open."""
    cipher = AESGCM(new_key())
    sealed = cipher.encrypt(frame_nonce(3), b"text", b"place")
    assert open_frame(cipher, 3, sealed, b"place") == b"text"
    assert open_frame(cipher, 4, sealed, b"place") is None
    assert open_frame(cipher, 3, sealed, b"elsewhere") is None


def test_a_subject_tag_needs_the_subjects_key() -> None:
    """Tags of one subject under two keys, and of two subjects under one, all differ."""
    one, two = new_key(), new_key()
    tags = {subject_tag(one, "t", "a"), subject_tag(two, "t", "a"), subject_tag(one, "t", "b")}
    assert len(tags) == 3
