"""Trains the embedded classifier, and measures it.

    python -m training.classifier all DATA PROSE ... [--into FILE]
    python -m training.classifier learn DATA PROSE ... [--weights FILE]
    python -m training.classifier measure DATA PROSE ... [--trials N] [--into FILE]
    python -m training.classifier weigh DATA PROSE ...
    python -m training.classifier gather REPOSITORIES learn|count FOLDER
    python -m training.classifier harmless [FOLDER ...] [--into FILE]

DATA is a folder with ``cold_train.csv`` and ``davidson_labeled.csv``, PROSE are folders of harmless
paragraphs, which ``gather`` writes out of the repositories that ``sources.txt`` names. ``learn``
learns from everything and writes the weights, ``measure`` learns up to five times from four fifths
and measures the rest. Both take from ``context.json`` what facts about a text weigh and where the
cuts lie; ``weigh`` learns that file anew. ``all`` does the three, each regression once; without
PROSE ``context.json`` stays as it is. ``--question`` and ``--language`` leave all that is known of
the other one as it is.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filters.classifier.classifier import HOSTILE_FROM, INJECTION_FROM
from filters.classifier.features import HOSTILE
from filters.classifier.scorer import LANGUAGES, QUESTIONS, WEIGHTS
from training.classifier import gather, harmless, learning, weighing
from training.classifier.logistic import Fit
from training.classifier.measures import summary
from training.classifier.posts import Post, chinese, english
from training.classifier.templates import Made
from training.classifier.trials import FOLDS, Trial, families, judged_made, judged_posts, say

CURVE = (0.1, 0.2, 0.3, 0.38, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Scores at which the trade of misses for false alarms is written down."""

MOST = 3500
"""English posts of one class."""


def main() -> None:
    """Run a command."""
    parser = argparse.ArgumentParser(
        prog="training.classifier",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, dest="command")
    whole = commands.add_parser("all")
    whole.add_argument("folder", type=Path)
    whole.add_argument("folders", type=Path, nargs="*")
    whole.add_argument("--into", type=Path)
    learn = commands.add_parser("learn")
    learn.add_argument("folder", type=Path)
    learn.add_argument("--weights", type=Path, default=WEIGHTS)
    measured = commands.add_parser("measure")
    measured.add_argument("folder", type=Path)
    measured.add_argument("--into", type=Path)
    measured.add_argument("--trials", type=int, choices=range(1, FOLDS + 1), default=FOLDS)
    weigh_it = commands.add_parser("weigh")
    weigh_it.add_argument("folder", type=Path)
    weigh_it.add_argument("folders", type=Path, nargs="+")
    for command in (learn, measured):
        command.add_argument("folders", type=Path, nargs="*")
    for command in (whole, learn, measured, weigh_it):
        command.add_argument("--question", choices=QUESTIONS, action="append")
        command.add_argument("--language", choices=LANGUAGES, action="append")
    gathered = commands.add_parser("gather")
    gathered.add_argument("repositories", type=Path)
    gathered.add_argument("use", choices=("learn", "count"))
    gathered.add_argument("into", type=Path)
    count = commands.add_parser("harmless")
    count.add_argument("folders", type=Path, nargs="*")
    count.add_argument("--most", type=int, default=100_000)
    count.add_argument("--into", type=Path)
    said = parser.parse_args()
    if said.command == "harmless":
        folders = said.folders or [Path(place) for place in harmless.PLACES]
        _write(harmless.count_false_alarms(folders, said.most), said.into)
        return
    if said.command == "gather":
        _write(gather.gather(said.repositories, said.into, said.use), None)
        return
    _learn(said)


def _learn(said: argparse.Namespace) -> None:
    """Run a command that learns."""
    course = Course(said.folder, said.folders)
    questions, languages = said.question or QUESTIONS, said.language or LANGUAGES
    if said.command in ("all", "weigh") and said.folders:
        weigh(course, questions, languages)
    if said.command in ("all", "learn"):
        weights = getattr(said, "weights", WEIGHTS)
        print(json.dumps(train(course, weights, questions, languages)))  # noqa: T201 -- a command
    if said.command in ("all", "measure"):
        measures = measure(course, getattr(said, "trials", FOLDS), questions)
        if said.into and said.into.exists():
            known = json.loads(said.into.read_text(encoding="utf-8"))
            measures = merged(known, measures, said.language or ())
        _write(measures, said.into)


