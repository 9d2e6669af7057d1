"""One term more in an operator's list, with who wants it, why, and until when."""

from __future__ import annotations

import os
from pathlib import Path

from filters.lexicon.entries import Entry, problem_of, read_word_list, write_word_list
from gateway.matching.fold import fold_term
from gateway.nouns.errors import NotPossible
from gateway.ports.word_lists import UrgentTerm


def add_term(target: Path, term: UrgentTerm) -> int:
    """Append a term to a list in JSON Lines (made if it is not there); returns its line.

    The file is replaced in one step, so that a reload never reads half of it. Raises NotPossible
    for a term that cannot be used or that the list has already, ConfigError for a list that cannot
    be read, OSError.
    """
    entry = Entry(
        text=term.text, category=term.category, severity=term.severity,
        owner=term.by, source=term.why, expires=term.expires,
    )  # fmt: skip
    problem = problem_of(entry)
    if problem:
        raise NotPossible(f"{problem[0].upper()}{problem[1:]}.")
    raw = target.read_bytes() if target.exists() else b""
    held, folded = read_word_list(target.stem, raw), fold_term(term.text)
    for number, known in zip(held.numbers, held.entries, strict=True):
        if fold_term(known.text) == folded:
            raise NotPossible(f"{target} has this term already, in line {number}.")
    if raw and not raw.endswith(b"\n"):
        raw += b"\n"
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    draft.write_bytes(raw + write_word_list([entry]))
    if target.exists():
        draft.chmod(target.stat().st_mode & 0o777)
    draft.replace(target)
    return raw.count(b"\n") + 1
