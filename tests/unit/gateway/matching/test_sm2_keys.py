"""SM2 keys in files: written so that they are read again, and nothing else is taken for one."""

from __future__ import annotations

import base64

import pytest

from gateway.matching.sm2 import N
from gateway.matching.sm2_keys import (
    Sm2Key,
    make_key,
    private_pem,
    public_hex,
    read_private_pem,
    read_public_hex,
)

KEY = make_key(0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8)


def _pem(der: bytes, name: str = "PRIVATE KEY") -> bytes:
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN {name}-----\n{text}-----END {name}-----\n".encode()


def _der(pem: bytes) -> bytes:
    return base64.b64decode(b"".join(pem.splitlines()[1:-1]))


@pytest.mark.parametrize("secret", [1, 255, 1 << 200, N - 2])
def test_a_written_key_is_read_again(secret: int) -> None:
    """PKCS#8 out and in; the public key out and in."""
    key = make_key(secret)
    assert read_private_pem(b"some text before\n" + private_pem(key)) == key
    assert read_public_hex(public_hex(key.public)) == key.public
    assert read_public_hex(public_hex(key.public).lower()) == key.public


def test_the_older_form_is_read() -> None:
    """SEC 1, as ``openssl ecparam -genkey`` writes it: the curve stands inside."""
    body = b"\x02\x01\x01\x04\x20" + KEY.secret.to_bytes(32, "big")
    body += bytes.fromhex("a00a06082a811ccf5501822d")
    assert read_private_pem(_pem(b"\x30" + bytes([len(body)]) + body, "EC PRIVATE KEY")) == KEY


def test_words_about_a_key_do_not_hold_it() -> None:
    """Neither its repr nor what is said of a broken file shows the secret."""
    assert f"{KEY.secret:x}" not in repr(KEY).lower()
    assert str(KEY.secret) not in repr(KEY)


@pytest.mark.parametrize(
    ("pem", "why"),
    [
        (b"", "no unencrypted private key"),
        (_pem(b"", "ENCRYPTED PRIVATE KEY"), "no unencrypted private key"),
        (_pem(b"\x30\x03\x02\x01\x00"), "not on the SM2 curve"),
        (b"-----BEGIN PRIVATE KEY-----\nAAA\n-----END PRIVATE KEY-----", "not Base64"),
        (_pem(_der(private_pem(KEY))[:-40]), "cannot be read"),
        (_pem(b"\x30\x84\xff\xff\xff\xff" + _der(private_pem(KEY))[3:]), "cannot be read"),
        (_pem(_der(private_pem(KEY)).replace(b"\x06\x07\x2a", b"\x06\x07\x2b")), "not an SM2 key"),
        (
            private_pem(Sm2Key(KEY.secret, make_key(7).public)),
            "not that of its private key",
        ),
    ],
)
def test_what_is_no_key_is_refused(pem: bytes, why: str) -> None:
    """Each fault is named."""
    with pytest.raises(ValueError, match=why):
        read_private_pem(pem)


@pytest.mark.parametrize(
    "text", ["", "zz", "3059", public_hex(KEY.public)[:-2], public_hex(KEY.public)[:-2] + "00"]
)
def test_what_is_no_public_key_is_refused(text: str) -> None:
    """Wrong length, wrong algorithm, or a point that is not on the curve."""
    with pytest.raises(ValueError, match="SM2"):
        read_public_hex(text)
