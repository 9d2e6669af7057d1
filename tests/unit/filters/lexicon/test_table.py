"""The table in which a lexicon is compiled: rows that mean the same are one, all are in order."""

from __future__ import annotations

from filters.lexicon.entries import FOLD, PINYIN, Entry
from filters.lexicon.lexicon import Nearby
from filters.lexicon.table import Origin, Table
from filters.lexicon.variants import PLAIN, SPELLED, SQUEEZED, Group, Pattern


def _origin(number: int, *allow: str, category: str = "x", context: str = "") -> Origin:
    entry = Entry(text="term", category=category, severity=3)
    near = Nearby(frozenset({context}), 40, 40) if context else None
    return Origin(entry, 0, number, False, frozenset(allow), near)


def _pattern(text: str, variant: str = FOLD, views: int = PLAIN) -> Pattern:
    return Pattern(text, variant, views, Group.SUBSTRINGS)


def test_the_graver_of_two_stays() -> None:
    """It has the views of both, and only the allow-phrases that both have."""
    table = Table()
    table.add(_pattern("a"), _origin(1, "ab", "ac"), 2)
    table.add(_pattern("a", views=SPELLED), _origin(2, "ac", "ad"), 3)
    table.add(_pattern("a"), _origin(3, "ac"), 3)
    made = table.ordered()
    assert made.columns.number.tolist() == [2]
    assert made.columns.of(0).severity == 3
    assert made.columns.of(0).views == PLAIN | SPELLED
    assert made.allow == {0: frozenset({"ac"})}


def test_rows_that_differ_are_kept() -> None:
    """By category, by context, and a variant beside the term as written."""
    table = Table()
    table.add(_pattern("b"), _origin(1), 3)
    table.add(_pattern("b"), _origin(2, category="a"), 3)
    table.add(_pattern("b"), _origin(3, context="near"), 3)
    table.add(_pattern("b", PINYIN), _origin(4), 3)
    table.add(_pattern("a", PINYIN), _origin(5), 3)
    made = table.ordered()
    assert made.columns.first.tolist() == [0, 1, 5]
    assert made.columns.number.tolist() == [5, 1, 2, 3, 4]
    assert made.categories == ("a", "x")
    assert [made.columns.of(row).category for row in range(5)] == [1, 1, 0, 1, 1]
    assert made.context == {3: Nearby(frozenset({"near"}), 40, 40)}
    assert made.size == 1


def test_a_text_is_where_it_is_held_most_easily() -> None:
    """Of several rows the first group counts; the groups are sorted."""
    table = Table()
    table.add(_pattern("c")._replace(group=Group.WORDS), _origin(1), 3)
    table.add(_pattern("b")._replace(group=Group.WORDS), _origin(2), 3)
    table.add(_pattern("c")._replace(group=Group.HAN), _origin(3, category="a"), 3)
    made = table.ordered()
    assert made.groups == [["c"], [], ["b"], [], []]
    assert [made.columns.of(row).word for row in range(3)] == [True, False, True]


def test_entries_share_their_kind() -> None:
    """Rows of one category, severity, list, match and variant are told by one; others are not."""
    table = Table()
    for number in range(1, 401):
        severity = 1 if number > 300 else 3
        origin = _origin(number, category="a" if number % 2 else "b")
        table.add(_pattern(f"term {number:03}"), origin, severity)
    columns = table.ordered().columns
    assert columns.number.tolist() == list(range(1, 401))
    assert len(columns.kinds) == 4
    assert [columns.of(row).severity for row in (0, 299, 300, 399)] == [3, 3, 1, 1]
    assert [columns.of(row).category for row in (0, 1, 398, 399)] == [0, 1, 0, 1]


def test_rows_that_become_one_are_held_as_the_first_of_them() -> None:
    """A graver entry that does not look through separators takes nothing from one that does."""
    for order in (1, -1):
        table = Table()
        given = [(Group.HAN, SQUEEZED, 2), (Group.SUBSTRINGS, PLAIN, 3)][::order]
        for number, (group, views, severity) in enumerate(given):
            table.add(_pattern("ab", views=views)._replace(group=group), _origin(number), severity)
        made = table.ordered()
        assert made.groups[Group.HAN] == ["ab"]
        assert (made.columns.of(0).severity, made.columns.of(0).views) == (3, PLAIN | SQUEEZED)


def test_whole_words_stay_apart() -> None:
    """A variant that counts as a word only does not become one that counts anywhere."""
    table = Table()
    table.add(_pattern("ab", PINYIN)._replace(group=Group.ODD), _origin(1), 3)
    table.add(_pattern("ab", PINYIN)._replace(group=Group.HAN), _origin(2), 3)
    made = table.ordered()
    assert [made.columns.of(row).word for row in range(2)] == [True, False]
