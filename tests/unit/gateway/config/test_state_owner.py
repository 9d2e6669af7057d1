"""Whose the files of a state folder are; what only root can do is tried by root alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.config.state_owner import give_to_owner

OWNER = 12345 if os.geteuid() == 0 else os.geteuid()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of another user, if this one may make such."""
    state = tmp_path / "state"
    state.mkdir()
    os.chown(state, OWNER, -1)
    return state


def _made(path: Path) -> os.stat_result:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        give_to_owner(descriptor, path.parent)
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


def test_a_new_file_belongs_to_the_owner_of_its_folder(folder: Path) -> None:
    """Whoever made it; and it stays private."""
    made = _made(folder / "keys.json")
    assert made.st_uid == OWNER
    assert made.st_mode & 0o777 == 0o600


def test_a_file_with_a_second_name_is_left_alone(folder: Path, tmp_path: Path) -> None:
    """Nobody gets another's file by linking it into his folder."""
    other = tmp_path / "other"
    other.touch()
    (folder / "keys.json").hardlink_to(other)
    assert _made(folder / "keys.json").st_uid == os.geteuid()
