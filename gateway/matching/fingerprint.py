"""Fingerprint: finds where a text came from, also cut, edited and stripped of its marks.

A text is normalised (compatibility forms undone, case folded, traditional ideographs simplified,
letters and digits only) and cut into overlapping *grams*, one per character, measured in units: an
ideograph, kana or hangul counts two, any other letter one. Two scales serve two ends.

- *Large* grams (`GRAM_UNITS`: four ideographs, eight Latin letters) lead to candidates. Of their
  keyed hashes one in five is kept, chosen by the hash itself (sampling modulo p: Manber, USENIX
  1994; Broder, SEQUENCES 1997). The choice does not look at a gram's neighbours, so an edit costs
  only the grams that it touches; but chance leaves gaps. Of so many grams in a row without a kept
  one (`LONGEST_GAP`) the one with the least hash is kept too, as by winnowing (Schleimer, Wilkerson
  and Aiken, SIGMOD 2003): no quote of that length is without.
- *Small* grams (`SKETCH_UNITS`: two ideographs, four Latin letters) confirm a candidate. One byte
  of each keyed hash, in the order of the text, is the record's *sketch*; a question is aligned
  along it (`gateway.matching.alignment`), so that no content is decrypted to find a text.

Hashes are keyed (AES over a rolling hash), and the sketch is encrypted under the same key: who has
the index alone can neither read it nor ask it whether a phrase is in it. He sees how long texts
are, and which records share grams.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gateway.matching.alignment import Places
from gateway.matching.picture_index import bands
from gateway.matching.picture_pack import packed, unpacked
from gateway.nouns.picture import Looks
from gateway.nouns.record import Fingerprint

GRAM_UNITS = 8
SKETCH_UNITS = 4
KEPT_OF = 5
"""One large gram in so many is kept."""

FEW_GRAMS = 24
"""A text of so few different large grams, short or of one phrase over and over, keeps them all: of
nine a choice of one in five leaves none one time in seven."""

LONGEST_GAP = 16
"""Of so many large grams in a row at least one is kept: half a quote of 40 ideographs has so many,
and the other half may be stock."""

_FIRST_IDEOGRAPH = "\u2e80"
_AT_ONCE = 1 << 17
_TAG_BYTES = 8
_PICTURES = 1 << 48
"""Keeps the hashes of pictures' bands apart from those of grams, whose blocks have less there."""
_FILES = 2 << 48
"""The same for the hashes of whole files."""
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_INVERSE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 1 << 64))
_MIX = np.uint64(0xD6E8FEB86659FD93)


class Question(NamedTuple):
    """A text asked about: the kept grams' hashes with the places where they begin, and its own
    sketch."""

    grams: dict[int, list[int]]
    places: Places


class Normal(NamedTuple):
    """A normalised text; ``origin[i]`` is the code point of the original that gave character i."""

    text: str
    origin: list[int]


class _Folding(dict[int, str]):
    """A translation table that fills itself: code point to its normal form, maybe empty."""

    def __init__(self, *, simplified: bool) -> None:
        super().__init__()
        self._simplified = simplified

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFKD", chr(code)).casefold()
        kept = "".join(letter for letter in decomposed if letter.isalnum())
        if self._simplified:
            kept = "".join(map(_simplified, kept))
        self[code] = kept
        return kept


def _simplified(letter: str) -> str:
    """Return the simplified form of an ideograph (OpenCC's single characters), others as they are:
    people quote across scripts."""
    if letter < _FIRST_IDEOGRAPH:
        return letter
    from gateway.matching.fold import KIND_BYTES, Kind, code_points, fold_codes  # a large table

    if KIND_BYTES[ord(letter)] != Kind.HAN:
        return letter
    return chr(int(fold_codes(code_points(letter))[0]))


_folding = _Folding(simplified=True)
_folding_before = _Folding(simplified=False)


def normalise(text: str) -> str:
    """Return a text's letters and digits in one form."""
    return text.translate(_folding)


def normal_forms(text: str) -> list[Normal]:
    """Return the forms in which a text is asked for: the normal one, and where that has simplified
    anything also the one of before, in which older records are kept."""
    forms = (_normalised(text, _folding), _normalised(text, _folding_before))
    return list({form.text: form for form in forms}.values())


def _normalised(text: str, folding: _Folding) -> Normal:
    parts: list[str] = []
    origin: list[int] = []
    for place, letter in enumerate(text):
        normal = folding[ord(letter)]
        parts.append(normal)
        origin.extend([place] * len(normal))
    return Normal("".join(parts), origin)


