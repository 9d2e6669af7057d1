"""Faults of a real upstream, and clients that leave: a clear end, and a record that is true."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.real.clients import CLIENTS, NEWEST, Client, by_name
from tests.real.conftest import Played, Start
from tests.real.outcomes import LABEL, finish_of, text_of
from tests.real.relay import Relay
from tests.real.sealed import Sealed, sealed
from tests.real.strangers import FIXTURES, Aimock

pytestmark = pytest.mark.extras

CHAOS = {
    "chaos drop": {500},
    "chaos malformed": {200, 502},
    "chaos disconnect": {502},
    "chaos rate limit": {429},
}


def _ask(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **more}


FAULTS: tuple[dict[str, Any], ...] = (
    *(
        {"name": f"{name}, {do}", "do": do, "args": _ask(name), "retries": 0}
        for name in CHAOS
        for do in ("create", "stream")
    ),
    {"name": "short", "do": "stream", "args": _ask("stop short"), "retries": 0},
    {"name": "refused", "do": "create", "args": _ask("refuse by yourself")},
)
LONG = {"name": "long", "do": "leave", "args": _ask("go on for long"), "after": 12}

clients = pytest.mark.parametrize("client", CLIENTS, ids=by_name)
newest = pytest.mark.parametrize("client", NEWEST, ids=by_name)


@pytest.fixture
def guarded(aimock: Aimock, gateway: Start) -> Sealed:
    """The gateway with the full policy in front of the mock server."""
    return gateway(aimock.url, "guarded")


@clients
@pytest.mark.parametrize("do", ["create", "stream"])
@pytest.mark.parametrize("fault", CHAOS)
def test_a_fault_of_the_upstream_is_the_client_s_own_error(
    fault: str, do: str, client: Client, guarded: Sealed, played: Played
) -> None:
    """Status and class are those that the client knows; no fault looks like an answer."""
    error = played(client, guarded.url, FAULTS)[f"{fault}, {do}"]["error"]
    assert error["status_code"] in CHAOS[fault], error
    assert error["message"]


@clients
def test_a_stream_that_breaks_off_is_told_as_an_error(
    client: Client, guarded: Sealed, played: Played
) -> None:
    """What came stays; the client learns that the rest is missing."""
    outcome = played(client, guarded.url, FAULTS)["short"]
    assert "This stream ends before".startswith(LABEL.sub("", text_of(outcome)))
    assert finish_of(outcome) is None
    assert outcome["error"]["code"], outcome


@clients
def test_an_upstream_s_own_refusal_passes_and_is_counted(
    client: Client, guarded: Sealed, played: Played
) -> None:
    """The client sees the upstream's code; the record says who refused."""
    error = played(client, guarded.url, FAULTS)["refused"]["error"]
    assert error["code"] == "content_policy_violation"
    assert guarded.count("sealgate_exchanges_total", outcome="upstream_blocked") >= 1


@newest
def test_a_client_that_leaves_cancels_the_upstream(
    client: Client, aimock: Aimock, tmp_path: Path
) -> None:
    """The connection to the upstream is closed long before the answer would have ended."""
    with (
        Relay(urlsplit(aimock.url).port or 0) as relay,
        sealed(relay.url, FIXTURES / "guarded.yaml", tmp_path) as guarded,
    ):
        outcome = client.play(f"{guarded.url}/v1", [LONG])["long"]
        assert len(outcome["chunks"]) == LONG["after"]
        assert relay.left()
        whole = 200 * len("and on we go, ") // 2 * 200  # events of some 200 bytes
        assert relay.answered < whole / 4


@newest
def test_the_ledger_has_what_a_client_got_that_left(client: Client, guarded: Sealed) -> None:
    """Everything that the client read is in the record, and the record says that it left."""
    outcome = client.play(f"{guarded.url}/v1", [LONG])["long"]
    exchange = _exchange_of(outcome)
    record = guarded.record(exchange)
    answer = "".join(each["text"] for each in record["texts"] if each["part"] == "answer")
    assert text_of(outcome) in answer
    assert record["facts"]["close"]["outcome"] == "client_gone"


@clients
def test_the_ledger_has_what_a_client_got(client: Client, guarded: Sealed) -> None:
    """Request and answer of a stream, label included, as the client read them."""
    step = {"name": "told", "do": "stream", "args": _ask("say hello")}
    outcome = client.play(f"{guarded.url}/v1", [step])["told"]
    record = guarded.record(_exchange_of(outcome))
    answer = "".join(each["text"] for each in record["texts"] if each["part"] == "answer")
    asked = "".join(each["text"] for each in record["texts"] if each["part"] == "request")
    assert answer == text_of(outcome)
    assert '"say hello"' in asked


@newest
def test_a_cut_answer_is_traced_to_its_exchange(client: Client, guarded: Sealed) -> None:
    """The label's short code finds the record, and what was held back is in it, apart."""
    step = {"name": "cut", "do": "stream", "args": _ask("say the secret")}
    outcome = client.play(f"{guarded.url}/v1", [step])["cut"]
    exchange = _exchange_of(outcome)
    record = guarded.record(exchange)
    suppressed = "".join(each["text"] for each in record["texts"] if each["part"] == "suppressed")
    assert "蓝" in suppressed
    assert record["facts"]["close"]["outcome"] == "blocked_output"
    label = LABEL.match(text_of(outcome))
    assert label
    traced = guarded.command("trace", label[0].rsplit(" ", 1)[1].strip(), "--json")
    assert exchange in traced.stdout.decode()


def test_the_chain_proves_all_of_it(guarded: Sealed) -> None:
    """After all these exchanges the ledger is intact."""
    done = guarded.command("ledger", "verify")
    assert done.returncode == 0, done.stdout + done.stderr


def _exchange_of(outcome: dict[str, Any]) -> str:
    """Return the exchange that the headers of a stream name."""
    return str(outcome["headers"]["x-sealgate-exchange"])
