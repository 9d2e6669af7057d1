"""What signs files and labels, from settings; and trial keys."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from gateway.assembly.credentials import (
    make_credentials,
    open_label_signing,
    open_signing,
    show_credentials,
)
from gateway.config.settings import CredentialSettings, Settings
from gateway.matching.sm2_keys import make_key, private_pem, public_hex
from gateway.nouns.errors import ConfigError, NotPossible


def _settings(folder: Path) -> Settings:
    made = make_credentials(folder)
    return Settings(
        label_key=f"file:{made.label_key}",
        label_pins=(made.label_pin.lower(),),
        credentials=CredentialSettings(certificate=str(made.certificate), key=f"file:{made.key}"),
    )


def test_what_was_made_signs_and_says_that_it_is_a_trial(tmp_path: Path) -> None:
    """Its own public label key is among the trusted."""
    settings = _settings(tmp_path / "new")
    facts = show_credentials(settings)
    assert facts.trial
    assert "not trusted" in facts.subject
    assert (facts.anchors, facts.timestamp_url) == (0, "")
    assert facts.label_pin in open_label_signing(settings, {}).pins
    assert open_signing(settings, {}).trial


def test_keys_are_private_and_nothing_is_overwritten(tmp_path: Path) -> None:
    """Mode 0600; a second call makes nothing. The root's key is nowhere."""
    make_credentials(tmp_path)
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(NotPossible, match="there already"):
        make_credentials(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert sum(content.count(b"PRIVATE KEY-----") for content in before.values()) == 4


def test_without_settings_nothing_signs() -> None:
    """And nothing fails."""
    assert show_credentials(Settings()) == ("", "", 0.0, False, 0, "", "", 0)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (Settings(label_pins=("zz",)), "label_pins: this is not"),
        (Settings(label_key="env:KEY"), "label_key: there is no unencrypted private key"),
        (Settings(credentials=CredentialSettings(certificate="/none")), "cannot be read"),
        (Settings(credentials=CredentialSettings(timestamp_url="ftp://x")), "timestamp_url"),
    ],
)
def test_what_cannot_sign_is_named(settings: Settings, why: str) -> None:
    """The setting, never a value."""
    with pytest.raises(ConfigError, match=why):
        _open_both(settings)


def _open_both(settings: Settings) -> None:
    open_signing(settings, {})
    open_label_signing(settings, {"KEY": "secret words"})


def test_a_label_key_comes_from_the_environment_too() -> None:
    """As every secret may."""
    key = make_key(12345)
    settings = Settings(label_key="env:KEY")
    signing = open_label_signing(settings, {"KEY": private_pem(key).decode()})
    assert signing.key == key
    assert signing.pins == (public_hex(key.public),)
