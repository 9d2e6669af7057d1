"""Halves of characters."""

from __future__ import annotations

from gateway.matching.fold import KIND_BYTES, Kind, fold
from gateway.matching.parts import PARTS


def test_halves_are_two_characters_that_fold_to_themselves() -> None:
    """So that a term written with them is found as it is made."""
    for whole, halves in PARTS.items():
        assert len(halves) == 2
        assert whole not in halves
        assert fold(whole + halves).text == whole + halves
        assert {KIND_BYTES[ord(half)] for half in halves} <= {Kind.HAN, Kind.OTHER, Kind.SOFT}
    assert PARTS["强"] == "弓虽"
