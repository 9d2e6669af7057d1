"""Half a character in an answer or a name never stops a record, and whole ones stay whole."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger.halves import Halves, pack, whole
from gateway.nouns.record import AnswerText
from tests.ledger_kit import Ledger, closing, facts, name, said

GLOBE = "\ud83c\udf0d"


def units(text: str) -> list[str]:
    """Return the UTF-16 units of a text, each a string of its own."""
    raw = text.encode("utf-16-le")
    return [raw[at : at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(raw), 2)]


@given(st.text(), st.data())
def test_a_text_cut_between_units_is_joined_again(text: str, data: st.DataObject) -> None:
    """Whatever the cuts, the pieces together are the text."""
    halves, came, pieces = Halves(), "", units(text)
    while pieces:
        count = data.draw(st.integers(1, len(pieces)))
        piece = AnswerText(0, "content", "".join(pieces[:count]))
        came += "".join(one.text for one in halves.join((piece,)))
        pieces = pieces[count:]
    assert came == text
    assert halves.rest() == ()


def test_channels_do_not_meet() -> None:
    """A first half waits for a second one of its own channel."""
    halves = Halves()
    assert halves.join((AnswerText(0, "content", GLOBE[0]),)) == ()
    other = halves.join((AnswerText(1, "content", GLOBE[1]),))
    assert [one.text for one in other] == ["\ufffd"]
    mine = halves.join((AnswerText(0, "content", GLOBE[1] + "!"),))
    assert [one.text for one in mine] == ["\U0001f30d!"]


def test_what_waits_in_vain_is_told() -> None:
    """A half without its other one is U+FFFD in the end."""
    halves = Halves()
    halves.join((AnswerText(0, "content", "a" + GLOBE[0]),))
    assert [one.text for one in halves.rest()] == ["\ufffd"]
    assert halves.rest() == ()


@given(st.text(st.characters()))
def test_whole_leaves_no_half(text: str) -> None:
    """What comes out is text that every encoding can write; whole text stays as it is."""
    came = whole(text)
    came.encode()
    if not any("\ud800" <= letter <= "\udfff" for letter in text):
        assert came == text


def test_names_with_halves_are_kept() -> None:
    """A model's name with a lone surrogate is packed, the rest of the facts untouched."""
    strange = msgspec.structs.replace(facts(1), model="m" + GLOBE[0])
    kept = msgspec.msgpack.decode(pack((strange, b"\xff")))
    assert kept[0] == {**msgspec.to_builtins(facts(1)), "model": "m\ufffd"}
    assert kept[1] == b"\xff"


def test_a_record_with_cut_characters_is_told_whole(ledger: Ledger) -> None:
    """Open, answer, suppressed and close all bear it; the shown record holds the characters."""
    entry = ledger.journal.open(msgspec.structs.replace(facts(1), model=GLOBE[0]))
    for text in ("one ", GLOBE[0], GLOBE[1], " two", GLOBE[0]):
        entry.answer((said(text),))
    entry.suppressed((said(GLOBE),))
    entry.close(closing())
    ledger.journal.close()
    ledger.ship()
    shown = ledger.archive.show(name(1), reason="r", reader="r")
    assert shown is not None
    assert shown.contents is not None
    assert "".join(one.text for one in shown.contents.answer) == "one \U0001f30d two\ufffd"
    assert [one.text for one in shown.contents.suppressed] == ["\U0001f30d"]
