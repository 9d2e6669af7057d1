"""Marking: the marks of an answer, choice by choice."""

from __future__ import annotations

import pytest

from gateway.engine.marking import Marking
from gateway.engine.outbox import Outbox, Shown
from gateway.engine.seal import LABEL, TRACE, Seal
from gateway.nouns.segment import Channel
from gateway.ports.adapter import Event, EventKind
from tests.line_protocol import LineAnswer

LIKE = Event(EventKind.TEXT, b"")
FIELDS = {"aigc": 1}
OWED = (LABEL, "aigc_label", TRACE)


def _weaver():
    woven: list[str] = []

    def weave(text: str, final: bool) -> str:
        woven.append(text)
        return f"{text}~" if final or "." in text else text

    return weave


def _marking(*, structured: bool = False, **seal: object) -> tuple[Marking, Outbox]:
    owed = Seal(**{"start": "[AI]", "end": "[/AI]", "inline_field": {"sealgate": 1}, "owed": OWED,
                   **seal})  # fmt: skip
    return Marking(owed, LineAnswer(), structured=structured), Outbox(Shown())


def _receipts(marking: Marking, *, shown: bool = True) -> dict[str, tuple[str, str]]:
    return {r.mark: (r.status, r.detail) for r in marking.receipts(anything_shown=shown)}


def test_a_label_stands_at_both_ends_once() -> None:
    """Before the first content, after the last; told to the journal as ours."""
    marking, out = _marking()
    marking.choice(0).meet("hi")
    assert not marking.settled(0)
    for _ in range(2):
        marking.before_content(0, "hi", LIKE, out)
    assert not marking.settled(0)
    for _ in range(2):
        marking.at_end(0, LIKE, out)
    assert out.data == b"T 0 content [AI]\nT 0 content [/AI]\n"
    assert [text.own for text in out.texts] == [True, True]
    assert _receipts(marking)[LABEL] == ("written", "inline")


def test_a_label_at_the_start_alone_adds_nothing_at_the_end() -> None:
    """An empty line is no event."""
    marking, out = _marking(end="")
    marking.choice(0).meet("hi")
    marking.before_content(0, "hi", LIKE, out)
    assert marking.settled(0)
    marking.at_end(0, LIKE, out)
    assert out.data == b"T 0 content [AI]\n"


@pytest.mark.parametrize(("start", "written"), [("[AI]", b"T 0 content [AI]\n"), ("", b"")])
def test_an_end_label_that_would_be_code_becomes_a_member(start: str, written: bytes) -> None:
    """The fence was never closed: the text stays as it is, in a stream and in one piece."""
    for whole in (False, True):
        marking, out = _marking(start=start)
        marking.choice(0).meet("So:\n``")
        if not whole:
            marking.before_content(0, "So:\n``", LIKE, out)
        for piece in ("So:\n``", "`\nx = 1"):
            marking.weave(0, piece)
        if whole:
            assert marking.whole(0, has_content=True, out=out) == (start, "", True)
        else:
            marking.at_end(0, LIKE, out)
            assert out.data == written
            assert marking.fields((0,)) == {"sealgate": 1}
        assert _receipts(marking)[LABEL][0] == "written"


def test_an_end_label_stands_behind_a_closed_fence() -> None:
    """Each choice for itself."""
    marking, out = _marking(start="")
    for choice, text in ((0, "So:\n```\nx\n```"), (1, "So:\n```\nx")):
        marking.choice(choice).meet(text)
        marking.before_content(choice, text, LIKE, out)
        marking.weave(choice, text)
        marking.at_end(choice, LIKE, out)
    assert out.data == b"T 0 content [/AI]\n"


@pytest.mark.parametrize("text", ["", " "])
def test_no_label_before_anything_visible(text: str) -> None:
    """Empty or undecided content begins nothing, and what has not begun does not end."""
    marking, out = _marking()
    marking.choice(0).meet(text)
    marking.before_content(0, text, LIKE, out)
    marking.at_end(0, LIKE, out)
    assert out.data == b""


