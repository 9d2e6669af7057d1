"""A proxy behind the gateway that answers by itself in three-character pieces, or asks a model."""

from __future__ import annotations

from typing import Any

import pytest

from tests.real.clients import CLIENTS, Client, by_name
from tests.real.conftest import Played, Start
from tests.real.outcomes import (
    LABEL,
    all_said,
    finish_of,
    settled,
    stream_said,
    text_of,
    unlabelled,
    without_ours,
)

pytestmark = pytest.mark.extras

TERM = "蓝鲸密令"


def _ask(model: str, **more: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "say hello"}], **more}


USAGE = {"include_usage": True}
JOURNEYS: tuple[dict[str, Any], ...] = (
    {"name": "plain", "do": "create", "args": _ask("hello")},
    {"name": "stream", "do": "stream", "args": _ask("hello", stream_options=USAGE)},
    {"name": "two", "do": "create", "args": _ask("hello", n=2)},
    {"name": "two streams", "do": "stream", "args": _ask("hello", n=2, stream_options=USAGE)},
    {"name": "logprobs", "do": "create", "args": _ask("logprobs", logprobs=True, top_logprobs=2)},
    {"name": "chain", "do": "create", "args": _ask("chain", max_tokens=60)},
    {"name": "chain stream", "do": "stream", "args": _ask("chain", max_tokens=60)},
    {"name": "models", "do": "models"},
    {"name": "unknown", "do": "create", "args": _ask("none")},
    {"name": "rate", "do": "create", "args": _ask("rate"), "retries": 0},
    {"name": "broken", "do": "stream", "args": _ask("broken"), "retries": 0},
)
GUARDED: tuple[dict[str, Any], ...] = (
    {"name": "secret", "do": "create", "args": _ask("secret")},
    {"name": "secret stream", "do": "stream", "args": _ask("secret")},
    {"name": "two secrets", "do": "stream", "args": _ask("secret", n=2)},
    {"name": "number", "do": "stream", "args": _ask("number")},
    {"name": "hello", "do": "stream", "args": _ask("hello", n=2)},
    {"name": "chain", "do": "stream", "args": _ask("chain", max_tokens=60)},
)
NAMES = [step["name"] for step in JOURNEYS]

clients = pytest.mark.parametrize("client", CLIENTS, ids=by_name)


def _plain(outcome: Any) -> Any:
    kept = {name: value for name, value in outcome.items() if name != "headers"}
    return settled(kept)


@clients
@pytest.mark.parametrize("name", NAMES)
def test_with_the_empty_policy_nothing_is_different(
    name: str, client: Client, litellm: str, gateway: Start, played: Played
) -> None:
    """Choices, log probabilities, usage and errors are those of the proxy."""
    direct = played(client, litellm, JOURNEYS)[name]
    through = played(client, gateway(litellm, "empty").url, JOURNEYS)[name]
    if name == "chain stream":
        assert stream_said(through) == stream_said(direct)
    else:
        assert _plain(through) == _plain(direct)


@clients
@pytest.mark.parametrize("name", ["plain", "two", "chain", "models", "unknown", "rate"])
def test_with_the_full_policy_the_words_are_the_same(
    name: str, client: Client, litellm: str, gateway: Start, played: Played
) -> None:
    """Label and members of ours taken out, the proxy's answer stays; every choice has its label."""
    direct = played(client, litellm, JOURNEYS)[name]
    through = played(client, gateway(litellm, "guarded").url, JOURNEYS)[name]
    assert unlabelled(_plain(without_ours(through))) == _plain(direct)
    if name == "two":
        said = [choice["message"]["content"] for choice in through["value"]["choices"]]
        assert all(LABEL.match(each) for each in said)


@clients
def test_two_choices_in_one_event_are_both_labelled(
    client: Client, litellm: str, gateway: Start, played: Played
) -> None:
    """The proxy puts both choices into each event; neither loses a character."""
    outcome = played(client, gateway(litellm, "guarded").url, GUARDED)["hello"]
    for choice in range(2):
        said = text_of(outcome, choice)
        assert LABEL.match(said)
        assert LABEL.sub("", said) == "Hello from the proxy, 你好，世界 🌍。"


@clients
@pytest.mark.parametrize("name", ["secret", "secret stream", "two secrets"])
def test_a_term_in_three_character_pieces_is_cut(
    name: str, client: Client, litellm: str, gateway: Start, played: Played
) -> None:
    """Not a character of it comes through, in any choice."""
    outcome = played(client, gateway(litellm, "guarded").url, GUARDED)[name]
    said = all_said(_plain(outcome))
    assert not set(TERM) & set(said)
    assert "after that" not in said
    choices = range(2 if name == "two secrets" else 1)
    if "chunks" in outcome:
        assert {finish_of(outcome, choice) for choice in choices} == {"content_filter"}
    else:
        assert outcome["value"]["choices"][0]["finish_reason"] == "content_filter"


@clients
def test_numbers_in_three_character_pieces_are_redacted(
    client: Client, litellm: str, gateway: Start, played: Played
) -> None:
    """The words around them stay, and the answer ends well."""
    outcome = played(client, gateway(litellm, "guarded").url, GUARDED)["number"]
    said = text_of(outcome)
    assert "137" not in LABEL.sub("", said)
    assert "139" not in LABEL.sub("", said)
    assert said.endswith(" before.")
    assert finish_of(outcome) == "stop"


@clients
def test_a_chain_of_two_servers_works(
    client: Client, litellm: str, gateway: Start, played: Played
) -> None:
    """Gateway, proxy, inference server: the model's words arrive, labelled."""
    said = text_of(played(client, gateway(litellm, "guarded").url, GUARDED)["chain"])
    assert LABEL.match(said)
    assert said.endswith("今天的天气很好。")
