"""Training: same texts and seeds give the same bytes, and what is learned is what is scored."""

from __future__ import annotations

import csv
import hashlib
import re
from pathlib import Path

import numpy as np

from filters.classifier.features import HOSTILE
from filters.classifier.scorer import LANGUAGES, QUESTIONS, WEIGHTS, Scorer, read_cues, read_tables
from training.classifier import __main__ as program
from training.classifier import learning, weighing
from training.classifier.logistic import pulled_by_rarity, rows
from training.classifier.measures import area, macro_f1
from training.classifier.posts import chinese, folds, near_duplicates
from training.classifier.templates import Made, made, written

ROOT = Path(__file__).resolve().parents[3]


def _weights(seed: int) -> bytes:
    texts = made("counterexamples", 2, seed=seed)
    fits = learning.learn(learning.examples_made(texts), HOSTILE, steps=2)
    return learning.weights_file([
        learning.Learned(
            f"{question}_{language}", fit, 1.0, 0.0, [0.0] * len(weighing.names(place))
        )
        for place, question in enumerate(QUESTIONS)
        for language, fit in zip(LANGUAGES, fits, strict=True)
    ])  # fmt: skip


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    """Twice the same is twice the same file; its scores are those of the regression."""
    first = _weights(3)
    assert first == _weights(3) != _weights(4)
    file = tmp_path / "weights.npz"
    file.write_bytes(first)
    scorer = Scorer(read_tables(file), read_cues())
    texts = ["我们不应该歧视上海人。", "上海人都是骗子。", "All women are lazy."]
    fit = learning.learn(
        learning.examples_made(made("counterexamples", 2, seed=3)), HOSTILE, steps=2
    )
    raw = learning.raw_scores(fit, texts, HOSTILE)
    said = np.array([scorer.score(text).hostile for text in texts])
    assert np.allclose(said, 1 / (1 + np.exp(-raw)), atol=0.02)


def test_what_is_left_out_is_kept_as_it_ships(tmp_path: Path) -> None:
    """Learning nothing writes the file that ships, byte for byte, with the context of the file."""
    course = program.Course.__new__(program.Course)
    written_again = tmp_path / "weights.npz"
    found = program.train(course, written_again, [], [])
    assert written_again.read_bytes() == WEIGHTS.read_bytes()
    assert found["sha256"] == hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()


def test_measures_of_one_language_take_the_place_of_its_own() -> None:
    """The other language's, and the other question's, stay."""
    known = {"hostile": {"a": 1}, "injection": {"x, zh": 1, "x, en": 2, "family y": 3}}
    new = {"injection": {"x, zh": 5, "x, en": 6, "family y": 7}}
    assert program.merged(known, new, ["zh"]) == {
        "hostile": {"a": 1}, "injection": {"x, zh": 5, "x, en": 2, "family y": 3},
    }  # fmt: skip
    assert program.merged(known, new, []) == known | new


def test_a_card_names_the_weights_that_ship() -> None:
    """The card's hash and size are those of the file."""
    raw = WEIGHTS.read_bytes()
    card = (ROOT / "models/cards/classifier.md").read_text(encoding="utf-8")
    assert f"`{hashlib.sha256(raw).hexdigest()}`" in card
    assert re.search(rf"\b{len(raw):,} bytes", card)


def test_attempts_are_measured_by_kind_and_family() -> None:
    """Templates and families apart, each with its recall and its false alarms; what no trial has
    judged is left out."""
    texts = [
        Made("a", 1, "zh", 0), Made("b", 0, "zh", 0), Made("c", 1, "en", 1), Made("d", 0, "en", 1),
        Made("e", 1, "zh", 2, "tale"), Made("f", 0, "zh", 2, "tale"), Made("g", 0, "en", 2, "tale"),
        Made("h", 1, "en", 2, "tale"), Made("i", 1, "en", 3, "later"),
    ]  # fmt: skip
    scores = np.array([0.9, 0.1, 0.1, 0.9, 0.9, 0.1, 0.9, 0.1, 0.9])
    texts.append(Made("j", 1, "zh", 4, "own, zh", written=True))
    scores = np.append(scores, 0.9)
    found = program.measure_made(texts, scores, np.array([True] * 8 + [False, True]))
    assert not {"family later", "family own, zh"} & set(found)
    for name, recall, alarms in (
        ("templates held out, zh", 1.0, 0.0), ("templates held out, en", 0.0, 1.0),
        ("families held out, zh", 1.0, 0.0), ("family tale", 0.5, 0.5),
        ("written held out, zh", 1.0, 0.0),
    ):  # fmt: skip
        measures = found[name]
        assert isinstance(measures, dict)
        assert (measures["recall"], measures["false_alarms"]) == (recall, alarms), name


