"""Compiling: merging, groups, expiry, hash and coverage."""

from __future__ import annotations

import pytest

from filters.lexicon import Entry, WordList, compile_lexicon, named_list
from filters.lexicon.compile import is_han_term
from gateway.nouns.errors import ConfigError


def entry(text: str, category: str = "x", severity: int = 1, **members: object) -> Entry:
    """An entry with defaults."""
    return Entry(text=text, category=category, severity=severity, **members)  # type: ignore[arg-type]


def words(*entries: Entry) -> WordList:
    """A list named after nothing."""
    return named_list("mine", entries)


def test_entries_that_mean_the_same_are_one_of_the_graver_severity() -> None:
    """Folded text, category and match decide."""
    lexicon = compile_lexicon([words(entry("賭博", severity=1), entry("赌博", severity=4))])
    assert lexicon.size == 1
    (found,) = lexicon.scan("赌博", 0, True).findings
    assert (found.severity, found.rule) == (4, "mine#2")


def test_a_phrase_excuses_merged_entries_only_if_all_have_it() -> None:
    """One list's tolerance does not bind another's."""
    lenient = entry("赌博", allow=("反赌博",))
    lexicon = compile_lexicon([words(lenient), named_list("other", [entry("赌博")])])
    assert len(lexicon.scan("反赌博", 0, True).findings) == 1


def test_categories_stay_apart() -> None:
    """One term may be two findings."""
    lexicon = compile_lexicon([words(entry("赌博", "a"), entry("赌博", "b.c"))])
    assert [one.category for one in lexicon.scan("赌博", 0, True).findings] == ["a", "b.c"]
    assert lexicon.coverage() == {"a": 1, "b.c": 1}
    assert lexicon.size == 1


def test_expired_entries_are_left_out() -> None:
    """The last day counts."""
    lists = [words(entry("赌博", expires="2026-11-24"))]
    assert compile_lexicon(lists, today="2026-11-24").size == 1
    assert compile_lexicon(lists, today="2026-11-25").size == 0
    assert compile_lexicon(lists).size == 1


def test_the_hash_is_of_the_content() -> None:
    """Same lists, same hash; another severity, name or order of entries, another."""
    one = compile_lexicon([words(entry("赌博"), entry("ab"))]).hash
    assert one == compile_lexicon([words(entry("赌博"), entry("ab"))]).hash
    others = [
        words(entry("赌博", severity=2), entry("ab")),
        named_list("other", [entry("赌博"), entry("ab")]),
        words(entry("ab"), entry("赌博")),
    ]
    assert one not in {compile_lexicon([other]).hash for other in others}


def test_variants_are_per_entry() -> None:
    """Only an entry that asks is found through separators."""
    lexicon = compile_lexicon([words(entry("赌博", variants=("fold",)), entry("冰毒"))])
    assert [one.rule for one in lexicon.scan("赌-博 冰-毒", 0, True).findings] == ["mine#2"]


def test_a_term_may_be_word_and_substring() -> None:
    """Then both rules are tried."""
    lexicon = compile_lexicon([
        words(entry("ab", "w", match="word"), entry("ab", "s", match="substring"))
    ])  # fmt: skip
    assert [one.category for one in lexicon.scan("xab", 0, True).findings] == ["s"]
    assert [one.category for one in lexicon.scan("x ab", 0, True).findings] == ["s", "w"]


def test_an_unusable_entry_is_refused_by_list_and_number() -> None:
    """Never by its text."""
    with pytest.raises(ConfigError, match="word list mine, entry 1: severity") as caught:
        compile_lexicon([words(entry("秘密词", severity=9))])
    assert "秘密词" not in str(caught.value)


@pytest.mark.parametrize(
    ("term", "han"), [("赌博", True), ("赌", False), ("k粉", False), ("赌 博", False)]
)
def test_han_terms(term: str, han: bool) -> None:
    """Only these are looked for through separators."""
    assert is_han_term(term) is han
