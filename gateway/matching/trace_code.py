"""The code of the invisible trace: 84 bits as 62 digits of base four, read back after damage.

Twenty symbols of a Reed-Solomon code, three digits each, and two closing digits. What loses every
k-th digit of copies that are 62 long loses others in each, and no neighbours. Digits get lost
rather than changed, and a lost one shifts what follows. So places of loss are supposed and the code
is asked which are right: one gap of up to 18 digits, or two or three digits lost anywhere. Copies
too damaged for that are laid over each other (by edit distance: Needleman and Wunsch 1970), and
what the fewest have goes until the length is right.

Whether a number is one of ours only the caller's ``accept`` knows. It is asked at most 4,096 times
per search, which bounds both the time and what guessing can reach.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations_with_replacement

from gateway.matching.reed_solomon import PLAIN, REDUNDANT, SYMBOLS, decode, encode

NUMBER_BITS = 6 * PLAIN
COPY_LENGTH = 3 * SYMBOLS + 2
"""Digits of one copy: below the 64 invisible ones in a row that are a finding of their own."""

TRIALS = 4096
SHORTEST = COPY_LENGTH - 3 * REDUNDANT
"""Digits that a damaged copy must still have to be read alone."""

_SHORTEST_VOTER = 24
_MOST_VOTERS = 12
_CLOSING = b"\2\1"
_LIKE = 0.7
_TURNS = 4
_CLOSING_BITS = _CLOSING[0] << 2 | _CLOSING[1]
_COPY_MASK = (1 << 2 * COPY_LENGTH) - 1
_REPLACED, _MISSING = 5, 2


def write(number: int) -> bytes:
    """Return the 62 digits (values 0 to 3) of a number of 84 bits."""
    plain = [number >> shift & 63 for shift in range(NUMBER_BITS - 6, -1, -6)]
    digits = [symbol >> shift & 3 for symbol in encode(plain) for shift in (4, 2, 0)]
    return bytes(digits) + _CLOSING


class TraceSearch:
    """One search for numbers that ``accept`` takes, among digits and runs of digits."""

    def __init__(self, accept: Callable[[int], bool]) -> None:
        self._accept = accept
        self._left = TRIALS
        self._known: dict[int, bool] = {}

    def whole(self, digits: bytes) -> Iterator[tuple[int, int]]:
        """Give the start and the number of every undamaged copy; none overlaps the one before."""
        bits, free = 0, 0
        for end, digit in enumerate(digits, 1):
            bits = (bits << 2 | digit) & _COPY_MASK
            start = end - COPY_LENGTH
            if start < free or bits & 15 != _CLOSING_BITS or _sum(bits >> 4):
                continue
            number = bits >> 4 + 6 * REDUNDANT
            if write(number) == digits[start:end] and self._takes(number):
                yield start, number
                free = end

    def damaged(self, run: bytes) -> int | None:
        """Return the number of a run with up to three changed symbols or one gap, or None."""
        if len(run) < SHORTEST:
            return None
        return self._first(_with_gap(run) if len(run) < COPY_LENGTH else _windows(run))

    def scattered(self, run: bytes) -> int | None:
        """Return the number of a run that lost two or three digits anywhere, or None."""
        lost = COPY_LENGTH - len(run)
        return self._first(_with_losses(run, lost)) if lost in (2, 3) else None

    def together(self, runs: Iterable[bytes]) -> list[int]:
        """Return the numbers that several damaged copies say together."""
        voters = [run for run in runs if _SHORTEST_VOTER <= len(run) <= COPY_LENGTH + 3]
        voters = sorted(voters, key=len, reverse=True)[:_MOST_VOTERS]
        found = []
        while len(voters) > 1:
            group, others = _alike(voters)
            number = next(filter(None, map(self.damaged, _consensuses(group))), None)
            if number is not None:
                found.append(number)
            voters = others
        return found

    def _first(self, words: Iterable[Sequence[int | None]]) -> int | None:
        seen = set()
        for word in words:
            key = tuple(word)
            if key in seen:
                continue
            seen.add(key)
            if self._left <= 0:
                return None
            self._left -= 1
            mended = decode(word)
            if mended is not None and self._takes(_joined(mended[:PLAIN])):
                return _joined(mended[:PLAIN])
        return None

    def _takes(self, number: int) -> bool:
        known = self._known.get(number)
        if known is None:
            if len(self._known) >= TRIALS:
                return False
            known = self._known[number] = self._accept(number)
        return known


def _joined(symbols: Iterable[int]) -> int:
    number = 0
    for symbol in symbols:
        number = number << 6 | symbol
    return number


def _sum(bits: int) -> int:
    """Return the sum of a word's twenty symbols: zero in every word of the code."""
    bits ^= bits >> 60
    bits ^= bits >> 30
    bits &= (1 << 30) - 1
    return (bits ^ bits >> 6 ^ bits >> 12 ^ bits >> 18 ^ bits >> 24) & 63


