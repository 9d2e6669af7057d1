"""A shown record's request is read by its protocol, as far as anybody can read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.assembly.shown import shown_record
from gateway.ports.operator import AskedText, Shown
from tests.ledger_kit import Ledger, closing, facts, name, said


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    made = Ledger(tmp_path)
    yield made
    made.close()


def shown(ledger: Ledger, body: bytes, edited: bytes | None = None, protocol: str = "") -> Shown:
    """Record an exchange with this request, and show it."""
    entry = ledger.journal.open(facts(1, protocol=protocol or "openai_chat"))
    entry.request(body, edited)
    entry.answer((said("label ", own=True), said("hi")))
    entry.suppressed((said("hey"),))
    entry.close(closing())
    ledger.ship()
    found = ledger.archive.show(name(1), reason="r", reader="r")
    assert found is not None
    return shown_record(name(1), found)


def test_a_request_is_read_by_its_protocol(ledger: Ledger) -> None:
    """Strings with their places and roles, files without text; and what went up instead."""
    body = (
        b'{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"old"},'
        b'{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}]}'
    )
    seen = shown(ledger, body, body.replace(b"old", b"new"))
    first = AskedText("messages.0.content.0.text", "user", "old")
    assert seen.asked == (first, AskedText("messages.0.content.1", "image", ""))
    assert seen.forwarded[0] == first._replace(text="new")
    assert [(each.part, each.channel) for each in seen.texts] == [
        ("request", ""), ("forwarded", ""), ("answer", "0:content (own)"), ("answer", "0:content"),
        ("suppressed", "0:content"),
    ]  # fmt: skip
    assert seen.facts["open"]["subject"] == "li.na"


@pytest.mark.parametrize(
    ("body", "protocol"), [(b"no JSON", "openai_chat"), (b'{"a":"b"}', "gone_from_this_program")]
)
def test_what_cannot_be_read_is_left_as_it_is(ledger: Ledger, body: bytes, protocol: str) -> None:
    """The body is there; nothing is guessed."""
    seen = shown(ledger, body, protocol=protocol)
    assert (seen.asked, seen.texts[0].text) == ((), body.decode())


def test_an_erased_record_has_facts_only(ledger: Ledger) -> None:
    """No texts, and nothing asked."""
    shown(ledger, b"{}")
    ledger.eraser.erase_subject("default", "li.na", reason="r")
    found = ledger.archive.show(name(1), reason="r", reader="r")
    assert found is not None
    told = shown_record(name(1), found)
    assert (told.state, told.texts, told.asked) == ("erased", (), ())
