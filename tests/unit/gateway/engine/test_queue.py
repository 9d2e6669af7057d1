"""The queue of held events: runs that stay one as far as they may leave as they came."""

from __future__ import annotations

import pytest

from gateway.engine.queue import OVERTAKE_EVENTS, OVERTAKE_S, Held, Queue
from gateway.engine.window import Window
from gateway.nouns.segment import TextForm
from gateway.nouns.verdict import Action
from gateway.ports.adapter import Event, EventKind
from tests.engine_kit import NaiveTerms, lane, policy
from tests.line_protocol import one_run

RULES = policy(block=Action.BLOCK, red=Action.REDACT)
TERMS = {"bad": "block", "mild": "red"}


def _held(*texts: str) -> Held:
    """Return one run of these texts in a window that has judged them."""
    run = one_run(*texts)
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


def test_a_run_that_may_leave_whole_and_a_single_event_are_their_only_part() -> None:
    """Nothing is taken apart without need."""
    whole = _held("one", "two")
    assert whole.parts() == [whole]
    single = Held(Event(EventKind.COMMENT, b"#\n"), [], 0.0)
    assert single.parts() == [single]


class Row:
    """A queue with events of channels, held where their text is a live prefix."""

    def __init__(self, *words: tuple[EventKind, tuple[int, ...], str]) -> None:
        self.queue = Queue()
        self.windows: dict[tuple[int, ...], Window] = {}
        for kind, choices, text in words:
            spans = []
            if text:
                fresh = Window(lane(RULES, NaiveTerms(TERMS)), TextForm.PROSE)
                window = self.windows.setdefault((*choices, len(text) % 2), fresh)
                spans = [(window, window.raw_end, window.raw_end + len(text))]
                window.push(text)
                window.judge(final=False)
            event = Event(kind, f"{choices}{text}".encode(), (), choices)
            self.queue.held.append(Held(event, spans, 0.0))

    def take(self, now_s: float = 0.0) -> list[str]:
        """What may leave now."""
        taken = self.queue.take(now_s, Held.ready)
        return [held.event.raw.decode() for held in taken]


TEXT, FINISH, TAIL = EventKind.TEXT, EventKind.FINISH, EventKind.TAIL


def test_an_empty_queue_lets_nothing_go() -> None:
    """There is nothing in it."""
    assert Row().take() == []


def test_choices_do_not_wait_for_each_other_and_what_concerns_all_waits_for_all() -> None:
    """A held event stops its own choice, and the usage."""
    row = Row((TEXT, (0,), "b"), (TEXT, (1,), "ok"), (FINISH, (0,), ""), (TAIL, (), ""))
    assert row.take() == ["(1,)ok"]
    row.windows[0, 1].push("x")
    row.windows[0, 1].judge(final=False)
    assert row.take() == ["(0,)b", "(0,)", "()"]


def test_other_channels_overtake_after_a_while() -> None:
    """Never the channel itself, never a finish, never what concerns all."""
    row = Row((TEXT, (0,), "b"), (TEXT, (0,), "ok"), (FINISH, (0,), ""), (TAIL, (), ""))
    assert row.take(OVERTAKE_S - 0.01) == []
    assert row.take(OVERTAKE_S) == ["(0,)ok"]
    assert len(row.queue) == 3


def test_other_channels_overtake_when_many_events_wait() -> None:
    """Sixty-four are enough, whatever the time."""
    many = [(TEXT, (0,), "ok")] * (OVERTAKE_EVENTS - 1)
    assert Row((TEXT, (0,), "b"), *many[1:]).take() == []
    assert len(Row((TEXT, (0,), "b"), *many).take()) == OVERTAKE_EVENTS - 1


def test_a_choice_can_be_looked_at_and_forgotten() -> None:
    """Events shared with others stay."""
    row = Row((TEXT, (0,), "b"), (TEXT, (0, 1), ""), (TEXT, (1,), "ok"))
    assert len(row.queue.of_choice(0)) == 2
    row.queue.forget_choice(0)
    assert [held.event.choices for held in row.queue.held] == [(0, 1), (1,)]
    assert len(row.queue.clear()) == 2
    assert len(row.queue) == 0
