"""Weighing: what the facts of a text's context add to its raw score, and where the cut lies.

Learned from scores of texts that the judging trial had not learned from, beside harmless prose of
many sorts. That prose is read from folders and not kept; what is learned of it is a few dozen
numbers, in ``context.json``: one set from all folds, for the weights that ship, and one per fold
from the four others, for measuring.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.classifier.context import Context
from filters.classifier.features import folded, read_cues, spoken_in
from filters.classifier.scorer import LANGUAGES, QUESTIONS, Scorer
from training.classifier.posts import Post
from training.classifier.templates import Made

FILE = Path(__file__).parent / "context.json"
RIDGE = 2.0
UNUSED = {"injection_en": "at most "}
"""Facts that are not learned from: made attempts are short, and with lengths learned too, half of
the long English jailbreaks that are found without were missed. (No such texts in Chinese.)"""

REREAD_WEIGHT = 3.0
ALIKE_WEIGHT = 3.0
WRITTEN_WEIGHT = 2.0
HARMLESS_WEIGHT = 5.0
"""How much a harmless stretch counts beside a post."""

AIMS = {
    "hostile_zh": 0.00055, "hostile_en": 0.0003, "injection_zh": 0.0003, "injection_en": 0.0005,
}  # fmt: skip
"""The share of harmless paragraphs that may score 0.5 when a cut is set. What is promised is
0.0005; less is taken where prose of other sorts was seen to be called more often, more where
less often."""

Floats = NDArray[np.float64]


class Weighing(NamedTuple):
    """One question in one language: the score is a chance of ``slope * raw + shift`` and the
    ``facts`` that hold, in the order of `Context.names`."""

    slope: float
    shift: float
    facts: list[float]


class Judged(NamedTuple):
    """Texts of one question: raw scores (without end below where it is not asked), the places of
    their facts, and in which language each is judged."""

    raw: Floats
    facts: list[list[int]]
    spoken: NDArray[np.int64]


Weighings = Mapping[str, Weighing]


def names(question: int) -> tuple[str, ...]:
    """Return what the facts of a question are called."""
    return Context(read_cues().kinds[question]).names


def judged(raw: Floats, texts: Sequence[str], question: int) -> Judged:
    """Return raw scores with what else is weighed of their texts."""
    asker = Scorer((), read_cues())
    off = np.array([asker.taken_off(text)[question] for text in texts], np.float64)
    return Judged(
        raw - off,
        [asker.facts(text, question) for text in texts],
        np.array([spoken_in(folded(text)) for text in texts], np.int64),
    )


def sums(texts: Judged, question: int, weighings: Weighings) -> Floats:
    """Return the weighed sums; those from 0 on are called."""
    out = np.full(len(texts.raw), -np.inf)
    for place, language in enumerate(LANGUAGES):
        one = weighings[f"{QUESTIONS[question]}_{language}"]
        weights = np.array(one.facts)
        for at in np.flatnonzero((texts.spoken == place) & np.isfinite(texts.raw)):
            out[at] = one.slope * texts.raw[at] + one.shift + weights[texts.facts[at]].sum()
    return out


def chances(texts: Judged, question: int, weighings: Weighings) -> Floats:
    """Return what a scorer with these weighings makes of raw scores."""
    return 1 / (1 + np.exp(-np.clip(sums(texts, question, weighings), -40, 40)))


class Known(NamedTuple):
    """A text of which it is known what it is: its label, and how much it counts (0: not used)."""

    text: str
    label: float
    weight: float


def of_post(post: Post) -> Known:
    """Return a post; one that was read again counts more, one whose label is suspect or that is
    neither is not used (see `learning.examples_of_posts`)."""
    if post.reread:
        weight = 0.0 if post.reread == "n" else REREAD_WEIGHT
        return Known(post.text, float(post.reread == "o"), weight)
    return Known(post.text, float(post.label), 0.0 if post.suspect else 1.0)


def of_made(made: Made) -> Known:
    """Return a generated text; what only looks like an attempt counts more, and what a person
    wrote."""
    if made.written:
        return Known(made.text, float(made.label), WRITTEN_WEIGHT)
    return Known(made.text, float(made.label), 1.0 if made.label else ALIKE_WEIGHT)


class Plain(NamedTuple):
    """Harmless stretches, and of which paragraph each is."""

    texts: Judged
    paragraph: NDArray[np.int64]


def learned(
    known: Sequence[Known], raw: Floats, plain: Plain, question: int
) -> dict[str, Weighing]:
    """Return what is weighed, with the cut set."""
    texts = judged(raw, [one.text for one in known], question)
    labels = np.array([one.label for one in known])
    weights = np.array([one.weight for one in known])
    return cut(learn(texts, labels, weights, plain.texts, question), plain, question)


def learn(
    texts: Judged, labels: Floats, weights: Floats, harmless: Judged, question: int
) -> dict[str, Weighing]:
    """Return what is learned from texts with labels and from harmless ones, per language. The cut
    is not set yet; see `cut`."""
    out = {}
    for place, language in enumerate(LANGUAGES):
        name = f"{QUESTIONS[question]}_{language}"
        unused = UNUSED.get(name)
        used = np.array([not (unused and one.startswith(unused)) for one in names(question)])
        own = np.flatnonzero((texts.spoken == place) & np.isfinite(texts.raw) & (weights > 0))
        plain = np.flatnonzero((harmless.spoken == place) & np.isfinite(harmless.raw))
        table = np.vstack([_table(texts, own, used), _table(harmless, plain, used)])
        point = _fit(
            table,
            np.concatenate([labels[own], np.zeros(len(plain))]),
            np.concatenate([weights[own], np.full(len(plain), HARMLESS_WEIGHT)]),
        )
        out[name] = Weighing(
            round(float(point[1]), 4), 0.0, [round(float(each), 3) for each in point[2:]]
        )
    return out


def cut(weighings: Weighings, plain: Plain, question: int) -> dict[str, Weighing]:
    """Return weighings with shifts such that `AIMS` of the harmless paragraphs is called."""
    paragraph, harmless = plain.paragraph, plain.texts
    best = np.full(int(paragraph.max()) + 1, -np.inf)
    np.maximum.at(best, paragraph, sums(harmless, question, weighings))
    spoken = np.zeros(len(best), np.int64)
    spoken[paragraph] = harmless.spoken
    out = {}
    for place, language in enumerate(LANGUAGES):
        name = f"{QUESTIONS[question]}_{language}"
        own = np.sort(best[spoken == place])
        highest = own[-1 - int(AIMS[name] * len(own))]
        out[name] = weighings[name]._replace(shift=-round(float(highest) + 0.001, 3))
    return out


def _table(texts: Judged, places: NDArray[np.int64], used: NDArray[np.bool_]) -> Floats:
    table = np.zeros((len(places), len(used) + 2))
    table[:, 0] = 1
    table[:, 1] = texts.raw[places]
    for row, at in enumerate(places):
        table[row, np.array(texts.facts[at], np.int64) + 2] = 1
    table[:, 2:] *= used
    return table


def _fit(table: Floats, labels: Floats, weights: Floats) -> Floats:
    """Return the logistic regression by Newton's method, with a ridge."""
    point = np.zeros(table.shape[1])
    ridge = RIDGE * np.eye(len(point))
    for _ in range(60):
        chance = 1 / (1 + np.exp(-np.clip(table @ point, -30, 30)))
        slope = table.T @ (weights * (chance - labels)) + RIDGE * point
        spread = weights * chance * (1 - chance)
        change = np.linalg.solve((table * spread[:, None]).T @ table + ridge, slope)
        change /= max(1.0, float(abs(change).max()))
        point = point - change
        if abs(change).max() < 1e-9:
            break
    return point


