"""A real inference server behind the gateway: tokens of a model, cut inside Chinese characters."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.real.clients import CLIENTS, NEWEST, Client, by_name
from tests.real.conftest import Played, Start
from tests.real.outcomes import LABEL, all_said, finish_of, settled, stream_said, text_of
from tests.real.relay import Relay
from tests.real.sealed import Sealed, sealed
from tests.real.strangers import FIXTURES, tiny_model

pytestmark = pytest.mark.extras

TERM = "蓝鲸密令"
NUMBER = "13726184093"
WORDS = "Hello! 你好，今天的天气很好。"


def _ask(text: str, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": text}]
    return {"model": "MODEL", "messages": messages, "max_tokens": 200, **more}


JOURNEYS: tuple[dict[str, Any], ...] = (
    {"name": "plain", "do": "create", "args": _ask("say hello")},
    {"name": "stream", "do": "stream", "args": _ask("say hello")},
    {"name": "usage", "do": "stream", "args": _ask("say hello", max_tokens=5)},
    {"name": "long", "do": "stream", "args": _ask("go on", max_tokens=400)},
    {"name": "together", "do": "together", "args": _ask("say hello"), "times": 3},
    {"name": "models", "do": "models"},
    {"name": "unknown model", "do": "create", "args": {**_ask("say hello"), "model": "none"}},
    {"name": "unknown field", "do": "create", "args": _ask("say hello", logprobs=True, n=2)},
    {"name": "bad bias", "do": "create", "args": _ask("hello", logit_bias={"x": 1}), "retries": 0},
    {"name": "secret", "do": "create", "args": _ask("say the secret")},
    {"name": "secret stream", "do": "stream", "args": _ask("say the secret")},
    {"name": "number stream", "do": "stream", "args": _ask("say a number")},
)
BARE = "bad bias"
"""The server fails with a line of plain text; the gateway tells it in the protocol's shape."""
EQUAL = tuple(step["name"] for step in JOURNEYS if step["name"] != BARE)
LONG = {"name": "leave", "do": "leave", "args": _ask("go on", max_tokens=6000), "after": 10}

clients = pytest.mark.parametrize("client", CLIENTS, ids=by_name)


