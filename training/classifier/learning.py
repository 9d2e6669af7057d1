"""Learning: labelled texts in, a file of weights out. Same texts and seeds, same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.classifier.features import (
    BONE_BITS,
    GRAM_BITS,
    bones,
    folded,
    grams,
    masked,
    read_cues,
    spoken_in,
)
from filters.classifier.scorer import LANGUAGES, WEIGHTS
from training.classifier.harmless import Asked
from training.classifier.logistic import Fit, fit, pulled_by_rarity, rows, seen_twice
from training.classifier.posts import Post
from training.classifier.templates import Made, made, written

SEED = 20260704
RIDGE = [1e-5, 1e-5]
STEPS = 25
WIDTHS = (1 << GRAM_BITS, 1 << BONE_BITS)
PULLS = (1.0, 0.5)
"""How much grams and bones may say: less than 1 holds their weights nearer to nothing."""

RARITY = (3.0, None)
"""Of the first question grams say the more, the rarer they are: one that is in one text of 20
(``exp(3)``) says 1. (Of the second, harmless prose was called more often with it.)"""

REREAD_WEIGHT = 8.0
MADE_WEIGHT = 1.5
WRITTEN_WEIGHTS = (5.0, 10.0)
"""How much a text that a person wrote counts: one that only looks like an attempt, and one."""

PLAIN_WEIGHT = 3.0
MOST_PLAIN = 20_000
"""How much a harmless stretch counts, and how many are learned from."""


class Example(NamedTuple):
    """A text to learn from."""

    text: str
    label: float
    weight: float
    language: str


class Learned(NamedTuple):
    """What was learned of one question in one language, with the line that makes scores chances
    and what the facts of the context add."""

    name: str
    fit: Fit
    slope: float
    shift: float
    facts: list[float]


BLOCKS = ("grams", "bones")


class Kept(NamedTuple):
    """What a file of weights has of one question in one language: small tables, and their scales
    with the bias behind."""

    name: str
    tables: list[NDArray[np.int8]]
    scales: list[float]
    slope: float
    shift: float
    facts: list[float]


def examples_of_posts(posts: Sequence[Post]) -> list[Example]:
    """Return posts as examples: a second reading counts much, a suspect label not at all, nor a
    post that is neither: what the labels call offensive reaches further than that reading."""
    out = []
    for post in posts:
        if post.reread == "n":
            continue
        if post.reread:
            label, weight = float(post.reread == "o"), REREAD_WEIGHT
        else:
            label, weight = float(post.label), 1.0
            if post.suspect and post.label:
                continue
        out.append(Example(post.text, label, weight, post.language))
    return out


def examples_made(texts: Sequence[Made], weight: float = MADE_WEIGHT) -> list[Example]:
    """Return generated texts as examples; those that a person wrote count more."""
    return [
        Example(
            one.text,
            float(one.label),
            WRITTEN_WEIGHTS[one.label] if one.written else weight,
            one.language,
        )
        for one in texts
    ]


def hostile_examples(posts: Sequence[Post]) -> list[Example]:
    """Return all that the hostile question is learned from."""
    harmless = [one._replace(label=0) for one in made("injections", 3, seed=SEED + 1)]
    return [
        *examples_of_posts(posts),
        *examples_made(made("counterexamples", 45, seed=SEED)),
        *examples_made(harmless),
        *ordinary(),
    ]


def ordinary() -> list[Example]:
    """Return harmless prose for both questions: what templates make, and pages of this program."""
    prose = (Path(__file__).parent / "prose.txt").read_text(encoding="utf-8").splitlines()
    return [
        *examples_made(made("ordinary", 40, seed=SEED, words="injections")),
        *[Example(line, 0.0, MADE_WEIGHT, "") for line in prose],
    ]


def injections_made() -> list[Made]:
    """Return the attempts on a model and what only looks like them, generated and written."""
    return [
        *made("injections", 40, seed=SEED),
        *made("families", 30, seed=SEED, words="injections"),
        *written(),
    ]


def plain_examples(plain: Asked, without: NDArray[np.bool_] | None = None) -> list[Example]:
    """Return harmless stretches that have a cue word as examples (at most `MOST_PLAIN`,
    drawn by chance), ``without`` some."""
    own = plain.has_cue if without is None else plain.has_cue & ~without
    order = np.random.default_rng(SEED).permutation(np.flatnonzero(own))[:MOST_PLAIN]
    return [Example(plain.texts[at], 0.0, PLAIN_WEIGHT, "") for at in order]


def injection_examples(posts: Sequence[Post]) -> list[Example]:
    """Return all that the injection question is learned from beside harmless stretches; posts and
    prose about programs ask nothing of a model."""
    order = np.random.default_rng(SEED).permutation(len(posts))[:6000]
    return [
        *examples_made(injections_made()),
        *examples_made([one._replace(label=0) for one in made("counterexamples", 8, seed=SEED)]),
        *ordinary(),
        *[Example(posts[at].text, 0.0, 0.5, posts[at].language) for at in order],
    ]


def places(texts: Sequence[str], question: int) -> list[list[NDArray[np.int64]]]:
    """Return the features of texts, one list per block."""
    cues = read_cues()
    out: list[list[NDArray[np.int64]]] = [[], []]
    for text in texts:
        seen = folded(text)
        found = cues.find(seen)
        out[0].append(grams(masked(seen, found.signs)))
        out[1].append(bones(found.kinds[question]))
    return out


def learn(examples: Sequence[Example], question: int, *, steps: int = STEPS) -> list[Fit]:
    """Return a regression per language, each on the examples that the scorer would judge by it."""
    spoken = np.array([spoken_in(folded(one.text)) for one in examples])
    return [
        _learn([examples[int(at)] for at in np.flatnonzero(spoken == each)], question, steps)
        for each in range(len(LANGUAGES))
    ]


def _learn(examples: Sequence[Example], question: int, steps: int) -> Fit:
    blocks = places([one.text for one in examples], question)
    narrowed = [seen_twice(rows(block, width)) for block, width in zip(blocks, WIDTHS, strict=True)]
    gram_rows, bone_rows = (
        block._replace(pulls=block.pulls * pull)
        for (block, _), pull in zip(narrowed, PULLS, strict=True)
    )
    if unit := RARITY[question]:
        gram_rows = pulled_by_rarity(gram_rows, unit)
    learned = fit(
        [gram_rows, bone_rows],
        np.array([one.label for one in examples]),
        np.array([one.weight for one in examples]),
        ridge=RIDGE, steps=steps,
    )  # fmt: skip
    tables = []
    for table, (_, kept), width in zip(learned.tables, narrowed, WIDTHS, strict=True):
        whole = np.zeros(width)
        whole[kept] = table
        tables.append(whole)
    return Fit(tables, learned.bias)


def raw_scores(learned: Sequence[Fit], texts: Sequence[str], question: int) -> NDArray[np.float64]:
    """Return the scores before they are made chances."""
    spoken = np.array([spoken_in(folded(text)) for text in texts])
    out = np.zeros(len(texts))
    for each, one in enumerate(learned):
        own = np.flatnonzero(spoken == each)
        if not len(own):
            continue
        out[own] = one.bias
        blocks = places([texts[int(at)] for at in own], question)
        for block, width, table in zip(blocks, WIDTHS, one.tables, strict=True):
            out[own] += rows(block, width).scores(table)
    return out


def weights_file(learned: Sequence[Learned], kept: Sequence[Kept] = ()) -> bytes:
    """Return the file of weights: tables as 8-bit numbers, scales, bias and line."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for each in (*map(_quantized, learned), *kept):
        for table, block in zip(each.tables, BLOCKS, strict=True):
            arrays[f"{each.name}_{block}"] = table
        arrays[f"{each.name}_context"] = np.array(each.facts, np.float64)
        line = [*each.scales, each.slope, each.shift]
        arrays[f"{each.name}_scales"] = np.array(line, np.float64)
    return packed(arrays)


