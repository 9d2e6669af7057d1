"""The lexicon filter: word lists in, findings out. Lists are read (`load_lists`), compiled
(`compile_lexicon`) and imported from the operator's own files (`import_terms`)."""

from __future__ import annotations

from filters.lexicon.compile import compile_lexicon
from filters.lexicon.entries import Entry, WordList, named_list, read_word_list, write_word_list
from filters.lexicon.scan import LexiconFilter

__all__ = [
    "Entry",
    "LexiconFilter",
    "WordList",
    "compile_lexicon",
    "named_list",
    "read_word_list",
    "write_word_list",
]
