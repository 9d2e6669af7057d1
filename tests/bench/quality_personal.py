"""The table of `tests.bench.personal_data` for `make quality`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import personal_data, personal_handwritten

TITLE = "Personal data and secrets"
HEADS = ("what", "figure", "of, or taken for")
NOTE = (
    "Generated values in sentences of our own; numbers and lines that are nobody's data. The "
    "filter was tuned on these corpora (`python -m tests.bench.personal_data`). By hand: 153 "
    "sentences and lists, each value marked before anybody had read the rules, and 174 that only "
    "look like data (`python -m tests.bench.personal_handwritten --missed`). Before anything was "
    "mended on them, 193 of the 330 values were found, with 2 false alarms; now they are known, so "
    "read the figures as an upper bound. A second set, 219 texts with 556 values and 262 that only "
    "look like data, was split by chance: one half is known, the other one is held out."
)


def rows() -> list[tuple[str, str, str]]:
    """Return one row per kind and per corpus."""
    by_hand = personal_handwritten.measure(
        personal_handwritten.WRITTEN, personal_handwritten.LOOKALIKES
    )
    return [
        *personal_data.rows(),
        *(
            (f"by hand, found: {row.kind}", f"{row.found / row.values:.0%}", f"of {row.values}")
            for row in by_hand
            if row.values
        ),
        *(
            (f"by hand, false alarms: {row.kind}", f"{row.alarms}", "in all of these sentences")
            for row in by_hand
            if row.alarms
        ),
        *_of_halves(),
    ]


def _of_halves() -> Iterator[tuple[str, str, str]]:
    for half in ("tuning", "held out"):
        found = personal_handwritten.measure(*personal_handwritten.SETS[half])
        for kind in ("name", ""):
            some = [row for row in found if kind in {"", row.kind}]
            values = sum(row.values for row in some)
            share = sum(row.found for row in some) / values
            yield f"second set, {half}, found: {kind or 'all'}", f"{share:.0%}", f"of {values}"
        alarms = sum(row.alarms for row in found)
        yield f"second set, {half}, false alarms", f"{alarms}", "in all of these texts"
