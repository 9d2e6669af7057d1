"""What is found of quotes as people make them (`tests.bench.manners`), by language.

    python -m tests.bench.quoting [--size 8000] [--each 100] [--seed 71]

Fills a SQLite file with made-up answers, with some more as lists and in traditional characters,
and prints for each manner what share is attributed to its record, and what share is a lead to it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from gateway.ledger.finder import ATTRIBUTED, Finder
from gateway.matching.fingerprint import Fingerprinter
from tests.bench.answers import answers
from tests.bench.fingerprint import KEY, LENGTH
from tests.bench.fingerprint_filling import Filling
from tests.bench.manners import (
    Manner,
    in_script,
    is_chinese,
    listed,
    manners,
    manners_of_lists,
    written,
)

_FURTHER = 400
_BATCH = 2_000


class Shelf(NamedTuple):
    """Texts kept from a place on, and how people quote them."""

    texts: list[str]
    quoted: dict[str, Manner]


def shelves(size: int, seed: int) -> list[Shelf]:
    """Return what is kept: answers, lists, answers in traditional characters."""
    chance = np.random.default_rng(seed)
    others = list(answers(seed + 1, 400, LENGTH))
    lists = [listed(text, chance) for text in answers(seed + 2, _FURTHER, LENGTH)]
    chinese = [text for text in answers(seed + 3, _FURTHER, LENGTH) if is_chinese(text)]
    traditional = [in_script(text, "s2tw") for text in chinese]
    simplified: dict[str, Manner] = {
        "kept in traditional, quoted so": partial(written, name="t2tw"),
        "kept in traditional, quoted in simplified": partial(written, name="tw2s"),
    }
    return [
        Shelf(list(answers(5, size, LENGTH)), manners(others)),
        Shelf(lists, manners_of_lists()),
        Shelf(traditional, simplified),
    ]


def fill(filling: Filling, kept: list[Shelf]) -> None:
    """Keep all texts, one record each, in their order."""
    maker, place = Fingerprinter(KEY), 0
    texts = [text for shelf in kept for text in shelf.texts]
    for start in range(0, len(texts), _BATCH):
        batch = maker.of_each([[text] for text in texts[start : start + _BATCH]])
        filling.add(place, batch)
        place += len(batch)


def measured(
    finder: Finder, shelf: Shelf, first: int, each: int, chance: Generator
) -> list[dict[str, object]]:
    """Return a line per manner."""
    lines: list[dict[str, object]] = []
    for name, quoted in shelf.quoted.items():
        line: dict[str, object] = {"manner": name}
        for tongue, told in (("zh", True), ("en", False)):
            mine = [n for n, text in enumerate(shelf.texts) if is_chinese(text) == told]
            if mine:
                line[tongue] = _shares(finder, shelf.texts, quoted, first, mine, each, chance)
        lines.append(line)
    return lines


def _shares(
    finder: Finder, texts: list[str], quoted: Callable[[str, Generator], str], first: int,
    mine: list[int], each: int, chance: Generator,
) -> list[float]:  # fmt: skip
    """Return which share is attributed to its record, is at least a lead to it, and is attributed
    to another."""
    right = leads = wrong = 0
    for number in chance.choice(mine, each).tolist():
        found = finder.by_words(quoted(texts[number], chance))
        sure = [one.place for one in found if one.confidence >= ATTRIBUTED]
        right += first + number in sure
        leads += first + number in [one.place for one in found]
        wrong += bool(set(sure) - {first + number})
    return [round(count / each, 3) for count in (right, leads, wrong)]


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description="Measures quotes as people make them.")
    parser.add_argument("--size", type=int, default=8_000)
    parser.add_argument("--each", type=int, default=100, help="quotes per manner and language")
    parser.add_argument("--seed", type=int, default=71)
    said = parser.parse_args()
    kept = shelves(said.size, said.seed)
    chance = np.random.default_rng(said.seed)
    with tempfile.TemporaryDirectory() as folder:
        filling = Filling("sqlite", str(Path(folder) / "ledger.db"))
        fill(filling, kept)
        finder, first = Finder(filling.store, KEY), 0
        for shelf in kept:
            for line in measured(finder, shelf, first, said.each, chance):
                sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
                sys.stdout.flush()
            first += len(shelf.texts)
        filling.store.close()


if __name__ == "__main__":
    main()
