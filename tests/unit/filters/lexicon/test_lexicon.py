"""The compiled form."""

from __future__ import annotations

from filters.lexicon import Entry, compile_lexicon, named_list


def test_rules_are_list_and_line() -> None:
    """Also for the last of several lists."""
    one = named_list("one", [Entry(text="赌博", category="a", severity=1)])
    two = named_list(
        "two", [Entry(text=text, category="b", severity=2) for text in ("x y", "冰毒")]
    )
    lexicon = compile_lexicon([one, two]).lexicon
    rules = {lexicon.rule(number) for number in range(len(lexicon.columns.number))}
    assert rules == {"one#1", "two#1", "two#2"}
    assert lexicon.coverage() == {"a": 1, "b": 2}
    assert lexicon.size == 3


def test_a_term_counts_once_however_it_is_written_and_wherever_it_stands() -> None:
    """Width, case and traditional forms are one term; so is one of two categories. Of a category
    that does not count it is none."""
    rows = ("a 赌博網站", "a 赌博网站", "b 赌博网站", "b ＡBC", "brand 品牌")
    entries = [Entry(text=t, category=kind, severity=1) for kind, t in map(str.split, rows)]
    lexicon = compile_lexicon([named_list("one", entries)]).lexicon
    assert lexicon.distinct({"a", "b"}.__contains__) == 2
    assert lexicon.distinct({"a"}.__contains__) == 1
    assert compile_lexicon([]).lexicon.distinct(bool) == 0
