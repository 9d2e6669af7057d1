"""The table of `tests.bench.lexicon_evasion` for `make quality`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import lexicon_evasion

TITLE = "Word lists: disguised terms found again, and false alarms"
HEADS = ("what", "of", "reached", "aim")
NOTE = (
    "Terms of the shipped lists in generated disguises (a fixed seed; written by who wrote the "
    "filter) and in some by hand; alarms in 100,000 characters (`python -m "
    "tests.bench.lexicon_evasion`)."
)


def rows() -> Iterator[tuple[str, ...]]:
    """Yield one row per disguise and per corpus."""
    for row in lexicon_evasion.rows():
        missed = row.value < row.aim if row.what.startswith("recall") else row.value > row.aim
        yield row.what, f"{row.count:,}", f"{row.value:.3f}", f"{row.aim:g}{' missed' * missed}"
