"""The lexicon filter against a matcher that knows nothing of tables, automata or views.

The naive one tries every term at every place of a small text, walking over what may be passed over
by the written rules. Both must name the same spans.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from filters.lexicon import Entry, compile_lexicon, named_list

HAN = set("赌博网站好")
FOLDS = {"賭": "赌", "Ａ": "a", "A": "a", "а": "a", "B": "b", "\n": " ", "\u3000": " "}
INVISIBLE = set("\u200b\u0301\ufe0f")
SOFT, SENTENCE, LINE, EMPHASIS = set(" \u3000-_*~`"), set("，。"), {"\n"}, set("*~`")
SEPARATORS = SOFT | SENTENCE | LINE
TERMS = ["赌博", "赌博网站", "博网站", "a赌", "好 a", "ab", "a b", "ba", "b-a"]
WORDS = {"ab", "a b", "b-a"}

ENTRIES = [
    Entry(text=term, category="x", severity=1, match="word" if term in WORDS else "substring")
    for term in TERMS
]
FILTER = compile_lexicon([named_list("mine", ENTRIES)])
FILLERS = st.sampled_from([
    *INVISIBLE, *SEPARATORS, "-" * 8, "*" * 9, "-" * 9, " " * 9, " " * 10, "\n ", "*-*", "好"
])  # fmt: skip


@st.composite
def torn(draw: st.DrawFn) -> str:
    """A term with something between some of its characters."""
    term = draw(st.sampled_from(TERMS))
    fillers = draw(st.lists(st.one_of(st.just(""), FILLERS), min_size=1, max_size=len(term)))
    return "".join(sign + fillers[at % len(fillers)] for at, sign in enumerate(term))


SIGNS = st.sampled_from([*HAN, *FOLDS, *INVISIBLE, *SEPARATORS, *"ab1"])
TEXTS = st.lists(st.one_of(torn(), SIGNS), max_size=6).map("".join)


def folded(text: str) -> list[tuple[int, str]]:
    """Places and folds of what is visible."""
    return [(at, FOLDS.get(sign, sign)) for at, sign in enumerate(text) if sign not in INVISIBLE]


def plain(text: str, looked_through: set[str]) -> list[tuple[int, str]]:
    """What is visible without ``looked_through``, runs of spaces as one."""
    signs: list[tuple[int, str]] = []
    for at, sign in folded(text):
        again = sign == " " and signs and signs[-1][1] == " "
        if text[at] not in looked_through and not again:
            signs.append((at, sign))
    return signs


def joinable(text: str, seen: list[tuple[int, str]], left: int, right: int) -> bool:
    """At most eight passed-over visible signs between two neighbours."""
    between = text[seen[left][0] + 1 : seen[right][0]]
    return sum(sign not in INVISIBLE for sign in between) <= 8


def places(text: str, seen: list[tuple[int, str]], term: str) -> Iterator[tuple[int, int]]:
    """All spans of ``seen`` indices that spell the term."""
    for first in range(len(seen) - len(term) + 1):
        last = first + len(term)
        spelled = "".join(sign for _, sign in seen[first:last])
        if spelled == term and all(
            joinable(text, seen, at, at + 1) for at in range(first, last - 1)
        ):
            yield first, last


def bounded(text: str, seen: list[tuple[int, str]], first: int, last: int) -> bool:
    """No Latin letter or digit continues the term's ends."""
    word = set("ab1")
    left = first > 0 and joinable(text, seen, first - 1, first) and seen[first - 1][1] in word
    right = last < len(seen) and joinable(text, seen, last - 1, last) and seen[last][1] in word
    return not (left and seen[first][1] in word) and not (right and seen[last - 1][1] in word)


def separable(text: str, seen: list[tuple[int, str]], first: int, last: int) -> bool:
    """The rules for separators inside a Han term."""
    ends = [at for at, _ in seen[first:last]]
    gaps = [set(text[one + 1 : two]) for one, two in pairwise(ends)]
    if any(gap & LINE for gap in gaps) and len(ends) < 3:
        return False
    if any(gap & SENTENCE for gap in gaps):
        return len(ends) >= 3 and all(gap & SEPARATORS for gap in gaps)
    return True


def naive(text: str) -> set[tuple[int, int, str]]:
    """Spans and rules by trying everything."""
    found = set()
    squeezed = [(at, sign) for at, sign in folded(text) if text[at] not in SEPARATORS]
    for number, term in enumerate(TERMS, 1):
        views = [(plain(text, set()), bounded), (plain(text, EMPHASIS), bounded)]
        views += [(squeezed, separable)] if set(term) <= HAN else []
        found |= {
            (seen[first][0], seen[last - 1][0] + 1, f"mine#{number}")
            for seen, allowed in views
            for first, last in places(text, seen, term)
            if (allowed is bounded and term not in WORDS) or allowed(text, seen, first, last)
        }
    return found


@settings(max_examples=600, deadline=None)
@given(TEXTS)
def test_finds_what_the_naive_matcher_finds(text: str) -> None:
    """Same spans, same entries, over folded, separated, emphasised and bounded terms."""
    findings = FILTER.scan(text, 0, True).findings
    assert {(one.start, one.end, one.rule) for one in findings} == naive(text)
