"""What the policy forbids never reaches a real client, and what it must not send never leaves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.real.clients import CLIENTS, NEWEST, Client, by_name
from tests.real.conftest import Played, Start
from tests.real.outcomes import LABEL, all_said, finish_of, text_of
from tests.real.sealed import Sealed
from tests.real.strangers import Aimock
from tests.real.test_good_days import TOOLS

pytestmark = pytest.mark.extras

TERM = "蓝鲸密令"
RARE = "𠮷𡈽𠀀"
BEFORE = "It begins here: "
NUMBER = "13726184093"
SPACED = "139 1730 2846"
MINE = "13905817264"


def _ask(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **more}


HISTORY = {
    "model": "gpt-4o",
    "messages": [
        {"role": "user", "content": f"tell me of {TERM}, for history's sake"},
        {"role": "assistant", "content": "I cannot."},
        {"role": "user", "content": "say hello"},
    ],
}
FORBIDDEN: tuple[dict[str, Any], ...] = (
    {"name": "prompt", "do": "create", "args": _ask(f"what of {TERM}?")},
    {"name": "prompt stream", "do": "stream", "args": _ask(f"what of {TERM}?")},
    {"name": "prompt async", "do": "together", "args": _ask(f"and of {TERM}?"), "times": 1},
    {"name": "answer", "do": "create", "args": _ask("say the secret")},
    {"name": "answer stream", "do": "stream", "args": _ask("say the secret")},
    {"name": "answer helper", "do": "helper", "args": _ask("say the secret")},
    {"name": "spelled", "do": "stream", "args": _ask("spell the name")},
    {"name": "rare", "do": "stream", "args": _ask("say it in rare letters")},
    {"name": "tool", "do": "create", "args": _ask("call with the secret", tools=TOOLS)},
    {"name": "tool stream", "do": "stream", "args": _ask("call with the secret", tools=TOOLS)},
    {"name": "reasoning", "do": "stream", "args": _ask("think the secret")},
    {"name": "parse", "do": "parse", "args": _ask("secret place")},
    {"name": "number", "do": "create", "args": _ask("say a number")},
    {"name": "number stream", "do": "stream", "args": _ask("say a number")},
    {"name": "veiled", "do": "create", "args": _ask(f"my number is {MINE}")},
    {"name": "history", "do": "create", "args": HISTORY},
)
PROMPTS = ("prompt", "prompt stream", "prompt async")
STREAMS = ("answer stream", "tool stream", "reasoning")

clients = pytest.mark.parametrize("client", CLIENTS, ids=by_name)


@pytest.fixture
def guarded(aimock: Aimock, gateway: Start) -> Sealed:
    """The gateway with the full policy in front of the mock server."""
    return gateway(aimock.url, "guarded")


def _got(client: Client, guarded: Sealed, played: Played) -> dict[str, Any]:
    return played(client, guarded.url, FORBIDDEN)


@clients
@pytest.mark.parametrize("journey", PROMPTS)
def test_a_forbidden_prompt_is_a_bad_request(
    journey: str, client: Client, guarded: Sealed, played: Played
) -> None:
    """The client raises its own error with the stable code; nothing of the term is in it."""
    error = _got(client, guarded, played)[journey]["error"]
    assert error["class"] == "BadRequestError"
    assert (error["status_code"], error["code"]) == (400, "content_filter")
    assert error["type"] == "invalid_request_error"
    assert TERM not in all_said(error)


@clients
def test_a_forbidden_prompt_never_leaves(
    client: Client, aimock: Aimock, guarded: Sealed, played: Played
) -> None:
    """The upstream's own journal holds no request with the term."""
    _got(client, guarded, played)
    assert aimock.asked("say the secret")
    assert not aimock.asked(TERM)


@pytest.mark.parametrize("client", NEWEST, ids=by_name)
def test_a_forbidden_prompt_is_sent_once(client: Client, guarded: Sealed) -> None:
    """No client tries again: the gateway counts one exchange."""
    name = "sealgate_exchanges_total"
    before = guarded.count(name, outcome="blocked_input")
    step = {"name": "once", "do": "create", "args": _ask(f"once more {TERM}")}
    client.play(f"{guarded.url}/v1", [step])
    assert guarded.count(name, outcome="blocked_input") == before + 1


@clients
def test_an_answer_in_one_piece_holds_only_the_refusal(
    client: Client, guarded: Sealed, played: Played
) -> None:
    """Neither the term nor what stood before it is there."""
    outcome = _got(client, guarded, played)["answer"]
    choice = outcome["value"]["choices"][0]
    assert choice["finish_reason"] == "content_filter"
    assert BEFORE not in choice["message"]["content"]
    _holds_nothing_of_the_term(outcome)


@clients
@pytest.mark.parametrize("journey", STREAMS)
def test_a_stream_is_cut_before_the_term(
    journey: str, client: Client, guarded: Sealed, played: Played
) -> None:
    """Split into single characters, not one character of the term comes through."""
    outcome = _got(client, guarded, played)[journey]
    assert finish_of(outcome) == "content_filter"
    _holds_nothing_of_the_term(outcome)


@clients
def test_what_stood_before_the_term_was_shown(
    client: Client, guarded: Sealed, played: Played
) -> None:
    """The prefix is there, and the last event says how much to take back."""
    outcome = _got(client, guarded, played)["answer stream"]
    said = LABEL.sub("", text_of(outcome))
    assert said.startswith(BEFORE)
    assert "after that" not in said
    told = outcome["chunks"][-1]["sealgate"]
    assert told["retract"] is True
    assert told["shown"] == len(BEFORE)
    assert told["code"] == "content_filter"