def test_what_cannot_take_it_inline_takes_it_as_a_member() -> None:
    """Beside the members that every answer owes."""
    marking, out = _marking(structured=True, fields=FIELDS)
    assert marking.settled(0) is False
    marking.before_content(0, "{", LIKE, out)
    assert marking.settled(0)
    assert marking.fields((0,)) == {"aigc": 1, "sealgate": 1}
    assert out.data == b""
    assert _receipts(marking)[LABEL] == ("written", "field")
    assert _receipts(marking)["aigc_label"] == ("written", "")


def test_a_trace_is_woven_and_its_end_told() -> None:
    """What it still owes stands before the end label; only what was woven is written."""
    marking, out = _marking(weaver=_weaver)
    marking.choice(0).meet("hi")
    assert marking.weave(0, "hi") == "hi"
    assert _receipts(marking)[TRACE][0] == "not_possible"
    marking, out = _marking(weaver=_weaver)
    marking.choice(0).meet("hi")
    marking.before_content(0, "hi", LIKE, out)
    assert marking.weave(0, "hi.") == "hi.~"
    marking.at_end(0, LIKE, out)
    assert out.data.decode().splitlines()[1:] == ["T 0 content ~", "T 0 content [/AI]"]
    assert _receipts(marking)[TRACE] == ("written", "")


def test_a_trace_ends_without_a_label_too() -> None:
    """It is owed for itself, and is no label."""
    marking, out = _marking(start="", end="", weaver=_weaver)
    marking.at_end(0, LIKE, out)
    assert out.data == b"T 0 content ~\n"
    assert _receipts(marking)[LABEL][0] == "failed"


@pytest.mark.parametrize(
    ("shown", "data"), [(True, b"T 0 content  +aigc +sealgate\n"), (False, b"")]
)
def test_without_a_finish_a_label_owed_as_a_member_gets_an_event(shown: bool, data: bytes) -> None:
    """If anything was shown; if not, there is nothing to label."""
    marking, out = _marking(fields=FIELDS)
    if shown:
        out.release(Channel(0, "reasoning"), "hm")
    marking.without_finish(0, out)
    assert out.data == data
    assert _receipts(marking)[LABEL][0] == ("written" if shown else "failed")


def test_without_a_finish_other_members_say_nothing_new() -> None:
    """The headers carry them."""
    marking, out = _marking(start="", end="", fields=FIELDS, owed=("aigc_label",))
    out.release(Channel(0, "content"), "hi")
    marking.without_finish(0, out)
    assert out.data == b""
    assert _receipts(marking) == {"aigc_label": ("written", "")}


@pytest.mark.parametrize(
    ("seal", "text", "has_content", "ends"),
    [
        ({}, "hi", True, ("[AI]", "[/AI]", False)),
        ({"end": ""}, "hi", True, ("[AI]", "", False)),
        ({}, "{", True, ("", "", True)),
        ({}, "", False, ("", "", True)),
        ({"start": "", "end": ""}, "hi", True, ("", "", False)),
    ],
)
def test_a_whole_answer_takes_both_ends_or_the_member(
    seal: dict[str, object], text: str, has_content: bool, ends: tuple[str, str, bool]
) -> None:
    """By the same decision as a stream."""
    marking, out = _marking(**seal)
    marking.choice(0).meet(text)
    assert marking.whole(0, has_content=has_content, out=out) == ends
    assert [one.text for one in out.texts] == [line for line in ends[:2] if line]
    assert marking.label_fields() == {"sealgate": 1}


def test_a_client_that_left_is_the_reason_for_what_is_missing() -> None:
    """What was written before stays written."""
    marking, out = _marking()
    marking.choice(0).meet("hi")
    marking.before_content(0, "hi", LIKE, out)
    marking.gone()
    found = _receipts(marking)
    assert found[LABEL] == ("written", "inline")
    assert found["aigc_label"] == ("failed", "client_gone")


def test_where_nothing_was_generated_nothing_could_be_marked() -> None:
    """Not possible is not failed."""
    marking, _ = _marking(owed=("aigc_label",))
    assert _receipts(marking, shown=False) == {
        "aigc_label": ("not_possible", "nothing_generated_was_released")
    }
