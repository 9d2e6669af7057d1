"""Scorer: a text in, calibrated scores out, from one file of weights. Pure and shared by fork."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.classifier.features import (
    BONE_BITS,
    GRAM_BITS,
    HOSTILE,
    INJECTION,
    Cues,
    Found,
    bones,
    folded,
    grams,
    masked,
    read_cues,
)

WEIGHTS = Path(__file__).parent / "weights.npz"

QUESTIONS = ("hostile", "injection")
LANGUAGES = ("zh", "en")

_HAN = re.compile("[\u3400-\u9fff]")
_LETTERS = {
    "mark.stop": "|", "override": "O", "prior": "P", "instruct": "I", "system": "S", "extract": "X",
    "persona": "D", "act": "A", "refuse": "R", "markup": "M", "encode": "E", "exfil": "F",
    "model": "U", "reader": "T", "trick": "K", "undo": "N", "every": "Q",
    "maker": "V", "guard": "G", "off": "Z", "begin": "B", "hush": "H", "wild": "W", "hidden": "Y",
    "bad": "C", "loose": "L", "steps": "J", "obey": "b", "joined": "j", "pressure": "p",
    "standing": "s", "rated": "r", "tale": "t", "lasting": "l", "twin": "w", "aimed": "a",
}  # fmt: skip
_TELLING = re.compile(
    "O[^|]{0,3}[PU][^|]{0,3}[IS]|OQ[IS]|O[^|]?I[^|]{0,3}P|O[^|]{0,2}S|S[^|]{0,4}[XO]|X[^|]{0,4}S|A[^|]{0,4}D"
    "|D[^|]{0,2}[ARU]|U[^|]{0,2}D|M[^|]{0,4}[OSD]|T|K[^|]{0,4}S|K[^|]{0,3}O[^|]{0,3}I"
    "|EE[^|]{0,4}I|O[^|]{0,3}[PUQI][^|]{0,5}F|[UK][^|]{0,3}N[^|]{0,3}I|N[^|]?U[^|]?I|I[PQ]N"
    "|G[^|]{0,4}[ZN]|[ZN][^|]{0,4}G|[XO][^|]{0,5}B|B[^|]{0,6}[XIYU]|V[^|]{0,6}[IOZ]|O[^|]{0,4}V"
    "|[UAP][^|]{0,6}W|W[^|]{0,4}[RIUKD]|[HT][^|]{0,8}F|F[^|]{0,8}H|U[^|]{0,2}Y|Y[^|]?S"
    "|R[^|]{0,3}R[^|]{0,3}R|K[^|]{0,6}[OGN]|M[^|]{0,4}[XU]|[UV][^|]?I[^|]{0,3}Z|A[^|]{0,6}W"
)
"""What is said in a plain attempt on a model, in cue words of one sentence. (Manuals are full of
its single words.)"""

_STRONG = frozenset("DMUTKVGBHWSCLJjpwlatbs")
"""Cue words that manuals seldom have beside another: where one of these stands with one of another
class, or a plain attempt is told, the second question is asked; elsewhere it is not."""

_AIMED = ("group.", "slur", "insult", "hate", "prejudice")
"""Classes of cue words without any of which nobody is put down."""


class Table(NamedTuple):
    """The weights of one question: whole numbers, times their scales."""

    grams: NDArray[np.int16]
    bones: NDArray[np.int16]
    gram_scale: float
    bone_scale: float
    bias: float
    slopes: tuple[float, ...]
    shifts: tuple[float, ...]


class Scores(NamedTuple):
    """What is thought of a text: 0 to 1 per question, and the kind of group that is named most
    (the part behind the dot of its cue class; empty if none)."""

    hostile: float
    injection: float
    group: str


class Scorer:
    """The embedded model: one per process, made before workers fork."""

    def __init__(self, tables: tuple[Table, Table], cues: Cues) -> None:
        self._tables = tables
        self._cues = cues
        self._letters = [_LETTERS.get(kind, "") for kind in cues.kinds[INJECTION]]
        self._aimed = frozenset(
            number for number, kind in enumerate(cues.kinds[HOSTILE]) if kind.startswith(_AIMED)
        )
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
        asked = self._asked(found)
        if not any(asked):
            return Scores(0.0, 0.0, self._most_named(found.kinds[HOSTILE]))
        language = 0 if _HAN.search(seen) else 1
        places = grams(masked(seen, found.signs))
        hostile, injection = (
            _score(table, places, kinds, language) if wanted else 0.0
            for table, kinds, wanted in zip(self._tables, found.kinds, asked, strict=True)
        )
        return Scores(hostile, injection, self._most_named(found.kinds[HOSTILE]))

    def asks(self, text: str) -> tuple[bool, bool]:
        """Return which of the questions are asked of a text; the score of the others is 0."""
        return self._asked(self._cues.find(folded(text)))

    def _asked(self, found: Found) -> tuple[bool, bool]:
        hostile, injection = found.kinds
        return not self._aimed.isdisjoint(hostile), self._tells(injection)

    def _tells(self, kinds: list[int]) -> bool:
        if len(kinds) < 2:
            return False
        letters = "".join([self._letters[kind] for kind in kinds])
        classes = {*letters} - {"|"}
        if len(classes) > 1 and not _STRONG.isdisjoint(classes):
            return True
        return _TELLING.search(letters) is not None

    def _most_named(self, kinds: list[int]) -> str:
        named = [self._groups[kind] for kind in kinds if kind in self._groups]
        return max(named, key=named.count) if named else ""


def _score(table: Table, places: NDArray[np.int64], kinds: list[int], language: int) -> float:
    row = bones(kinds)
    total = (
        int(table.grams.take(places).sum()) * table.gram_scale / math.sqrt(len(places))
        + int(table.bones.take(row).sum()) * table.bone_scale / math.sqrt(len(row))
        + table.bias
    )
    total = table.slopes[language] * total + table.shifts[language]
    return 1 / (1 + math.exp(-max(-40.0, min(40.0, total))))


def read_tables(path: Path) -> tuple[Table, Table]:
    """Return the tables of a file of weights. Raises ValueError if it is not of this form."""
    with np.load(path, allow_pickle=False) as file:
        tables = tuple(_table(file, name) for name in QUESTIONS)
    return tables[0], tables[1]


def _table(file: dict[str, NDArray[np.int16]], name: str) -> Table:
    gram_table, bone_table = file[f"{name}_grams"], file[f"{name}_bones"]
    if gram_table.shape != (1 << GRAM_BITS,) or bone_table.shape != (1 << BONE_BITS,):
        raise ValueError("the file of weights is of another form")
    for table in (gram_table, bone_table):
        table.setflags(write=False)
    gram_scale, bone_scale, bias, *lines = (float(each) for each in file[f"{name}_scales"])
    count = len(LANGUAGES)
    return Table(
        gram_table, bone_table, gram_scale, bone_scale, bias,
        tuple(lines[:count]), tuple(lines[count:]),
    )  # fmt: skip


@cache
def shipped_scorer() -> Scorer:
    """Return the scorer with the weights that ship."""
    return Scorer(read_tables(WEIGHTS), read_cues())
