"""SM2 signatures with SM3 (GB/T 32918.2-2016, 32918.5-2017; GM/T 0009 for the user id).

Curve, signing and verifying, nothing else; keys as files are read in `gateway.matching.sm2_keys`.
The nonce is derived from key and message as in RFC 6979, with HMAC-SM3, so that a bad source of
chance cannot give the key away and the same label is signed to the same bytes. The ladder of a
secret number takes the same steps for every bit; Python's own numbers are still not constant in
time, so this signs labels on one's own machine and is no service to sign for strangers.
"""

from __future__ import annotations

from typing import NamedTuple

from cryptography.hazmat.primitives import hashes, hmac

USER_ID = b"1234567812345678"
"""The default user id (GM/T 0009-2012, 10), which TC260-PG-202511A uses."""

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123

_BYTES = 32
_BITS = 256


class Point(NamedTuple):
    """A point of the curve, not the one at infinity."""

    x: int
    y: int


G = Point(
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)

_Jacobian = tuple[int, int, int]
_INFINITY: _Jacobian = (1, 1, 0)


def sm3(content: bytes) -> bytes:
    """Return the SM3 hash (GB/T 32905-2016), 32 bytes."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize()


def on_curve(point: Point) -> bool:
    """Say whether the coordinates are those of a point of the curve."""
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x * x + A * x + B)) % P == 0


def public_point(secret: int) -> Point:
    """Return the public key of a secret number in 1 to n-2. Raises ValueError for another."""
    if not 1 <= secret <= N - 2:
        raise ValueError("an SM2 private key is a number from 1 to n-2")
    return _plain(_ladder(secret, G))


def sign(message: bytes, secret: int, user: bytes = USER_ID) -> bytes:
    """Return the signature (DER, GM/T 0009) of a message. Raises ValueError for no such key."""
    digest = _digest(message, public_point(secret), user)
    nonces = _Nonces(secret, digest)
    while True:
        nonce = nonces.draw()
        first = (digest + _plain(_ladder(nonce, G)).x) % N
        if first == 0 or first + nonce == N:
            continue
        second = pow(1 + secret, -1, N) * (nonce - first * secret) % N
        if second:
            return signature_der(first, second)


def verify(message: bytes, signature: bytes, public: Point, user: bytes = USER_ID) -> bool:
    """Say whether the signature (DER) is that of the message by this key. Raises nothing."""
    pair = signature_pair(signature)
    if pair is None or not on_curve(public):
        return False
    first, second = pair
    total = (first + second) % N
    if not (1 <= first < N and 1 <= second < N and total):
        return False
    found = _add(_multiple(second, G), _multiple(total, public))
    if found[2] == 0:
        return False
    return (_digest(message, public, user) + _plain(found).x) % N == first


def signature_der(first: int, second: int) -> bytes:
    """Return SEQUENCE { INTEGER r, INTEGER s }."""
    parts = b"".join(
        b"\x02" + bytes([len(raw)]) + raw
        for raw in (each.to_bytes(each.bit_length() // 8 + 1, "big") for each in (first, second))
    )
    return b"\x30" + bytes([len(parts)]) + parts


def signature_pair(signature: bytes) -> tuple[int, int] | None:
    """Return r and s of a DER signature; None unless it is written in the one right way."""
    if len(signature) < 8 or signature[0] != 0x30 or signature[1] != len(signature) - 2:
        return None
    numbers, at = [], 2
    while at + 2 <= len(signature) and signature[at] == 0x02:
        raw = signature[at + 2 : at + 2 + signature[at + 1]]
        if len(raw) != signature[at + 1]:
            return None
        numbers.append(int.from_bytes(raw, "big", signed=True))
        at += 2 + len(raw)
    if len(numbers) != 2 or at != len(signature) or min(numbers) < 0:
        return None
    return (numbers[0], numbers[1]) if signature_der(*numbers) == signature else None


def _digest(message: bytes, public: Point, user: bytes) -> int:
    """Return e = SM3(Z_A || M), where Z_A binds user id, curve and key (32918.2, 5.5)."""
    bound = (len(user) * 8).to_bytes(2, "big") + user
    for number in (A, B, G.x, G.y, public.x, public.y):
        bound += number.to_bytes(_BYTES, "big")
    return int.from_bytes(sm3(sm3(bound) + message), "big")


class _Nonces:
    """The numbers of RFC 6979, 3.2, for one key and one digest."""

    def __init__(self, secret: int, digest: int) -> None:
        seed = secret.to_bytes(_BYTES, "big") + (digest % N).to_bytes(_BYTES, "big")
        self._key, self._value = bytes(_BYTES), b"\x01" * _BYTES
        for separator in (b"\x00", b"\x01"):
            self._turn(separator + seed)

    def draw(self) -> int:
        """Return the next number from 1 to n-1."""
        while True:
            self._value = _hmac(self._key, self._value)
            number = int.from_bytes(self._value, "big")
            self._turn(b"\x00")  # moves on even after a number that was good: it may be refused
            if 1 <= number < N:
                return number

    def _turn(self, more: bytes) -> None:
        self._key = _hmac(self._key, self._value + more)
        self._value = _hmac(self._key, self._value)


def _hmac(key: bytes, content: bytes) -> bytes:
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(content)
    return mac.finalize()


def _plain(point: _Jacobian) -> Point:
    inverse = pow(point[2], -1, P)
    square = inverse * inverse % P
    return Point(point[0] * square % P, point[1] * square * inverse % P)


def _double(point: _Jacobian) -> _Jacobian:
    """The doubling for a = -3 in Jacobian coordinates (X/Z^2, Y/Z^3)."""
    x, y, z = point
    if z == 0 or y == 0:
        return _INFINITY
    zz, yy = z * z % P, y * y % P
    beta = x * yy % P
    slope = 3 * (x - zz) * (x + zz) % P
    x3 = (slope * slope - 8 * beta) % P
    return x3, (slope * (4 * beta - x3) - 8 * yy * yy) % P, 2 * y * z % P


def _add(one: _Jacobian, two: _Jacobian) -> _Jacobian:
    if one[2] == 0:
        return two
    if two[2] == 0:
        return one
    z1z1, z2z2 = one[2] * one[2] % P, two[2] * two[2] % P
    u1, u2 = one[0] * z2z2 % P, two[0] * z1z1 % P
    s1, s2 = one[1] * two[2] * z2z2 % P, two[1] * one[2] * z1z1 % P
    if u1 == u2:
        return _double(one) if s1 == s2 else _INFINITY
    h, r = (u2 - u1) % P, (s2 - s1) % P
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - s1 * hhh) % P, h * one[2] * two[2] % P


def _multiple(number: int, point: Point) -> _Jacobian:
    """Return a multiple by a number that is no secret."""
    found, addend = _INFINITY, (point.x, point.y, 1)
    for bit in f"{number:b}":
        found = _double(found)
        if bit == "1":
            found = _add(found, addend)
    return found


def _ladder(number: int, point: Point) -> _Jacobian:
    """Return a multiple by a secret number: one addition and one doubling for every bit.

    A multiple of the group's order is added first, so that the number has 257 bits whatever it is
    and its length tells nothing.
    """
    fixed = number + N
    if fixed.bit_length() <= _BITS:
        fixed += N
    pair = [(point.x, point.y, 1), _double((point.x, point.y, 1))]
    for at in range(fixed.bit_length() - 2, -1, -1):
        bit = fixed >> at & 1
        pair[1 - bit] = _add(pair[0], pair[1])
        pair[bit] = _double(pair[bit])
    return pair[0]