def merged(
    known: Mapping[str, object], measures: Mapping[str, object], languages: Sequence[str]
) -> dict[str, object]:
    """Return known measures with new ones in their place; if languages are named, only theirs."""
    ends = tuple(f", {language}" for language in languages)
    out = {**known, **measures}
    for asked, found in measures.items():
        before = known.get(asked)
        if languages and isinstance(found, dict) and isinstance(before, dict):
            out[asked] = before | {name: one for name, one in found.items() if name.endswith(ends)}
    return out


def _write(measures: Mapping[str, object], into: Path | None) -> None:
    text = json.dumps(measures, indent=1)
    if into:
        into.write_text(f"{text}\n", encoding="utf-8")
    else:
        print(text)  # noqa: T201 -- a command


class Course:
    """What is learned from a folder of data: each regression once, when it is first asked for."""

    def __init__(self, folder: Path, folders: list[Path]) -> None:
        self.posts: list[Post] = [
            *chinese(folder), *english(folder, seed=learning.SEED, most=MOST)
        ]  # fmt: skip
        self.made = learning.injections_made()
        self.prose = harmless.stretches(folders)
        say("harmless stretches:", len(self.prose.texts))

    @cache  # noqa: B019 -- there is one course in a run
    def plain(self, question: int) -> harmless.Asked:
        """Return what a question may be asked of in harmless paragraphs."""
        return harmless.asked(self.prose, question)

    @cache  # noqa: B019
    def fits(self, question: int) -> list[Fit]:
        """Return what is learned of a question from everything, per language."""
        if question == HOSTILE:
            examples = learning.hostile_examples(self.posts)
        else:
            examples = [
                *learning.injection_examples(self.posts),
                *learning.plain_examples(self.plain(question)),
            ]
        say("learning", QUESTIONS[question], "from", len(examples), "texts")
        return learning.learn(examples, question)

    @cache  # noqa: B019
    def trial(self, question: int, trials: int) -> Trial:
        """Return the raw scores of posts or of generated texts by trials that had not seen them."""
        if question == HOSTILE:
            return judged_posts(self.posts, trials)
        return judged_made(self.posts, self.made, self.plain(question), trials)

    def known(self, question: int) -> list[weighing.Known]:
        """Return the texts that `trial` judges."""
        if question == HOSTILE:
            return [weighing.of_post(post) for post in self.posts]
        return [weighing.of_made(one) for one in self.made]


def train(
    course: Course,
    weights: Path,
    questions: Sequence[str] = QUESTIONS,
    languages: Sequence[str] = LANGUAGES,
) -> dict[str, object]:
    """Learn questions from everything and write the weights, with the tables that ship for a
    question or a language that is left out; returns their size and hash."""
    weighings, _ = weighing.read()
    learned: list[learning.Learned] = []
    kept: list[learning.Kept] = []
    for asked, (place, language) in product(QUESTIONS, enumerate(LANGUAGES)):
        name = f"{asked}_{language}"
        if asked in questions and language in languages:
            fit = course.fits(QUESTIONS.index(asked))[place]
            learned.append(learning.Learned(name, fit, *weighings[name]))
        else:
            kept.append(learning.shipped(name, weighings[name]))
    raw = learning.weights_file(learned, kept)
    weights.write_bytes(raw)
    return {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}


def measure(
    course: Course, trials: int = FOLDS, questions: Sequence[str] = QUESTIONS
) -> dict[str, object]:
    """Judge posts and templates by trials that did not learn from them; each judges a fifth. What
    the context weighs and the cuts are learned without that fifth too."""
    out: dict[str, object] = {"trials": trials}
    for asked in questions:
        question = QUESTIONS.index(asked)
        fold, raw, _ = course.trial(question, trials)
        scores = _chances(fold, raw, course.known(question), question)
        judged = fold < trials
        if question == HOSTILE:
            seen = [post for post, held in zip(course.posts, judged, strict=True) if held]
            out[asked] = _measure(scores[judged], seen)
        else:
            out[asked] = measure_made(course.made, scores, judged)
    return out


