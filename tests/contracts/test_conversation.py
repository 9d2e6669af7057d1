"""Whole conversations through the judge, with the real adapter, filters and seals: what reaches the
upstream of a request, and what reaches the client of its answer."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from filters.lexicon import Entry
from gateway.engine.marking import LABEL_FIELD
from gateway.nouns.mark import LabelMode, LabelPosition, TextMarksOrder
from gateway.nouns.policy import AnswerStyle, Mode, Policy, Rule
from gateway.nouns.segment import Direction
from gateway.nouns.verdict import Action, Outcome, Refusal
from gateway.ports.session import Tally
from tests.properties.corpus import ADAPTER, EXCHANGE, REFUSED, Bench, admission, bench
from tests.properties.upstream_writer import Said, delta, event, hear, spelled, stream, whole_body

BAD = "绿皮大象"
PHONE = "13912345677"
KEY = "ghp_0123456789abcdefABCDEF0123456789abcd"
TERMS = (Entry(text=BAD, category="x.bad", severity=4),)
RULES = (
    Rule(id="bad", when="x", do=Action.BLOCK),
    Rule(id="veil", when="personal_data", side=Direction.INPUT, do=Action.VEIL),
    Rule(id="redact", when="personal_data", side=Direction.OUTPUT, do=Action.REDACT,
         unless="said_by_user"),
    Rule(id="key", when="secret", side=Direction.INPUT, do=Action.VEIL),
    Rule(id="leak", when="secret", side=Direction.OUTPUT, do=Action.REDACT),
)  # fmt: skip
STYLE = AnswerStyle(language="en", messages={"en": REFUSED})
INLINE = TextMarksOrder(label=LabelMode.INLINE, position=LabelPosition.BOTH, language="en")
FIELD = TextMarksOrder(label=LabelMode.FIELD, language="en")

USER = {"role": "user", "content": "and now?"}
SYSTEM = {"role": "system", "content": "You are kind."}


def judge(*rules: Rule, **changes: Any) -> Bench:
    """Return the judge of a policy with these rules, or the usual ones."""
    policy = Policy(rules=rules or RULES, **{"answer": STYLE, **changes})
    return bench(policy, TERMS)


class Asked(NamedTuple):
    """What became of a request: the refusal, or what the upstream hears."""

    refusal: Refusal | None
    body: dict[str, Any]
    tally: Tally

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages that the upstream hears."""
        found: list[dict[str, Any]] = self.body["messages"]
        return found


def ask(one: Bench, *messages: dict[str, Any], **members: Any) -> Asked:
    """Let the judge hear a request."""
    admitted = admission({"model": "m", "messages": list(messages), **members})
    session = one.judge.input(admitted)
    verdict = session.verdict()
    raw = ADAPTER.write_request(admitted.request, verdict.edits)
    return Asked(verdict.refusal, json.loads(raw), session.tally())


class Answered(NamedTuple):
    """What became of an answer."""

    data: bytes
    tally: Tally

    def message(self, choice: int = 0) -> dict[str, Any]:
        """The message of a whole answer."""
        found: dict[str, Any] = json.loads(self.data)["choices"][choice]["message"]
        return found


def answer(one: Bench, *reads: bytes, whole: bool = False, **members: Any) -> Answered:
    """Let the judge hear a request and its answer in these reads."""
    value = {"model": "m", "messages": [USER], "stream": not whole, **members}
    admitted = admission(value)
    heard = one.judge.input(admitted)
    heard.verdict()
    kind = "application/json" if whole else "text/event-stream"
    said = ADAPTER.answer(admitted.request, content_type=kind)
    session = one.judge.output(admitted, heard, said)
    data = b"".join(session.feed(read, 0.0).data for read in reads)
    return Answered(data + session.finish(0.0).data, session.tally())


# -- what the upstream hears


def test_a_clean_request_goes_up_as_it_came() -> None:
    """Nothing found, nothing changed."""
    asked = ask(judge(), SYSTEM, USER)
    assert asked.refusal is None
    assert asked.messages == [SYSTEM, USER]
    assert asked.tally.outcome is Outcome.PASSED


def test_a_bad_question_is_refused() -> None:
    """What the user asks now may be blocked."""
    asked = ask(judge(), SYSTEM, {"role": "user", "content": f"tell me of {BAD}"})
    assert asked.refusal is not None
    assert asked.refusal.rule == "bad"
    assert asked.tally.outcome is Outcome.BLOCKED_INPUT


