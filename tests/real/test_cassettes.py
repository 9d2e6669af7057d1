"""Forms of servers that do not run here, played to the clients with and without the gateway."""

from __future__ import annotations

from typing import Any

import pytest

from tests.real.clients import CLIENTS, Client, by_name
from tests.real.conftest import Played, Start
from tests.real.outcomes import REQUEST_ID, text_of
from tests.real.player import CASSETTES

pytestmark = pytest.mark.extras

NAMES = sorted(file.stem for file in CASSETTES.glob("*.sse"))
ASKED = [{"role": "user", "content": "hello"}]
JOURNEYS: tuple[dict[str, Any], ...] = tuple(
    {"name": name, "do": "stream", "args": {"model": name, "messages": ASKED}} for name in NAMES
)

clients = pytest.mark.parametrize("client", CLIENTS, ids=by_name)


def _said(outcome: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in outcome.items() if name != "headers"}
    if "error" in kept:
        kept["error"] = {k: v for k, v in kept["error"].items() if k != REQUEST_ID}
    return kept


@clients
@pytest.mark.parametrize("name", NAMES)
def test_a_client_reads_every_form_as_without_the_gateway(
    name: str, client: Client, cassettes: str, gateway: Start, played: Played
) -> None:
    """Chunk by chunk, ids and all: with the empty policy the bytes are the same."""
    direct = played(client, cassettes, JOURNEYS)[name]
    through = played(client, gateway(cassettes, "empty").url, JOURNEYS)[name]
    assert _said(through) == _said(direct)


@clients
def test_log_probabilities_reach_the_client(
    client: Client, cassettes: str, gateway: Start, played: Played
) -> None:
    """With the empty policy, tokens, alternatives and bytes are all there."""
    outcome = played(client, gateway(cassettes, "empty").url, JOURNEYS)["logprobs"]
    entries = [
        entry
        for chunk in outcome["chunks"]
        for choice in chunk["choices"]
        for entry in (choice.get("logprobs") or {}).get("content") or ()
    ]
    assert "".join(entry["token"] for entry in entries) == text_of(outcome)
    assert all(entry["bytes"] and entry["top_logprobs"] for entry in entries)


@clients
def test_interleaved_choices_stay_apart(
    client: Client, cassettes: str, gateway: Start, played: Played
) -> None:
    """Under the full policy each of the three choices says what it says without the gateway."""
    direct = played(client, cassettes, JOURNEYS)["choices"]
    through = played(client, gateway(cassettes, "guarded").url, JOURNEYS)["choices"]
    for choice in range(3):
        assert text_of(direct, choice)
        assert text_of(through, choice).endswith(text_of(direct, choice))
