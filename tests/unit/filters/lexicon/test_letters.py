"""Latin terms in disguise."""

from __future__ import annotations

import pytest

from filters.lexicon import Entry, compile_lexicon, named_list
from filters.lexicon.letters import QuickLook, is_leet, odd_letters

FILTER = compile_lexicon([
    named_list("mine", [
        Entry(text="buy cocaine", category="x", severity=3),
        Entry(text="heroin", category="x", severity=3),
        Entry(text="ass", category="x", severity=3),
    ])
])  # fmt: skip


def found(text: str) -> list[str]:
    """What is found in a text, as written."""
    return [text[one.start : one.end] for one in FILTER.scan(text, 0, True).findings]


@pytest.mark.parametrize(
    "text",
    [
        *[
            "b-u-y c-o-c-a-i-n-e",
            "b.u.y.c.o.c.a.i.n.e",
            "b u y  c o c a i n e",
            "buy c o c a i n e",
        ],
        *[
            "buy-cocaine",
            "buy co🔥caine",
            "b\nu\ny c\no\nc\na\ni\nn\ne",
            "a s s",
            "a.s.s",
            "h/e/r/o/i/n",
        ],
        *[
            "buy c0ca1ne",
            "8uy c0c41n3",
            "h3r0!n",
            "h e r 0 i n",
            "@ss",
            "buy-c0ca1ne",
            "he🚀ro🚀in",
        ],
    ],
)
def test_disguises_are_found_whole(text: str) -> None:
    """Letters set apart, signs for letters, symbols inside of words."""
    assert found(f"they {text}, now") == [text]
    assert found(f"他说{text}吧") == [text]


@pytest.mark.parametrize(
    "text",
    [
        *["class", "a ss", "as s", "hero-in", "hero in", "assess", "buy. cocaines"],
        *["455", "a55", "tr45s", "he's roin", "US$s", "h, e, r, o", "co-caine"],
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    """One hyphen makes no term, and numbers are numbers."""
    assert found(f"they {text} now") == []


@pytest.mark.parametrize(
    ("written", "read"), [("c0de", "code"), ("$ex", "sex"), ("b a5s", "b ass")]
)
def test_leet_needs_letters(written: str, read: str) -> None:
    """In each word, and more than a short hexadecimal number."""
    assert is_leet(written, read) is (written != "c0de")


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (" buy co", 0),
        (" b u", 3),
        (" b.u", 3),
        (" c0", 0),
        (" her0", 4),
        (" buy-c", 5),
        (" x-y", 0),
    ],
)
def test_the_quick_look_holds_what_may_become_a_term(text: str, held: int) -> None:
    """Nothing that the plain view holds anyway."""
    assert QuickLook(FILTER.lexicon.automaton).held(text) == held


def test_prose_is_not_odd() -> None:
    """Not even with a hyphen's neighbour, an I and an apostrophe."""
    assert not odd_letters(" well, I don't know a man (of 30) who said so; do you? no")
    assert not odd_letters("。今天天气不错，下午我们去公园散步吧。")
