"""Lists from disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from filters.lexicon import Entry, compile_lexicon, load_lists, write_word_list
from filters.lexicon.importer import benign_hits
from gateway.nouns.errors import ConfigError
from gateway.nouns.policy import LexiconUse

POLICIES = Path(__file__).parents[4] / "policies"
ENTRY = Entry(text="赌博", category="x", severity=1)


def test_the_shipped_lists_load_and_leave_ordinary_text_alone() -> None:
    """Each has its licence, source and owner, none is in a benign sentence."""
    lists = load_lists([LexiconUse(use="shipped/harms")], policies=POLICIES)
    entries = [entry for words in lists for entry in words.entries]
    assert 4000 <= len(entries) <= 10_000
    assert all(entry.licence and entry.source and entry.owner for entry in entries)
    assert [hit for words in lists for hit in benign_hits(words)] == []
    assert compile_lexicon(lists).size == len({entry.text for entry in entries})
    assert "harms/drugs" in {words.name for words in lists}


def test_the_operators_lists_are_relative_to_the_policy(tmp_path: Path) -> None:
    """A file or a folder of files."""
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "own.jsonl").write_bytes(write_word_list([ENTRY]))
    for use, name in (("lists/own.jsonl", "own"), ("lists", "lists/own")):
        (words,) = load_lists([LexiconUse(use=use)], policies=POLICIES, folder=tmp_path)
        assert (words.name, words.entries) == (name, (ENTRY,))


def test_a_use_limits_variants_and_names_an_owner(tmp_path: Path) -> None:
    """The policy's line speaks for entries that do not."""
    (tmp_path / "own.jsonl").write_bytes(write_word_list([ENTRY]))
    use = LexiconUse(use="own.jsonl", variants=("fold",), owner="li.na")
    (words,) = load_lists([use], policies=POLICIES, folder=tmp_path)
    assert (words.entries[0].variants, words.entries[0].owner) == (("fold",), "li.na")


@pytest.mark.parametrize(
    ("use", "complaint"),
    [
        (LexiconUse(use="shipped/hamrs"), "shipped lists: shipped/harms"),
        (LexiconUse(use="nowhere.jsonl"), "no such file"),
        (LexiconUse(use="terms.txt"), "sealgate lexicon import"),
        (LexiconUse(use="empty"), "holds no .jsonl file"),
        (LexiconUse(use="shipped/harms", variants=("l33t",)), "variants may be"),
    ],
)
def test_what_cannot_be_loaded_is_named(tmp_path: Path, use: LexiconUse, complaint: str) -> None:
    """With what would be right."""
    (tmp_path / "terms.txt").write_text("a")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError) as caught:
        load_lists([use], policies=POLICIES, folder=tmp_path)
    assert complaint in str(caught.value)
