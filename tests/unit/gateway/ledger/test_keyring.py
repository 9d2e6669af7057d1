"""The keyring is made once, opens for its owner only, and survives a change of master key."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.ledger.crypt import new_key
from gateway.ledger.keyring import (
    Keyring,
    check_keyring,
    ensure_keyring,
    load_keyring,
    rotate_master_key,
)
from gateway.nouns.errors import ConfigError, LedgerFailed


def test_it_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    """A second start opens the first one's file, which nobody else may read."""
    first = ensure_keyring(tmp_path, "", records_exist=False)
    second = ensure_keyring(tmp_path, "", records_exist=True)
    assert first.chain_mac(b"x") == second.chain_mac(b"x")
    assert (tmp_path / "keyring.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("trace", ["store", "spool"])
def test_a_lost_keyring_is_never_made_anew_over_records(tmp_path: Path, trace: str) -> None:
    """Records in the store or the spool forbid a new keyring."""
    if trace == "spool":
        (tmp_path / "spool").mkdir()
        (tmp_path / "spool" / "w0-X-000001.spool").write_bytes(b"")
    with pytest.raises(ConfigError, match="gone"):
        ensure_keyring(tmp_path, "", records_exist=trace == "store")
    assert not (tmp_path / "keyring.json").exists()


def test_a_file_open_to_others_is_refused(tmp_path: Path) -> None:
    """The message says how to mend it."""
    ensure_keyring(tmp_path, "", records_exist=False)
    (tmp_path / "keyring.json").chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_keyring(tmp_path, "")


def test_a_subjects_key_opens_for_that_subject_only(tmp_path: Path) -> None:
    """Tenant and subject are bound to the wrapped key."""
    ring = ensure_keyring(tmp_path, "", records_exist=False)
    wrapped = ring.wrap_subject_key(b"k" * 32, "t", "a")
    assert ring.unwrap_subject_key(wrapped, "t", "a") == b"k" * 32
    with pytest.raises(LedgerFailed):
        ring.unwrap_subject_key(wrapped, "t", "b")


def test_a_master_key_kept_elsewhere_is_not_in_the_file(tmp_path: Path) -> None:
    """With ``file:PATH`` the keyring opens with that key and with no other."""
    secret = new_key()
    (tmp_path / "key").write_text(secret.hex(), encoding="ascii")
    (tmp_path / "other").write_text(new_key().hex(), encoding="ascii")
    ring = ensure_keyring(tmp_path, f"file:{tmp_path}/key", records_exist=False)
    assert secret not in (tmp_path / "keyring.json").read_bytes()
    assert load_keyring(tmp_path, f"file:{tmp_path}/key").chain_mac(b"") == ring.chain_mac(b"")
    with pytest.raises(ConfigError, match="not the key"):
        load_keyring(tmp_path, f"file:{tmp_path}/other")


@pytest.mark.parametrize("reference", ["plain", "env:SEALGATE_NO_SUCH", "file:/nowhere/key", "x:y"])
def test_a_wrong_reference_is_named(tmp_path: Path, reference: str) -> None:
    """The setting is named, the key never."""
    with pytest.raises(ConfigError, match=r"ledger\.master_key"):
        ensure_keyring(tmp_path, reference, records_exist=False)


def test_a_rotated_master_key_opens_what_the_old_one_wrapped(tmp_path: Path) -> None:
    """After two rotations old and new wrappings open, and signatures verify."""
    ring = ensure_keyring(tmp_path, "", records_exist=False)
    wrapped = ring.wrap_subject_key(b"k" * 32, "t", "a")
    signature = ring.sign(b"m")
    newer = _rotated_twice(tmp_path)
    assert newer.unwrap_subject_key(wrapped, "t", "a") == b"k" * 32
    assert not newer.is_current(wrapped)
    assert newer.is_current(newer.wrap_subject_key(b"k" * 32, "t", "a"))
    assert newer.verifies(ring.signing_id, b"m", signature)
    assert not newer.verifies(ring.signing_id, b"n", signature)
    assert load_keyring(tmp_path, "").chain_mac(b"x") == ring.chain_mac(b"x")


def _rotated_twice(state: Path) -> Keyring:
    assert not load_keyring(state, "").rotated_before
    assert rotate_master_key(state).rotated_before
    return rotate_master_key(state)


def test_a_master_key_kept_elsewhere_is_rotated_to_another_place(tmp_path: Path) -> None:
    """The old wrapping opens, the new key is not in the file, the old one alone opens nothing."""
    old, new = f"file:{tmp_path}/old", f"file:{tmp_path}/new"
    for name in ("old", "new"):
        (tmp_path / name).write_text(new_key().hex(), encoding="ascii")
    ring = ensure_keyring(tmp_path, old, records_exist=False)
    wrapped = ring.wrap_subject_key(b"k" * 32, "t", "a")
    with pytest.raises(ConfigError, match="--to"):
        rotate_master_key(tmp_path, old)
    with pytest.raises(ConfigError, match="in force already"):
        rotate_master_key(tmp_path, old, old)
    newer = rotate_master_key(tmp_path, old, new)
    assert newer.unwrap_subject_key(wrapped, "t", "a") == b"k" * 32
    kept = (tmp_path / "keyring.json").read_text(encoding="ascii")
    assert '"master": null' in kept
    with pytest.raises(ConfigError, match="not the key"):
        load_keyring(tmp_path, old)
    assert load_keyring(tmp_path, new).chain_mac(b"x") == ring.chain_mac(b"x")


def test_a_failed_rotation_changes_nothing(tmp_path: Path) -> None:
    """A reference that cannot be read leaves the file as it was."""
    ensure_keyring(tmp_path, "", records_exist=False)
    before = (tmp_path / "keyring.json").read_bytes()
    with pytest.raises(ConfigError, match=r"ledger\.master_key"):
        rotate_master_key(tmp_path, "", "env:SEALGATE_NO_SUCH")
    assert (tmp_path / "keyring.json").read_bytes() == before


def test_what_is_no_keyring_is_told(tmp_path: Path) -> None:
    """Bytes from elsewhere are checked before they become the keyring."""
    ensure_keyring(tmp_path, "", records_exist=False)
    raw = (tmp_path / "keyring.json").read_bytes()
    check_keyring(raw)
    for wrong in (b"", b"{}", raw.replace(b'"version": 1', b'"version": 2')):
        with pytest.raises(ConfigError):
            check_keyring(wrong)


def test_a_broken_file_is_a_clear_refusal(tmp_path: Path) -> None:
    """A file that is no keyring is named."""
    path = tmp_path / "keyring.json"
    path.write_text("{}", encoding="ascii")
    path.chmod(0o600)
    with pytest.raises(ConfigError, match=r"keyring\.json cannot be read"):
        load_keyring(tmp_path, "")
