"""SM2 keys as they are kept: PKCS#8 (RFC 5958) or SEC 1 (RFC 5915) in PEM, SPKI (RFC 5480) in hex.

Only what an SM2 key needs is read, and only in definite lengths; anything else is a ValueError
whose words never hold the key.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import NamedTuple

from gateway.matching.sm2 import Point, on_curve, public_point

_PEM = re.compile(rb"-----BEGIN ((?:EC )?PRIVATE KEY)-----\s+([A-Za-z0-9+/=\s]+?)-----END \1-----")
_EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")
_SM2_CURVE = bytes.fromhex("06082a811ccf5501822d")
_SPKI_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
_PKCS8_HEAD = bytes.fromhex("308187020100301306072a8648ce3d020106082a811ccf5501822d046d")
_SEQUENCE, _INTEGER, _OCTETS = 0x30, 0x02, 0x04
_UNCOMPRESSED = 0x04
_BYTES = 32


class Sm2Key(NamedTuple):
    """A private key. Its words never show the secret."""

    secret: int
    public: Point

    def __repr__(self) -> str:
        return f"Sm2Key(public={public_hex(self.public)})"


def make_key(secret: int) -> Sm2Key:
    """Return the key of a secret number. Raises ValueError unless it is in 1 to n-2."""
    return Sm2Key(secret, public_point(secret))


def public_hex(point: Point) -> str:
    """Return a public key as SPKI in upper-case hex, as TC260-PG-202511A writes it."""
    return (_SPKI_HEAD + _raw(point)).hex().upper()


def read_public_hex(text: str) -> Point:
    """Return the public key of an SPKI in hex. Raises ValueError unless it is an SM2 key."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != len(_SPKI_HEAD) + 65 or not raw.startswith(_SPKI_HEAD):
        raise ValueError("this is not the SPKI of an SM2 key in hex")
    return _read_point(raw[len(_SPKI_HEAD) :])


def read_private_pem(pem: bytes) -> Sm2Key:
    """Return the first private key in a PEM file.

    Raises ValueError if there is none, if it is encrypted or not on the SM2 curve, or if the public
    key beside it is another's.
    """
    found = _PEM.search(pem)
    if found is None:
        raise ValueError("there is no unencrypted private key in this PEM file")
    try:
        der = base64.b64decode(b"".join(found[2].split()), validate=True)
    except binascii.Error:
        raise ValueError("the private key's PEM is not Base64") from None
    if _SM2_CURVE not in der:
        raise ValueError("the private key is not on the SM2 curve (1.2.156.10197.1.301)")
    inner = der
    if found[1] == b"PRIVATE KEY":
        body = _body(der, _SEQUENCE)[0]
        _, rest = _body(body, _INTEGER)
        algorithm, rest = _body(rest, _SEQUENCE)
        if algorithm != _EC_PUBLIC_KEY + _SM2_CURVE:
            raise ValueError("the private key is not an SM2 key")
        inner, _ = _body(rest, _OCTETS)
    return _read_ec_key(inner)


def private_pem(key: Sm2Key) -> bytes:
    """Return a private key as PKCS#8 in PEM, unencrypted."""
    inner = b"\x02\x01\x01\x04\x20" + key.secret.to_bytes(_BYTES, "big")
    inner += b"\xa1\x44\x03\x42\x00" + _raw(key.public)
    text = base64.encodebytes(_PKCS8_HEAD + b"\x30\x6b" + inner).replace(b"\n", b"")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return b"\n".join([b"-----BEGIN PRIVATE KEY-----", *lines, b"-----END PRIVATE KEY-----", b""])


def _read_ec_key(der: bytes) -> Sm2Key:
    """ECPrivateKey: version, secret, and if they are told [0] the curve, [1] the public key."""
    body = _body(der, _SEQUENCE)[0]
    _, rest = _body(body, _INTEGER)
    secret, rest = _body(rest, _OCTETS)
    key = make_key(int.from_bytes(secret, "big"))
    at = rest.find(b"\x03\x42\x00\x04")
    if at >= 0 and _read_point(rest[at + 3 : at + 68]) != key.public:
        raise ValueError("the public key in this file is not that of its private key")
    return key


def _body(der: bytes, tag: int) -> tuple[bytes, bytes]:
    """Return the body of the first element, which must have this tag, and what follows it."""
    if len(der) < 2 or der[0] != tag:
        raise ValueError("the private key's DER cannot be read")
    length, at = der[1], 2
    if length > 0x80:
        at = 2 + (length & 0x7F)
        length = int.from_bytes(der[2:at], "big")
    if length == 0x80 or at + length > len(der):
        raise ValueError("the private key's DER cannot be read")
    return der[at : at + length], der[at + length :]


def _raw(point: Point) -> bytes:
    return bytes([_UNCOMPRESSED]) + b"".join(each.to_bytes(_BYTES, "big") for each in point)


def _read_point(raw: bytes) -> Point:
    if len(raw) != 1 + 2 * _BYTES or raw[0] != _UNCOMPRESSED:
        raise ValueError("only uncompressed SM2 public keys are read")
    point = Point(int.from_bytes(raw[1:33], "big"), int.from_bytes(raw[33:], "big"))
    if not on_curve(point):
        raise ValueError("the public key is no point of the SM2 curve")
    return point
