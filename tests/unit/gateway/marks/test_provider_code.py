"""The provider code is checked position by position; the real ones that are public all pass."""

from __future__ import annotations

import pytest

from gateway.marks.provider_code import credit_check_digit, validate_provider_code
from gateway.nouns.errors import ConfigError

GOOD = "001191110102MAD55U9H0F10002"


@pytest.mark.parametrize(
    "code",
    [
        GOOD,
        "001191440300708461136T1XGW3",
        "001191110102MACQD9K64010000",
        "001191310104MACE0YX63918020",
        "001191110102MAD55U9H0F00000",
        "001191110102MAD55U9H0F20002",
    ],
)
def test_real_codes_pass(code: str) -> None:
    """Codes read in public files, one of a propagator, one whose last five positions are unused."""
    validate_provider_code(code)


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("", "0 characters"),
        (GOOD[:22], "22 characters"),
        (GOOD + "0", "28 characters"),
        ("10" + GOOD[2:], "positions 1-2"),
        ("00" + "3" + GOOD[3:], "position 3"),
        (GOOD.lower(), "position 13"),
        (GOOD[:8] + " " + GOOD[9:], "position 9"),
        (GOOD[:8] + "S" + GOOD[9:], "position 9"),
        (GOOD[:12] + "\u041c" + GOOD[13:], "position 13"),
        (GOOD[:21] + "G" + GOOD[22:], "position 22"),
        (GOOD[:5] + "2" + GOOD[6:], "position 22"),
        (GOOD[:22] + "3" + GOOD[23:], "position 23"),
        (GOOD[:22] + "00002", "position 23"),
    ],
)
def test_the_position_at_fault_is_named(code: str, named: str) -> None:
    """A wrong code is a ConfigError that says where it is wrong."""
    with pytest.raises(ConfigError, match=named) as caught:
        validate_provider_code(code)
    assert caught.value.param == "producer"


def test_a_code_not_bound_to_a_credit_code_has_no_check_digit() -> None:
    """Position 4 other than 1 means another document, whose digits nobody can check."""
    validate_provider_code("0012" + "123456789012345678" + "10001")


@pytest.mark.parametrize(
    "credit", ["91110102MAD55U9H0F", "91440300708461136T", "91310104MACE0YX639"]
)
def test_the_check_digit_is_that_of_real_credit_codes(credit: str) -> None:
    """GB 32100: the eighteenth digit follows from the seventeen before."""
    assert credit_check_digit(credit[:17]) == credit[17]


def test_any_wrong_digit_of_the_credit_code_is_caught() -> None:
    """The weights are invertible modulo 31, so each single typing error changes the check."""
    for place in range(4, 21):
        wrong = "1" if GOOD[place] != "1" else "2"
        with pytest.raises(ConfigError):
            validate_provider_code(GOOD[:place] + wrong + GOOD[place + 1 :])
