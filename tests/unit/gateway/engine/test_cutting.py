"""Cutting: a choice ends at exactly the place of its block."""

from __future__ import annotations

import pytest

from gateway.engine.cutting import Cutter
from gateway.engine.marking import Marking
from gateway.engine.outbox import Outbox, Shown
from gateway.engine.plan import OutputPlan
from gateway.engine.queue import Held, Queue
from gateway.engine.seal import Seal
from gateway.engine.window import Window
from gateway.nouns.segment import Channel, FieldClass
from gateway.nouns.verdict import Action, Decision, Refusal
from gateway.ports.adapter import Event, EventKind
from tests.engine_kit import NaiveTerms, lane, policy
from tests.line_protocol import LineAnswer

RULES = policy(block=Action.BLOCK, red=Action.REDACT)
TERMS = {"bad": "block", "mild": "red"}


class Cut:
    """Events in windows and in a queue, and what leaves when choice 0 is cut."""

    def __init__(self, *events: tuple[str, ...], seal: Seal | None = None) -> None:
        answer, self.queue = LineAnswer(), Queue()
        lanes = {one: lane(RULES, NaiveTerms(TERMS), field_class=one) for one in FieldClass}
        plan = OutputPlan(RULES, "01X", lanes, self._refuse, seal or Seal(), choices=2)
        marking = Marking(plan.seal, answer, structured=False)
        marking.choice(0).meet("prose")
        windows: dict[Channel, Window] = {}
        for lines in events:
            parts = answer.push("".join(f"{line}\n" for line in lines).encode())
            self.queue.held.append(self._held(parts, windows, plan))
        for window in windows.values():
            window.judge(final=False)
        self.out, self.emitted = Outbox(Shown()), []
        cutter = Cutter(plan, answer, marking, self.queue, self._emit)
        blocked = next(one.blocked for one in windows.values() if one.blocked is not None)
        self.refusal = cutter.cut(0, blocked, self.out)

    def _held(self, parts: list[Event], windows: dict[Channel, Window], plan: OutputPlan) -> Held:
        pieces = tuple(piece for part in parts for piece in part.pieces)
        spans = []
        for piece in pieces:
            window = windows.setdefault(
                piece.channel, Window(plan.lane(piece.field_class), piece.form)
            )
            spans.append((window, window.raw_end, window.raw_end + len(piece.text)))
            window.push(piece.text)
        finishes = any(part.kind is EventKind.FINISH for part in parts)
        kind = EventKind.FINISH if finishes else parts[0].kind
        choices = tuple(sorted({choice for part in parts for choice in part.choices}))
        return Held(Event(kind, b"".join(p.raw for p in parts), pieces, choices), spans, 0.0)

    def _refuse(self, decision: Decision) -> Refusal:
        return Refusal("c", "No.", decision.rule, "x", retract=True)

    def _emit(self, held: Held, out: Outbox) -> None:
        out.write(held.event.raw)
        for piece in held.event.pieces:
            out.release(piece.channel, piece.text)

    @property
    def said(self) -> str:
        """What left."""
        return self.out.data.decode()

    @property
    def kept_apart(self) -> str:
        """What never leaves."""
        return "|".join(text.text for text in self.out.suppressed)


def test_whole_events_then_the_part_before_the_block_then_the_refusal() -> None:
    """What comes behind is kept apart, and forgotten in the queue."""
    cut = Cut(("T 0 content ok",), ("T 0 content so bad",), ("T 0 content more",))
    assert cut.said == "T 0 content ok\nT 0 content so \nR 0 block 5\n"
    assert cut.kept_apart == "bad|more"
    assert cut.refusal.shown == 5
    assert len(cut.queue) == 0


def test_a_block_at_the_start_leaves_nothing_but_the_refusal() -> None:
    """No empty event of the upstream's."""
    assert Cut(("T 0 content bad",)).said == "R 0 block 0\n"


def test_other_channels_show_only_what_is_safe() -> None:
    """More of their text may exist upstream: a live prefix is not shown as the end of a text."""
    cut = Cut(("T 0 reasoning hm",), ("T 0 reasoning so mi",), ("T 0 content bad",))
    assert cut.said == "T 0 reasoning hm\nT 0 reasoning so \nR 0 block 5\n"


def test_an_edit_before_the_block_stands() -> None:
    """The part that leaves is the edited one."""
    assert Cut(("T 0 content mild bad",)).said == "T 0 content *** \nR 0 block 4\n"


def test_other_choices_stay_in_the_queue() -> None:
    """A block ends its choice only."""
    cut = Cut(("T 1 content b",), ("T 0 content bad",))
    assert cut.said == "R 0 block 0\n"
    assert [held.event.choices for held in cut.queue.held] == [(1,)]


def test_nothing_overtakes_an_event_shared_with_another_choice() -> None:
    """It stays, to leave later without this choice; so what follows of the choice goes with it."""
    cut = Cut(
        ("T 0 content one ", "T 1 content b"), ("T 0 content two ",), ("T 0 content bad",)
    )  # fmt: skip
    assert cut.said == "R 0 block 0\n"
    assert [held.event.choices for held in cut.queue.held] == [(0, 1)]
    assert cut.kept_apart == "two |bad"


@pytest.mark.parametrize(
    ("seal", "said"),
    [
        (Seal(), "T 0 content so \nR 0 block 3\n"),
        (Seal(start="[AI]", end="[/AI]"),
         "T 0 content [AI]\nT 0 content so \nT 0 content [/AI]\nR 0 block 3\n"),
    ],
)  # fmt: skip
def test_the_text_of_a_finish_event_leaves_without_the_finish(seal: Seal, said: str) -> None:
    """The upstream's reason is not the true one any more; what was shown stays labelled."""
    assert Cut(("T 0 content so bad", "F 0"), seal=seal).said == said


def test_a_finish_events_reasoning_is_not_said_as_content() -> None:
    """Only content can be said in an event of our own."""
    cut = Cut(("T 0 reasoning hm", "T 0 content so bad", "F 0"))
    assert cut.said == "T 0 content so \nR 0 block 3\n"
    assert cut.kept_apart == "hm|bad"
