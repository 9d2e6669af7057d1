"""The queue of held events: runs that stay one as far as they may leave as they came."""

from __future__ import annotations

import pytest

from gateway.engine.queue import Held, Queue
from gateway.engine.window import Window
from gateway.nouns.segment import TextForm
from gateway.nouns.verdict import Action
from gateway.ports.adapter import Run
from tests.engine_kit import NaiveTerms, lane, policy
from tests.line_protocol import LineAnswer

RULES = policy(block=Action.BLOCK, red=Action.REDACT)
TERMS = {"bad": "block", "mild": "red"}


def _held(*texts: str) -> Held:
    """Return one run of these texts in a window that has judged them."""
    data = "".join(f"T 0 content {text}\n" for text in texts).encode()
    (run,) = LineAnswer(runs=True).push(data)
    assert isinstance(run, Run)
    window = Window(lane(RULES, NaiveTerms(TERMS)), TextForm.PROSE)
    window.push(run.text)
    window.judge(final=False)
    return Held.of_run(run, window, 0, 0.0)


@pytest.mark.parametrize(
    ("texts", "parts"),
    [
        (("one", "two"), ["onetwo"]),
        (("one", "two", "mi"), ["onetwo", "mi"]),
        (("one", "two b", "a"), ["one", "two b", "a"]),
        (("one", "mi", "ld", "two"), ["one", "mi", "ld", "two"]),
        (("one", "two", "bad", "three"), ["onetwo", "bad", "three"]),
        (("b", "a"), ["b", "a"]),
    ],
)
def test_a_run_leaves_in_one_as_far_as_it_is_safe_and_unchanged(
    texts: tuple[str, ...], parts: list[str]
) -> None:
    """What is held, edited or blocked stands apart, event by event; the rest stays one."""
    held = _held(*texts)
    queue = Queue()
    queue.held.append(held)
    queue.part_runs()
    assert [part.event.pieces[0].text for part in queue.held] == parts
    assert b"".join(part.event.raw for part in queue.held) == held.event.raw


def test_parts_lie_where_the_run_lay() -> None:
    """The spans of the parts join to the run's own, so that every position keeps its verdict."""
    held = _held("one", "two", "", "mi", "l")
    spans = [part.spans[0][1:] for part in held.parts() if part.spans]
    assert spans == [(0, 6), (6, 8), (8, 9)]


def test_a_part_of_a_run_can_be_taken_apart_again() -> None:
    """A run's first part is a run like any other: it gives its events one by one."""
    first = _held("one", "two", "mi").parts()[0]
    assert first.run is not None
    assert [event.pieces[0].text for event in first.run.expand()] == ["one", "two"]