def _word(digits: Sequence[int | None]) -> list[int | None]:
    out: list[int | None] = []
    for place in range(0, 3 * SYMBOLS, 3):
        one, two, three = digits[place : place + 3]
        lost = one is None or two is None or three is None
        out.append(None if lost else (one or 0) << 4 | (two or 0) << 2 | (three or 0))
    return out


def _windows(run: bytes) -> Iterator[list[int | None]]:
    for start in range(len(run) - COPY_LENGTH + 1):
        if start + COPY_LENGTH <= len(run):
            yield _word(list(run[start : start + COPY_LENGTH]))


def _with_gap(run: bytes) -> Iterator[list[int | None]]:
    lost = [None] * (COPY_LENGTH - len(run))
    for place in range(len(run), -1, -1):
        yield _word([*run[:place], *lost, *run[place:]])


def _with_losses(run: bytes, lost: int) -> Iterator[list[int | None]]:
    for places in combinations_with_replacement(range(SYMBOLS + 1), lost):
        word: list[int | None] = []
        at = 0
        for place in range(SYMBOLS):
            missing = places.count(place)
            if missing:
                word.append(None)
            else:
                word.append(run[at] << 4 | run[at + 1] << 2 | run[at + 2])
            at += 3 - missing
            if at + 3 > len(run) and place < SYMBOLS - 1:
                word.extend([None] * (SYMBOLS - 1 - place))
                break
        yield word


def _pairs(one: bytes, other: bytes) -> list[tuple[int | None, int | None]]:
    """Return the cheapest alignment as pairs of places, None where one of them has nothing."""
    rows = [[_MISSING * column for column in range(len(other) + 1)]]
    for i, digit in enumerate(one):
        above, row = rows[-1], [_MISSING * (i + 1)]
        for j, against in enumerate(other):
            same = above[j] + (0 if digit == against else _REPLACED)
            row.append(min(same, above[j + 1] + _MISSING, row[j] + _MISSING))
        rows.append(row)
    out: list[tuple[int | None, int | None]] = []
    i, j = len(one), len(other)
    while i or j:
        if i and j:
            cost = 0 if one[i - 1] == other[j - 1] else _REPLACED
            if rows[i][j] == rows[i - 1][j - 1] + cost:
                i, j = i - 1, j - 1
                out.append((i, j))
                continue
        if i and rows[i][j] == rows[i - 1][j] + _MISSING:
            i -= 1
            out.append((i, None))
        else:
            j -= 1
            out.append((None, j))
    return out[::-1]


def _alike(voters: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Part the runs that may be copies of what the first is one of from the others."""
    first = voters[0]
    group, others = [first], list[bytes]()
    for run in voters[1:]:
        same = sum(
            i is not None and j is not None and first[i] == run[j] for i, j in _pairs(first, run)
        )
        (group if same >= _LIKE * len(run) else others).append(run)
    return group, others


def _consensuses(group: list[bytes]) -> Iterator[bytes]:
    """Give what the runs say together, beginning with each of a few in turn, from either end:
    where the order of two digits is open, another order decides otherwise."""
    if len(group) < 2:
        return
    for first in range(min(len(group), _TURNS)):
        turned = group[first:] + group[:first]
        yield _consensus(turned)
        yield _consensus([run[::-1] for run in turned])[::-1]


def _consensus(group: list[bytes]) -> bytes:
    """Return what the runs say together: all their digits, less those that the fewest have."""
    said = group[0]
    for done, run in enumerate(group[1:], 2):
        said = bytes(
            run[j] if i is None else said[i]  # type: ignore[index]
            for i, j in _pairs(said, run)
        )
        while len(said) > COPY_LENGTH and done > 2:
            said = _without_weakest(said, group[:done])
    return said


def _without_weakest(said: bytes, group: list[bytes]) -> bytes:
    support = [0] * len(said)
    for run in group:
        for i, j in _pairs(said, run):
            if i is not None and j is not None:
                support[i] += 1
    least = min(support)
    surplus = len(said) - COPY_LENGTH
    weak = [place for place, votes in enumerate(support) if votes == least][:surplus]
    return bytes(digit for place, digit in enumerate(said) if place not in weak)
