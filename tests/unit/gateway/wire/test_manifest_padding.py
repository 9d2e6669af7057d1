"""What gateway.wire.manifest_padding promises: other zeros, the same signature."""

from __future__ import annotations

import pytest

from gateway.wire.manifest_padding import spread_anew

SIGNED = bytes(range(64, 128))
KEY = b"\x63pad"


def signature(zeros: int, before: bytes = b"") -> bytes:
    """Return a COSE_Sign1 structure, written by hand after RFC 9052: padded, nothing attached.

    ``before`` is a further member of its unprotected header.
    """
    members = bytes([0xA1 + bool(before)]) + before
    padding = KEY + b"\x59" + zeros.to_bytes(2, "big") + bytes(zeros)
    return b"\xd2\x84\x43\xa1\x01\x26" + members + padding + b"\xf6\x58\x40" + SIGNED


def test_the_manifest_itself_comes_first() -> None:
    """So that one that suits stays as it came."""
    manifest = b"claim" + signature(1000)
    assert next(spread_anew(manifest)) == manifest


@pytest.mark.parametrize(
    "before", [b"", b"\x61t\xa1\x61v\x82\x42\x01\x02\xf5"], ids=["alone", "stamped"]
)
def test_others_differ_in_their_padding_alone(before: bytes) -> None:
    """As long, one member more, two strings of zeros; everything around them is what it was."""
    manifest = b"claim\xd2\x84" + signature(1000, before)
    at = manifest.index(KEY)
    others = list(spread_anew(manifest))[1:]
    assert len(others) > 20
    for each in others:
        assert len(each) == len(manifest)
        assert each.index(KEY) == at
        assert each.endswith(b"\xf6\x58\x40" + SIGNED)
        head = at - 1 - len(before)
        assert each[head] == manifest[head] + 1
        assert (each[:head], each[head + 1 : at]) == (manifest[:head], manifest[head + 1 : at])
        first, _, second = each[at + len(KEY) : -67].partition(b"\x64pad2")
        zeros = int.from_bytes(first[1:3], "big")
        assert first == b"\x59" + zeros.to_bytes(2, "big") + bytes(zeros)
        size, end = (second[0] - 64, 1) if second[0] < 88 else (second[1], 2)
        assert second[end:] == bytes(size)


def test_two_remainders_of_three_can_be_had() -> None:
    """However many zeros there are: a text needs a certain one, so two manifests of three suit."""
    for zeros in range(300, 1400):
        counts = [each.count(0) for each in spread_anew(signature(zeros))]
        assert {count - counts[0] for count in counts} >= {0, -7}, zeros


@pytest.mark.parametrize(
    "manifest",
    [
        b"", b"\xd2\x84", b"\xd2\x84\x43\xa1\x01\x26", b"\xd2\x84" + b"\x9f" * 90,
        signature(1000)[:-1], signature(1000).replace(KEY, b"\x63paf"),
        signature(1000).replace(b"\0" * 9, b"\0" * 8 + b"\1", 1),
        signature(900, b"\x64pad2\x41\0"), signature(900, b"\x61t" + b"\x81" * 40 + b"\1"),
        signature(900).replace(b"\xf6", b"\x40"), signature(900, b"\x61t\x5b" + b"\xff" * 8),
        b"\xd2\x84" * 5_000,
    ],
)  # fmt: skip
def test_what_has_no_such_padding_stays_alone(manifest: bytes) -> None:
    """Cut, without a pad, with one that is not zeros, with two already, nested too deep."""
    assert list(spread_anew(manifest)) == [manifest]
