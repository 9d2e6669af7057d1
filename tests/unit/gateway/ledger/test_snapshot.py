"""Snapshot: a folder is a backup once its list is written, and stays one as long as it fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.ledger.snapshot import (
    LIST_FILE,
    begin_snapshot,
    check_files,
    copy_file,
    copy_head_and_spool,
    end_snapshot,
    read_list,
)
from gateway.nouns.errors import ConfigError, NotPossible


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A finished snapshot of a state folder with a head, a segment and a damaged one."""
    state, folder = tmp_path / "state", tmp_path / "backup"
    (state / "spool" / "damaged").mkdir(parents=True)
    (state / "ledger.head").write_bytes(b"head")
    (state / "spool" / "w0-1-000001.spool").write_bytes(b"frames")
    (state / "spool" / "w0-1.lock").write_bytes(b"")
    (state / "spool" / "damaged" / "w0-0-000001.spool").write_bytes(b"broken")
    begin_snapshot(folder)
    copy_head_and_spool(state, folder)
    end_snapshot(folder, store="sqlite", program="1", time_ns=1_790_000_000_000_000_000)
    return folder


def test_the_list_names_what_was_copied(made: Path) -> None:
    """Head and segments, not the locks of living workers; and all of it is for its owner only."""
    listed = read_list(made)
    segments = ["spool/damaged/w0-0-000001.spool", "spool/w0-1-000001.spool"]
    assert sorted(listed.files) == ["ledger.head", *segments]
    assert (listed.store, listed.time) == ("sqlite", "2026-09-21T14:13:20+00:00")
    modes = {path.stat().st_mode & 0o077 for path in [made, *made.rglob("*")]}
    assert modes == {0}
    check_files(made, listed)


def test_a_file_that_changed_or_went_is_named(made: Path) -> None:
    """Before anything is put back."""
    listed = read_list(made)
    (made / "ledger.head").write_bytes(b"heaD")
    with pytest.raises(ConfigError, match=r"ledger\.head is missing or not what was copied"):
        check_files(made, listed)
    (made / "ledger.head").unlink()
    with pytest.raises(ConfigError, match=r"ledger\.head is missing"):
        check_files(made, listed)


def test_an_older_copy_is_not_lost(made: Path) -> None:
    """A folder with anything in it is refused; an empty one is taken."""
    with pytest.raises(NotPossible, match="not empty"):
        begin_snapshot(made)
    (made.parent / "empty").mkdir()
    begin_snapshot(made.parent / "empty")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not a backup"),
        ("{}", "not a backup"),
        ('"version": 2', "newer program"),
        ('"../../etc/cron.d/x": {"size": 1, "sha256": ""}, "ledger.head"', "inside of the backup"),
    ],
)
def test_a_list_that_is_none_is_refused(made: Path, text: str, told: str) -> None:
    """A making that was interrupted, a newer form, and paths that lead elsewhere."""
    path = made / LIST_FILE
    whole = path.read_text(encoding="utf-8")
    key = text.partition(":")[0] if text.startswith('"version') else '"ledger.head"'
    old = '"version": 1' if key == '"version"' else key
    path.write_text(whole.replace(old, text) if text.startswith('"') else text, encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        read_list(made)


def test_a_segment_that_goes_meanwhile_was_stored(tmp_path: Path) -> None:
    """A link to nowhere stands for one that was removed between listing and copying."""
    spool = tmp_path / "state" / "spool"
    spool.mkdir(parents=True)
    (spool / "w0-1-000001.spool").symlink_to(tmp_path / "gone")
    begin_snapshot(tmp_path / "backup")
    copy_head_and_spool(tmp_path / "state", tmp_path / "backup")
    assert list((tmp_path / "backup").rglob("*.spool")) == []


def test_a_copy_overwrites_nothing(tmp_path: Path) -> None:
    """It makes a new file, or none."""
    for name in ("a", "b"):
        (tmp_path / name).write_text(name, encoding="ascii")
    with pytest.raises(FileExistsError):
        copy_file(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text(encoding="ascii") == "b"
