"""Unmodified clients get through the gateway what they get without it, from the mock server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.real.clients import CLIENTS, NEWEST, Client, by_name
from tests.real.conftest import Played, Start
from tests.real.outcomes import (
    LABEL,
    deltas,
    settled,
    stream_said,
    text_of,
    unlabelled,
    usage_of,
    without_ours,
)
from tests.real.strangers import Aimock

pytestmark = pytest.mark.extras


def _ask(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **more}


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather in a city.",
            "strict": True,
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
                "required": ["city", "unit"],
                "additionalProperties": False,
            },
        },
    }
]
AFTER_TOOLS = {
    "model": "gpt-4o",
    "tools": TOOLS,
    "messages": [
        {"role": "system", "content": "You know the weather."},
        {"role": "user", "content": "weather in Paris"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "call_weather_1",
                    "type": "function",
                    "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_weather_1", "content": '{"degrees": 21}'},
    ],
}
HELLO = _ask("say hello")
USAGE = {"include_usage": True}
FAILURES = (400, 401, 403, 404, 429, 500, 503)

GOOD: tuple[dict[str, Any], ...] = (
    {"name": "plain", "do": "create", "args": HELLO},
    {"name": "heads", "do": "heads", "args": HELLO},
    {"name": "stream", "do": "stream", "args": HELLO},
    {"name": "stream with usage", "do": "stream", "args": {**HELLO, "stream_options": USAGE}},
    {"name": "stream helper", "do": "helper", "args": HELLO},
    {"name": "tools", "do": "create", "args": _ask("weather in Paris", tools=TOOLS)},
    {"name": "tools stream", "do": "stream", "args": _ask("weather in Paris", tools=TOOLS)},
    {"name": "tools helper", "do": "helper", "args": _ask("weather in Paris", tools=TOOLS)},
    {"name": "after tools", "do": "create", "args": AFTER_TOOLS},
    {"name": "words and tools", "do": "stream", "args": _ask("both words and tools", tools=TOOLS)},
    {
        "name": "json mode",
        "do": "create",
        "args": _ask("a place", response_format={"type": "json_object"}),
    },
    {
        "name": "json stream",
        "do": "stream",
        "args": _ask("a place", response_format={"type": "json_object"}),
    },
    {"name": "parse", "do": "parse", "args": _ask("a place")},
    {"name": "reasoning", "do": "create", "args": _ask("think first")},
    {"name": "reasoning stream", "do": "stream", "args": _ask("think first")},
    {"name": "cut at length", "do": "stream", "args": _ask("cut at length")},
    {"name": "together", "do": "together", "args": HELLO, "times": 5},
    {"name": "models", "do": "models"},
)
BAD: tuple[dict[str, Any], ...] = tuple(
    {
        "name": f"{do} {status}",
        "do": do,
        "args": _ask(f"fail with {status}"),
        "retries": 0,
    }
    for status in FAILURES
    for do in ("create", "stream")
)
JOURNEYS = GOOD + BAD
STREAMED = frozenset(step["name"] for step in GOOD if step["do"] == "stream")
PROSE = ("plain", "after tools", "cut at length", "reasoning stream", "stream", "stream with usage")
STRUCTURED = ("tools", "tools stream", "json mode", "json stream", "parse")

clients = pytest.mark.parametrize("client", CLIENTS, ids=by_name)
journeys = pytest.mark.parametrize("journey", [step["name"] for step in JOURNEYS])


@clients
@journeys
def test_with_the_empty_policy_a_client_gets_what_it_gets_without_the_gateway(
    journey: str, client: Client, aimock: Aimock, gateway: Start, played: Played
) -> None:
    """Every value, chunk, error and event is equal but for ids and times."""
    direct = played(client, aimock.url, JOURNEYS)[journey]
    through = played(client, gateway(aimock.url, "empty").url, JOURNEYS)[journey]
    assert _plain(through) == _plain(direct)


@clients
@journeys
def test_with_the_full_policy_a_client_gets_the_same_beside_the_marks(
    journey: str, client: Client, aimock: Aimock, gateway: Start, played: Played
) -> None:
    """Label and our members taken out, what was said is what the upstream said."""
    direct = played(client, aimock.url, JOURNEYS)[journey]
    through = played(client, gateway(aimock.url, "guarded").url, JOURNEYS)[journey]
    if journey in STREAMED:
        assert stream_said(without_ours(through)) == stream_said(direct)
    elif journey == "together":
        said = [{"chunks": chunks} for chunks in through["streams"]]
        assert unlabelled(_plain(without_ours(through["values"]))) == _plain(direct["values"])
        assert [stream_said(each)["text"] for each in said] == [
            stream_said({"chunks": chunks})["text"] for chunks in direct["streams"]
        ]
    else:
        assert unlabelled(_plain(without_ours(through))) == _plain(direct)


@clients
@pytest.mark.parametrize("journey", GOOD, ids=lambda step: step["name"])
def test_the_journey_works_at_all(
    journey: dict[str, Any], client: Client, aimock: Aimock, played: Played
) -> None:
    """Without the gateway no journey ends in an error, so that equal means equally well."""
    outcome = played(client, aimock.url, JOURNEYS)[journey["name"]]
    assert not {"error", "broken"} & outcome.keys(), outcome


@clients
@pytest.mark.parametrize("journey", PROSE)
def test_prose_begins_with_the_label(
    journey: str, client: Client, aimock: Aimock, gateway: Start, played: Played
) -> None:
    """One label, at the very start."""
    outcome = played(client, gateway(aimock.url, "guarded").url, JOURNEYS)[journey]
    said = (
        text_of(outcome)
        if "chunks" in outcome
        else outcome["value"]["choices"][0]["message"]["content"]
    )
    assert LABEL.match(said), said
    assert len(LABEL.findall(said)) == 1


@clients
@pytest.mark.parametrize("journey", STRUCTURED)
def test_structured_answers_carry_no_inline_label(
    journey: str, client: Client, aimock: Aimock, gateway: Start, played: Played
) -> None:
    """Tool arguments and JSON stay what a program can read."""
    outcome = played(client, gateway(aimock.url, "guarded").url, JOURNEYS)[journey]
    said = str(without_ours(outcome))
    assert "AI-generated" not in said
    assert "人工智能" not in said


@clients
def test_the_metadata_label_is_in_body_and_header(
    client: Client, aimock: Aimock, gateway: Start, played: Played
) -> None:
    """Whoever reads unknown members finds the standard's object; the header says the same."""
    outcome = played(client, gateway(aimock.url, "guarded").url, JOURNEYS)["heads"]
    assert "ContentProducer" in outcome["value"]["aigc"]
    assert "ContentProducer" in outcome["headers"]["x-sealgate-aigc"]
    assert outcome["value"]["aigc"]["ProduceID"] == outcome["headers"]["x-sealgate-exchange"]


