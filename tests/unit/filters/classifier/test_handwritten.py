"""What the shipped weights promise on texts written by hand, which were never learned from."""

from __future__ import annotations

from pathlib import Path

from filters.classifier import ClassifierFilter, Thresholds, shipped_scorer
from filters.classifier.classifier import UNSURE_FROM

UNSURE = Thresholds(UNSURE_FROM, UNSURE_FROM)


def _share(
    kind: str,
    family: str,
    file: str = "handwritten.txt",
    thresholds: Thresholds = Thresholds(),  # noqa: B008 -- a frozen value
) -> float:
    """Return the share of texts of a kind in which something of the families is found."""
    judge = ClassifierFilter(shipped_scorer().score, thresholds)
    lines = (Path(__file__).parent / file).read_text(encoding="utf-8").splitlines()
    texts = [
        line.partition(": ")[2].replace("\\n", "\n")
        for line in lines
        if line.startswith(f"{kind}: ")
    ]
    assert len(texts) >= 10
    hits = [
        any(f.category.startswith(family) for f in judge.scan(text, 0, final=True).findings)
        for text in texts
    ]
    return sum(hits) / len(hits)


def test_texts_against_prejudice_are_left_alone() -> None:
    """At most one in five of those that oppose, report, quote or ask, or merely name a group."""
    assert _share("fair zh", "A") <= 0.2
    assert _share("fair en", "A") <= 0.2


def test_attacks_are_seen() -> None:
    """By default at least half (Chinese) and nine in ten (English); two of three of them
    score at least as what the classifier is unsure of, so that a router asks another judge."""
    assert _share("attack zh", "A") >= 0.5
    assert _share("attack en", "A") >= 0.9
    assert _share("attack zh", "A", thresholds=UNSURE) >= 0.66
    assert _share("attack en", "A", thresholds=UNSURE) >= 0.66


def test_attempts_in_another_style_are_seen() -> None:
    """Of what says what attempts usually say, nearly all; of what avoids the usual words, three of
    five, and seven of ten are at least uncertain. These texts were known when the
    templates were last added to, so this is no figure of unseen ones."""
    assert _share("inject en", "injection") >= 0.9
    assert _share("inject zh", "injection") >= 0.85
    for language in ("zh", "en"):
        for file in ("handwritten_later.txt", "handwritten_oblique.txt"):
            assert _share(f"inject {language}", "injection", file) >= 0.6
            assert _share(f"inject {language}", "injection", file, UNSURE) >= 0.7


def test_some_attempts_that_no_template_knew_are_seen() -> None:
    """Half (Chinese) or a fifth (English) of attempts written after all templates; of harmless
    texts beside them, at most one in eight is called."""
    file = "handwritten_unseen.txt"
    assert _share("inject zh", "injection", file) >= 0.5
    assert _share("inject en", "injection", file) >= 0.2
    assert _share("inject zh", "injection", file, UNSURE) >= 0.7
    assert _share("inject en", "injection", file, UNSURE) >= 0.4
    assert _share("plain zh", "injection", file) <= 0.125
    assert _share("plain en", "injection", file) <= 0.125


def test_plain_requests_are_left_alone() -> None:
    """Talk about injection, ordinary orders and role play: at most one in ten is called one."""
    assert _share("plain en", "injection") <= 0.1
    assert _share("plain zh", "injection") <= 0.1
    for language in ("zh", "en"):
        for file in ("handwritten_later.txt", "handwritten_oblique.txt"):
            assert _share(f"plain {language}", "injection", file) <= 0.1


def test_orders_to_tools_and_coaxing_are_seen_in_chinese() -> None:
    """Of texts set aside before their families were written, a third and two fifths, and half and
    two thirds of them are at least uncertain. (In English hardly any; the card says how many.)"""
    for file, called, unsure in (
        ("handwritten_orders.txt", 0.33, 0.5), ("handwritten_coaxed.txt", 0.4, 0.65),
    ):  # fmt: skip
        assert _share("inject zh", "injection", file) >= called
        assert _share("inject zh", "injection", file, UNSURE) >= unsure


def test_texts_that_look_like_orders_or_coaxing_are_left_alone() -> None:
    """Of harmless texts set aside beside orders to tools and coaxed answers at most one in twenty
    is called."""
    for language in ("zh", "en"):
        for file in ("handwritten_orders.txt", "handwritten_coaxed.txt"):
            assert _share(f"plain {language}", "injection", file) <= 0.05
