"""The lexicon filter: word lists in, findings out. Lists are read (`load_lists`), compiled
(`compile_lexicon`) and imported from the operator's own files (`import_terms`)."""

from __future__ import annotations

from filters.lexicon.compile import (
    LexiconDraft,
    build_lexicon,
    compile_lexicon,
    draft_lexicon,
)
from filters.lexicon.entries import Entry, WordList, named_list, read_word_list, write_word_list
from filters.lexicon.files import load_lists
from filters.lexicon.importer import (
    BenignHits,
    Defaults,
    ImportReport,
    Note,
    import_terms,
    read_terms,
)
from filters.lexicon.scan import LexiconFilter

__all__ = [
    "BenignHits",
    "Defaults",
    "Entry",
    "ImportReport",
    "LexiconDraft",
    "LexiconFilter",
    "Note",
    "WordList",
    "build_lexicon",
    "compile_lexicon",
    "draft_lexicon",
    "import_terms",
    "load_lists",
    "named_list",
    "read_terms",
    "read_word_list",
    "write_word_list",
]
