"""Prefixes: how much of a text's end may still become a term.

A table of hashes of all proper prefixes of the terms, read from the end of a text backwards. A
second table of what prefixes end with tells early that nothing longer is one. A wrong yes needs 47
equal bits of two hashes, and holds text until more of it came; there is no wrong no.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

_TAILS = (2, 5, 9)
"""Lengths of the ends of prefixes that are known: nothing longer is looked for without one."""

_GROUP_BITS = 3
MOST_GROUPS = 1 << _GROUP_BITS
_IN_BUCKET = 4
_SPARSE = 8

Live = tuple[int, int]
"""Group, and where in the text the prefix begins."""


class Prefixes:
    """The proper prefixes of terms, by group. ``counts[g]`` are the distinct ones of group ``g``.

    Hashes are those of this process: a forked one may use the table, no other.
    """

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        """Build it. Raises ValueError for more than eight groups."""
        if len(groups) > MOST_GROUPS:
            raise ValueError(f"more than {MOST_GROUPS} groups")
        hashes, tails = array("q"), array("q")
        counts = []
        for group in groups:
            before = len(hashes)
            for prefix in _distinct(group):
                hashes.append(hash(prefix))
                tails.extend([hash(prefix[-size:]) for size in _TAILS if len(prefix) >= size])
            counts.append(len(hashes) - before)
        self.counts = tuple(counts)
        self._longest = max((len(term) for group in groups for term in group), default=1) - 1
        self._mask, self._starts, self._tags = _buckets(hashes, counts)
        self._tail_mask, self._tails = _bits(tails)

    def live(self, text: str, end: int) -> list[Live]:
        """Return the suffixes of ``text[:end]`` that are prefixes, the shortest first."""
        found: list[Live] = []
        starts, tags, mask = self._starts, self._tags, self._mask
        for start in range(end - 1, max(end - self._longest, 0) - 1, -1):
            key = hash(text[start:end])
            if end - start in _TAILS:
                place = key & self._tail_mask
                if not self._tails[place >> 3] >> (place & 7) & 1:
                    break
            bucket = key & mask
            first, last = starts[bucket], starts[bucket + 1]
            if first != last:
                tag = key >> 32 << _GROUP_BITS & 0xFFFFFFFF
                for known in tags[first:last]:
                    if known ^ tag < MOST_GROUPS:
                        found.append((known & MOST_GROUPS - 1, start))
        return found


def _distinct(terms: Sequence[str]) -> Iterator[str]:
    """Yield the distinct proper prefixes of terms."""
    last = ""
    for term in sorted(terms):
        known = min(len(last) - 1, _shared(last, term))
        for length in range(max(known, 0) + 1, len(term)):
            yield term[:length]
        last = term


def _shared(left: str, right: str) -> int:
    """Return how many characters two strings begin with alike."""
    length = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        length += 1
    return length


def _buckets(hashes: array[int], counts: Sequence[int]) -> tuple[int, array[int], array[int]]:
    """Return the hashes' upper bits with their groups, ordered by their lower bits: the mask of
    these, where each bucket begins, and the content."""
    keys = np.frombuffer(hashes, np.int64) if hashes else np.zeros(0, np.int64)
    mask = (1 << (len(keys) // _IN_BUCKET).bit_length()) - 1
    bucket = keys & mask
    groups = np.repeat(np.arange(len(counts)), counts)
    tags = (((keys >> 32) << _GROUP_BITS) & 0xFFFFFFFF | groups).astype(np.uint32)
    starts = np.zeros(mask + 2, np.uint32)
    np.cumsum(np.bincount(bucket, minlength=mask + 1), out=starts[1:])
    return mask, array("I", starts.tobytes()), array("I", tags[np.argsort(bucket)].tobytes())


def _bits(hashes: array[int]) -> tuple[int, bytes]:
    """Return a set of hashes as bits at their lower bits: the mask of these, and the bits."""
    mask = (1 << max(3, (len(hashes) * _SPARSE).bit_length())) - 1
    flags: NDArray[np.bool_] = np.zeros(mask + 1, np.bool_)
    if hashes:
        flags[np.frombuffer(hashes, np.int64) & mask] = True
    return mask, np.packbits(flags, bitorder="little").tobytes()
