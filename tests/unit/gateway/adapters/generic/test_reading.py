"""What the common reading of generic answers promises, one promise a test."""

from __future__ import annotations

import pytest

from gateway.adapters.generic.reading import edited, pieces_of
from gateway.nouns.errors import UpstreamBroken
from gateway.nouns.segment import FieldClass
from gateway.ports.adapter import Edits
from gateway.wire.json import loads_answer


def test_every_string_and_key_is_a_piece() -> None:
    """Each on the channel of its own path, of unknown class."""
    pieces = pieces_of({"a": ["x", ""], "b c": 1})
    assert [(piece.channel.path, piece.text) for piece in pieces] == [
        ("$.a.key", "a"),
        ("$.a.0", "x"),
        ("$.b c.key", "b c"),
    ]
    assert {piece.field_class for piece in pieces} == {FieldClass.UNKNOWN}


def test_edits_are_splices() -> None:
    """Values, keys and members change; everything else stays, arrays take no members."""
    raw = b'{"a" : "b"} '
    pieces = pieces_of(loads_answer(raw))
    assert edited(raw, pieces, Edits({0: "k", 1: "v"}, {"m": 1})) == b'{"k" : "v","m":1} '
    assert edited(b'["a"]', pieces_of(["a"]), Edits(fields={"m": 1})) == b'["a"]'


def test_too_many_strings_break_the_answer() -> None:
    """An answer of endless strings is the upstream's fault, not the client's."""
    with pytest.raises(UpstreamBroken, match="strings"):
        pieces_of(["x"] * 100_002)