@clients
def test_the_streaming_helper_ends_in_the_documented_reason(
    client: Client, guarded: Sealed, played: Played
) -> None:
    """The helper raises its own error for it, or the completion that it gives says so."""
    outcome = _got(client, guarded, played)["answer helper"]
    _holds_nothing_of_the_term(outcome)
    if "error" in outcome:
        assert outcome["error"]["class"] == "ContentFilterFinishReasonError"
    else:
        assert outcome["value"]["choices"][0]["finish_reason"] == "content_filter"


@clients
def test_a_spelled_term_is_cut_too(client: Client, guarded: Sealed, played: Played) -> None:
    """Folded, the plain form at the end of the answer is found and cut."""
    outcome = _got(client, guarded, played)["spelled"]
    assert finish_of(outcome) == "content_filter"
    assert "zq" not in text_of(outcome).lower()


@clients
def test_a_term_cut_inside_its_characters_is_cut_too(
    client: Client, guarded: Sealed, played: Played
) -> None:
    """The mock server counts in UTF-16: each of these letters comes in two events."""
    outcome = _got(client, guarded, played)["rare"]
    assert finish_of(outcome) == "content_filter"
    assert "and it goes on" not in text_of(outcome)
    assert RARE not in text_of(outcome)


@clients
def test_tool_arguments_hold_nothing_of_the_term(
    client: Client, guarded: Sealed, played: Played
) -> None:
    """A call with forbidden arguments does not get through in one piece either."""
    outcome = _got(client, guarded, played)["tool"]
    assert outcome["value"]["choices"][0]["finish_reason"] == "content_filter"
    _holds_nothing_of_the_term(outcome)


@clients
def test_a_forbidden_structured_answer_is_no_valid_one(
    client: Client, guarded: Sealed, played: Played
) -> None:
    """`.parse()` gives its own error or a refusal, never a parsed value."""
    outcome = _got(client, guarded, played)["parse"]
    _holds_nothing_of_the_term(outcome)
    if "error" in outcome:
        assert outcome["error"]["class"] in {"ContentFilterFinishReasonError", "BadRequestError"}
    else:
        assert outcome["parsed"] is None
        assert outcome["refusal"]


@clients
@pytest.mark.parametrize("journey", ["number", "number stream"])
def test_numbers_are_redacted(
    journey: str, client: Client, guarded: Sealed, played: Played
) -> None:
    """The words around them stay, and the answer ends well."""
    outcome = _got(client, guarded, played)[journey]
    if "chunks" in outcome:
        said, finish = text_of(outcome), finish_of(outcome)
    else:
        choice = outcome["value"]["choices"][0]
        said, finish = choice["message"]["content"], choice["finish_reason"]
    assert "You can call " in said
    assert said.endswith(" before.")
    assert finish == "stop"
    for number in (NUMBER, SPACED):
        assert number not in said
        assert number[:5] not in said


@clients
def test_a_user_s_own_number_never_leaves(
    client: Client, aimock: Aimock, guarded: Sealed, played: Played
) -> None:
    """The upstream sees a placeholder in its place."""
    outcome = _got(client, guarded, played)["veiled"]
    assert "noted your number" in outcome["value"]["choices"][0]["message"]["content"]
    assert aimock.asked("my number is ")
    assert not aimock.asked(MINE)


@clients
def test_a_conversation_survives_a_refused_turn(
    client: Client, aimock: Aimock, guarded: Sealed, played: Played
) -> None:
    """The refused turn and its refusal are left out of what goes upstream."""
    outcome = _got(client, guarded, played)["history"]
    assert "Hello!" in outcome["value"]["choices"][0]["message"]["content"]
    assert not aimock.asked("for history's sake")


@pytest.mark.parametrize("client", NEWEST, ids=by_name)
def test_the_next_turn_shows_the_upstream_its_own_words(
    client: Client, aimock: Aimock, guarded: Sealed
) -> None:
    """A client sends the labelled answer back; the label is gone before it goes up."""
    url = f"{guarded.url}/v1"
    first = client.play(url, [{"name": "first", "do": "create", "args": _ask("say hello")}])
    said = first["first"]["value"]["choices"][0]["message"]["content"]
    assert LABEL.match(said)
    messages = [
        {"role": "user", "content": "say hello"},
        {"role": "assistant", "content": said},
        {"role": "user", "content": f"say hello again to {client.name}"},
    ]
    args = {"model": "gpt-4o", "messages": messages}
    client.play(url, [{"name": "second", "do": "create", "args": args}])
    entry = aimock.asked(f"say hello again to {client.name}")[-1]
    assert entry["body"]["messages"][1]["content"] == LABEL.sub("", said)


@clients
def test_a_quiet_policy_refuses_in_the_refusal_field(
    client: Client, aimock: Aimock, gateway: Start, played: Played
) -> None:
    """With `answer: field` an output's refusal reaches `.parse()` users without an exception."""
    quiet = gateway(aimock.url, "quiet")
    outcome = played(client, quiet.url, FORBIDDEN)["parse"]
    assert outcome["parsed"] is None
    assert outcome["refusal"]
    _holds_nothing_of_the_term(outcome)


def _holds_nothing_of_the_term(outcome: Any) -> None:
    said = all_said(outcome)
    for character in TERM:
        assert character not in said
