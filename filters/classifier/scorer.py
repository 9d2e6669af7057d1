"""Scorer: a text in, calibrated scores out, from one file of weights. Pure and shared by fork."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.classifier.context import Context
from filters.classifier.features import (
    BONE_BITS,
    GRAM_BITS,
    HOSTILE,
    INJECTION,
    LONGEST_TEXT,
    Cues,
    Found,
    Places,
    bones,
    folded,
    grams,
    masked,
    read_cues,
    spoken_in,
)
from filters.classifier.segments import ends

WEIGHTS = Path(__file__).parent / "weights.npz"

QUESTIONS = ("hostile", "injection")
LANGUAGES = ("zh", "en")

_LETTERS = {
    "mark.stop": "|", "override": "O", "prior": "P", "instruct": "I", "system": "S", "extract": "X",
    "persona": "D", "act": "A", "refuse": "R", "markup": "M", "encode": "E", "exfil": "F",
    "model": "U", "you": "U", "reader": "T", "trick": "K", "undo": "N", "every": "Q",
    "maker": "V", "guard": "G", "off": "Z", "begin": "B", "hush": "H", "wild": "W", "hidden": "Y",
    "bad": "C", "loose": "L", "steps": "J", "obey": "b", "joined": "j", "pressure": "p",
    "standing": "s", "rated": "r", "tale": "t", "lasting": "l", "twin": "w", "aimed": "a",
    "agent": "g", "own": "o",
}  # fmt: skip
_TELLING = re.compile(
    "O[^|]{0,3}[PU][^|]{0,3}[IS]|OQ[IS]|O[^|]?I[^|]{0,3}P|O[^|]{0,2}S|S[^|]{0,4}[XO]|X[^|]{0,4}S|A[^|]{0,4}D"
    "|D[^|]{0,2}[ARU]|U[^|]{0,2}D|M[^|]{0,4}[OSD]|T|K[^|]{0,4}S|K[^|]{0,3}O[^|]{0,3}I"
    "|EE[^|]{0,4}I|O[^|]{0,3}[PUQI][^|]{0,5}F|[UK][^|]{0,3}N[^|]{0,3}I|N[^|]?U[^|]?I|I[PQ]N"
    "|G[^|]{0,4}[ZN]|[ZN][^|]{0,4}G|[XO][^|]{0,5}B|B[^|]{0,6}[XIYU]|V[^|]{0,6}[IOZ]|O[^|]{0,4}V"
    "|[UAP][^|]{0,6}W|W[^|]{0,4}[RIUKD]|[HT][^|]{0,8}F|F[^|]{0,8}H|U[^|]{0,2}Y|Y[^|]?S"
    "|R[^|]{0,3}R[^|]{0,3}R|K[^|]{0,6}[OGN]|M[^|]{0,4}[XU]|[UV][^|]?I[^|]{0,3}Z|A[^|]{0,6}W"
)
"""What is said in a plain attempt on a model, in cue words of one sentence. (Code is full of
its single words.)"""

_STRONG = frozenset("DMUTKVGBHWSCLJjpwlatbsg")
"""Cue words that code seldom has beside another: where one of these stands with one of another
class, or a plain attempt is told, the second question is asked of code, too."""

_BESIDE = ("mark.", "polite", "code", "discuss")
"""Classes of cue words that do not make a text one to put the second question to."""

CODE, CODE_OFF = 0.05, 2.0
"""The share of signs and digits from which on a text is taken for code, a log, a table; and what
is taken off there, as nothing was learned from such texts."""

_SIGNS = re.compile(r"[=_(){}\[\]<>;\"/\\|#@&*+0:]")

_AIMED = ("group.", "slur", "insult", "hate", "prejudice")
"""Classes of cue words without any of which nobody is put down."""


WHOLE, PART, GLANCE = 160, 0.75, -4.0
"""Code points of the longest stretch whose parts are not asked about attempts on a model; what is
taken off where one part has to speak for the whole; and the least sum of the whole with which its
parts are looked at."""

HOPELESS = -4.5
"""Where the facts of the context say less, no words make up for it: they are not looked at."""


class Table(NamedTuple):
    """The weights of one question in one language: small whole numbers, times their scales; the
    line that makes sums chances; and what each fact of the context adds to that."""

    grams: NDArray[np.int8]
    bones: NDArray[np.int8]
    context: list[float]
    gram_scale: float
    bone_scale: float
    bias: float
    slope: float
    shift: float


Tables = Sequence[Sequence[Table]]
"""Per question, in the order of `QUESTIONS`, one per language."""


class Scores(NamedTuple):
    """What is thought of a text: 0 to 1 per question, and the kind of group that is named most
    (the part behind the dot of its cue class; empty if none)."""

    hostile: float
    injection: float
    group: str


class Scorer:
    """The embedded model: one per process, made before workers fork."""

    def __init__(self, tables: Tables, cues: Cues) -> None:
        self._tables = tables
        self._cues = cues
        self._letters = [_LETTERS.get(kind, "") for kind in cues.kinds[INJECTION]]
        self._told = frozenset(
            number
            for number, kind in enumerate(cues.kinds[INJECTION])
            if kind and not kind.startswith(_BESIDE)
        )
        self._aimed = frozenset(
            number for number, kind in enumerate(cues.kinds[HOSTILE]) if kind.startswith(_AIMED)
        )
        self._contexts = [Context(kinds) for kinds in cues.kinds]
        self._groups = {
            number: kind.partition(".")[2]
            for number, kind in enumerate(cues.kinds[HOSTILE])
            if kind.startswith("group.")
        }

    def score(self, text: str) -> Scores:
        """Return the scores of a stretch of text (at most 1,024 code points of it are read)."""
        seen = folded(text)
        if len(seen) <= 2:
            return Scores(0.0, 0.0, "")
        found = self._cues.find(seen)
        taken = self._taken_off(seen, found)
        hostile, injection = self._judged(seen, found, taken)
        if injection > GLANCE and len(text) > WHOLE:
            injection = max(injection, *self._of_parts(text))
        return Scores(
            _chance(hostile), _chance(injection), self._most_named(found.kinds[HOSTILE])
        )

    def _judged(self, seen: str, found: Found, taken: tuple[float, float]) -> list[float]:
        """Return the sum of each question; without end below for one that is not asked."""
        out = [-math.inf] * len(taken)
        places: Places | None = None
        language = spoken_in(seen)
        for question, off in enumerate(taken):
            if off == math.inf:
                continue
            table, kinds = self._tables[question][language], found.kinds[question]
            facts = self._contexts[question].places(kinds, len(seen))
            said = table.shift + sum(map(table.context.__getitem__, facts))
            if said < HOPELESS:
                continue
            if places is None:
                places = grams(masked(seen, found.signs))
            out[question] = said + table.slope * (_raw(table, places, bones(kinds)) - off)
        return out

    def _of_parts(self, text: str) -> Iterator[float]:
        """Yield the second question's sum of each part of a long stretch: what is asked of a
        model in one sentence is not thinned by what stands around it."""
        for part in self.parts(text[:LONGEST_TEXT]):
            seen = folded(part)
            found = self._cues.find(seen)
            off = PART + self._taken_off(seen, found)[INJECTION]
            yield self._judged(seen, found, (math.inf, off))[INJECTION]

    @staticmethod
    def parts(text: str) -> Iterator[str]:
        """Yield the parts of a long stretch that the second question is put to."""
        begin = 0
        for end in ends(text, 0, WHOLE // 2, final=True):
            yield text[begin:end]
            begin = end

    def taken_off(self, text: str) -> tuple[float, float]:
        """Return what is taken off a text's raw scores: without end if a question is not asked."""
        seen = folded(text)
        return self._taken_off(seen, self._cues.find(seen))

    def has_cue(self, text: str, question: int) -> bool:
        """Return whether a text has a cue word without which a question is never asked."""
        cues = (self._aimed, self._told)[question]
        return not cues.isdisjoint(self._cues.find(folded(text)).kinds[question])

    def facts(self, text: str, question: int) -> list[int]:
        """Return the places of the facts of a text's context."""
        seen = folded(text)
        return self._contexts[question].places(self._cues.find(seen).kinds[question], len(seen))

    def _taken_off(self, seen: str, found: Found) -> tuple[float, float]:
        hostile, injection = found.kinds
        return (
            math.inf if self._aimed.isdisjoint(hostile) else 0.0,
            math.inf if self._told.isdisjoint(injection) else self._code_off(seen, injection),
        )

    def _code_off(self, seen: str, kinds: list[int]) -> float:
        """Return what is taken off a text that looks like code: all, unless its cue words stand as
        in an attempt."""
        if len(_SIGNS.findall(seen)) < CODE * len(seen):
            return 0.0
        letters = "".join([self._letters[kind] for kind in kinds])
        classes = {*letters} - {"|"}
        if len(classes) > 1 and not _STRONG.isdisjoint(classes):
            return CODE_OFF
        return CODE_OFF if _TELLING.search(letters) else math.inf

    def _most_named(self, kinds: list[int]) -> str:
        named = [self._groups[kind] for kind in kinds if kind in self._groups]
        return max(named, key=named.count) if named else ""