@clients
def test_header_differences_are_a_short_list(
    client: Client, aimock: Aimock, gateway: Start, played: Played
) -> None:
    """With the empty policy only names of ours come on top, and only hop-by-hop ones are lost."""
    direct = played(client, aimock.url, JOURNEYS)["heads"]["headers"]
    through = played(client, gateway(aimock.url, "empty").url, JOURNEYS)["heads"]["headers"]
    hop_by_hop = {"connection", "keep-alive", "transfer-encoding", "content-length"}
    hop_by_hop |= {name for name in direct if name.lower().startswith("access-control-")}
    added = {name.lower() for name in through} - {name.lower() for name in direct}
    lost = {name.lower() for name in direct} - {name.lower() for name in through}
    assert {name for name in added - hop_by_hop if not name.startswith("x-sealgate-")} == set()
    assert lost - hop_by_hop == set()


@clients
def test_usage_comes_once_and_last(
    client: Client, aimock: Aimock, gateway: Start, played: Played
) -> None:
    """The usage chunk has no choices and ends the stream."""
    outcome = played(client, gateway(aimock.url, "guarded").url, JOURNEYS)["stream with usage"]
    assert len(usage_of(outcome)) == 1
    assert outcome["chunks"][-1]["usage"]["completion_tokens"] == 22
    assert outcome["chunks"][-1]["choices"] == []


@clients
def test_characters_still_come_one_by_one(
    client: Client, aimock: Aimock, gateway: Start, played: Played
) -> None:
    """The window gathers nothing that it need not hold: the number of events stays."""
    direct = deltas(played(client, aimock.url, JOURNEYS)["stream"])
    through = deltas(played(client, gateway(aimock.url, "guarded").url, JOURNEYS)["stream"])
    assert len(direct) <= len(through) <= len(direct) + 1


@pytest.mark.parametrize("client", NEWEST, ids=by_name)
def test_retries_are_the_client_s_alone(client: Client, aimock: Aimock, gateway: Start) -> None:
    """An overloaded upstream is asked as often as without the gateway: three times."""
    url = gateway(aimock.url, "guarded").url
    text = f"fail with 503, {client.name}"
    client.play(f"{url}/v1", [{"name": "busy", "do": "create", "args": _ask(text)}])
    assert len(aimock.asked(text)) == 3


@clients
def test_embeddings_are_refused_by_name(client: Client, aimock: Aimock, gateway: Start) -> None:
    """A path that no policy opened is refused in the protocol's shape, with the line to write."""
    url = gateway(aimock.url, "guarded").url
    args = {"model": "text-embedding-3-small", "input": "words"}
    step = {"name": "embed", "do": "embed", "args": args}
    error = client.play(f"{url}/v1", [step])["embed"]["error"]
    assert error["status_code"] in {403, 404}
    assert "/v1/embeddings" in error["message"]
    assert not [entry for entry in aimock.journal() if "embeddings" in entry["path"]]


def _plain(outcome: Any) -> Any:
    """Return an outcome without what differs by chance; headers have a test of their own."""
    if isinstance(outcome, dict) and "headers" in outcome:
        outcome = {name: value for name, value in outcome.items() if name != "headers"}
    return settled(outcome)
