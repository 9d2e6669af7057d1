"""Word lists from disk: shipped ones by name, the operator's by path."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from filters.lexicon.entries import ALL_VARIANTS, FOLD, Entry, WordList, read_word_list
from gateway.nouns.errors import ConfigError
from gateway.nouns.policy import LexiconUse

SHIPPED = "shipped/"


def load_lists(
    uses: Sequence[LexiconUse], *, policies: Path, folder: Path = Path()
) -> list[WordList]:
    """Return the word lists that a policy uses, in its order.

    ``shipped/NAME`` is the folder ``lexicons/NAME`` under ``policies``; anything else is a
    ``.jsonl`` file or a folder of such files, relative to ``folder``. A use's variants limit the
    entries', its owner stands for those that name none. Raises ConfigError for a list that is not
    there, is not in JSON Lines, or has an entry that is not usable.
    """
    return [words for use in uses for words in _lists_of(use, policies, folder)]


def _lists_of(use: LexiconUse, policies: Path, folder: Path) -> list[WordList]:
    unknown = [variant for variant in use.variants if variant not in ALL_VARIANTS]
    if unknown:
        raise ConfigError(f"lexicons: {use.use}: variants may be {', '.join(ALL_VARIANTS)}")
    path = _path_of(use.use, policies, folder)
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise ConfigError(f"lexicons: {use.use}: the folder holds no .jsonl file")
    label = path.name if path.is_dir() else ""
    return [
        _applied(use, _read(f"{label}/{file.stem}" if label else file.stem, file)) for file in files
    ]


def _path_of(name: str, policies: Path, folder: Path) -> Path:
    """Return the file or folder of a list. Raises ConfigError naming what would have been right."""
    if name.startswith(SHIPPED):
        shipped = policies / "lexicons"
        path = shipped / name.removeprefix(SHIPPED)
        if not path.is_dir():
            known = ", ".join(sorted(SHIPPED + found.name for found in shipped.glob("*/")))
            raise ConfigError(f"lexicons: {name} is not shipped; shipped lists: {known}")
        return path
    path = folder / name
    if not path.exists():
        raise ConfigError(f"lexicons: {name}: there is no such file or folder under {folder}")
    if path.is_file() and path.suffix != ".jsonl":
        raise ConfigError(f"lexicons: {name}: make a .jsonl of it first: sealgate lexicon import")
    return path


def _read(name: str, file: Path) -> WordList:
    try:
        return read_word_list(name, file.read_bytes())
    except OSError as error:
        raise ConfigError(f"lexicons: {name}: {error.strerror}") from None


def _applied(use: LexiconUse, words: WordList) -> WordList:
    """Return the list with what its use in the policy says about it."""
    allowed = {FOLD, *use.variants}
    if allowed == set(ALL_VARIANTS) and not use.owner:
        return words
    return msgspec.structs.replace(
        words, entries=tuple(_entry(entry, allowed, use.owner) for entry in words.entries)
    )


def _entry(entry: Entry, allowed: set[str], owner: str) -> Entry:
    variants = tuple(variant for variant in entry.variants if variant in allowed)
    return msgspec.structs.replace(entry, variants=variants, owner=entry.owner or owner)
