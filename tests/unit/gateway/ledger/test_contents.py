"""Contents come back as they were, under their key and name only."""

from __future__ import annotations

import pytest

from gateway.ledger.contents import Contents, join_runs, seal, unseal
from gateway.ledger.crypt import new_key
from gateway.nouns.errors import LedgerFailed
from tests.ledger_kit import said


def test_pieces_of_a_channel_are_joined_and_marks_stay_apart() -> None:
    """Interleaved choices come out whole, in order, with our own text as a piece of its own."""
    pieces = [said("AI", own=True), said("a"), said("x", 1), said("b"), said("y", 1)]
    assert join_runs(pieces) == (said("AI", own=True), said("ab"), said("xy", 1))


def test_sealed_contents_open_for_their_own_exchange_only() -> None:
    """Another key or another exchange does not open them."""
    contents = Contents(b"{}", None, (said("你好"),), (said("bad"),))
    key = new_key()
    sealed, wrapped = seal(contents, key, b"one")
    assert unseal(sealed, wrapped, key, b"one") == contents
    assert "你好".encode() not in sealed
    for other_key, purpose in ((new_key(), b"one"), (key, b"two")):
        with pytest.raises(LedgerFailed):
            unseal(sealed, wrapped, other_key, purpose)
