"""Trial: every entry on the texts that it names itself (``must_match``, ``must_not_match``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from filters.lexicon.compile import compile_lexicon
from filters.lexicon.entries import Entry, WordList
from gateway.nouns.finding import EntryMiss, EntryTrial


def try_entries(lists: Sequence[WordList]) -> EntryTrial:
    """Try each entry that names texts, by itself: what another entry finds does not count."""
    entries = texts = 0
    misses: list[EntryMiss] = []
    for words in lists:
        for entry, number in zip(words.entries, words.numbers, strict=True):
            count = len(entry.must_match) + len(entry.must_not_match)
            if count:
                entries, texts = entries + 1, texts + count
                misses += _misses(words.name, entry, number)
    return EntryTrial(entries, texts, tuple(misses))


def _misses(name: str, entry: Entry, number: int) -> Iterator[EntryMiss]:
    lexicon = compile_lexicon([WordList(name, (entry,), (number,))])
    rule = f"{name}#{number}"
    for wanted, texts in ((True, entry.must_match), (False, entry.must_not_match)):
        for text in texts:
            rules = [one.rule for one in lexicon.scan(text, 0, final=True).findings]
            if any(each.partition(":")[0] == rule for each in rules) is not wanted:
                yield EntryMiss(rule, text, wanted)
