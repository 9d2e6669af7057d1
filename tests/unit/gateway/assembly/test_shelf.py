"""Lists are read and compiled once, however many policies use them."""

from __future__ import annotations

from filters.lexicon import Entry, WordList
from gateway.assembly.shelf import Shelf
from gateway.nouns.policy import LexiconUse

WORDS = WordList("w", (Entry(text="绿皮大象", category="x", severity=4),), (1,))
OTHER = WordList("w", (Entry(text="绿皮大象", category="x", severity=3),), (1,))


def test_a_list_is_read_once_per_use() -> None:
    """Other variants are another use."""
    reads: list[LexiconUse] = []

    def read(use: LexiconUse) -> list[WordList]:
        reads.append(use)
        return [WORDS]

    shelf = Shelf()
    for use in (LexiconUse(use="a"), LexiconUse(use="a"), LexiconUse(use="a", variants=("fold",))):
        assert shelf.lists(use, read) == [WORDS]
    assert len(reads) == 2


def test_equal_entries_share_one_automaton() -> None:
    """And others do not."""
    shelf = Shelf()
    assert shelf.lexicon([WORDS], "2026-01-01") is shelf.lexicon([WORDS], "2026-01-01")
    assert shelf.lexicon([OTHER], "2026-01-01") is not shelf.lexicon([WORDS], "2026-01-01")