def test_what_is_rare_says_more() -> None:
    """A place that one row in 20 has pulls by 1 in units of log(20); what nearly all have, or
    hardly any, by the bounds; and scores and slopes are times the pull."""
    block = rows([np.array([0, 1] if at == 0 else [0]) for at in range(20)], 3)
    pulled = pulled_by_rarity(block, float(np.log(20)))
    assert np.allclose(pulled.pulls, [0.2, 1.0, 1.0])
    assert pulled_by_rarity(block, 0.5).pulls[1] == 3.0
    assert np.isclose(pulled.scores(np.ones(3))[0], 1.2 / np.sqrt(2))
    slope = pulled.gradient(np.ones(20))
    assert np.isclose(slope[0], 0.2 * (19 + 1 / np.sqrt(2)))
    assert slope[2] == 0


def test_near_duplicates_stay_together() -> None:
    """Posts that differ in punctuation, or begin or end alike, are one group and one split."""
    texts = ["一二三四五六七八九十一二三四五六", "一二三，四五六七八九十一二三四！", "别的"]
    groups = near_duplicates(texts)
    assert groups[0] == groups[1] != groups[2]


def test_posts_are_read_with_their_second_reading(tmp_path: Path) -> None:
    """A suspect label is known as such; a split keeps groups whole."""
    with (tmp_path / "cold_train.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["", "split", "topic", "label", "TEXT"])
        rows.writerow([0, "train", "region", 1, "反对地域歧视"])
        rows.writerow([1, "train", "race", 0, "天气不错"])
    first, second = chinese(tmp_path)
    assert (first.suspect, first.label, first.topic, second.suspect) == (True, 1, "region", False)
    twins = [first, second, first._replace(text="x")]
    assert folds(twins, seed=1, count=2)[[0, 2]].tolist() in ([0, 0], [1, 1])
    assert len(set(folds(twins, seed=1, count=2))) == 2
    assert learning.examples_of_posts([first]) == []


def test_measures() -> None:
    """The area of a perfect order is 1, of a reversed one 0, of ties a half."""
    labels = np.array([False, False, True, True])
    assert area(labels, np.array([0.1, 0.2, 0.3, 0.4])) == 1
    assert area(labels, np.array([0.4, 0.3, 0.2, 0.1])) == 0
    assert area(labels, np.zeros(4)) == 0.5
    assert macro_f1(labels, labels) == 1


def test_no_hand_written_text_is_learned_from() -> None:
    """The held-out texts are not among what the templates make."""
    folder = ROOT / "tests/unit/filters/classifier"
    files = [path.read_text(encoding="utf-8") for path in folder.glob("handwritten*.txt")]
    held = {line.partition(": ")[2] for text in files for line in text.splitlines()}
    for name in ("counterexamples", "injections"):
        assert not held & {one.text for one in made(name, 60, seed=learning.SEED)}
    assert not held & {one.text for one in learning.injections_made()}


def test_families_are_filled_and_named() -> None:
    """Each text of a family is filled to the last brace; most families have attempts and harmless
    counterparts in both languages, so that one can be held out and measured."""
    texts = made("families", 4, seed=5, words="injections")
    assert not [one.text for one in texts if "{" in one.text or "}" in one.text]
    assert not [one for one in texts if not one.family]
    kinds: dict[str, set[tuple[int, str]]] = {}
    for one in texts:
        kinds.setdefault(one.family, set()).add((one.label, one.language))
    whole = [name for name, seen in kinds.items() if len(seen) == 4]
    assert len(whole) >= 15
    assert set(kinds) - set(whole) == {"talk", "manual", "earnest"}


def test_written_texts_count_more_and_are_held_out_by_family() -> None:
    """Attempts and harmless ones in both languages, each family in one; no sign of the file is
    left in a text."""
    texts = written()
    assert {(one.label, one.language) for one in texts} == {
        (label, language) for label in (0, 1) for language in LANGUAGES
    }
    assert all(one.written and one.family.endswith(f", {one.language}") for one in texts)
    assert not [one.text for one in texts if "\\n" in one.text or one.text != one.text.strip()]
    examples = learning.examples_made(texts)
    plain = learning.examples_made(made("injections", 1, seed=1))
    assert min(one.weight for one in examples) > max(one.weight for one in plain)


def test_marks_of_chat_templates_stay_whole() -> None:
    """A bar inside such a mark parts no words."""
    texts = [one.text for one in made("injections", 40, seed=learning.SEED)]
    assert any("<|im_start|>system" in text for text in texts)
    assert not [text for text in texts if text.startswith(("im_start", ">system"))]
