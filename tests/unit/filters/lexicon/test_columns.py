"""Names in operators' lists map to what entries take."""

from __future__ import annotations

from filters.lexicon import Entry
from filters.lexicon.columns import CATEGORIES, COLUMNS, MATCHES, SEVERITIES
from filters.lexicon.entries import problem_of


def test_columns_are_fields_and_unambiguous() -> None:
    """Every field of an entry has headers, and no header means two."""
    assert set(COLUMNS) == set(Entry.__struct_fields__)
    aliases = [alias for names in COLUMNS.values() for alias in names]
    assert len(aliases) == len(set(aliases))
    assert all(alias == alias.lower() for alias in aliases)


def test_values_make_valid_entries() -> None:
    """Each category, severity and match that a name stands for."""
    for category in CATEGORIES.values():
        assert problem_of(Entry(text="ab", category=category, severity=1)) == ""
    assert set(SEVERITIES.values()) == {1, 2, 3, 4}
    assert set(MATCHES.values()) == {"substring", "word"}
