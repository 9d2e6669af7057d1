"""Secrets and tables of the state folder: private, whole, made once."""

from __future__ import annotations

import fcntl
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.access.secret_file import SECRET_BYTES, load_secret, locked, replace_file
from gateway.nouns.errors import ConfigError


def test_a_secret_is_made_once_and_is_private(tmp_path: Path) -> None:
    """The second call reads the first one's bytes; nobody else may read them."""
    path = tmp_path / "state" / "access.secret"
    secret = load_secret(path)
    assert len(secret) == SECRET_BYTES
    assert load_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["access.secret"]


def test_many_who_make_it_at_once_get_the_same(tmp_path: Path) -> None:
    """A race has one winner, whose bytes all return."""
    for turn in range(20):
        path = tmp_path / f"{turn}.secret"
        with ThreadPoolExecutor(8) as pool:
            found = set(pool.map(load_secret, [path] * 8))
        assert len(found) == 1


def test_a_damaged_secret_is_refused(tmp_path: Path) -> None:
    """A short file is not silently replaced: the keys would be lost."""
    path = tmp_path / "access.secret"
    path.write_bytes(b"short")
    with pytest.raises(ConfigError, match=r"access\.secret has 5 bytes"):
        load_secret(path)


def test_a_folder_that_is_none_is_a_clear_error(tmp_path: Path) -> None:
    """The error names the path."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigError, match=r"file/access\.secret"):
        load_secret(tmp_path / "file" / "access.secret")


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    """Who holds the old file keeps the old content; no draft stays behind."""
    path = tmp_path / "keys.json"
    replace_file(path, b"one")
    with path.open("rb") as old:
        replace_file(path, b"two")
        assert old.read() == b"one"
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["keys.json"]


def test_the_lock_keeps_others_out(tmp_path: Path) -> None:
    """While it is held nobody else takes it; afterwards one can."""
    path = tmp_path / "keys.lock"
    with locked(path), path.open("rb") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
