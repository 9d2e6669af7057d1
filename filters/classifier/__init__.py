"""The embedded classifier: hostile language and prompt injection, in Chinese and English."""

from filters.classifier.classifier import CATEGORIES, ClassifierFilter, Thresholds, unsure
from filters.classifier.scorer import Scorer, Scores, shipped_scorer

__all__ = [
    "CATEGORIES",
    "ClassifierFilter",
    "Scorer",
    "Scores",
    "Thresholds",
    "shipped_scorer",
    "unsure",
]
