"""Outbox: bytes in order, and the texts that the journal must hold before they leave."""

from __future__ import annotations

from gateway.engine.outbox import Outbox, Shown
from gateway.nouns.record import AnswerText
from gateway.nouns.segment import Channel, FieldClass
from gateway.ports.adapter import Piece

CHANNEL = Channel(1, "content")


def test_bytes_leave_in_the_order_in_which_they_were_written() -> None:
    """One string of bytes per step."""
    out = Outbox(Shown())
    out.write(b"a")
    out.write(b"b")
    assert out.data == b"ab"


def test_upstream_text_that_leaves_is_counted_by_choice() -> None:
    """Text of ours is told to the journal and not counted as shown; empty text is not told."""
    shown = Shown()
    out = Outbox(shown)
    out.release(CHANNEL, "abc")
    out.release(CHANNEL, "")
    out.own(1, "content", "[AI]")
    label = AnswerText(1, "content", "[AI]", own=True)
    assert out.texts == [AnswerText(1, "content", "abc"), label]
    assert (shown.chars, shown.by_choice) == (3, {1: 3})
    Outbox(shown).release(Channel(0, "content"), "d")
    assert (shown.chars, shown.by_choice) == (4, {1: 3, 0: 1})


def test_what_a_piece_was_is_kept_apart_if_it_leaves_otherwise() -> None:
    """An unchanged piece is told once."""
    out = Outbox(Shown())
    piece = Piece(CHANNEL, "mild", FieldClass.CONTENT)
    out.piece(piece, "mild")
    assert out.suppressed == []
    out.piece(piece, "***")
    assert out.suppressed == [AnswerText(1, "content", "mild")]
    out.suppress(CHANNEL, "")
    assert len(out.suppressed) == 1
    out.withhold((piece, piece))
    assert len(out.suppressed) == 3
