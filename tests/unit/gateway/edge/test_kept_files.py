"""Re-hosted results: the name is the key, the disk shows nothing, time and room are bounded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.edge.kept_files import KeptFile, KeptFiles
from gateway.nouns.errors import Overloaded

SECRET = b"a picture that nobody but its asker may see"


def test_another_worker_serves_what_one_kept(tmp_path: Path) -> None:
    """And the folder has neither the name nor the content."""
    one, other = (KeptFiles(tmp_path / "f", keep_s=60, most_bytes=10_000) for _ in range(2))
    name = one.put(KeptFile(SECRET, "image/png"))
    assert other.get(name) == KeptFile(SECRET, "image/png")
    (path,) = (tmp_path / "f").iterdir()
    assert name not in path.name
    assert SECRET not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["", "x", "../../etc/passwd", "A" * 43, "A" * 44])
def test_other_names_are_nothing(tmp_path: Path, name: str) -> None:
    """Guesses and paths alike."""
    kept = KeptFiles(tmp_path, keep_s=60, most_bytes=10_000)
    kept.put(KeptFile(SECRET, "image/png"))
    assert kept.get(name) is None


def test_time_is_bounded(tmp_path: Path) -> None:
    """An old file is not given, and is deleted when the next one comes."""
    now = [1000.0]
    kept = KeptFiles(tmp_path, keep_s=60, most_bytes=10_000, now_s=lambda: now[0])
    name = kept.put(KeptFile(SECRET, "image/png"))
    (path,) = tmp_path.iterdir()
    os.utime(path, (1000, 1000))
    assert kept.get(name) is not None
    now[0] += 61
    assert kept.get(name) is None
    kept.put(KeptFile(SECRET, "image/png"))
    assert not path.exists()


def test_room_is_bounded(tmp_path: Path) -> None:
    """Across workers: each sees what lies there."""
    kept = KeptFiles(tmp_path, keep_s=60, most_bytes=100)
    kept.put(KeptFile(bytes(60), "image/png"))
    with pytest.raises(Overloaded):
        kept.put(KeptFile(bytes(60), "image/png"))
    with pytest.raises(Overloaded):
        KeptFiles(tmp_path, keep_s=60, most_bytes=100).put(KeptFile(bytes(60), "image/png"))


def test_a_folder_that_takes_no_files_is_no_room(tmp_path: Path) -> None:
    """The answer is refused, not left unmarked."""
    (tmp_path / "f").mkdir()
    kept = KeptFiles(tmp_path / "f" / "g", keep_s=60, most_bytes=1000)
    (tmp_path / "f" / "g").symlink_to("/proc/self")
    with pytest.raises(Overloaded):
        kept.put(KeptFile(SECRET, "image/png"))


def test_altered_bytes_are_no_file(tmp_path: Path) -> None:
    """The disk cannot change what is served."""
    kept = KeptFiles(tmp_path, keep_s=60, most_bytes=1000)
    name = kept.put(KeptFile(SECRET, "image/png"))
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert kept.get(name) is None
