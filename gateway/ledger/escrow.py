"""Escrow: the files of the state folder that open its records, in one box under a passphrase.

Key derivation: scrypt (RFC 7914) with N = 2^17, r = 8, p = 1, which takes 128 MiB and a fraction of
a second per guess; the box: AES-256-GCM (NIST SP 800-38D).
"""

from __future__ import annotations

import os
from hashlib import scrypt

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.ledger.crypt import KEY_BYTES, NONCE_BYTES
from gateway.nouns.errors import ConfigError

LEAST_PASSPHRASE = 12
"""Characters. What is shorter is guessed faster than scrypt can help."""

_FORM = "sealgate keys"
_LOG_N = 17
_MOST_LOG_N = 20
_R = 8


class _Box(msgspec.Struct, forbid_unknown_fields=True):
    """The exported file's form. Bytes are base64; ``log_n`` is the binary logarithm of N."""

    form: str
    version: int
    log_n: int
    salt: bytes
    nonce: bytes
    box: bytes


def close_box(files: dict[str, bytes], passphrase: str) -> bytes:
    """Return the files in a box. Raises ConfigError for a passphrase that is too short."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise ConfigError(
            f"The passphrase must have at least {LEAST_PASSPHRASE} characters; several words do. "
            f"口令至少 {LEAST_PASSPHRASE} 个字符。"
        )
    salt, nonce = os.urandom(16), os.urandom(NONCE_BYTES)
    plain = msgspec.json.encode(files)
    box = _cipher(passphrase, salt, _LOG_N).encrypt(nonce, plain, _FORM.encode())
    return msgspec.json.format(msgspec.json.encode(_Box(_FORM, 1, _LOG_N, salt, nonce, box)))


def open_box(raw: bytes, passphrase: str) -> dict[str, bytes]:
    """Return the files of a box. Raises ConfigError: it is none, or the passphrase is another."""
    try:
        box = msgspec.json.decode(raw, type=_Box)
    except msgspec.DecodeError:
        raise ConfigError("The file is not an export of `sealgate keys export`.") from None
    if (box.form, box.version) != (_FORM, 1) or not 1 <= box.log_n <= _MOST_LOG_N:
        raise ConfigError("The file was exported by another or a newer program.")
    try:
        plain = _cipher(passphrase, box.salt, box.log_n).decrypt(box.nonce, box.box, _FORM.encode())
    except (InvalidTag, ValueError):
        raise ConfigError(
            "The passphrase does not open this file, or the file is damaged. 口令不符或文件已损坏。"
        ) from None
    return msgspec.json.decode(plain, type=dict[str, bytes])


def _cipher(passphrase: str, salt: bytes, log_n: int) -> AESGCM:
    most = 256 * _R << log_n
    key = scrypt(
        passphrase.encode(), salt=salt, n=1 << log_n, r=_R, p=1, maxmem=most, dklen=KEY_BYTES
    )
    return AESGCM(key)