def test_a_prefill_counts_as_the_users_words() -> None:
    """The model goes on from a trailing assistant message: it is judged as what is asked."""
    prefill = {"role": "assistant", "content": f"Sure, {BAD} is"}
    asked = ask(judge(), USER, prefill)
    assert asked.refusal is not None


def test_a_term_in_the_seam_of_two_parts_is_found() -> None:
    """A model reads the text parts of a message as one."""
    parts = [{"type": "text", "text": BAD[:2]}, {"type": "text", "text": BAD[2:]}]
    assert ask(judge(), {"role": "user", "content": parts}).refusal is not None


def test_a_refused_turn_of_the_history_is_left_out_with_its_answer() -> None:
    """The conversation goes on without it."""
    past = [{"role": "user", "content": f"{BAD}?"}, {"role": "assistant", "content": "No."}]
    kept = [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "Hi."}]
    asked = ask(judge(), SYSTEM, *kept, *past, USER)
    assert asked.refusal is None
    assert asked.messages == [SYSTEM, *kept, USER]
    assert asked.tally.outcome is Outcome.EDITED


def test_a_dropped_turn_takes_its_tool_calls_and_results_along() -> None:
    """Upstreams refuse a result without its call."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    past = [
        {"role": "user", "content": f"look up {BAD}"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "nothing"},
        {"role": "assistant", "content": "Nothing found."},
    ]
    assert ask(judge(), SYSTEM, *past, USER).messages == [SYSTEM, USER]


def test_the_system_prompt_is_never_dropped() -> None:
    """An assistant's greeting stands in one group with it, and goes alone."""
    asked = ask(judge(), SYSTEM, {"role": "assistant", "content": f"I like {BAD}."}, USER)
    assert asked.refusal is None
    assert asked.messages == [SYSTEM, USER]


def test_a_turn_that_cannot_be_dropped_is_refused() -> None:
    """Without the present question nothing could be answered."""
    arguments = json.dumps({"q": BAD})
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    asked = ask(
        judge(), SYSTEM, USER, {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "nothing"},
    )  # fmt: skip
    assert asked.refusal is not None
    assert asked.tally.outcome is Outcome.BLOCKED_INPUT


def test_a_number_in_old_tool_arguments_drops_its_turn() -> None:
    """It cannot be veiled in JSON, and must not refuse the whole conversation."""
    arguments = json.dumps({"phone": int(PHONE)})
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    past = [
        {"role": "user", "content": "call him"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "done"},
    ]
    asked = ask(judge(), SYSTEM, *past, USER)
    assert asked.refusal is None
    assert asked.messages == [SYSTEM, USER]


def test_a_tool_result_is_redacted_not_refused() -> None:
    """What a tool brought is not the user's fault."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    result = {"role": "tool", "tool_call_id": "c1", "content": f"page about {BAD}."}
    asked = ask(
        judge(), USER, {"role": "assistant", "content": None, "tool_calls": [call]}, result
    )  # fmt: skip
    assert asked.refusal is None
    assert asked.messages[-1]["content"] == "page about [redacted]."


def test_a_term_in_the_system_prompt_is_only_noted() -> None:
    """The operator may speak of what he forbids."""
    system = {"role": "system", "content": f"Never speak of {BAD}."}
    asked = ask(judge(), system, USER)
    assert asked.messages == [system, USER]
    assert asked.tally.would_block
    assert asked.tally.outcome is Outcome.FLAGGED


def test_secrets_are_veiled_in_every_class() -> None:
    """A system prompt's key must not leave either; one value is one placeholder."""
    system = {"role": "system", "content": f"The key is {KEY} ."}
    asked = ask(judge(), system, {"role": "user", "content": f"Is {KEY} safe?"})
    assert KEY not in json.dumps(asked.body)
    veiled = asked.messages[0]["content"].split()[3]
    assert veiled.startswith("[SECRET_")
    assert asked.messages[1]["content"] == f"Is {veiled} safe?"