def weigh(
    course: Course,
    questions: Sequence[str] = QUESTIONS,
    languages: Sequence[str] = LANGUAGES,
) -> None:
    """Learn what ``context.json`` says of questions from held-out scores and the harmless
    paragraphs of folders."""
    every, folds = weighing.read()
    for question in map(QUESTIONS.index, questions):
        fold, raw, own = course.trial(question, FOLDS)
        texts = course.known(question)
        of = course.plain(question)
        if question == HOSTILE:
            own = learning.raw_scores(course.fits(question), of.texts, question)
        known = weighing.judged(own, of.texts, question)
        plain = weighing.Plain(known, of.paragraph)
        every |= _own(weighing.learned(texts, raw, plain, question), languages)
        for at in range(FOLDS):
            rest = [
                one._replace(weight=0.0) if own_fold == at else one
                for one, own_fold in zip(texts, fold, strict=True)
            ]
            folds[at] |= _own(weighing.learned(rest, raw, plain, question), languages)
    weighing.FILE.write_text(f"{weighing.written(every, folds)}\n", encoding="utf-8")


def _own(every: weighing.Weighings, languages: Sequence[str]) -> dict[str, weighing.Weighing]:
    return {name: one for name, one in every.items() if name.endswith(tuple(languages))}


def _chances(
    fold: NDArray[np.int64],
    raw: NDArray[np.float64],
    texts: Sequence[weighing.Known],
    question: int,
) -> NDArray[np.float64]:
    """Return what raw scores become, by what was weighed without the fold that each is of."""
    known = weighing.judged(raw, [one.text for one in texts], question)
    out = np.zeros(len(raw))
    for at, one in enumerate(weighing.read()[1]):
        out[fold == at] = weighing.chances(known, question, one)[fold == at]
    return out


def _truth(post: Post) -> bool:
    return post.reread == "o" if post.reread else bool(post.label)


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
                "texts": int(own.sum()), "called": _called(scores[own], HOSTILE_FROM),
            }  # fmt: skip
    out["curve, zh"] = [
        _point(cut, labelled & np.array([post.language == "zh" for post in posts]), truth, scores)
        | {
            "opposing_called": round(float((scores[reread == "a"] >= cut).mean()), 4),
            "offending_called": round(float((scores[reread == "o"] >= cut).mean()), 4),
        }
        for cut in CURVE
    ]
    english_posts = labelled & np.array([post.language == "en" for post in posts])
    out["curve, en"] = [_point(cut, english_posts, truth, scores) for cut in CURVE]
    return out


def _point(
    cut: float, own: NDArray[np.bool_], truth: NDArray[np.bool_], scores: NDArray[np.float64]
) -> dict[str, float]:
    measures = summary(truth[own], scores[own], cut=cut)
    return {"at": cut} | {name: measures[name] for name in ("macro_f1", "precision", "recall")}


def measure_made(
    made: list[Made], scores: NDArray[np.float64], judged: NDArray[np.bool_]
) -> dict[str, object]:
    """Measure the second question on generated texts, of those only that a trial has judged."""
    out: dict[str, object] = {}
    labels = np.array([bool(one.label) for one in made])
    for kind in ("templates", "families", "written"):
        for language in LANGUAGES:
            own = judged & np.array(
                [one.language == language and _kind(one) == kind for one in made]
            )
            if own.any():
                out[f"{kind} held out, {language}"] = _recalled(made, scores, own)
                out[f"curve, {kind}, {language}"] = [
                    _point(cut, own, labels, scores) for cut in CURVE
                ]
    for name in families([one for one in made if not one.written]):
        own = judged & np.array([one.family == name for one in made])
        if own.any():
            out[f"family {name}"] = _recalled(made, scores, own)
    return out


def _kind(made: Made) -> str:
    """Return under which heading a text is measured."""
    if made.written:
        return "written"
    return "families" if made.family else "templates"


def _recalled(
    made: list[Made], scores: NDArray[np.float64], own: NDArray[np.bool_]
) -> dict[str, float]:
    """Return measures of generated texts, with the share of harmless ones that are called."""
    labels = np.array([bool(one.label) for one in made])
    out = summary(labels[own], scores[own])
    harmless = scores[own & ~labels]
    out["false_alarms"] = _called(harmless, INJECTION_FROM) if len(harmless) else 0.0
    return out


def _called(scores: NDArray[np.float64], least: float) -> float:
    """Return the share of scores that are called."""
    return round(float((scores >= least).mean()), 4)


if __name__ == "__main__":
    main()
