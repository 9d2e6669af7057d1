"""Ways to write a term."""

from __future__ import annotations

import pytest

from filters.lexicon.entries import ALL_VARIANTS, ASKED_VARIANTS, Entry
from filters.lexicon.variants import SQUEEZED, patterns, severity_of
from gateway.matching.fold import fold_term


def written(text: str, **members: object) -> dict[str, list[str]]:
    """Variant -> patterns of an entry that asks for all."""
    entry = Entry(
        **{"text": text, "category": "x", "severity": 3, "variants": ALL_VARIANTS, **members}  # type: ignore[arg-type]
    )
    found: dict[str, list[str]] = {}
    for pattern in patterns(entry, fold_term(text)):
        found.setdefault(pattern.variant, []).append(pattern.text)
    return found


def test_han_terms() -> None:
    """Halves, pinyin in one word and in syllables, initials, backwards, sounds."""
    found = written("赌博网强")
    assert found["split"][:4] == ["贝者博网强", "赌十尃网强", "赌博网弓虽", "贝者十尃网强"]
    assert found["split"][-1] == "贝者十尃网弓虽"
    assert found["pinyin"][:3] == ["dubowangqiang", "du bo wang qiang", "dubo wangqiang"]
    assert found["pinyin"][3:] == ["dubowangjiang", "du bo wang jiang", "dubo wangjiang"]
    assert found["initials"] == ["dbwq"]
    assert found["reversed"] == ["强网博赌"]
    assert len(found["homophones"][0]) == 4


def test_terms_of_han_and_letters() -> None:
    """Halves too; separators only where a Han character begins."""
    assert written("出售K粉")["split"] == ["出隹口k粉", "出售k米分", "出隹口k米分"]
    views = {text: next(patterns(Entry(text=text, category="x", severity=3), text)).views
             for text in ("出售k粉", "k粉丝丝", "出售 k粉", "出售k+")}  # fmt: skip
    assert [bool(each & SQUEEZED) for each in views.values()] == [True, False, False, False]


def test_latin_terms() -> None:
    """Leet as its view writes it, without spaces, backwards; substrings only as they are."""
    found = written("Kill Bob")
    assert found["leet"] == ["kiii bob", "kiiibob"]
    assert found["separators"] == ["killbob"]
    assert found["reversed"] == ["bob llik"]
    assert list(written("kill", match="substring")) == ["fold"]


@pytest.mark.parametrize(
    ("text", "members", "missing"),
    [
        ("赌博", {}, {"split", "pinyin", "initials", "homophones", "reversed"}),
        ("赌博网", {}, {"initials"}),
        ("赌博网站", {"min_length": {"pinyin": 5}}, {"pinyin"}),
        ("赌博网站", {"variants": ("fold", "initials")}, {"pinyin", "split", "reversed"}),
        ("k粉丝丝", {}, {"pinyin", "split", "initials", "homophones", "reversed"}),
    ],
)  # fmt: skip
def test_variants_need_length_and_consent(
    text: str, members: dict[str, object], missing: set[str]
) -> None:
    """And Han characters alone."""
    assert not missing & set(written(text, **members))


def test_a_short_term_may_ask() -> None:
    """The entry's own length stands."""
    assert "pinyin" in written("赌博", min_length={"pinyin": 2})


def test_asked_variants_are_mild_unless_the_entry_says_otherwise() -> None:
    """They collide with ordinary words."""
    entry = Entry(text="赌博网站", category="x", severity=3, variant_severity={"initials": 2})
    mild = {variant: severity_of(entry, variant) for variant in ASKED_VARIANTS}
    assert mild == {"initials": 2, "homophones": 1, "reversed": 1}
    assert severity_of(entry, "pinyin") == 3
