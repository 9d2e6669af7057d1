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
from gateway.nouns.errors import ConfigError, LedgerFailed
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
def test_a_broken_file_is_an_error_at_the_start(tmp_path: Path, content: bytes) -> None:
    """Garbage and another program's version: nobody is let in for that; it can be written anew."""
    (tmp_path / STANDINGS_FILE).write_bytes(content)
    with pytest.raises(ConfigError, match=r"standings\.json .*computed anew"):
        StandingBook(tmp_path, KEY, SetClock())
    assert write_standings(tmp_path, {MARK: CLOSED})
    assert read_standings(tmp_path) == {MARK: CLOSED}


@pytest.mark.parametrize("content", [b"{", None])
def test_a_file_broken_or_gone_while_it_serves_lets_nobody_in(
    tmp_path: Path, content: bytes | None
) -> None:
    """Who was closed stays so, it is told once, and a whole file counts again."""
    clock, told = SetClock(), list[str]()
    write_standings(tmp_path, {MARK: CLOSED})
    book = StandingBook(tmp_path, KEY, clock, told.append)
    if content is None:
        (tmp_path / STANDINGS_FILE).unlink()
    else:
        (tmp_path / STANDINGS_FILE).write_bytes(content)
    for _ in range(3):
        clock.now_s += 1.0
        assert book.find("t", "u") == (MARK, CLOSED)
    assert told == [book.fault]
    write_standings(tmp_path, {})
    clock.now_s += 1.0
    assert (book.find("t", "u"), book.fault) == (("", None), None)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """The steward tries again later."""
    (tmp_path / STANDINGS_FILE).mkdir()
    with pytest.raises(LedgerFailed):
        write_standings(tmp_path, {MARK: CLOSED})
