"""The table of `tests.bench.personal_data` for `make quality`."""

from __future__ import annotations

from tests.bench import personal_data

TITLE = "Personal data and secrets"
HEADS = ("what", "figure", "of, or taken for")
NOTE = (
    "Generated values in sentences of our own; numbers and lines that are nobody's data. The "
    "filter was tuned on these corpora (`python -m tests.bench.personal_data`)."
)


def rows() -> list[tuple[str, str, str]]:
    """Return one row per kind and per corpus."""
    return personal_data.rows()