def _quantized(one: Learned) -> Kept:
    """Return small tables; scales and bias to nine digits, as the last differ with the number of
    threads that sum."""
    pairs = [small(table) for table in one.fit.tables]
    scales = [float(f"{each:.9g}") for each in (*(scale for _, scale in pairs), one.fit.bias)]
    return Kept(one.name, [table for table, _ in pairs], scales, one.slope, one.shift, one.facts)


def shipped(name: str, context: tuple[float, float, list[float]]) -> Kept:
    """Return what ships of one question in one language, with the context as it is known now."""
    with np.load(WEIGHTS, allow_pickle=False) as file:
        tables = [file[f"{name}_{block}"] for block in BLOCKS]
        return Kept(name, tables, file[f"{name}_scales"].tolist()[:3], *context)


def small(table: NDArray[np.float64]) -> tuple[NDArray[np.int8], float]:
    """Return a table as 8-bit numbers with their scale; the largest one in ten thousand are cut
    down to the size of the next."""
    sizes = np.abs(table[table != 0])
    scale = (float(np.quantile(sizes, 0.9999)) if len(sizes) else 0.0) / 127 or 1.0
    return np.clip(np.round(table / scale), -127, 127).astype(np.int8), scale


def packed(arrays: dict[str, NDArray[np.generic]]) -> bytes:
    """Return arrays in numpy's format, by name, each entry with the same fixed time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in sorted(arrays.items()):
            raw = io.BytesIO()
            np.save(raw, array)
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, raw.getvalue(), zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()