_sum = np.add.reduce


def _raw(table: Table, places: Places, row: Places) -> float:
    seen = int(_sum(table.grams.take(places), dtype=np.int64)) / math.sqrt(len(places))
    told = int(_sum(table.bones.take(row), dtype=np.int64)) / math.sqrt(len(row))
    return seen * table.gram_scale + told * table.bone_scale + table.bias


def _chance(total: float) -> float:
    return 0.0 if total == -math.inf else 1 / (1 + math.exp(-max(-40.0, min(40.0, total))))


def read_tables(path: Path) -> Tables:
    """Return the tables of a file of weights. Raises ValueError if it is not of this form."""
    with np.load(path, allow_pickle=False) as file:
        return [[_table(file, f"{each}_{one}") for one in LANGUAGES] for each in QUESTIONS]


def _table(file: Mapping[str, NDArray[np.int8]], name: str) -> Table:
    gram_table, bone_table = file[f"{name}_grams"], file[f"{name}_bones"]
    if gram_table.shape != (1 << GRAM_BITS,) or bone_table.shape != (1 << BONE_BITS,):
        raise ValueError("the file of weights is of another form")
    context = file[f"{name}_context"].tolist()
    for table in (gram_table, bone_table):
        table.setflags(write=False)
    return Table(gram_table, bone_table, context, *(float(each) for each in file[f"{name}_scales"]))


@cache
def shipped_scorer() -> Scorer:
    """Return the scorer with the weights that ship."""
    return Scorer(read_tables(WEIGHTS), read_cues())
