"""The embedded classifier on every set that there is, learned from or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from filters.classifier import ClassifierFilter, shipped_scorer

TITLE = "Embedded classifier"
HEADS = ("set", "texts", "called", "macro-F1", "precision", "recall", "AUC")
NOTE = (
    "Posts and templates: judged by trials that did not learn from them (split by group of near "
    "duplicates, by template; `python -m training.classifier measure DATA`), so the weights that "
    "ship are not exactly those; cuts and the weights of the context are learned without it too. "
    "Called are scores from 0.38 on unless a row says another. Hand-written sets: by the weights "
    "that ship and from the default scores on (0.38; attempts 0.5). Harmless: paragraphs of public "
    "sources other than those learned from (`training/classifier/sources.txt` names them), counted "
    "once by the weights that ship; they are not in this folder."
)

_ROOT = Path(__file__).resolve().parents[2]
_MEASURED = _ROOT / "models/cards/classifier_measured.json"
_HARMLESS = _ROOT / "models/cards/classifier_harmless.json"
_WRITTEN = _ROOT / "tests/unit/filters/classifier"
_KINDS = {
    "fair": ("opposes, reports, names a group", "A"),
    "attack": ("attacks", "A"),
    "inject": ("attempts on a model", "injection"),
    "plain": ("only looks like one", "injection"),
}


def rows() -> Iterator[tuple[str, ...]]:
    """Yield one row per set."""
    measured = msgspec.json.decode(_MEASURED.read_bytes())
    for question, name in (("hostile", "posts"), ("injection", "attempts")):
        for part, figures in measured[question].items():
            if part.startswith("curve, "):
                yield from _curve(f"{name}: {part.partition(', ')[2]}", figures)
            elif "called" in figures or "auc" in figures:
                yield _row(f"{name}: {part}", figures)
    yield from _harmless(msgspec.json.decode(_HARMLESS.read_bytes()))
    judge = ClassifierFilter(shipped_scorer().score)
    for file, when in (
        ("handwritten", "seen when templates were written"),
        ("handwritten_later", "seen when templates were written"),
        ("handwritten_oblique", "written before the families, known"),
        ("handwritten_unseen", "not yet written when templates were written"),
        ("handwritten_orders", "orders to tools, set aside before their families"),
        ("handwritten_coaxed", "coaxed answers, set aside before their families"),
    ):
        lines = (_WRITTEN / f"{file}.txt").read_text(encoding="utf-8").splitlines()
        for kind in dict.fromkeys(one.partition(":")[0] for one in lines if one[:1] != "#"):
            what, family = _KINDS[kind.partition(" ")[0]]
            texts = [
                one.partition(": ")[2].replace("\\n", "\n")
                for one in lines
                if one.startswith(f"{kind}: ")
            ]
            called = sum(
                any(f.category.startswith(family) for f in judge.scan(one, 0, True).findings)
                for one in texts
            )
            name = f"hand-written, {when}: {what}, {kind[-2:]}"
            yield name, str(len(texts)), f"{called} ({called / len(texts):.0%})", *("",) * 4


def _harmless(counts: dict[str, int]) -> Iterator[tuple[str, ...]]:
    """Yield one row per language, question and score."""
    for name, count in counts.items():
        language, _, what = name.partition(" ")
        if what:
            of = counts[language]
            share = f"{count} ({count / of:.3%})"
            yield f"harmless paragraphs, {language}: {what}", str(of), share, *("",) * 4


def _curve(name: str, points: list[dict[str, float]]) -> Iterator[tuple[str, ...]]:
    for point in points:
        opposing = point.get("opposing_called")
        called = "" if opposing is None else f"opposing: {opposing:.1%}"
        yield (
            f"{name}, called from {point['at']}", "", called,
            *(f"{point[one]:.3f}" for one in ("macro_f1", "precision", "recall")), "",
        )  # fmt: skip


def _row(name: str, figures: dict[str, float]) -> tuple[str, ...]:
    called = f"{figures['called']:.1%}" if "called" in figures else ""
    measures = (figures.get(one) for one in ("macro_f1", "precision", "recall", "auc"))
    return (
        name, f"{figures['texts']:.0f}", called,
        *("" if one is None else f"{one:.3f}" for one in measures),
    )  # fmt: skip
