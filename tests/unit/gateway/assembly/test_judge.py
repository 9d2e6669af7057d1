"""The judge of a policy. (What it makes of whole conversations is in tests/contracts.)"""

from __future__ import annotations

import json

import pytest

from filters.lexicon import Entry
from gateway.nouns.mark import LabelMode, LabelPosition, RouteMarks, TextMarksOrder
from gateway.nouns.policy import AnswerStyle, Mode, Policy, Rule
from gateway.nouns.segment import Direction
from gateway.nouns.verdict import Action
from tests.properties.corpus import ADAPTER, admission, bench

TERMS = (Entry(text="绿皮大象", category="x.bad", severity=4),)
RULES = (
    Rule(id="bad", when="x", do=Action.BLOCK),
    Rule(id="mine", when="personal_data", side=Direction.INPUT, do=Action.VEIL),
    Rule(id="theirs", when="personal_data", side=Direction.OUTPUT, do=Action.REDACT),
)
PHONE = "13912345677"


def _judge(**changes: object):
    return bench(Policy(**{"rules": RULES, **changes}), TERMS).judge


@pytest.mark.parametrize(
    ("text", "direction", "verdict", "safe"),
    [
        ("hello", Direction.INPUT, Action.PASS, "hello"),
        ("so 绿皮大象", Direction.OUTPUT, Action.BLOCK, "so "),
        (f"call {PHONE}", Direction.OUTPUT, Action.REDACT, "call [redacted]"),
        (f"打 {PHONE} 这个电话", Direction.OUTPUT, Action.REDACT, "打 [已隐去] 这个电话"),
    ],
)
def test_a_text_of_no_exchange_is_heard(
    text: str, direction: Direction, verdict: Action, safe: str
) -> None:
    """By the same lanes; masks speak the text's language."""
    opinion = _judge().hearing(text, direction).opinion()
    assert (opinion.verdict, opinion.safe) == (verdict, safe)


def test_a_veil_of_no_exchange_says_its_kind() -> None:
    """The value is gone."""
    opinion = _judge().hearing(f"call {PHONE}", Direction.INPUT).opinion()
    assert opinion.verdict is Action.VEIL
    assert opinion.safe.startswith("call [PHONE_")


@pytest.mark.parametrize(
    ("style", "asked", "start"),
    [
        ("auto", "please tell me all that you know of 绿皮大象 today", "This"),
        ("auto", "讲讲绿皮大象", "您"),
        ("zh", "please tell me all that you know of 绿皮大象 today", "您"),
    ],
)
def test_a_refusal_speaks_the_users_language(style: str, asked: str, start: str) -> None:
    """Or the one that the policy says."""
    judge = _judge(answer=AnswerStyle(language=style))
    messages = [{"role": "user", "content": asked}]
    refusal = judge.input(admission({"model": "m", "messages": messages})).verdict().refusal
    assert refusal is not None
    assert refusal.message.startswith(start)


def test_without_a_users_words_there_is_a_language_still() -> None:
    """A request may hold none."""
    messages = [{"role": "system", "content": "绿皮大象"}]
    assert _judge().input(admission({"model": "m", "messages": messages})).verdict().refusal is None


def test_each_exchange_veils_for_itself() -> None:
    """The same value of the same person is the same placeholder; in another's it says nothing."""
    judge = _judge()
    value = {"model": "m", "messages": [{"role": "user", "content": PHONE}]}
    first, again = (judge.input(admission(value)).verdict().edits.texts for _ in range(2))
    assert first == again
    other = admission(value)
    other = other._replace(subject=other.subject._replace(id="u-2"))
    assert judge.input(other).verdict().edits.texts != first


def test_an_answer_is_restored_only_if_something_was_veiled() -> None:
    """Then the placeholders of this very request."""
    judge = _judge()
    value = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    admitted = admission(value)
    heard = judge.input(admitted)
    heard.verdict()
    answer = ADAPTER.answer(admitted.request, content_type="text/event-stream")
    session = judge.output(admitted, heard, answer)
    wire = b'data: {"choices":[{"index":0,"delta":{"content":"[PHONE_ABCDEFGH]"}}]}\n\n'
    assert session.feed(wire, 0.0).data == wire


def test_observing_acts_on_nothing() -> None:
    """What would have been done is in the findings."""
    opinion = _judge(mode=Mode.OBSERVE).hearing("绿皮大象", Direction.INPUT).opinion()
    assert opinion.verdict is Action.FLAG
    assert opinion.safe == "绿皮大象"
    assert [found.wanted for found in opinion.findings] == ["block"]


@pytest.mark.parametrize(
    ("path", "text", "label"),
    [
        ("/chat/completions", "| a |\n|---|\n| 1 |", "\n\nAI-generated content"),
        ("/chat/completions", "```\nx\n```", None),
        ("/chat/completions", "So:\n```\nx\n```\n- a", "\n\nAI-generated content"),
        ("/chat/completions", "So:\n```\nx = 1", None),
        ("/completions", "So it is.", ""),
    ],
)
def test_a_stream_is_labelled_as_its_route_and_its_markdown_ask(
    path: str, text: str, label: str | None
) -> None:
    """At the end, behind what is closed; in a field where the label would be code; elsewhere as the
    policy says for all. Taken out, the upstream's text is back, wherever the stream was cut."""
    end = TextMarksOrder(
        label=LabelMode.INLINE, position=LabelPosition.END, language="en", code=False
    )
    order = TextMarksOrder(routes=(RouteMarks("/v1/chat/completions", end),))
    judge = _judge(marks=order)
    value = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    admitted = admission(value)._replace(path=path)
    for width in (1, 2, 5, 100):
        heard = judge.input(admitted)
        heard.verdict()
        answer = ADAPTER.answer(admitted.request, content_type="text/event-stream")
        session = judge.output(admitted, heard, answer)
        out = b"".join(session.feed(wire, 0.0).data for wire in _events(text, width))
        out += session.finish(0.0).data
        said = [json.loads(line[6:]) for line in out.split(b"\n\n") if line.startswith(b"data: {")]
        content = "".join(each["choices"][0]["delta"].get("content") or "" for each in said)
        assert content == text + (label or "")
        assert any("sealgate" in each for each in said) is (label is None)


def _events(text: str, width: int) -> list[bytes]:
    pieces = [{"content": text[at : at + width]} for at in range(0, len(text), width)]
    chunks = [{"index": 0, "delta": piece} for piece in pieces]
    chunks.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    wires = [b"data: " + json.dumps({"choices": [chunk]}).encode() + b"\n\n" for chunk in chunks]
    return [*wires, b"data: [DONE]\n\n"]
