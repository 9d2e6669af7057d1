"""A file that another process may replace, read again when it changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.access.watched_file import WatchedFile
from gateway.nouns.errors import ConfigError
from tests.ledger_kit import SetClock


class Text:
    """Reads a text and counts how often; ``bad`` says that it cannot be read."""

    def __init__(self) -> None:
        self.reads = 0

    def __call__(self, path: Path) -> str:
        """Read."""
        self.reads += 1
        text = path.read_text()
        if text == "bad":
            raise ConfigError("It is bad.")
        return text


def test_it_is_read_only_when_it_changed_and_looked_at_once_a_second(tmp_path: Path) -> None:
    """What the process wrote itself is known at once and not read."""
    path, clock, read = tmp_path / "f", SetClock(), Text()
    path.write_text("1")
    file = WatchedFile(path, read, clock)
    path.write_text("22")
    assert file.content() == "1"
    clock.now_s += 1
    assert [file.content(), file.content()] == ["22", "22"]
    clock.now_s += 1
    assert (file.content(), read.reads) == ("22", 2)
    path.write_text("333")
    file.replaced("333")
    clock.now_s += 1
    assert (file.content(), read.reads) == ("333", 2)


def test_a_fault_is_told_once_and_tried_again(tmp_path: Path) -> None:
    """Also when nothing about the file changes: a disk may recover."""
    path, clock, read, told = tmp_path / "f", SetClock(), Text(), list[str]()
    path.write_text("1")
    file = WatchedFile(path, read, clock, told.append)
    path.write_text("bad")
    for reads in (2, 3, 4):
        clock.now_s += 1
        assert (file.content(), read.reads) == ("1", reads)
    assert told == [file.fault]
    with pytest.raises(ConfigError, match="bad"):
        WatchedFile(path, read, clock)
    path.write_text("2")
    clock.now_s += 1
    assert (file.content(), file.fault) == ("2", None)