def _with_model(steps: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """Return the journeys with the model's name, which is its folder."""
    model = str(tiny_model())
    return tuple(
        {**step, "args": {**step["args"], "model": model}}
        if step.get("args", {}).get("model") == "MODEL"
        else step
        for step in steps
    )


@pytest.fixture(scope="session")
def journeys(environments: None) -> tuple[dict[str, Any], ...]:
    """The journeys with the model's name."""
    return _with_model(JOURNEYS)


def _plain(outcome: dict[str, Any]) -> Any:
    return settled({name: value for name, value in outcome.items() if name != "headers"})


@clients
@pytest.mark.parametrize("name", EQUAL)
def test_with_the_empty_policy_nothing_is_different(
    name: str,
    client: Client,
    transformers: str,
    gateway: Start,
    played: Played,
    journeys: tuple[dict[str, Any], ...],
) -> None:
    """Answers, chunks and errors of the server are the same with and without the gateway."""
    direct = played(client, transformers, journeys)[name]
    through = played(client, gateway(transformers, "empty").url, journeys)[name]
    if "chunks" in direct:  # how many tokens share an event is the server's mood
        assert stream_said(through) == stream_said(direct)
    elif name == "together":
        assert _plain(through["values"][0]) == _plain(direct["values"][0])
        assert {text_of({"chunks": each}) for each in through["streams"]} == {f" {WORDS}"}
    else:
        assert _plain(through) == _plain(direct)


@clients
def test_a_bare_error_keeps_its_status_and_gets_the_protocol_s_shape(
    client: Client,
    transformers: str,
    gateway: Start,
    played: Played,
    journeys: tuple[dict[str, Any], ...],
) -> None:
    """Class and status are those of the server; the code says whose fault it is."""
    direct = played(client, transformers, journeys)[BARE]["error"]
    through = played(client, gateway(transformers, "empty").url, journeys)[BARE]["error"]
    assert (through["class"], through["status_code"]) == (direct["class"], 500)
    assert through["code"] == "upstream_broken"


@clients
def test_a_model_s_words_come_whole_and_labelled(
    client: Client,
    transformers: str,
    gateway: Start,
    played: Played,
    journeys: tuple[dict[str, Any], ...],
) -> None:
    """Without a terminator and with usage on a content event the stream still ends well."""
    outcome = played(client, gateway(transformers, "guarded").url, journeys)["stream"]
    said = text_of(outcome)
    assert LABEL.match(said)
    assert LABEL.sub("", said) == f" {WORDS}"
    assert finish_of(outcome) == "stop"
    assert "error" not in outcome


@clients
@pytest.mark.parametrize("name", ["secret", "secret stream"])
def test_a_term_that_a_model_says_is_cut(
    name: str,
    client: Client,
    transformers: str,
    gateway: Start,
    played: Played,
    journeys: tuple[dict[str, Any], ...],
) -> None:
    """Not a character of it comes through, token by token or at once."""
    assert TERM in all_said(played(client, transformers, journeys)["secret"])
    outcome = played(client, gateway(transformers, "guarded").url, journeys)[name]
    said = all_said(_plain(outcome))
    assert not set(TERM) & set(said)
    assert "content_filter" in said
    assert "after that" not in said


@clients
def test_a_number_that_a_model_says_is_redacted(
    client: Client,
    transformers: str,
    gateway: Start,
    played: Played,
    journeys: tuple[dict[str, Any], ...],
) -> None:
    """The words around it stay."""
    said = text_of(played(client, gateway(transformers, "guarded").url, journeys)["number stream"])
    assert NUMBER[:5] not in said
    assert "You can call " in said
    assert said.endswith(" after nine.")


@pytest.mark.parametrize("client", NEWEST, ids=by_name)
def test_a_client_that_leaves_frees_the_server(
    client: Client, transformers: str, tmp_path: Path
) -> None:
    """The connection upstream is closed, and the server answers the next one at once."""
    steps = _with_model((LONG, {"name": "next", "do": "create", "args": _ask("say hello")}))
    with (
        Relay(urlsplit(transformers).port or 0) as relay,
        sealed(relay.url, FIXTURES / "guarded.yaml", tmp_path) as guarded,
    ):
        outcome = client.play(f"{guarded.url}/v1", steps)
        assert relay.left()
        record = guarded.record(outcome["leave"]["headers"]["x-sealgate-exchange"])
    assert WORDS in outcome["next"]["value"]["choices"][0]["message"]["content"]
    assert record["facts"]["close"]["outcome"] == "client_gone"
    answer = "".join(each["text"] for each in record["texts"] if each["part"] == "answer")
    assert text_of(outcome["leave"]) in answer


@pytest.fixture
def guarded(transformers: str, gateway: Start) -> Sealed:
    """The gateway with the full policy in front of the inference server."""
    return gateway(transformers, "guarded")


@pytest.mark.parametrize("client", NEWEST, ids=by_name)
def test_a_model_s_answer_is_found_by_a_part_of_it(client: Client, guarded: Sealed) -> None:
    """A stretch out of the middle, without the label, leads to the exchange."""
    args = _ask("go on", max_tokens=150)
    outcome = client.play(
        f"{guarded.url}/v1", _with_model(({"name": "told", "do": "stream", "args": args},))
    )["told"]
    exchange = outcome["headers"]["x-sealgate-exchange"]
    guarded.record(exchange)
    said = LABEL.sub("", text_of(outcome))
    traced = guarded.command("trace", said[20:200], "--json")
    assert exchange in traced.stdout.decode(), traced
