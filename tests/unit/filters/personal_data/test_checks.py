"""Check digits, against published examples and against an independent way to compute them."""

from __future__ import annotations

import random

import pytest

from filters.personal_data.checks import (
    is_bank_card,
    is_luhn,
    is_old_resident_id,
    is_resident_id,
    is_uscc,
)

_RESIDENT = "11010519491231002X"


def test_resident_id_example_of_the_standard() -> None:
    """GB 11643 gives this number as its own example."""
    assert is_resident_id(_RESIDENT)
    assert is_resident_id(_RESIDENT.lower())


@pytest.mark.parametrize(
    "number",
    [
        "110105194912310021",  # check digit
        "11010519491331002X",  # month
        "99010519491231002X",  # province
        "110105194902300020",  # 30 February
        "110105177712310020",  # year
    ],
)
def test_resident_id_refused(number: str) -> None:
    """A wrong check digit, date or province is no resident ID."""
    assert not is_resident_id(number)


def test_resident_id_finds_every_single_error() -> None:
    """MOD 11-2 catches each change of one digit."""
    for place in range(17):
        for digit in "0123456789":
            changed = _RESIDENT[:place] + digit + _RESIDENT[place + 1 :]
            assert is_resident_id(changed) == (changed == _RESIDENT)


def test_leap_days() -> None:
    """29 February exists in 2000 and not in 1900; the check digits are computed here apart."""
    weights = [pow(2, 17 - place, 11) for place in range(17)]
    for year, real in (("2000", True), ("1900", False), ("2023", False), ("2024", True)):
        body = f"110105{year}0229001"
        total = sum(int(d) * w for d, w in zip(body, weights, strict=True))
        check = "0123456789X"[(12 - total) % 11]
        assert is_resident_id(body + check) is real


def test_old_resident_id_needs_province_and_date() -> None:
    """Fifteen digits have no check digit, so the date and the province must be right."""
    assert is_old_resident_id("110105491231002")
    assert not is_old_resident_id("110105491331002")
    assert not is_old_resident_id("990105491231002")


@pytest.mark.parametrize(
    "code",
    ["91110000600037341L", "91440300708461136T", "9144030071526726XG", "91330100799655058B"],
)
def test_uscc_of_known_companies(code: str) -> None:
    """Published codes hold, and none with one digit of its region or serial changed."""
    assert is_uscc(code)
    for place in range(2, 17):
        if code[place].isdigit():
            changed = code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]
            assert not is_uscc(changed)


def test_luhn_catches_every_single_error() -> None:
    """One changed digit always breaks the check."""
    number = "4539148803436467"
    assert is_luhn(number)
    for place, digit in enumerate(number):
        for other in set("0123456789") - {digit}:
            assert not is_luhn(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize(
    ("number", "card"),
    [
        ("4539148803436467", True),
        ("4111111111111111", False),  # two different digits: an example
        ("1234567812345670", False),  # Luhn holds, nobody issues 1
        ("45391488034364671", False),  # that issuer has 16 digits
    ],
)
def test_bank_card_needs_issuer_and_length(number: str, card: bool) -> None:
    """Luhn alone is not enough."""
    assert is_bank_card(number) is card


def test_random_digits_rarely_pass() -> None:
    """Of 100,000 random numbers of 18 digits a handful are IDs, at most 100 are credit codes."""
    rng = random.Random(11643)
    numbers = ["".join(rng.choices("0123456789", k=18)) for _ in range(100_000)]
    assert sum(map(is_resident_id, numbers)) <= 10
    assert sum(map(is_uscc, numbers)) <= 100
