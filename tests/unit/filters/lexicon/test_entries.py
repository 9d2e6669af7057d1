"""Entries and their file form."""

from __future__ import annotations

import pytest

from filters.lexicon.entries import (
    Entry,
    has_han,
    named_list,
    problem_of,
    read_word_list,
    write_word_list,
)
from gateway.nouns.errors import ConfigError

GOOD = Entry(text="赌博", category="A1.h.gambling", severity=3)


def test_written_lists_read_back() -> None:
    """All members survive, defaults are not written."""
    full = Entry(
        text="Ab", category="x", severity=1, match="substring", variants=("fold",),
        min_length={"leet": 5}, context=("c",), must_match=("ab",),
        allow=("ab c",), source="s", licence="l", owner="o", expires="2027-12-31",
    )  # fmt: skip
    raw = write_word_list([GOOD, full])
    assert raw.splitlines()[0] == '{"text":"赌博","category":"A1.h.gambling","severity":3}'.encode()
    assert read_word_list("mine", raw).entries == (GOOD, full)


def test_numbers_are_lines_of_the_file() -> None:
    """Comments and empty lines count, so that an editor finds the entry."""
    raw = b"\xef\xbb\xbf// ours\n\n" + write_word_list([GOOD])
    assert read_word_list("mine", raw).numbers == (3,)
    assert named_list("mine", [GOOD]).numbers == (1,)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("nonsense", "line 1"),
        ('{"text":"a"}', "missing required field `category`"),
        ('{"text":"ab","category":"x","severity":1,"severty":2}', "did you mean `severity`?"),
        ('{"text":"ab","category":"x","severity":1,"zzz":2}', "`zzz`; known are text, category"),
        ('{"text":"ab","category":"x","severity":7}', "severity must be"),
    ],
)
def test_a_bad_line_is_named(line: str, complaint: str) -> None:
    """List, line and what is wrong."""
    with pytest.raises(ConfigError, match="word list mine, line 1") as caught:
        read_word_list("mine", line.encode())
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({}, ""),
        ({"text": "\u200b"}, "nothing is left"),
        ({"text": "长" * 65}, "more than 64"),
        ({"severity": 0}, "severity"),
        ({"category": "A1..x"}, "category"),
        ({"match": "regex"}, "match"),
        ({"variants": ("l33t",)}, "variants"),
        ({"min_length": {"l33t": 3}}, "variants"),
        ({"min_length": {"initials": 3}}, "initials"),
        ({"variant_severity": {"pinyin": 2}}, "variant_severity"),
        ({"variant_severity": {"pinyin": 1}}, ""),
        ({"context": ("\u200b",)}, "context word"),
        ({"context": ("a",), "context_reach": 40, "context_side": "before"}, ""),
        ({"context_reach": 41}, "context_reach"),
        ({"context_reach": -1}, "context_reach"),
        ({"context_side": "left"}, "context_side"),
        ({"allow": ("无关",)}, "allow-phrase must hold"),
        ({"allow": ("赌博",)}, "allow-phrase must hold"),
        ({"allow": ("反賭博",)}, ""),
        ({"allow": ("赌博" + "长" * 63,)}, "more than 64"),
        ({"expires": "soon"}, "expires"),
    ],
)
def test_problems(members: dict[str, object], problem: str) -> None:
    """Each rule of a valid entry."""
    told = problem_of(Entry(**{"text": "赌博", "category": "x.y", "severity": 1, **members}))
    assert problem in told
    assert bool(problem) == bool(told)


def test_terms_without_han_are_words_unless_told() -> None:
    """A Latin term is found as a whole word by default."""
    assert Entry(text="sm", category="x", severity=1).whole_word
    assert not Entry(text="sm", category="x", severity=1, match="substring").whole_word
    assert not GOOD.whole_word
    assert has_han("k粉")
    assert not has_han("kf")


def test_a_list_in_another_encoding_is_named() -> None:
    """Excel on a Chinese system saves GBK; codecs and bytes are nothing to tell."""
    line = '{"text":"机密","category":"x","severity":1}'.encode("gbk")
    with pytest.raises(ConfigError, match="line 1: this is not UTF-8; save it as UTF-8"):
        read_word_list("mine", line)
