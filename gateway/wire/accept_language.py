"""Which of our two languages a reader likes best, by his `Accept-Language`."""

from __future__ import annotations

LANGUAGES = ("zh", "en")
_ENTRIES = 20


def preferred_language(accept: str) -> str:
    """Return ``zh`` or ``en``: what an `Accept-Language` likes best of the two, else English
    (RFC 9110, 12.5.4)."""
    best, liked = "en", 0.0
    for entry in accept.split(",")[:_ENTRIES]:
        tag, _, weight = entry.partition(";")
        language = tag.strip()[:2].lower()
        quality = _quality(weight)
        if language in LANGUAGES and quality > liked:
            best, liked = language, quality
    return best


def _quality(weight: str) -> float:
    value = weight.replace(" ", "").removeprefix("q=")
    try:
        return min(1.0, max(0.0, float(value))) if value else 1.0
    except ValueError:
        return 0.0