class Fingerprinter:
    """Makes fingerprints under one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        # Single blocks under one key: a pseudo-random function, which is what is wanted here.
        self._cipher = Cipher(algorithms.AES(key), modes.ECB())
        self._sketch_key = hmac.digest(key, b"sketch", "sha256")
        self._tag_key = hmac.digest(key, b"sketch tag", "sha256")

    def of_each(self, records: Sequence[Sequence[str]]) -> list[Fingerprint]:
        """Return what to store of each record's texts; no gram spans two texts."""
        made: list[Fingerprint] = []
        batch: list[list[str]] = []
        size = 0
        for texts in records:
            batch.append([normalise(text) for text in texts])
            size += sum(map(len, batch[-1]))
            if size > _AT_ONCE:
                made += self._batch(batch)
                batch, size = [], 0
        return made + self._batch(batch)

    def question(self, normal: str) -> Question:
        """Return a normalised text in the form in which it is compared."""
        rolling = _Rolling([normal])
        large = rolling.grams(GRAM_UNITS)
        words = self._keyed(rolling, large)
        chosen = _chosen(words, large.starts)
        if len(set(words[:, 0].tolist())) <= FEW_GRAMS:
            chosen[:] = True
        grams: dict[int, list[int]] = {}
        kept = zip(words[chosen, 0].tolist(), large.starts[chosen].tolist(), strict=True)
        for gram, start in kept:
            grams.setdefault(gram, []).append(start)
        small = rolling.grams(SKETCH_UNITS)
        codes = self._keyed(rolling, small)[:, 0].astype(np.uint8)
        letters = np.fromiter((not each.isdecimal() for each in normal), bool, len(normal))
        return Question(grams, Places(codes, small.ends, np.diff(rolling.reach), letters))

    def with_pictures(self, made: Fingerprint, pictures: Sequence[Looks]) -> Fingerprint:
        """Return the fingerprint of a record that also released these pictures."""
        held = bands(each for one in pictures for each in one.windows)
        grams = {*made.grams, *self.picture_grams(held)}
        return Fingerprint(tuple(sorted(grams)), made.sketch, self._seal(packed(pictures)))

    def picture_grams(self, found: Iterable[int]) -> list[int]:
        """Return the keyed hashes of picture hashes' bands, in their order."""
        return self._hashed([(band, _PICTURES) for band in found])

    def with_files(self, made: Fingerprint, digests: Iterable[bytes]) -> Fingerprint:
        """Return the fingerprint of a record that also released files with these SHA-256."""
        grams = {*made.grams, *(gram for each in digests for gram in self.file_grams(each))}
        return made._replace(grams=tuple(sorted(grams)))

    def file_grams(self, digest: bytes) -> list[int]:
        """Return the keyed hashes of a file's SHA-256, a quarter of it each: who has all four has
        the file."""
        words = np.frombuffer(digest, np.uint64).tolist()
        return self._hashed([(word, _FILES + at) for at, word in enumerate(words)])

    def _hashed(self, blocks: Sequence[tuple[int, int]]) -> list[int]:
        """Return the keyed hash of each block of two words."""
        sealed = self._cipher.encryptor().update(np.array(blocks, np.uint64).tobytes())
        grams: list[int] = np.frombuffer(sealed, dtype=np.int32).reshape(-1, 4)[:, 0].tolist()
        return grams

    def pictures(self, sealed: bytes) -> list[Looks]:
        """Return the pictures of a fingerprint; none if it is not of this key."""
        return unpacked(self._open(sealed))

    def codes(self, sketch: bytes) -> NDArray[np.uint8]:
        """Return the codes that a sketch holds; none if it is not of this key."""
        return np.frombuffer(self._open(sketch), np.uint8)

    def _batch(self, records: list[list[str]]) -> list[Fingerprint]:
        """Fingerprint normalised records in one sweep: numpy's cost is per call, not per letter."""
        rolling = _Rolling([text for texts in records for text in texts])
        counts = np.array([sum(map(len, texts)) for texts in records], np.int64)
        borders = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
        large = rolling.grams(GRAM_UNITS)
        words = self._keyed(rolling, large)
        small = rolling.grams(SKETCH_UNITS)
        codes = self._keyed(rolling, small)[:, 0].astype(np.uint8).tobytes()
        splits, cuts = (
            pairwise(np.searchsorted(each.starts, borders).tolist()) for each in (large, small)
        )
        return [
            Fingerprint(_kept(words[a:b], large.starts[a:b]), self._seal(codes[c:d]))
            for (a, b), (c, d) in zip(splits, cuts, strict=True)
        ]

    def _keyed(self, rolling: _Rolling, grams: _Grams) -> NDArray[np.int32]:
        """Return four words of hash for each gram."""
        blocks = np.empty((len(grams.starts), 2), np.uint64)
        blocks[:, 0] = rolling.hashes(grams)
        blocks[:, 1] = grams.ends - grams.starts
        blocks[:, 1] |= np.uint64(grams.units << 32)
        sealed = self._cipher.encryptor().update(blocks.tobytes())
        return np.frombuffer(sealed, dtype=np.int32).reshape(-1, 4)

    def _seal(self, plain: bytes) -> bytes:
        if not plain:
            return b""
        tag = self._tag(plain)
        return tag + self._stream(tag, plain)

    def _open(self, sealed: bytes) -> bytes:
        tag, text = sealed[:_TAG_BYTES], sealed[_TAG_BYTES:]
        plain = self._stream(tag, text) if len(tag) == _TAG_BYTES else b""
        return plain if hmac.compare_digest(self._tag(plain), tag) else b""

    def _tag(self, plain: bytes) -> bytes:
        """Return the sketch's own keyed hash: it proves the key, and starts the stream (as in
        synthetic initialisation vectors, RFC 5297), so that nothing random has to be stored."""
        return hmac.digest(self._tag_key, plain, "sha256")[:_TAG_BYTES]

    def _stream(self, tag: bytes, text: bytes) -> bytes:
        start = modes.CTR(tag + bytes(16 - _TAG_BYTES))
        return Cipher(algorithms.AES(self._sketch_key), start).encryptor().update(text)


