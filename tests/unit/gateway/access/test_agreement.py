"""Unlabelled delivery: refused without an accepted agreement, honoured with one."""

from __future__ import annotations

import pytest

from gateway.access.agreement import asked_unlabelled
from gateway.nouns.errors import AgreementRequired, BadRequest
from gateway.nouns.exchange import Principal

ASKED = ((b"X-Sealgate-Unlabelled", b"layout"),)


def holder(agreement: str = "2026-01", kind: str = "gateway_key") -> Principal:
    """Return who asks, with an agreement."""
    return Principal("key_1", kind, agreement=agreement)


def test_nobody_asks() -> None:
    """An agreement alone changes nothing."""
    assert asked_unlabelled(((b"accept", b"*/*"),), holder(), "") == ""


@pytest.mark.parametrize("in_force", ["", "2026-01"])
def test_an_accepted_agreement_is_honoured(in_force: str) -> None:
    """The reason is what the record keeps."""
    assert asked_unlabelled(ASKED, holder(), in_force) == "layout"


@pytest.mark.parametrize(
    ("who", "in_force", "says"),
    [
        (holder(""), "", "sealgate key agreement key_1 --version VERSION"),
        (holder(""), "2026-02", "--version 2026-02"),
        (holder("2026-01"), "2026-02", "another version"),
        (holder(kind="transparent"), "", "per gateway key"),
        (holder(kind="anonymous"), "", "per gateway key"),
    ],
)
def test_without_one_it_is_refused(who: Principal, in_force: str, says: str) -> None:
    """With status 403, and how to get one."""
    with pytest.raises(AgreementRequired) as caught:
        asked_unlabelled(ASKED, who, in_force)
    assert (caught.value.status, caught.value.code) == (403, "agreement_required")
    assert says in caught.value.detail


@pytest.mark.parametrize(
    "value", [b"", b" ", b"Layout", b"a" * 33, b"two words", b"\xe5\x9b\xbe", b"a\n", b"-a"]
)
def test_a_reason_is_one_code_word(value: bytes) -> None:
    """It stands in clear in the record, so nothing a user wrote fits into it."""
    with pytest.raises(BadRequest):
        asked_unlabelled(((b"x-sealgate-unlabelled", value),), holder(), "")


def test_two_reasons_are_none() -> None:
    """Nobody can say which one counts."""
    with pytest.raises(BadRequest):
        asked_unlabelled(ASKED * 2, holder(), "")
