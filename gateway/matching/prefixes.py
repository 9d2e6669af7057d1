"""Prefixes of terms: which are short, how the long ones begin, and a table of the long ones.

The long ones, most of all, are kept as hashes: a fifth of what an automaton takes for them. A wrong
yes needs 47 equal bits of two hashes, and holds text until more of it came; there is no wrong no.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

_GROUP_BITS = 3
MOST_GROUPS = 1 << _GROUP_BITS
_IN_BUCKET = 4

_HEAD, _ASCII_HEAD = 2, 6
"""Characters of a head: so many that ordinary text holds few of them."""


def head_size(term: str) -> int:
    """Return how many characters the head of a term and of its prefixes has."""
    return _ASCII_HEAD if term[0] < "\x80" else _HEAD


class LongPrefixes:
    """The proper prefixes of terms that are heads or longer, by group.

    Hashes are those of this process: a forked one may use the table, no other.
    """

    def __init__(self, groups: Sequence[Iterable[str]]) -> None:
        """Build it of each group's prefixes. Raises ValueError for more than eight groups."""
        if len(groups) > MOST_GROUPS:
            raise ValueError(f"more than {MOST_GROUPS} groups")
        hashes, ends = array("q"), []
        for group in groups:
            hashes.extend(map(hash, group))
            ends.append(len(hashes))
        keys = np.frombuffer(hashes, np.int64) if hashes else np.zeros(0, np.int64)
        self._mask = (1 << (len(keys) // _IN_BUCKET).bit_length()) - 1
        bucket = keys & self._mask
        numbers = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
        tags = ((keys >> 32 << _GROUP_BITS) & 0xFFFFFFFF | numbers).astype(np.uint32)
        starts = np.zeros(self._mask + 2, np.uint32)
        np.cumsum(np.bincount(bucket, minlength=self._mask + 1), out=starts[1:])
        self._starts = array("I", starts.tobytes())
        self._tags = array("I", tags[np.argsort(bucket)].tobytes())

    def groups(self, text: str) -> list[int]:
        """Return the groups in which a text is a prefix."""
        key = hash(text)
        bucket = key & self._mask
        tag = key >> 32 << _GROUP_BITS & 0xFFFFFFFF
        known = self._tags[self._starts[bucket] : self._starts[bucket + 1]]
        return [one ^ tag for one in known if one ^ tag < MOST_GROUPS]


def short_prefixes(terms: Iterable[str]) -> Iterator[str]:
    """Yield the distinct proper prefixes of sorted terms that are shorter than their heads."""
    for term, known in _with_known(terms):
        for length in range(known + 1, min(len(term), head_size(term))):
            yield term[:length]


def long_prefixes(terms: Iterable[str]) -> Iterator[str]:
    """Yield the distinct proper prefixes of sorted terms that are heads or longer."""
    for term, known in _with_known(terms):
        for length in range(max(known + 1, head_size(term)), len(term)):
            yield term[:length]


def heads(terms: Iterable[str]) -> set[str]:
    """Return the heads of terms that are longer."""
    return {term[: head_size(term)] for term in terms if len(term) > head_size(term)}


def _with_known(terms: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield sorted terms, each with the length up to which its proper prefixes are those of the
    term before it."""
    last = ""
    for term in terms:
        yield term, max(0, min(len(last) - 1, _shared(last, term)))
        last = term


def _shared(left: str, right: str) -> int:
    """Return how many characters two strings begin with alike."""
    length = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        length += 1
    return length
