"""The board: one writer, many readers, over a fork."""

from __future__ import annotations

import os

import pytest

from gateway.edge.board import Board, Notice


@pytest.mark.parametrize(
    "notice",
    [Notice(), Notice(3, 2, 4, draining=True, last_reload_ok=False, policy="ab" * 32)],
)
def test_reads_what_was_written(notice: Notice) -> None:
    """Every member comes back."""
    board = Board()
    board.write(notice)
    assert board.read() == notice


def test_child_sees_later_writes() -> None:
    """A forked process reads what the parent writes after the fork."""
    board = Board()
    ask, told = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        os.read(ask[0], 1)
        os.write(told[1], board.read().policy.encode())
        os._exit(0)
    board.write(Notice(policy="after"))
    os.write(ask[1], b"?")
    assert os.read(told[0], 64) == b"after"
    os.waitpid(pid, 0)
    for end in (*ask, *told):
        os.close(end)
