"""Trials: texts judged by models that did not learn from them, each text by one of five."""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filters.classifier.features import HOSTILE, INJECTION
from filters.classifier.scorer import LANGUAGES
from training.classifier import learning
from training.classifier.harmless import Asked
from training.classifier.posts import Post, folds
from training.classifier.templates import Made

FOLDS = 5


class Trial(NamedTuple):
    """The fold of each text and its raw score by the model that learned from the other folds; and
    the raw scores of harmless stretches, likewise."""

    fold: NDArray[np.int64]
    raw: NDArray[np.float64]
    plain: NDArray[np.float64]


def say(*words: object) -> None:
    """Print progress."""
    print(*words, file=sys.stderr, flush=True)  # noqa: T201 -- a command


def judged_posts(posts: list[Post], trials: int) -> Trial:
    """Judge posts; whole groups of near duplicates are in one fold."""
    fold = np.zeros(len(posts), np.int64)
    for language in LANGUAGES:
        own = np.array([post.language == language for post in posts])
        fold[own] = folds([post for post in posts if post.language == language],
                          seed=learning.SEED, count=FOLDS)  # fmt: skip
    raw = np.zeros(len(posts))
    for each in range(trials):
        part = [post for post, held in zip(posts, fold == each, strict=True) if not held]
        say("learning from a part:", len(part), "posts")
        trial = learning.learn(learning.hostile_examples(part), HOSTILE)
        texts = [post.text for post, held in zip(posts, fold == each, strict=True) if held]
        raw[fold == each] = learning.raw_scores(trial, texts, HOSTILE)
    return Trial(fold, raw, np.zeros(0))


def judged_made(posts: list[Post], made: list[Made], plain: Asked, trials: int) -> Trial:
    """Judge generated texts: a template by a trial that did not learn from it, nor, if it is of a
    family, from any other of that family; and harmless stretches by one that did not learn from
    any of their file."""
    examples = learning.injection_examples(posts)
    plain_raw = np.full(len(plain.texts), -np.inf)
    names = families(made)
    fold = np.array(
        [(names.index(one.family) if one.family else one.template) % FOLDS for one in made]
    )
    raw = np.zeros(len(made))
    for each in range(trials):
        rest = np.flatnonzero(fold == each)
        unseen = {made[at].text for at in rest}
        say("learning from a part without", len(unseen), "texts")
        held = plain.file % FOLDS == each
        part = [one for one in examples if one.text not in unseen]
        part += learning.plain_examples(plain, without=held)
        trial = learning.learn(part, INJECTION)
        raw[rest] = learning.raw_scores(trial, [made[at].text for at in rest], INJECTION)
        own = np.flatnonzero(held & plain.has_cue)
        texts = [plain.texts[at] for at in own]
        plain_raw[own] = learning.raw_scores(trial, texts, INJECTION) - plain.off[own]
    return Trial(fold, raw, plain_raw)


def families(made: list[Made]) -> list[str]:
    """Return the names of the families, in their order."""
    return list(dict.fromkeys(one.family for one in made if one.family))
