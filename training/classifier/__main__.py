"""Trains the embedded classifier, and measures it.

    python -m training.classifier learn DATA [--weights FILE]
    python -m training.classifier measure DATA
    python -m training.classifier harmless [FOLDER ...]

DATA is a folder with ``cold_train.csv`` and ``davidson_labeled.csv`` (see the card). ``learn``
learns from everything and writes the weights, ``measure`` learns from a part and measures the rest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filters.classifier.classifier import ClassifierFilter
from filters.classifier.features import HOSTILE, INJECTION
from filters.classifier.scorer import LANGUAGES, QUESTIONS, WEIGHTS, shipped_scorer
from training.classifier import learning
from training.classifier.harmless import PLACES, paragraphs
from training.classifier.logistic import Fit
from training.classifier.measures import area, macro_f1, summary
from training.classifier.posts import Post, chinese, digest, english, held_out

CUTS = {HOSTILE: {"zh": 0.3, "en": 1.1}, INJECTION: {"zh": 1.0, "en": 1.0}}
"""Raw scores that become the score 0.5, from what is known of held-out posts and of harmless
paragraphs; see the card."""

SLOPES = {HOSTILE: (0.77, 0.77), INJECTION: (1.5, 1.5)}
"""How fast raw scores become chances, per language (Chinese, English): what ``measure`` found."""

STEPS = 25
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
    commands.add_parser("measure").add_argument("folder", type=Path)
    harmless = commands.add_parser("harmless")
    harmless.add_argument("folders", type=Path, nargs="*")
    harmless.add_argument("--most", type=int, default=100_000)
    said = parser.parse_args()
    if said.command == "learn":
        print(json.dumps(train(said.folder, said.weights)))  # noqa: T201 -- a command
    elif said.command == "measure":
        print(json.dumps(measure(said.folder), indent=1))  # noqa: T201 -- a command
    else:
        folders = said.folders or [Path(place) for place in PLACES]
        count_false_alarms(folders, said.most)


def train(folder: Path, weights: Path) -> dict[str, object]:
    """Learn from everything and write the weights; returns their size and hash."""
    posts = _posts(folder)
    learned = []
    for question, examples in (
        (HOSTILE, learning.hostile_examples(posts)),
        (INJECTION, learning.injection_examples(posts)),
    ):
        say("learning", QUESTIONS[question], "from", len(examples), "texts")
        fit = learning.learn(examples, question, steps=STEPS)
        learned.append(learning.Learned(fit, SLOPES[question], _shifts(question)))
    raw = learning.weights_file(learned, QUESTIONS)
    weights.write_bytes(raw)
    return {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}


def measure(folder: Path) -> dict[str, object]:
    """Learn from a part and measure on the rest; writes nothing."""
    posts = _posts(folder)
    kept = _held_out(posts)
    part = [post for post, held in zip(posts, kept, strict=True) if not held]
    say("learning from a part:", len(part), "posts")
    trial = learning.learn(learning.hostile_examples(part), HOSTILE, steps=STEPS)
    rest = [post for post, held in zip(posts, kept, strict=True) if held]
    return {
        "slopes": _slopes(trial, rest),
        "hostile": _measure(trial, rest),
        "injection": _injection(posts),
    }


def _posts(folder: Path) -> list[Post]:
    return [*chinese(folder), *english(folder, seed=learning.SEED, most=MOST)]


def _held_out(posts: list[Post]) -> NDArray[np.bool_]:
    """Return which posts are measured: 15 % of the groups, and half of those read again."""
    share = np.zeros(len(posts), np.bool_)
    for language in LANGUAGES:
        own = np.array([post.language == language for post in posts])
        share[own] = held_out([post for post in posts if post.language == language],
                              seed=learning.SEED, share=0.15)  # fmt: skip
    reread = np.array([bool(post.reread) for post in posts])
    half = np.array([int(digest(post.text)[0], 16) >= 8 for post in posts])
    return np.where(reread, half, share)


def _truth(post: Post) -> bool:
    return post.reread == "o" if post.reread else bool(post.label)


def _slopes(trial: Fit, posts: list[Post]) -> tuple[float, ...]:
    out = []
    for language in LANGUAGES:
        own = [p for p in posts if p.language == language and (p.reread or not p.suspect)]
        raw = learning.raw_scores(trial, [post.text for post in own], HOSTILE)
        out.append(learning.line(raw, np.array([float(_truth(post)) for post in own]))[0])
    return tuple(out)


def _shifts(question: int) -> tuple[float, ...]:
    return tuple(
        -slope * CUTS[question][language]
        for slope, language in zip(SLOPES[question], LANGUAGES, strict=True)
    )


def _measure(trial: Fit, posts: list[Post]) -> dict[str, object]:
    out: dict[str, object] = {}
    slopes, shifts = SLOPES[HOSTILE], _shifts(HOSTILE)
    raw = learning.raw_scores(trial, [post.text for post in posts], HOSTILE)
    place = [LANGUAGES.index(post.language) for post in posts]
    scores = 1 / (1 + np.exp(-(np.array(slopes)[place] * raw + np.array(shifts)[place])))
    truth = np.array([_truth(post) for post in posts])
    labelled = np.array([not post.reread and not post.suspect for post in posts])
    for topic in sorted({post.topic for post in posts}):
        own = labelled & np.array([post.topic == topic for post in posts])
        out[f"as labelled, {topic}"] = summary(truth[own], scores[own])
    for language in LANGUAGES:
        own = labelled & np.array([post.language == language for post in posts])
        out[f"as labelled, {language}"] = summary(truth[own], scores[own])
    reread = np.array([post.reread for post in posts])
    again = reread != ""
    out["read again"] = summary(truth[again], scores[again])
    for kind, name in (("a", "opposes prejudice"), ("n", "neither"), ("o", "offends")):
        own = reread == kind
        out[f"read again, {name}"] = {
            "texts": int(own.sum()), "called": round(float((scores[own] >= 0.5).mean()), 4),
        }  # fmt: skip
    return out


def _injection(posts: list[Post]) -> dict[str, object]:
    """Measure the second question on every fifth template, which the trial never saw."""
    rest = [one for one in learning.injections_made() if one.template % 5 == 0]
    unseen = {one.text for one in rest}
    examples = [one for one in learning.injection_examples(posts) if one.text not in unseen]
    trial = learning.learn(examples, INJECTION, steps=STEPS)
    raw = learning.raw_scores(trial, [one.text for one in rest], INJECTION)
    labels = np.array([bool(one.label) for one in rest])
    return {
        "texts": len(rest), "auc": round(area(labels, raw), 4),
        "macro_f1": round(macro_f1(labels, raw >= CUTS[INJECTION]["zh"]), 4),
    }  # fmt: skip


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
