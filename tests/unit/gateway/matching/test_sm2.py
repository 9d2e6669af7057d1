"""SM2 with SM3: the standard's numbers, a signature met in the wild, and what must not verify."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.matching.sm2 import (
    G,
    N,
    P,
    Point,
    on_curve,
    public_point,
    sign,
    signature_der,
    signature_pair,
    sm3,
    verify,
)
from gateway.matching.sm2_keys import read_public_hex

MESSAGE = (
    b'"Label":"1","ContentProducer":"001191310104MACE0YX63918020","ProduceID":"142569260085903360"'
)
KEY = read_public_hex(
    "3059301306072A8648CE3D020106082A811CCF5501822D034200045728F08C58D9C72150A705693EF7337859F8FF21"
    "6E802630041AFAE5C036F0A67CB1FDF8C57F5F8B623284AE09E4E545464B7140B26BBDA51BAE965F854C57AA"
)
SIGNATURE = bytes.fromhex(
    "3046022100AE6B84B3342128AE301A597596FCD9EECF3EA0FC2DB6C250BAF234E167298E9002210097223ABB647B78"
    "6A90D0A1B93CB9382EA879563B2C7F025FA006BE16AE926C14"
)
SECRET = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
"""The private key of the example in GB/T 32918.5-2017, Annex A."""


def test_sm3_gives_the_standards_example() -> None:
    """GB/T 32905-2016, A.1: the hash of ``abc``."""
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_the_standards_key_gives_its_public_key() -> None:
    """GB/T 32918.5-2017, Annex A: the public key of the example."""
    assert public_point(SECRET) == Point(
        0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
        0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
    )


def test_the_standards_signature_verifies() -> None:
    """GB/T 32918.5-2017, Annex A: its r and s, over ``message digest``."""
    signature = signature_der(
        0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3,
        0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA,
    )
    assert verify(b"message digest", signature, public_point(SECRET))


def test_a_signature_met_in_public_files_verifies() -> None:
    """That producer signs the hash of the message; one changed digit breaks it."""
    assert verify(sm3(MESSAGE), SIGNATURE, KEY)
    assert not verify(MESSAGE, SIGNATURE, KEY)
    assert not verify(sm3(MESSAGE.replace(b"360", b"361")), SIGNATURE, KEY)


@settings(max_examples=10, deadline=None)
@given(
    message=st.binary(max_size=200),
    secret=st.one_of(st.sampled_from([1, 2, N - 2]), st.integers(1, N - 2)),
)
def test_what_is_signed_verifies_and_nothing_near_it(message: bytes, secret: int) -> None:
    """Another message, key, user or number is not what was signed; signing twice gives the same."""
    public = public_point(secret)
    signature = sign(message, secret)
    assert on_curve(public)
    assert verify(message, signature, public)
    assert sign(message, secret) == signature
    assert not verify(message + b"x", signature, public)
    assert not verify(message, signature, public, user=b"somebody else")
    assert not verify(message, signature, Point(public.x, P - public.y))
    first, second = signature_pair(signature) or (0, 0)
    assert not verify(message, signature_der(first, N - second), public)


@pytest.mark.parametrize("secret", [0, -1, N - 1, N])
def test_a_number_out_of_range_is_no_key(secret: int) -> None:
    """n-1 would divide by zero at signing; so would none of the others be a key."""
    with pytest.raises(ValueError, match="1 to n-2"):
        public_point(secret)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        SIGNATURE[:-1],
        SIGNATURE + b"\x00",
        b"\x30\x06\x02\x01\x00\x02\x01\x00",
        b"\x30\x80" + SIGNATURE[2:],
        SIGNATURE.replace(b"\x02\x21\x00\xae", b"\x02\x21\xff\xae"),
        signature_der(1, N),
        signature_der(N - 1, 1),
    ],
)
def test_a_broken_signature_is_a_wrong_one(broken: bytes) -> None:
    """Whatever stands there, the answer is no; nothing raises."""
    assert not verify(sm3(MESSAGE), broken, KEY)


def test_a_key_off_the_curve_verifies_nothing() -> None:
    """The point is looked at before anything is computed with it."""
    assert not verify(sm3(MESSAGE), SIGNATURE, Point(KEY.x, KEY.y ^ 1))
    assert not verify(sm3(MESSAGE), SIGNATURE, Point(KEY.x + P, KEY.y))
    assert on_curve(G)
