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
)
from training.classifier.logistic import Fit, fit, rows
from training.classifier.posts import Post
from training.classifier.templates import Made, made

SEED = 20260704
RIDGE = [1e-6, 1e-6]
WIDTHS = (1 << GRAM_BITS, 1 << BONE_BITS)

REREAD_WEIGHT = 8.0
MADE_WEIGHT = 1.5


class Example(NamedTuple):
    """A text to learn from."""

    text: str
    label: float
    weight: float
    language: str


class Learned(NamedTuple):
    """What was learned of one question, with the line per language that makes scores chances."""

    fit: Fit
    slopes: tuple[float, ...]
    shifts: tuple[float, ...]


def examples_of_posts(posts: Sequence[Post]) -> list[Example]:
    """Return posts as examples: a second reading counts much, a suspect label not at
    all."""
    out = []
    for post in posts:
        if post.reread:
            label, weight = float(post.reread == "o"), REREAD_WEIGHT
        else:
            label, weight = float(post.label), 1.0
            if post.suspect and post.label:
                continue
        out.append(Example(post.text, label, weight, post.language))
    return out


def examples_made(texts: Sequence[Made], weight: float = MADE_WEIGHT) -> list[Example]:
    """Return generated texts as examples."""
    return [Example(one.text, float(one.label), weight, one.language) for one in texts]


def hostile_examples(posts: Sequence[Post]) -> list[Example]:
    """Return all that the hostile question is learned from."""
    harmless = [one._replace(label=0) for one in made("injections", 3, seed=SEED + 1)]
    return [
        *examples_of_posts(posts),
        *examples_made(made("counterexamples", 45, seed=SEED)),
        *examples_made(harmless),
    ]


def injections_made() -> list[Made]:
    """Return the generated attempts on a model and what only looks like them."""
    return [
        *made("injections", 40, seed=SEED),
        *made("families", 30, seed=SEED, words="injections"),
    ]


def injection_examples(posts: Sequence[Post]) -> list[Example]:
    """Return all that the injection question is learned from; posts and prose about programs ask
    nothing of a model."""
    order = np.random.default_rng(SEED).permutation(len(posts))[:6000]
    prose = (Path(__file__).parent / "prose.txt").read_text(encoding="utf-8").splitlines()
    return [
        *examples_made(injections_made()),
        *examples_made([one._replace(label=0) for one in made("counterexamples", 8, seed=SEED)]),
        *[Example(line, 0.0, MADE_WEIGHT, "") for line in prose],
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


def learn(examples: Sequence[Example], question: int, *, steps: int = 40) -> Fit:
    """Return the regression on the examples."""
    blocks = places([one.text for one in examples], question)
    return fit(
        [rows(block, width) for block, width in zip(blocks, WIDTHS, strict=True)],
        np.array([one.label for one in examples]),
        np.array([one.weight for one in examples]),
        ridge=RIDGE, steps=steps,
    )  # fmt: skip


def raw_scores(learned: Fit, texts: Sequence[str], question: int) -> NDArray[np.float64]:
    """Return the scores before they are made chances."""
    total = np.full(len(texts), learned.bias)
    for block, width, table in zip(places(texts, question), WIDTHS, learned.tables, strict=True):
        total += rows(block, width).scores(table)
    return total


def line(scores: NDArray[np.float64], labels: NDArray[np.float64]) -> tuple[float, float]:
    """Return slope and shift that make scores chances (Platt), by Newton's method."""
    slope, shift = 1.0, 0.0
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(slope * scores + shift, -30, 30)))
        spread = chance * (1 - chance) + 1e-9
        error = chance - labels
        system = np.array([
            [(spread * scores**2).sum() + 1e-3, (spread * scores).sum()],
            [(spread * scores).sum(), spread.sum()],
        ])  # fmt: skip
        change = np.linalg.solve(system, [(error * scores).sum(), error.sum()])
        change /= max(1.0, float(abs(change).max()))
        slope, shift = slope - change[0], shift - change[1]
        if abs(change).max() < 1e-9:
            break
    return float(slope), float(shift)


def weights_file(learned: Sequence[Learned], names: Sequence[str]) -> bytes:
    """Return the file of weights: tables as 16-bit numbers, scales, bias and lines."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for one, name in zip(learned, names, strict=True):
        scales = []
        for table, block in zip(one.fit.tables, ("grams", "bones"), strict=True):
            scale = float(np.abs(table).max()) / 32767 or 1.0
            arrays[f"{name}_{block}"] = np.round(table / scale).astype(np.int16)
            scales.append(scale)
        arrays[f"{name}_scales"] = np.array(
            [*scales, one.fit.bias, *one.slopes, *one.shifts], np.float64
        )
    return packed(arrays)


def packed(arrays: dict[str, NDArray[np.generic]]) -> bytes:
    """Return arrays in numpy's format, each entry with the same fixed time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            raw = io.BytesIO()
            np.save(raw, array)
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, raw.getvalue(), zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()
