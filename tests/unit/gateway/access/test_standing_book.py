"""Where users stand, as the workers know it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.access.standing_book import (
    STANDINGS_FILE,
    StandingBook,
    read_standings,
    write_standings,
)
from gateway.access.strikes import subject_mark
from gateway.nouns.conduct import Standing
from gateway.nouns.errors import LedgerFailed
from tests.ledger_kit import SetClock

KEY = b"k" * 32
CLOSED = Standing(closed=True)
MARK = subject_mark(KEY, "t", "u")


def test_a_change_is_seen_within_a_second(tmp_path: Path) -> None:
    """Not at once: the file is not looked at for every request."""
    clock = SetClock()
    book = StandingBook(tmp_path, KEY, clock)
    assert book.find("t", "u") == ("", None)
    assert write_standings(tmp_path, {MARK: CLOSED})
    assert book.find("t", "u") == ("", None)
    clock.now_s = 1.0
    assert book.find("t", "u") == (MARK, CLOSED)
    assert book.find("other", "u")[1] is None
    assert StandingBook(tmp_path, KEY, clock).find("t", "u")[1] == CLOSED


def test_the_same_is_not_written_again(tmp_path: Path) -> None:
    """Whoever computes the same standings wakes nobody."""
    assert write_standings(tmp_path, {MARK: CLOSED, "a": Standing(warn_ns=1)})
    assert not write_standings(tmp_path, {"a": Standing(warn_ns=1), MARK: CLOSED})
    assert read_standings(tmp_path)[MARK] == CLOSED


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b'{"version":9,"standings":{}}', b'{"version":1}', b"[]"]
)
def test_a_file_that_says_nothing_holds_nobody(tmp_path: Path, content: bytes) -> None:
    """Garbage and another program's version; the next computation writes it anew."""
    (tmp_path / STANDINGS_FILE).write_bytes(content)
    assert read_standings(tmp_path) == {}
    assert write_standings(tmp_path, {MARK: CLOSED})
    assert read_standings(tmp_path) == {MARK: CLOSED}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """The steward tries again later."""
    (tmp_path / STANDINGS_FILE).mkdir()
    with pytest.raises(LedgerFailed):
        write_standings(tmp_path, {MARK: CLOSED})