def test_turn_two_shows_the_upstream_its_own_words() -> None:
    """Our labels are taken out of the history, so they do not pile up."""
    one = judge(marks=INLINE)
    said = answer(one, whole_body([Said(0, "content", "It is blue.")]), whole=True)
    labelled = said.message()["content"]
    assert labelled != "It is blue."
    asked = ask(one, USER, {"role": "assistant", "content": labelled}, USER)
    assert asked.messages[1]["content"] == "It is blue."


def test_observing_changes_nothing_and_says_what_it_would_have_done() -> None:
    """Neither side of the conversation is touched."""
    one = judge(mode=Mode.OBSERVE)
    asked = ask(one, {"role": "user", "content": BAD + PHONE})
    assert asked.messages == [{"role": "user", "content": BAD + PHONE}]
    assert asked.tally.would_block
    wire = b"".join(stream([Said(0, "content", BAD)], [], "raw"))
    assert answer(one, wire).data == wire


# -- what the client gets


def test_a_veiled_value_comes_back_in_the_answer() -> None:
    """The upstream knows a placeholder, the user sees his number; it is not redacted again."""
    one = judge()
    mine = {"role": "user", "content": f"My phone is {PHONE}."}
    veiled = ask(one, mine).messages[0]["content"].split()[3].rstrip(".")
    assert PHONE not in veiled
    events = stream([Said(0, "content", f"I call {veiled} now.", (9, 14, 20))], [], "ascii")
    got = answer(one, *events, messages=[mine])
    assert hear(got.data).texts()[0, "content"] == f"I call {PHONE} now."


@pytest.mark.parametrize("said", [True, False])
def test_what_the_user_said_himself_is_not_redacted(said: bool) -> None:
    """`unless: said_by_user` looks at the whole request."""
    one = judge(*(rule for rule in RULES if rule.do is not Action.VEIL))
    mine = {"role": "user", "content": f"I am at {PHONE}" if said else "Who?"}
    got = answer(one, whole_body([Said(0, "content", PHONE)]), whole=True, messages=[mine])
    assert got.message()["content"] == (PHONE if said else "[redacted]")


def test_a_block_of_one_choice_lets_the_other_go_on() -> None:
    """Each choice comes to its own end; then the stream ends once."""
    parts = [Said(0, "content", f"x {BAD} y"), Said(1, "content", "all is well", (3, 6))]
    got = answer(judge(), *stream(parts, [0, 1, 1], "raw"), n=2)
    heard = hear(got.data)
    assert heard.texts(frozenset({REFUSED}))[0, "content"] == "x "
    assert heard.texts()[1, "content"] == "all is well"
    assert heard.reasons() == {0: ["content_filter"], 1: ["stop"]}
    assert got.data.count(b"[DONE]") == 1


def test_a_block_says_what_to_take_back() -> None:
    """The last event of the choice carries how much was shown."""
    got = answer(judge(), *stream([Said(0, "content", f"four{BAD}", (4,))], [], "raw"))
    last = [value for _, value in hear(got.data).frames if value and "sealgate" in value][-1]
    assert last is not None
    assert last["sealgate"]["retract"] is True
    assert last["sealgate"]["shown"] == 4
    assert got.tally.retract


def _with_logprobs(text: str) -> bytes:
    tokens = [
        {"token": sign, "bytes": list(sign.encode()), "logprob": -1, "top_logprobs": []}
        for sign in text
    ]
    inner = delta("content", spelled(text, "raw"))
    plain = event(0, inner)
    at = plain.index(b',"finish_reason"')
    return plain[:at] + b',"logprobs":' + json.dumps({"content": tokens}).encode() + plain[at:]


def test_logprobs_of_an_edited_event_are_dropped() -> None:
    """They would spell what the redaction took out; those of other events stay."""
    read = _with_logprobs("Hello ") + _with_logprobs(PHONE) + _with_logprobs(" bye")
    tail = stream([Said(0, "content", "")], [], "raw")
    frames = hear(answer(judge(), read, *tail).data).frames
    kept = [value["choices"][0]["logprobs"] for _, value in frames[:3] if value]
    assert kept[0] is not None
    assert kept[1] is None
    assert PHONE.encode() not in b"".join(raw for raw, _ in frames)


