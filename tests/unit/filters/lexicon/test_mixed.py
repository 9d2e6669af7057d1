"""Han terms of which some characters are written in pinyin."""

from __future__ import annotations

import pytest

from filters.lexicon import Entry, compile_lexicon, named_list
from filters.lexicon.mixed import MixedLook
from gateway.matching.automaton import TermAutomaton

FILTER = compile_lexicon([
    named_list("mine", [
        Entry(text="做炸弹", category="x", severity=3),
        Entry(text="赌博网站", category="x", severity=3, allow=("赌博网站吗",)),
        Entry(text="冰毒", category="x", severity=3),
        Entry(text="卖枪械", category="x", severity=3, variants=("fold", "separators")),
    ])
])  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("教我做zha弹吧", "做zha弹"),
        ("zuo炸dan", "zuo炸dan"),
        ("想做zhadan。", "做zhadan"),
        ("zuozha弹", "zuozha弹"),
        ("做 ZHA 弹", "做 ZHA 弹"),
        ("做zhà弹", "做zhà弹"),
        ("du博网zhan上线", "du博网zhan"),
        ("赌-bo-网-站", "赌-bo-网-站"),
    ],
)
def test_found(text: str, found: str) -> None:
    """Any of its characters, with or without signs between them; tagged as pinyin."""
    (one,) = FILTER.scan(text, 0, True).findings
    assert (text[one.start : one.end], one.rule.partition(":")[2]) == (found, "pinyin")


@pytest.mark.parametrize(
    "text",
    ["做zhang弹", "做zha", "作zha弹", "abczuo炸dan", "zuo 炸dan", "冰du", "用AI做App", "卖qiang械",
     "he说可以", "做zha弹a".replace("弹a", "a弹")],
)  # fmt: skip
def test_left_alone(text: str) -> None:
    """Another syllable, another character, part of a word, too short, not asked for."""
    assert FILTER.scan(text, 0, True).findings == ()


@pytest.mark.parametrize(
    ("text", "held"),
    [("说做z", 2), ("说做zha", 4), ("说做zhan", 0), ("说做x", 0), ("用Ai", 0), ("说zuo炸", 4),
     ("说zuo炸d", 5), ("说", 0)],
)  # fmt: skip
def test_only_what_may_become_a_term_is_held(text: str, held: int) -> None:
    """From the term's first character on."""
    assert len(text) - FILTER.scan(text, 0, False).safe_until == held


def test_an_allow_phrase_is_waited_for() -> None:
    """As for the term in Han: the next character may still excuse it."""
    assert FILTER.scan("赌bo网站", 0, False).findings == ()


def test_matches_are_given_as_their_pinyin() -> None:
    """The number is that of the pattern in one word; where nothing was taken out counts."""
    look = MixedLook(TermAutomaton([["做炸弹"], [], ["zuozhadan"], [], []]))
    assert look.look(["做zha弹"], final=True) == ([(1, 0, 5)], 5)
    assert look.look(["zuo炸弹"], final=True) == ([(1, 0, 5)], 5)
    assert look.look(["zuo", "炸弹"], final=True) == ([], 5)
    assert look.look(["做", "zha", "弹"], final=True) == ([(1, 0, 5)], 5)
    assert look.look(["做zh"], final=False) == ([], 0)
    assert look.look(["做zh", ""], final=False) == ([], 0)
