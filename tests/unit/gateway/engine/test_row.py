"""The row: what the usual stream needs of a queue, and when it gives over to the general one."""

from __future__ import annotations

import pytest

from gateway.engine.queue import Queue
from gateway.engine.row import Row
from gateway.engine.window import PORTION, Window
from gateway.nouns.segment import TextForm
from gateway.nouns.verdict import Action
from tests.engine_kit import NaiveTerms, lane, policy
from tests.line_protocol import one_run

RULES = policy(block=Action.BLOCK, red=Action.REDACT)
TERMS = {"bad": "block", "mild": "red"}


def _window() -> Window:
    return Window(lane(RULES, NaiveTerms(TERMS)), TextForm.PROSE)


def _passed(row: Row, window: Window, *texts: str) -> list[str | None]:
    """Push texts one by one; return what passes with each, None for a closer look."""
    out: list[str | None] = []
    for text in texts:
        passed = row.push(one_run(text), window, 0.0)
        out.append(None if passed is None else passed[1])
        if passed is not None:
            assert passed[0].count(b"\n") == passed[0].count(b"T 0 content ")
    return out


@pytest.mark.parametrize(
    ("texts", "passed"),
    [
        (("one", "two"), ["one", "two"]),
        (("one b", "a", "t", "s"), ["", "", "one bat", "s"]),
        (("one b", "ig m", "i"), ["", "one b", ""]),
        (("one b", "a", "d"), ["", "", None]),
        (("one m", "ild", "!"), ["", "", None]),
        (("", "one"), ["", "one"]),
    ],
)
def test_runs_leave_whole_and_in_order(texts: tuple[str, ...], passed: list[str | None]) -> None:
    """A run waits while its end may become a term, and leaves with the one that decides it."""
    assert _passed(Row(), _window(), *texts) == passed


def test_of_a_run_of_several_events_the_safe_ones_leave() -> None:
    """Events are never cut: what waits begins with the first that is not safe to its end."""
    row, window, queue = Row(), _window(), Queue()
    assert row.push(one_run("one", "two b", "a"), window, 0.0) == (b"T 0 content one\n", "one")
    assert row.push(one_run("t", "s b"), window, 1.0) == (
        b"T 0 content two b\nT 0 content a\nT 0 content t\n", "two bat",
    )  # fmt: skip
    row.move(queue)
    assert [held.event.pieces[0].text for held in queue.held] == ["s b"]
    assert [held.spans[0][1:] for held in queue.held] == [(10, 13)]
    assert not row


def test_what_waits_moves_with_its_place_and_time() -> None:
    """The queue gets the runs where their text lies and since when they wait."""
    row, window, queue = Row(), _window(), Queue()
    assert row.push(one_run("one b"), window, 3.0) == (b"", "")
    assert row.push(one_run("a"), window, 4.0) == (b"", "")
    assert len(row) == 2
    row.move(queue)
    row.move(queue)
    assert [(held.spans[0][1:], held.since_s) for held in queue.held] == [
        ((0, 5), 3.0), ((5, 6), 4.0),
    ]  # fmt: skip


def test_only_text_that_nothing_waits_before_fits() -> None:
    """Another channel does not join a row, and a window with held text begins none."""
    row, window, other = Row(), _window(), _window()
    run = one_run("b")
    assert row.fits(run, window)
    row.push(run, window, 0.0)
    assert row.fits(run, window)
    assert not row.fits(run, other)
    row.move(Queue())
    assert not row.fits(run, window)


def test_a_long_text_does_not_fit() -> None:
    """It is judged in portions, which a row does not know."""
    assert Row().fits(one_run("x" * PORTION), _window())
    assert not Row().fits(one_run("x" * PORTION, "x"), _window())
