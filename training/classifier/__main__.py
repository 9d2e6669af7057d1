"""Trains the embedded classifier, and measures it.

    python -m training.classifier learn DATA [--weights FILE]
    python -m training.classifier measure DATA [--trials N] [--into FILE]
    python -m training.classifier harmless [FOLDER ...]

DATA is a folder with ``cold_train.csv`` and ``davidson_labeled.csv`` (see the card). ``learn``
learns from everything and writes the weights, ``measure`` learns up to five times from
four fifths and measures the rest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filters.classifier.classifier import ClassifierFilter
from filters.classifier.features import HOSTILE, INJECTION, folded, read_cues, spoken_in
from filters.classifier.scorer import LANGUAGES, QUESTIONS, WEIGHTS, Scorer, shipped_scorer
from training.classifier import learning
from training.classifier.harmless import PLACES, paragraphs
from training.classifier.measures import summary
from training.classifier.posts import Post, chinese, english, folds
from training.classifier.templates import Made

CUTS = {HOSTILE: {"zh": -0.1, "en": 0.5}, INJECTION: {"zh": 1.75, "en": 1.75}}
"""Raw scores that become the score 0.5, from what is known of held-out posts and of harmless
paragraphs; see the card."""

SLOPES = {HOSTILE: (1.0, 0.9), INJECTION: (1.5, 1.5)}
"""How fast raw scores become chances, per language (Chinese, English): what ``measure`` found."""

_FOLDS = 5
MOST = 3500
"""English posts of one class."""


def say(*words: object) -> None:
    """Print progress."""
    print(*words, file=sys.stderr, flush=True)  # noqa: T201 -- a command


def main() -> None:
    """Run a command."""
    parser = argparse.ArgumentParser(
        prog="training.classifier",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, dest="command")
    learn = commands.add_parser("learn")
    learn.add_argument("folder", type=Path)
    learn.add_argument("--weights", type=Path, default=WEIGHTS)
    measured = commands.add_parser("measure")
    measured.add_argument("folder", type=Path)
    measured.add_argument("--into", type=Path)
    measured.add_argument("--trials", type=int, choices=range(1, _FOLDS + 1), default=_FOLDS)
    harmless = commands.add_parser("harmless")
    harmless.add_argument("folders", type=Path, nargs="*")
    harmless.add_argument("--most", type=int, default=100_000)
    said = parser.parse_args()
    if said.command == "learn":
        print(json.dumps(train(said.folder, said.weights)))  # noqa: T201 -- a command
    elif said.command == "measure":
        text = json.dumps(measure(said.folder, said.trials), indent=1)
        if said.into:
            said.into.write_text(f"{text}\n", encoding="utf-8")
        print(text)  # noqa: T201 -- a command
    else:
        folders = said.folders or [Path(place) for place in PLACES]
        count_false_alarms(folders, said.most)


def train(folder: Path, weights: Path) -> dict[str, object]:
    """Learn from everything and write the weights; returns their size and hash."""
    posts = _posts(folder)
    learned: list[learning.Learned] = []
    for question, examples in (
        (HOSTILE, learning.hostile_examples(posts)),
        (INJECTION, learning.injection_examples(posts)),
    ):
        say("learning", QUESTIONS[question], "from", len(examples), "texts")
        learned += [
            learning.Learned(f"{QUESTIONS[question]}_{name}", fit, slope, shift)
            for name, fit, slope, shift in zip(
                LANGUAGES, learning.learn(examples, question), SLOPES[question],
                _shifts(question), strict=True,
            )
        ]  # fmt: skip
    raw = learning.weights_file(learned)
    weights.write_bytes(raw)
    return {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}


def measure(folder: Path, trials: int = _FOLDS) -> dict[str, object]:
    """Judge posts and templates by trials that did not learn from them; each judges a fifth."""
    posts = _posts(folder)
    fold = np.zeros(len(posts), np.int64)
    for language in LANGUAGES:
        own = np.array([post.language == language for post in posts])
        fold[own] = folds([post for post in posts if post.language == language],
                          seed=learning.SEED, count=_FOLDS)  # fmt: skip
    raw = np.zeros(len(posts))
    for each in range(trials):
        part = [post for post, held in zip(posts, fold == each, strict=True) if not held]
        say("learning from a part:", len(part), "posts")
        trial = learning.learn(learning.hostile_examples(part), HOSTILE)
        texts = [post.text for post, held in zip(posts, fold == each, strict=True) if held]
        raw[fold == each] = learning.raw_scores(trial, texts, HOSTILE)
    judged = fold < trials
    seen = [post for post, held in zip(posts, judged, strict=True) if held]
    return {
        "trials": trials,
        "slopes": _slopes(raw[judged], seen),
        "hostile": _measure(_chances(raw[judged], seen, HOSTILE), seen),
        "injection": _injection(posts, trials),
    }


def _posts(folder: Path) -> list[Post]:
    return [*chinese(folder), *english(folder, seed=learning.SEED, most=MOST)]


def _truth(post: Post) -> bool:
    return post.reread == "o" if post.reread else bool(post.label)


def _slopes(raw: NDArray[np.float64], posts: list[Post]) -> tuple[float, ...]:
    out = []
    truth = np.array([float(_truth(post)) for post in posts])
    sure = np.array([bool(post.reread) or not post.suspect for post in posts])
    for language in LANGUAGES:
        own = sure & np.array([post.language == language for post in posts])
        out.append(learning.line(raw[own], truth[own])[0])
    return tuple(out)


def _shifts(question: int) -> tuple[float, ...]:
    return tuple(
        -slope * CUTS[question][language]
        for slope, language in zip(SLOPES[question], LANGUAGES, strict=True)
    )


def _chances(
    raw: NDArray[np.float64], texts: Sequence[Post | Made], question: int
) -> NDArray[np.float64]:
    """Return what the shipped scorer would make of raw scores: 0 where it does not ask."""
    place = [spoken_in(folded(one.text)) for one in texts]
    slopes, shifts = np.array(SLOPES[question])[place], np.array(_shifts(question))[place]
    asker = Scorer((), read_cues())
    off = np.array([asker.taken_off(one.text)[question] for one in texts])
    sums = slopes * (raw - np.where(np.isinf(off), 0.0, off)) + shifts
    return np.where(np.isinf(off), 0.0, 1 / (1 + np.exp(-np.clip(sums, -40, 40))))


def _measure(scores: NDArray[np.float64], posts: list[Post]) -> dict[str, object]:
    out: dict[str, object] = {}
    truth = np.array([_truth(post) for post in posts])
    labelled = np.array([not post.reread and not post.suspect for post in posts])
    for topic in sorted({post.topic for post in posts}):
        own = labelled & np.array([post.topic == topic for post in posts])
        out[f"as labelled, {topic}"] = summary(truth[own], scores[own])
    for language in LANGUAGES:
        own = labelled & np.array([post.language == language for post in posts])
        out[f"as labelled, {language}"] = summary(truth[own], scores[own])
    reread = np.array([post.reread for post in posts])
    again, drawn = reread != "", np.array([post.drawn for post in posts])
    out["read again"] = summary(truth[again], scores[again])
    for kind, name in (("a", "opposes prejudice"), ("n", "neither"), ("o", "offends")):
        for chosen, own in (
            ("", reread == kind),
            (", drawn by chance", (reread == kind) & drawn),
            (", chosen because a model was wrong", (reread == kind) & ~drawn),
        ):
            out[f"read again, {name}{chosen}"] = {
                "texts": int(own.sum()), "called": round(float((scores[own] >= 0.5).mean()), 4),
            }  # fmt: skip
    return out


def _injection(posts: list[Post], trials: int) -> dict[str, object]:
    """Measure the second question: a template is judged by a trial that did not learn from it,
    nor, if it is of a family, from any other of that family."""
    made = learning.injections_made()
    examples = learning.injection_examples(posts)
    names = list(dict.fromkeys(one.family for one in made if one.family))
    fold = np.array(
        [(names.index(one.family) if one.family else one.template) % _FOLDS for one in made]
    )
    raw = np.zeros(len(made))
    for each in range(trials):
        rest = np.flatnonzero(fold == each)
        unseen = {made[at].text for at in rest}
        say("learning from a part without", len(unseen), "texts")
        trial = learning.learn([one for one in examples if one.text not in unseen], INJECTION)
        raw[rest] = learning.raw_scores(trial, [made[at].text for at in rest], INJECTION)
    scores = _chances(raw, made, INJECTION)
    out: dict[str, object] = {}
    for kind in ("templates", "families"):
        for language in LANGUAGES:
            out[f"{kind} held out, {language}"] = _called(
                made, scores, (fold < trials)
                & np.array([one.language == language for one in made])
                & np.array([bool(one.family) == (kind == "families") for one in made]),
            )  # fmt: skip
    for name in names:
        own = (fold < trials) & np.array([one.family == name for one in made])
        if own.any():
            out[f"family {name}"] = _called(made, scores, own)
    return out


def _called(
    made: list[Made], scores: NDArray[np.float64], own: NDArray[np.bool_]
) -> dict[str, float]:
    """Return measures of generated texts, with the share of harmless ones that are called."""
    labels = np.array([bool(one.label) for one in made])
    out = summary(labels[own], scores[own])
    harmless = scores[own & ~labels]
    out["false_alarms"] = round(float((harmless >= 0.5).mean()), 4) if len(harmless) else 0.0
    return out


def count_false_alarms(folders: list[Path], most: int) -> None:
    """Print how many harmless paragraphs are flagged by the weights that ship."""
    judge = ClassifierFilter(shipped_scorer().score)
    counts: Counter[str] = Counter()
    for paragraph in paragraphs([each for each in folders if each.exists()], most=most):
        language = "zh" if any("\u3400" <= char <= "\u9fff" for char in paragraph) else "en"
        counts[language] += 1
        for category in {one.category for one in judge.scan(paragraph, 0, final=True).findings}:
            counts[f"{language} {category.split('.')[0]}"] += 1
    for name, count in sorted(counts.items()):
        share = count / counts[name.split()[0]]
        print(f"{name}: {count} ({share:.3%})")  # noqa: T201 -- a command


if __name__ == "__main__":
    main()
