"""Entries on their own texts."""

from __future__ import annotations

from filters.lexicon import Entry, named_list
from filters.lexicon.trial import try_entries
from gateway.nouns.finding import EntryMiss


def test_each_entry_is_tried_alone() -> None:
    """What another entry finds in its texts does not count."""
    good = Entry(
        text="赌博", category="x", severity=1, allow=("反赌博",),
        must_match=("去赌-博", "赌bo 赌博"), must_not_match=("反赌博宣传",),
    )  # fmt: skip
    bad = Entry(text="大麻", category="x", severity=1, must_not_match=("大麻烦", "去赌博"))
    trial = try_entries(
        [named_list("mine", [good, bad, Entry(text="a b", category="x", severity=1)])]
    )
    assert (trial.entries, trial.texts) == (2, 5)
    assert trial.misses == (EntryMiss("mine#2", "大麻烦", False),)
