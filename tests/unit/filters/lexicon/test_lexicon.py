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