def _kept(words: NDArray[np.int32], starts: NDArray[np.int64]) -> tuple[int, ...]:
    """Return which of a record's grams, by their words of hash, are kept; sorted."""
    kept = set(words[_chosen(words, starts), 0].tolist())
    if len(kept) <= FEW_GRAMS:
        every = set(words[:, 0].tolist())
        kept = every if len(every) <= FEW_GRAMS else kept
    return tuple(sorted(kept))


def _chosen(words: NDArray[np.int32], starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which grams are kept of many, by their words of hash and where they begin: one in
    `KEPT_OF`, and the least of `LONGEST_GAP` in a row that have none."""
    chosen: NDArray[np.bool_] = words[:, 1] % KEPT_OF == 0
    borders = np.concatenate(([-1], np.flatnonzero(chosen), [len(words)]))
    for number in np.flatnonzero(np.diff(borders) > LONGEST_GAP).tolist():
        first, last = borders[number] + 1, borders[number + 1]
        least = sliding_window_view(words[first:last, 2], LONGEST_GAP).argmin(axis=1)
        ahead = starts[first + LONGEST_GAP - 1 : last] - starts[first : last - LONGEST_GAP + 1]
        in_a_row = np.flatnonzero(ahead < LONGEST_GAP)  # all of one text
        chosen[first + in_a_row + least[in_a_row]] = True
    return chosen


class _Grams(NamedTuple):
    """Stretches of text of at least ``units``: first characters, and one past the last."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    units: int


class _Rolling:
    """Normalised texts one behind the other, ready to hash any stretch of one of them."""

    def __init__(self, texts: Sequence[str]) -> None:
        joined = "".join(texts).encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(joined, dtype=np.uint32)
        letters = codes.astype(np.uint64) * _MIX
        letters = (letters ^ (letters >> np.uint64(32))) * _MIX
        forward, self._backward = _powers(len(codes))
        sums = np.cumsum(letters * forward)
        self._sums = np.concatenate((np.zeros(1, np.uint64), sums))
        self.reach = np.concatenate(([0], np.cumsum(_units(codes))))
        lengths = np.array([len(text) for text in texts], np.int64)
        self._borders = np.repeat(np.cumsum(lengths), lengths)

    def grams(self, units: int) -> _Grams:
        """Return for each character the shortest stretch of so many units that begins with it; none
        where the text ends before."""
        ends = np.searchsorted(self.reach, self.reach[:-1] + units)
        starts = np.flatnonzero(ends <= self._borders)
        return _Grams(starts, ends[starts], units)

    def hashes(self, grams: _Grams) -> NDArray[np.uint64]:
        """Return the hashes of stretches; they depend on their characters alone."""
        sums = self._sums[grams.ends] - self._sums[grams.starts]
        found: NDArray[np.uint64] = sums * self._backward[grams.starts]
        return found


class _Powers:
    """Powers of the rolling hash's multiplier and of its inverse, modulo 2**64, as far as asked."""

    def __init__(self) -> None:
        self._forward = np.ones(1, np.uint64)
        self._backward = np.ones(1, np.uint64)

    def __call__(self, count: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        if count > len(self._forward):
            size = max(count, 4096)
            self._forward = _powers_of(_MULTIPLIER, size)
            self._backward = _powers_of(_INVERSE, size)
        return self._forward[:count], self._backward[:count]


def _powers_of(factor: np.uint64, count: int) -> NDArray[np.uint64]:
    steps = np.full(count, factor, np.uint64)
    steps[0] = 1
    return np.cumprod(steps, dtype=np.uint64)


_powers = _Powers()


def _units(codes: NDArray[np.uint32]) -> NDArray[np.int64]:
    wide = (codes >= 0x1100) & (codes < 0x1200)  # hangul jamo, as decomposed syllables are
    wide |= (codes >= 0x2E80) & (codes < 0xA000)
    wide |= (codes >= 0xAC00) & (codes < 0xD7B0)
    wide |= (codes >= 0xF900) & (codes < 0xFB00)
    wide |= (codes >= 0x20000) & (codes < 0x40000)
    return np.where(wide, 2, 1).astype(np.int64)


def units_of(normal: str) -> int:
    """Return how many units a normalised text has."""
    codes = np.frombuffer(normal.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return int(_units(codes).sum())
