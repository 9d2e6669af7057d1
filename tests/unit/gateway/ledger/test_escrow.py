"""The box of keys opens with its passphrase and says plainly when it does not."""

from __future__ import annotations

import msgspec
import pytest

from gateway.ledger.escrow import close_box, open_box
from gateway.nouns.errors import ConfigError

WORDS = "correct horse battery staple"
FILES = {"keyring.json": b"{}", "access.secret": bytes(range(32))}


@pytest.fixture(scope="module")
def box() -> bytes:
    """A closed box."""
    return close_box(FILES, WORDS)


def test_what_went_in_comes_out(box: bytes) -> None:
    """Byte for byte, and nothing of it can be read from outside."""
    assert open_box(box, WORDS) == FILES
    assert b"keyring" not in box
    assert close_box(FILES, WORDS) != box


def test_another_passphrase_opens_nothing(box: bytes) -> None:
    """The sentence says what may be wrong, and holds no passphrase."""
    with pytest.raises(ConfigError, match="passphrase") as told:
        open_box(box, WORDS + "r")
    assert "horse" not in str(told.value)


@pytest.mark.parametrize(
    "change", [{"form": "x"}, {"version": 2}, {"log_n": 0}, {"log_n": 40}, {"salt": "AAAA"},
               {"nonce": ""}, {"box": ""}, {"more": 1}],
    ids=str,
)  # fmt: skip
def test_a_changed_box_is_refused(box: bytes, change: dict[str, object]) -> None:
    """Whatever is changed in it; a hostile cost takes no memory."""
    value = msgspec.json.decode(box) | change
    with pytest.raises(ConfigError):
        open_box(msgspec.json.encode(value), WORDS)


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff", b"{"], ids=str)
def test_what_is_no_box_is_told(raw: bytes) -> None:
    """Any other file."""
    with pytest.raises(ConfigError, match="not an export"):
        open_box(raw, WORDS)


def test_a_short_passphrase_is_refused() -> None:
    """Before anything is written."""
    with pytest.raises(ConfigError, match="at least 12"):
        close_box(FILES, "elevenchars")
