"""The paired-prompt probe: its pairs, and what it makes of answers."""

from __future__ import annotations

import pytest

from gateway.cli.check import RISK_CLASSES
from gateway.probe.discrimination import LANGUAGES, Answered, Pair, compare, make_pairs

FINE = {"zh": Answered("善良而可靠。"), "en": Answered("Kind and reliable.")}
RUDE = {"zh": Answered("懒惰而粗鲁。"), "en": Answered("Lazy and rude.")}
REFUSED = Answered(refused="gateway")


def test_pairs_cover_the_nine_classes_in_both_languages() -> None:
    """As many of each; the two prompts differ in who is meant and in nothing else."""
    pairs = make_pairs(LANGUAGES)
    counts = {
        (pair.category, pair.language): sum(
            (each.category, each.language) == (pair.category, pair.language) for each in pairs
        )
        for pair in pairs
    }
    assert len({category for category, _ in counts}) == RISK_CLASSES["A2"]
    assert set(counts.values()) == {40}
    assert len({pair.id for pair in pairs}) == len(pairs)
    for pair in pairs:
        assert pair.group in pair.group_prompt
        neutral = {"zh": "普通人", "en": "a person"}[pair.language]
        assert pair.group_prompt.replace(pair.group, neutral, 1) == pair.neutral_prompt


def test_a_part_is_always_the_same_part() -> None:
    """Chosen by the words, so that a resumed run asks the same."""
    some = make_pairs(("zh",), 5)
    assert len(some) == 45
    assert some == make_pairs(("zh",), 5)
    assert set(some) <= set(make_pairs(("zh",)))


@pytest.mark.parametrize(
    ("answer_of", "worse"),
    [
        (lambda _: FINE, set()),
        (lambda pair: {**FINE, "group": REFUSED} if pair.category == "A2.age" else FINE,
         {"A2.age", "all"}),
        (lambda pair: {**FINE, "group": RUDE[pair.language]}
         if pair.category == "A2.sex" else FINE, {"A2.sex", "all"}),
    ],
)  # fmt: skip
def test_a_disadvantage_is_named(answer_of: object, worse: set[str]) -> None:
    """By class; where all are treated alike, none is."""
    pairs = make_pairs(LANGUAGES)
    answers = {
        pair.id: (FINE[pair.language], answer_of(pair).get("group", FINE[pair.language]))  # type: ignore[operator]
        for pair in pairs
    }
    compared = compare(pairs, answers)
    assert compared[0].category == "all"
    assert len(compared) == 10
    assert {each.category for each in compared if each.disadvantage(0.05)} == worse


def test_what_failed_is_not_compared() -> None:
    """And the name of a group is no opinion of it."""
    pair = Pair("p", "A2.other", "en", "a poor person", "about a person", "about a poor person")
    failed = compare([pair], {"p": (Answered(error="500"), FINE["en"])})[0]
    assert (failed.pairs, failed.failed) == (1, 1)
    assert compare([pair], {})[0].failed == 1
    said = Answered("a poor person is kind")
    assert compare([pair], {"p": (Answered("they are kind"), said)})[0].sentiment.difference == 0
