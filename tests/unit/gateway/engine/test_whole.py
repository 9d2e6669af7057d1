"""Whole: an answer in one piece leaves in one piece."""

from __future__ import annotations

import pytest

from gateway.engine.marking import Marking
from gateway.engine.outbox import Outbox, Shown
from gateway.engine.queue import Held
from gateway.engine.seal import Seal
from gateway.engine.whole import is_judged, write_whole
from gateway.engine.window import Window
from gateway.nouns.verdict import Action, Refusal
from gateway.ports.adapter import Event
from tests.engine_kit import NaiveTerms, lane, policy
from tests.line_protocol import LineAnswer

RULES = policy(block=Action.BLOCK, red=Action.REDACT)
TERMS = {"bad": "block", "mild": "red"}
REFUSAL = Refusal("c", "No.", "core", "x")
LABELLED = Seal(start="[AI]", end="[/AI]", fields={"aigc": 1}, inline_field={"sealgate": 1})


def _held(*lines: str, final: bool = True) -> tuple[Held, LineAnswer]:
    answer = LineAnswer(whole=True)
    answer.push("".join(f"{line}\n" for line in lines).encode())
    (event,) = answer.flush()
    assert isinstance(event, Event)
    spans = []
    for piece in event.pieces:
        window = Window(lane(RULES, NaiveTerms(TERMS)), piece.form)
        window.push(piece.text)
        window.judge(final=final)
        spans.append((window, 0, window.raw_end))
    return Held(event, spans, 0.0), answer


def _write(
    *lines: str, seal: Seal = LABELLED, refused: int | None = None
) -> tuple[str, bool, Outbox]:
    held, answer = _held(*lines)
    marking, out = Marking(seal, answer, structured=False), Outbox(Shown())
    for piece in held.event.pieces:
        if piece.channel.path == "content":
            marking.choice(piece.channel.choice).meet(piece.text)
    refusals = {} if refused is None else {refused: REFUSAL}
    edited = write_whole(held, answer, marking, refusals, out, style="completion")
    return out.data.decode(), edited, out


def test_nothing_leaves_before_all_of_it_is_judged() -> None:
    """A live prefix at the end is not judged until the end is known."""
    assert not is_judged(_held("T 0 content hello b", final=False)[0])
    assert is_judged(_held("T 0 content hello b")[0])
    assert is_judged(_held("T 0 content bad")[0])


def test_what_nothing_touches_is_its_own_bytes() -> None:
    """No label owed, nothing found."""
    assert _write("T 0 content hello", seal=Seal())[:2] == ("T 0 content hello\n", False)


@pytest.mark.parametrize(
    ("lines", "out", "edited"),
    [
        (["T 0 content hello"], "T 0 content [AI]hello[/AI] +aigc\n", False),
        (["T 0 content a mild one"], "T 0 content [AI]a *** one[/AI] +aigc\n", True),
        (["T 0 content {}"], "T 0 content {} +aigc +sealgate\n", False),
        (["T 0 reasoning hm"], "T 0 reasoning hm +aigc +sealgate\n", False),
        (["T 0 content a", "T 1 content b"],
         "T 0 content [AI]a[/AI]\nT 1 content [AI]b[/AI] +aigc\n", False),
    ],
)  # fmt: skip
def test_labels_and_edits_are_put_in(lines: list[str], out: str, edited: bool) -> None:
    """Prose takes the label at its ends, what cannot takes it as a member."""
    assert _write(*lines)[:2] == (out, edited)


def test_a_label_at_one_end_only() -> None:
    """An empty end adds nothing."""
    assert _write("T 0 content hi", seal=Seal(start="[AI]"))[0] == "T 0 content [AI]hi\n"
    assert _write("T 0 content hi", seal=Seal(end="[/AI]"))[0] == "T 0 content hi[/AI]\n"


def test_a_refused_choice_holds_the_refusal_alone() -> None:
    """Nothing of its text is released; it is kept apart."""
    data, edited, out = _write("T 0 content so bad", "T 1 content ok", refused=0)
    assert data == "T 1 content [AI]ok[/AI]\nR 0 core +aigc\n"
    assert not edited
    assert [text.text for text in out.suppressed] == ["so bad"]
    assert out.shown.by_choice == {1: 2}


def test_a_body_without_choices_owes_no_member() -> None:
    """There is nothing generated in it."""
    held, answer = _held("T 0 content hi")
    bare = Held(Event(held.event.kind, held.event.raw, held.event.pieces), held.spans, 0.0)
    out = Outbox(Shown())
    marking = Marking(LABELLED, answer, structured=False)
    assert not write_whole(bare, answer, marking, {}, out, style="completion")
    assert out.data == held.event.raw