def written(every: Weighings, folds: Sequence[Weighings]) -> str:
    """Return the text of ``context.json``."""
    return json.dumps(
        {"all": _named(every), "folds": [_named(one) for one in folds]}, indent=1, sort_keys=True
    )


def _named(weighings: Weighings) -> dict[str, object]:
    return {
        name: {
            "slope": one.slope,
            "shift": one.shift,
            "facts": dict(zip(names(_question(name)), one.facts, strict=True)),
        }
        for name, one in weighings.items()
    }


def read(path: Path = FILE) -> tuple[dict[str, Weighing], list[dict[str, Weighing]]]:
    """Return the weighings from all folds, and those from all but one each. A fact that the file
    does not know, of cue words that are new, weighs nothing until it is weighed."""
    said = json.loads(path.read_text(encoding="utf-8"))
    return _read(said["all"]), [_read(one) for one in said["folds"]]


def _read(said: Mapping[str, Mapping[str, object]]) -> dict[str, Weighing]:
    out = {}
    for name, one in said.items():
        facts = one["facts"]
        assert isinstance(facts, dict)
        out[name] = Weighing(
            float(str(one["slope"])),
            float(str(one["shift"])),
            [float(facts.get(fact, 0.0)) for fact in names(_question(name))],
        )
    return out


def _question(name: str) -> int:
    return QUESTIONS.index(name.rpartition("_")[0])
