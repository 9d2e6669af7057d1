"""The shelf: word lists read and compiled once, however many policies use them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import msgspec

from filters.lexicon import LexiconFilter, WordList, compile_lexicon
from gateway.nouns.policy import LexiconUse


class Shelf:
    """Keeps lists by their use in a policy, and automata by the entries that are in them.

    Used while a family of policies is compiled; what stays alive afterwards is what they hold.
    """

    def __init__(self) -> None:
        self._lists: dict[LexiconUse, list[WordList]] = {}
        self._compiled: dict[tuple[bytes, bool], LexiconFilter] = {}

    def lists(
        self, use: LexiconUse, read: Callable[[LexiconUse], list[WordList]]
    ) -> list[WordList]:
        """Return the lists of a use. Raises ConfigError as ``read`` does."""
        if use not in self._lists:
            self._lists[use] = read(use)
        return self._lists[use]

    def lexicon(
        self, lists: Sequence[WordList], today: str, *, hidden: bool = True
    ) -> LexiconFilter:
        """Return the filter of these entries; ``hidden``: it looks for hidden text too."""
        key = hashlib.sha256(msgspec.msgpack.encode(lists)).digest(), hidden
        if key not in self._compiled:
            self._compiled[key] = compile_lexicon(lists, today=today, hidden=hidden)
        return self._compiled[key]
