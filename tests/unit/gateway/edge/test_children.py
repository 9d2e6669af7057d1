"""The table of forked processes. Each test forks a few and leaves none."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from gateway.edge.children import EXIT_CONFIG, RETIRE, Child, Children, Kind
from gateway.nouns.errors import ConfigError


@pytest.fixture
def children() -> Iterator[Children]:
    """A table that listens; all are ended afterwards."""
    table = Children()
    table.listen()
    yield table
    table.close()


def _wait(table: Children, until: Callable[[], bool]) -> list[int]:
    """Turn until something holds, a minute on a busy machine; returns the signals that came."""
    came: list[int] = []
    end = time.monotonic() + 60
    while not until():
        assert time.monotonic() < end
        came += table.wait(0.05)
    return came


def _reaped(table: Children) -> tuple[Child, int]:
    """Return the next child that ends and its code."""
    ended: list[tuple[Child, int]] = []
    _wait(table, lambda: bool(ended) or bool(ended.extend(table.reap()) or ended))
    return ended[0]


def _sleep(life: int, listening: Callable[[], None]) -> None:
    listening()
    signal.pause()


def _wrong(life: int, listening: Callable[[], None]) -> None:
    raise ConfigError("no")


def _broken(life: int, listening: Callable[[], None]) -> None:
    raise ValueError("secret")


def _done(life: int, listening: Callable[[], None]) -> None:
    listening()


@pytest.mark.parametrize(("body", "code"), [(_done, 0), (_wrong, EXIT_CONFIG), (_broken, 70)])
def test_exit_codes(children: Children, body: Callable[..., None], code: int) -> None:
    """How a child ended tells what to do about it."""
    child = children.fork(Kind.WORKER, 0, 1, body)
    assert _reaped(children) == (child, code)
    assert not children


def test_ready_and_leave(children: Children) -> None:
    """A child says when it is ready, and ends when told."""
    child = children.fork(Kind.STEWARD, 0, 1, _sleep)
    _wait(children, lambda: child.ready)
    child.leave()
    assert child.leaving
    assert _reaped(children) == (child, -signal.SIGTERM)


def test_who_retires_can_still_be_told_to_end(children: Children) -> None:
    """To retire is to be leaving; a second word of the same kind is not sent, the graver one is."""
    child = children.fork(Kind.WORKER, 0, 1, _sleep)
    _wait(children, lambda: child.ready)
    sent: list[signal.Signals] = []
    child.send = sent.append  # type: ignore[method-assign]  # only the words are of interest
    child.retire()
    child.retire()
    assert (child.leaving, child.leaving_since_s) == (True, None)
    child.leave()
    child.retire()
    child.leave()
    del child.send  # whoever ends it is heard again
    assert sent == [RETIRE, signal.SIGTERM]


def test_child_without_a_word_is_not_ready(children: Children) -> None:
    """A child that dies before it is ready never counts as ready."""
    child = children.fork(Kind.WORKER, 0, 1, _broken)
    assert _reaped(children)[0] is child
    assert not child.ready


def test_numbers_are_free_again(children: Children) -> None:
    """The smallest free number is given; stewards take none."""
    children.fork(Kind.STEWARD, 0, 1, _sleep)
    workers = []
    for expected in (0, 1, 2):
        assert children.free_number() == expected
        workers.append(children.fork(Kind.WORKER, expected, 1, _sleep))
    workers[1].send(signal.SIGKILL)
    assert _reaped(children)[0] is workers[1]
    assert children.free_number() == 1
    assert [child.number for child in children.of(Kind.WORKER)] == [0, 2]


def test_signals_come_out_of_wait(children: Children) -> None:
    """A signal to the parent is returned; it does not reach the children."""
    child = children.fork(Kind.WORKER, 0, 1, _sleep)
    _wait(children, lambda: child.ready)
    came: list[int] = []
    os.kill(os.getpid(), signal.SIGHUP)
    end = time.monotonic() + 60
    while signal.SIGHUP not in came and time.monotonic() < end:
        came += children.wait(0.05)
    assert signal.SIGHUP in came
    assert children.reap() == []


def test_children_do_not_hear_ctrl_c(children: Children) -> None:
    """SIGINT and SIGHUP reach the whole terminal group; children wait for their parent's word."""
    child = children.fork(Kind.WORKER, 0, 1, _sleep)
    _wait(children, lambda: child.ready)
    for name in (signal.SIGINT, signal.SIGHUP):
        child.send(name)
    child.send(signal.SIGTERM)
    assert _reaped(children) == (child, -signal.SIGTERM)


def test_life_pipe_ends_with_the_parent(children: Children) -> None:
    """The child's end is open while the parent lives."""

    def watch(life: int, listening: Callable[[], None]) -> None:
        os.set_blocking(life, False)
        with pytest.raises(BlockingIOError):
            os.read(life, 1)

    child = children.fork(Kind.WORKER, 0, 1, watch)
    assert _reaped(children) == (child, 0)


def test_close_gives_the_signals_back() -> None:
    """Afterwards signals do what they did before."""
    before = signal.getsignal(signal.SIGHUP)
    table = Children()
    table.listen()
    child = table.fork(Kind.WORKER, 0, 1, _sleep)
    table.close()
    assert signal.getsignal(signal.SIGHUP) is before
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)
