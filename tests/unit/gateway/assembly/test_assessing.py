"""The ledger's part in an assessment."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.assembly.assessing import LedgerEvidence, open_evidence
from gateway.assembly.vault import Vault
from gateway.config.settings import Settings
from gateway.nouns.record import DOCUMENT
from gateway.ports.evidence import PURPOSE, Claimed, Word
from gateway.ports.store import Query
from tests.ledger_kit import Ledger, closing, facts, name, said

BODY = b'{"messages":[{"role":"user","content":"a"},{"role":"user","content":"last"}]}'


def test_traffic_is_drawn_and_every_read_is_on_record(tmp_path: Path) -> None:
    """As many as asked, the same for the same seed, without our label; and a signature."""
    ledger = Ledger(tmp_path)
    for number in range(1, 8):
        entry = ledger.journal.open(facts(number))
        entry.request(BODY if number % 2 else b"\xff no json", None)
        entry.answer((said("label", own=True), said(f"answer {number}")))
        entry.close(closing())
    ledger.ship()
    vault = Vault(ledger.state, str(ledger.state / "ledger.db"), ledger.keyring)
    desk = LedgerEvidence(vault, ledger.clock)
    moved: list[int] = []

    def sample() -> list[str]:
        drawn = desk.sample(
            3, seed=5, since_s=0, reason="check", progress=lambda done, _: moved.append(done)
        )
        assert {one.answer for one in drawn} <= {f"answer {n}" for n in range(1, 8)}
        assert {one.question for one in drawn} <= {"last", "\ufffd no json"}
        return [one.exchange for one in drawn]

    first = sample()
    assert first == sample()
    assert len(set(first)) == 3
    assert moved == [1, 2, 3, 1, 2, 3]
    asked = {name(number) for number in range(1, 6)}
    rest = desk.sample(
        9, seed=5, since_s=0, reason="check", progress=lambda *_: None, without=asked
    )
    assert {one.exchange for one in rest} == {name(6), name(7)}
    store = vault.store()
    assert len(store.search(Query(kind="read"))) == 8
    store.close()
    assert first[0] in {name(number) for number in range(1, 8)}
    signed = desk.sign(b"manifest")
    key = Ed25519PublicKey.from_public_bytes(signed.public_key)
    key.verify(signed.signature, PURPOSE + b"manifest")
    assert signed.key_id == ledger.keyring.signing_id
    desk.close()
    ledger.close()


def test_what_a_marked_document_says_is_no_answer(tmp_path: Path) -> None:
    """It was handed in: a service is not assessed by it."""
    ledger = Ledger(tmp_path)
    entry = ledger.journal.open(facts(1))
    entry.answer((said("What it says.", path=DOCUMENT),))
    entry.close(closing())
    ledger.ship()
    desk = LedgerEvidence(Vault(ledger.state, str(ledger.state / "ledger.db"), ledger.keyring),
                          ledger.clock)  # fmt: skip
    drawn = desk.sample(3, seed=5, since_s=0, reason="check", progress=lambda _done, _all: None)
    assert drawn == []


def test_claims_are_held_against_the_records(tmp_path: Path) -> None:
    """Question, text with our label in it, and refusal; a record speaks for one claim only. Every
    read is on record."""
    ledger = Ledger(tmp_path)
    for number in range(1, 4):
        entry = ledger.journal.open(facts(number))
        entry.request(BODY, None)
        entry.answer((said("ten"), said("label ", own=True), said(" words")))
        entry.close(closing(outcome=("passed", "flagged", "blocked_output")[number - 1]))
    ledger.ship()
    vault = Vault(ledger.state, str(ledger.state / "ledger.db"), ledger.keyring)
    desk = LedgerEvidence(vault, ledger.clock)
    true = Claimed(name(1), "last", "label ten words", refused=False)
    claims = {
        true: Word.AGREES,
        Claimed(name(2), "last", "ten words", refused=False): Word.AGREES,
        true._replace(text="label ten  words"): Word.DIFFERS,
        true._replace(text="I cannot do this"): Word.DIFFERS,
        true._replace(question="a"): Word.DIFFERS,
        true._replace(refused=True): Word.DIFFERS,
        Claimed(name(3), "last", "whatever", refused=True): Word.AGREES,
        Claimed(name(3), "last", "ten words", refused=False): Word.DIFFERS,
        Claimed(name(9), "last", "ten words", refused=False): Word.UNKNOWN,
    }
    moved: list[int] = []
    for claim, word in claims.items():
        found = desk.compare([claim], reason="check", progress=lambda done, _: moved.append(done))
        assert found == [word], claim
    assert desk.compare([true, true], reason="check", progress=lambda *_: None) == [
        Word.AGREES, Word.DIFFERS,
    ]  # fmt: skip
    assert moved == [1] * len(claims)
    store = vault.store()
    assert len(store.search(Query(kind="read"))) == len(claims) + 1
    store.close()
    desk.close()
    ledger.close()


def test_without_a_ledger_there_is_no_evidence(tmp_path: Path) -> None:
    """It is no error: the tool signs itself."""
    assert open_evidence(Settings(state=str(tmp_path)), Ledger(tmp_path / "other").clock) is None
