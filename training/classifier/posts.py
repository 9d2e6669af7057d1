"""Posts: the labelled posts of the data folder, with what a second reading says of some of them.

The Chinese training labels were made half by machine, and call nearly every post offensive that
has a word like "discrimination" in it, also those that oppose it. Some posts were read again for
this project; ``reread.txt`` has the hash of each and what it is: ``o`` offends, ``a`` opposes or
reports prejudice, ``n`` is neither. No text is kept here.
"""

from __future__ import annotations

import csv
import hashlib
import html
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_FOLDER = Path(__file__).parent
_SUSPECT = re.compile(
    "歧视|地域黑|地图炮|偏见|尊重|平等|种族主义|一棒子|以偏概全|一概而论|哪里都有|都有好人|刻板印象"
)
_NOISE = re.compile(r"https?://\S+|@\w+:?|\bRT\b|&\w+;|#")


class Post(NamedTuple):
    """A post: 1 if it offends, its topic, whose near duplicate it is, and what a second reading
    said (empty: not read again), ``drawn`` by chance or not. ``suspect``: its label is of the sort
    that is often wrong."""

    text: str
    label: int
    topic: str
    group: int
    reread: str
    suspect: bool
    language: str
    drawn: bool = False


def chinese(folder: Path) -> list[Post]:
    """Return the posts of ``cold_train.csv``."""
    reread = dict(
        line.split()
        for line in (_FOLDER / "reread.txt").read_text().splitlines()
        if line[:1] != "#"
    )
    with (folder / "cold_train.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    groups = near_duplicates([row["TEXT"] for row in rows])
    said = [reread.get(digest(row["TEXT"]), "") for row in rows]
    return [
        Post(row["TEXT"], int(row["label"]), row["topic"], group,
             read.lower(), bool(_SUSPECT.search(row["TEXT"])), "zh", read.isupper())
        for row, group, read in zip(rows, groups, said, strict=True)
    ]  # fmt: skip


def english(folder: Path, *, seed: int, most: int) -> list[Post]:
    """Return posts of ``davidson_labeled.csv``, at most ``most`` of a class."""
    with (folder / "davidson_labeled.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    order = np.random.default_rng(seed).permutation(len(rows))
    counts: dict[str, int] = {}
    kept = []
    for index in order:
        kind = rows[index]["class"]
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] <= most:
            kept.append((_NOISE.sub(" ", html.unescape(rows[index]["tweet"])).strip(), kind))
    groups = near_duplicates([text for text, _ in kept])
    topics = {"0": "hate", "1": "offensive", "2": "neither"}
    return [
        Post(text, int(kind != "2"), topics[kind], group, "", suspect=False, language="en")
        for (text, kind), group in zip(kept, groups, strict=True)
    ]  # fmt: skip


def digest(text: str) -> str:
    """Return the name of a post."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def near_duplicates(texts: list[str]) -> list[int]:
    """Return one number per group of texts that begin, end or are alike but for punctuation."""
    parent = list(range(len(texts)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    seen: dict[tuple[str, str], int] = {}
    for index, text in enumerate(texts):
        words = re.sub(r"\W", "", text)
        keys = [("whole", words)]
        if len(words) >= 14:
            keys += [("head", words[:14]), ("tail", words[-14:])]
        for key in keys:
            parent[root(index)] = root(seen.setdefault(key, index))
    return [root(index) for index in range(len(texts))]


def folds(posts: list[Post], *, seed: int, count: int) -> NDArray[np.int64]:
    """Return the fold of each post: whole groups of near duplicates are in one."""
    groups = np.array([post.group for post in posts])
    names = np.unique(groups)
    np.random.default_rng(seed).shuffle(names)
    place = np.empty(int(groups.max()) + 1, np.int64)
    place[names] = np.arange(len(names)) % count
    fold: NDArray[np.int64] = place[groups]
    return fold
