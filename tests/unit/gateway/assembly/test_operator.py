"""The operator's desk: judging texts, keeping keys."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from filters.lexicon import Entry
from gateway.assembly.guards import Guards
from gateway.assembly.judge import PolicyJudge
from gateway.assembly.operator import Judges, Keys
from gateway.assembly.vault import Vault
from gateway.nouns.errors import ConfigError
from gateway.nouns.policy import GuardModel, Policy, Rule
from gateway.nouns.segment import Direction
from gateway.nouns.verdict import Action
from gateway.ports.operator import KeyOrder
from tests.ledger_kit import Ledger
from tests.properties.corpus import bench

TERMS = (Entry(text="绿皮大象", category="x.bad", severity=4),)
RULES = (
    Rule(id="bad", when="x", do=Action.BLOCK),
    Rule(id="guard", when="guard.unsafe", do=Action.BLOCK),
    Rule(id="data", when="personal_data", do=Action.REDACT),
)


# -- judging


def _judges(*guards: GuardModel) -> Judges:
    made = bench(Policy(rules=RULES, guard_models=guards), TERMS)
    slow = Guards(guards, {})
    wiring = made.judge._wiring._replace(slow=slow.slow)
    return Judges(PolicyJudge(made.policy, wiring), slow)


def test_texts_are_judged_in_order() -> None:
    """A blocked one has no safe text; spots stand in their order."""
    texts = ["fine", "so 绿皮大象", "mail a.b@163.com or 13912345677"]
    first, second, third = _judges().judge(texts, Direction.OUTPUT)
    assert (first.action, first.spots, first.safe_text) == ("pass", (), "fine")
    assert (second.action, second.safe_text) == ("block", "")
    assert [(spot.term, spot.action, spot.rule) for spot in second.spots] == [
        ("mine#1", "block", "bad")
    ]
    assert third.safe_text == "mail [redacted] or [redacted]"
    assert [spot.start for spot in third.spots] == [5, 20]


@pytest.fixture
def guard() -> Iterator[GuardModel]:
    """A guard model that calls everything unsafe."""

    class Unsafe(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            message = {"role": "assistant", "content": "Safety: Unsafe\nCategories: Violent"}
            body = msgspec.json.encode({"choices": [{"index": 0, "message": message}]})
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Unsafe)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield GuardModel(name="g", url=f"http://127.0.0.1:{server.server_port}", model="m")
    server.shutdown()
    thread.join()
    server.server_close()


def test_guard_models_are_asked(guard: GuardModel) -> None:
    """Batch after batch."""
    judges = _judges(guard)
    for _ in range(2):
        (judged,) = judges.judge(["How do I do that?"], Direction.INPUT)
        assert judged.action == "block"
        assert judged.spots[0].filter == "g"


def test_a_guard_that_does_not_answer_blocks() -> None:
    """Unless the policy has patience."""
    (judged,) = _judges(GuardModel(name="g", url="http://127.0.0.1:1", model="m")).judge(
        ["How?"], Direction.INPUT
    )
    assert judged.action == "block"
    assert judged.spots[0].category == "filter_error"


# -- keys


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in a folder."""
    made = Ledger(tmp_path)
    yield made
    made.close()


def test_keys_are_made_listed_rotated_and_revoked(ledger: Ledger) -> None:
    """And every change is in the chain."""
    vault = Vault(ledger.state, str(ledger.state / "ledger.db"), ledger.keyring)
    keys = Keys(ledger.state, ledger.clock, vault)
    secret, made = keys.create(KeyOrder("shop", "acme", valid_s=60.0, label="field"))
    assert (made.name, made.tenant, made.state, made.label) == ("shop", "acme", "active", "field")
    renewed, again = keys.rotate(made.id, grace_s=10.0)
    assert renewed != secret
    keys.revoke(again.id)
    assert [key.state for key in keys.list() if key.id == again.id] == ["revoked"]
    kinds = [row.kind for row in ledger.store.walk()]
    assert kinds == ["key_created", "key_rotated", "key_revoked"]
    assert all(secret.encode() not in row.facts for row in ledger.store.walk())
    assert ledger.verify().fault is None


def test_keys_work_before_there_is_a_ledger(tmp_path: Path, ledger: Ledger) -> None:
    """There is nothing to chain them in yet."""
    keys = Keys(tmp_path, ledger.clock, None)
    _, made = keys.create(KeyOrder("shop", "acme"))
    assert [key.id for key in keys.list()] == [made.id]
    with pytest.raises(ConfigError):
        keys.revoke("nobody")
