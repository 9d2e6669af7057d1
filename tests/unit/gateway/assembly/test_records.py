"""The operator's ledger: what a text is traced to, shown, erased and purged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.assembly.file_tracing import FileMarks
from gateway.assembly.records import Records
from gateway.assembly.sealing import Sealer
from gateway.assembly.vault import Vault
from gateway.desk.reading import nothing_beside
from gateway.nouns.errors import ConfigError
from gateway.nouns.mark import LabelMode, TextMarksOrder
from gateway.nouns.policy import Keep
from tests.ledger_kit import DAY_NS, Ledger, closing, facts, name, said

MARKS = TextMarksOrder(label=LabelMode.INLINE, trace="always")
PROSE = "The sky was blue and the birds sang over the quiet fields of the valley. " * 12


def no_marks() -> FileMarks:
    """Read no marks on files."""
    return FileMarks((), nothing_beside)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in a folder."""
    made = Ledger(tmp_path)
    yield made
    made.close()


@pytest.fixture
def records(ledger: Ledger) -> Iterator[Records]:
    """The desk over it."""
    vault = Vault(ledger.state, str(ledger.state / "ledger.db"), ledger.keyring)
    sealer = Sealer(MARKS, "", ledger.keyring.fingerprint_key)
    desk = Records(vault, sealer, Keep(facts_days=20, content_days=10), ledger.clock,
                   marks=no_marks)  # fmt: skip
    yield desk
    desk.close()


def _sealed(ledger: Ledger, number: int = 1) -> tuple[str, str]:
    """Record an exchange whose text bears its trace; return its id and the text as it left."""
    sealer = Sealer(MARKS, "", ledger.keyring.fingerprint_key)
    weaver = sealer.seal(name(number), "", None).weaver
    assert weaver is not None
    text = weaver()(PROSE, False)
    entry = ledger.journal.open(facts(number, code=sealer.code(name(number))))
    entry.request(b'{"q":1}', b'{"q":2}')
    entry.answer((said("label", own=True), said(text)))
    entry.suppressed((said("bad"),))
    entry.close(closing())
    ledger.ship()
    return name(number), text


def test_a_record_is_shown_by_its_id_and_by_its_code(ledger: Ledger, records: Records) -> None:
    """With every part of it, and marks of ours told apart."""
    exchange, text = _sealed(ledger)
    code = Sealer(MARKS, "", ledger.keyring.fingerprint_key).code(exchange)
    for asked in (exchange, code):
        shown = records.show(asked, reason="a complaint")
        assert shown is not None
        assert (shown.exchange, shown.state) == (exchange, "closed")
        assert [(one.part, one.channel, one.text) for one in shown.texts] == [
            ("request", "", '{"q":1}'),
            ("forwarded", "", '{"q":2}'),
            ("answer", "0:content (own)", "label"),
            ("answer", "0:content", text),
            ("suppressed", "0:content", "bad"),
        ]
        assert shown.facts["state"] == "closed"


@pytest.mark.parametrize("asked", [name(9), "XXXX-XXXX-X", "", " ", "-", "_ -"])
def test_what_is_not_there_is_nothing(ledger: Ledger, records: Records, asked: str) -> None:
    """Neither by id nor by code; an empty one, as of a script's unset variable, is no other's."""
    alone = ledger.exchange(1, "one", "")
    ledger.ship()
    assert records.show(asked, reason="a complaint") is None
    assert not records.erase_exchange(asked)
    assert ledger.text_of(alone) == "one"


def test_a_code_of_several_exchanges_stands_for_none_of_them(
    ledger: Ledger, records: Records
) -> None:
    """Forty bits may collide: the sentence names their ids."""
    for number in (1, 2):
        ledger.exchange(number, f"text {number}", "", code="0000-0000-0")
    ledger.ship()
    for ask in (records.erase_exchange, lambda code: records.show(code, reason="a complaint")):
        with pytest.raises(ConfigError, match=f"{name(2)}, {name(1)}"):
            ask("0000-0000-0")
    assert [ledger.text_of(name(number)) for number in (1, 2)] == ["text 1", "text 2"]


def test_a_text_finds_its_exchange_once(ledger: Ledger, records: Records) -> None:
    """The trace is the surest; the fingerprint finds it without."""
    exchange, text = _sealed(ledger)
    (found,) = records.trace(text)
    assert (found.exchange, found.how, found.confidence) == (exchange, "trace", 1.0)
    (found,) = records.trace(PROSE)
    assert (found.exchange, found.how) == (exchange, "fingerprint")
    assert found.end > found.start
    assert records.trace("Something else that nobody ever said here before.") == []


def test_reading_is_chained_and_the_chain_is_sound(ledger: Ledger, records: Records) -> None:
    """Until somebody touches it."""
    exchange, _ = _sealed(ledger)
    records.show(exchange, reason="a complaint")
    assert [row.kind for row in ledger.store.walk()] == ["exchange", "read"]
    told: list[tuple[int, int]] = []
    report = records.verify(lambda done, of: told.append((done, of)))
    assert report.records == 1
    assert report.fault == ""
    assert told


def test_an_erased_subject_cannot_be_read(ledger: Ledger, records: Records) -> None:
    """Its records stay, without their texts."""
    exchange, _ = _sealed(ledger)
    assert records.erase("li.na", tenant="default") == 1
    shown = records.show(exchange, reason="a complaint")
    assert shown is not None
    assert (shown.state, shown.texts) == ("erased", ())


def test_one_exchange_without_a_subject_is_erased(ledger: Ledger, records: Records) -> None:
    """By its id; one with a subject is not, and the sentence says how."""
    alone = ledger.exchange(1, "one", "")
    other = ledger.exchange(2, "two", "")
    named = ledger.exchange(3, "three", "li.na")
    ledger.ship()
    assert records.erase_exchange(alone.lower())
    assert not records.erase_exchange(name(9))
    with pytest.raises(ConfigError, match="--subject"):
        records.erase_exchange(named)
    assert [ledger.text_of(one) for one in (alone, other, named)] == [None, "two", "three"]
    assert ledger.verify().fault is None


def test_what_is_past_its_time_is_purged(ledger: Ledger, records: Records) -> None:
    """Contents first, facts later."""
    _sealed(ledger)
    ledger.clock.now_ns += 11 * DAY_NS
    assert records.purge() == (1, 0)
    ledger.clock.now_ns += 11 * DAY_NS
    assert records.purge() == (0, 1)