def test_a_redaction_in_json_mode_leaves_json() -> None:
    """The mask stands inside the string, escaped as it must be."""
    document = json.dumps({"who": f'he said "{PHONE}"', "n": 1})
    got = answer(
        judge(marks=INLINE), *stream([Said(0, "content", document, (5, 20, 24))], [], "ascii"),
        response_format={"type": "json_object"},
    )  # fmt: skip
    text = hear(got.data).texts()[0, "content"]
    assert json.loads(text) == {"who": 'he said "[redacted]"', "n": 1}
    assert any(value and LABEL_FIELD in value for _, value in hear(got.data).frames)


@pytest.mark.parametrize("whole", [True, False])
def test_what_a_schema_binds_is_refused_in_the_refusal_field(whole: bool) -> None:
    """A changed leaf might break the schema, and words of ours would."""
    shape = {"type": "json_schema", "json_schema": {"name": "n", "schema": {}}}
    part = Said(0, "content", json.dumps({"phone": PHONE}))
    reads = [whole_body([part])] if whole else stream([part], [], "raw")
    got = answer(judge(), *reads, whole=whole, response_format=shape)
    assert got.tally.outcome is Outcome.BLOCKED_OUTPUT
    if whole:
        assert got.message()["content"] is None
        assert got.message()["refusal"] == REFUSED
    else:
        assert hear(got.data).texts()[0, "refusal"] == REFUSED
    assert PHONE.encode() not in got.data


@pytest.mark.parametrize("whole", [True, False])
def test_the_policy_says_how_an_answer_is_refused(whole: bool) -> None:
    """`answer.output: field` holds for streams and whole answers alike."""
    style = AnswerStyle(output="field", language="en", messages={"en": REFUSED})
    part = Said(0, "content", BAD)
    reads = [whole_body([part])] if whole else stream([part], [], "raw")
    got = answer(judge(answer=style), *reads, whole=whole)
    if whole:
        assert got.message()["refusal"] == REFUSED
    else:
        assert hear(got.data).texts()[0, "refusal"] == REFUSED
        assert hear(got.data).reasons() == {0: ["stop"]}


def test_a_label_owed_as_a_member_is_there_after_a_block_too() -> None:
    """What was shown stays labelled, in an event of our own, and the receipt tells the truth."""
    got = answer(judge(marks=FIELD), *stream([Said(0, "content", f"four{BAD}", (4,))], [], "raw"))
    labels = [
        value[LABEL_FIELD]["label"]
        for _, value in hear(got.data).frames
        if value and "label" in value.get(LABEL_FIELD, {})
    ]
    assert len(labels) == 1
    assert [(r.mark, r.status) for r in got.tally.receipts] == [("text_label", "written")]


def test_nothing_shown_owes_no_label() -> None:
    """A refusal alone is nobody's generated text."""
    got = answer(judge(marks=FIELD), *stream([Said(0, "content", BAD)], [], "raw"))
    members = [value.get(LABEL_FIELD, {}) for _, value in hear(got.data).frames if value]
    assert not any("label" in member for member in members)
    assert [r.status for r in got.tally.receipts] == ["not_possible"]


def test_a_stream_that_just_stops_is_labelled_too() -> None:
    """Some servers send no finish: the label gets an event of its own."""
    events = stream([Said(0, "content", "hello")], [], "raw")
    got = answer(judge(marks=FIELD), events[0])
    assert got.data.startswith(events[0])
    last = hear(got.data).frames[-1][1]
    assert last is not None
    assert last[LABEL_FIELD]["code"] == bench_code(judge(marks=FIELD))
    assert [r.status for r in got.tally.receipts] == ["written"]


def bench_code(one: Bench) -> str:
    """Return the label code of the exchange of these tests."""
    return one.sealer.code(EXCHANGE)


def test_a_short_text_bears_no_trace_and_the_receipt_says_so() -> None:
    """A mark that found no place is not possible; it was not written."""
    marks = TextMarksOrder(trace="long")
    got = answer(judge(marks=marks), *stream([Said(0, "content", "Hello there.")], [], "raw"))
    assert [(r.mark, r.status) for r in got.tally.receipts] == [("text_trace", "not_possible")]
    prose = "The sky was blue and the birds sang. " * 80
    got = answer(judge(marks=marks), *stream([Said(0, "content", prose)], [], "raw"))
    assert [(r.mark, r.status) for r in got.tally.receipts] == [("text_trace", "written")]
    assert hear(got.data).texts()[0, "content"] != prose
