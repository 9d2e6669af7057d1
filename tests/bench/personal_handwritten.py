"""Sentences written by hand, with the personal data in them marked before anybody had looked at the
rules; and sentences that hold only what looks like it.

A line is a sort and a text, parted by a tab; ``↵`` stands for a line end, ``<<kind value>>`` for a
value. A value is found if findings cover all of it; an address, whose region stays, if they cover
half of it; a statement (health, belief and the like) if they touch it. A finding that touches no
value is a false alarm. ``--missed`` prints what was not found and what was found wrongly.

There are two sets. The first was tuned on as a whole. The second was split by chance, line by
line, before anything was measured on it: ``second_*_tuning`` may be read by who mends the rules,
``second_*_held_out`` may not, and ``--missed`` prints nothing of it. In the second set a ``name``
has something beside it that says so (a label, a heading of a column, a title, a greeting), a
``name_bare`` has not, a ``surname`` stands alone before a title, a ``nickname`` is a friend's word.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from filters.personal_data import PersonalDataFilter
from filters.secrets import SecretsFilter
from gateway.nouns.finding import Finding
from gateway.nouns.personal import FAMILIES

FOLDER = Path(__file__).with_name("personal")
WRITTEN, LOOKALIKES = "written", "lookalikes"
SETS = {
    "first": (WRITTEN, LOOKALIKES),
    "tuning": ("second_written_tuning", "second_lookalikes_tuning"),
    "held out": ("second_written_held_out", "second_lookalikes_held_out"),
}
"""The two sets, and the halves of the second."""

_MARK = re.compile(r"<<([a-z_]+) (.*?)>>", re.DOTALL)
_LEAST = {"address": 0.5, **dict.fromkeys(FAMILIES["sensitive"], 0.01), "medical_record": 1.0}
"""Kind -> the share of a value that must be covered; of others all."""

Value = tuple[int, int, str]
"""Start, end, kind."""


class Written(NamedTuple):
    """A text, its sort, and the values in it."""

    sort: str
    text: str
    values: tuple[Value, ...]


class Row(NamedTuple):
    """Of one kind: how many values there are, how many were found, and false alarms."""

    kind: str
    values: int
    found: int
    alarms: int


def texts(name: str) -> Iterator[Written]:
    """Give the texts of a file of the folder."""
    for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        sort, _, marked = line.partition("\t")
        yield _read(sort, marked.replace("↵", "\n"))


def _read(sort: str, marked: str) -> Written:
    out, values, at, size = [], [], 0, 0
    for mark in _MARK.finditer(marked):
        out += (marked[at : mark.start()], mark[2])
        size += mark.start() - at
        values.append((size, size + len(mark[2]), mark[1]))
        size, at = size + len(mark[2]), mark.end()
    return Written(sort, "".join([*out, marked[at:]]), tuple(values))


def measure(*names: str, report: list[str] | None = None) -> list[Row]:
    """Return a row per kind; what went wrong is appended to ``report``."""
    judges, report = (PersonalDataFilter(), SecretsFilter()), [] if report is None else report
    values: Counter[str] = Counter()
    found: Counter[str] = Counter()
    alarms: Counter[str] = Counter()
    for written in (one for name in names for one in texts(name)):
        findings = [
            one for judge in judges for one in judge.scan(written.text, 0, final=True).findings
        ]
        for value in written.values:
            values[value[2]] += 1
            if _is_found(findings, value):
                found[value[2]] += 1
            else:
                report.append(f"missed {value[2]} {written.text[value[0] : value[1]]!r}: "
                              f"{written.text!r}")  # fmt: skip
        for one in findings:
            if not any(one.start < end and start < one.end for start, end, _ in written.values):
                family, _, kind = one.category.partition(".")
                alarms["secret" if family == "secret" else kind] += 1
                report.append(f"alarm {one.category} {written.text[one.start : one.end]!r}: "
                              f"{written.text!r}")  # fmt: skip
    kinds = sorted({*values, *alarms})
    return [Row(kind, values[kind], found[kind], alarms[kind]) for kind in kinds]


def _is_found(findings: Sequence[Finding], value: Value) -> bool:
    start, end, kind = value
    covered = {at for one in findings for at in range(max(start, one.start), min(end, one.end))}
    return len(covered) >= _LEAST.get(kind, 1.0) * (end - start)


def main() -> None:
    """Print a table of each set."""
    for title, names in SETS.items():
        report: list[str] = []
        rows = measure(*names, report=report)
        rows.append(Row("all", *(sum(column) for column in list(zip(*rows, strict=True))[1:])))
        if "--missed" not in sys.argv or title == "held out":
            report = []
        lines = [f"{row.kind:<18} {row.values:>6} {row.found:>6} {row.alarms:>6}" for row in rows]
        heading = f"{title:<18} values  found alarms"
        print("\n".join([*report, heading, *lines, ""]))  # noqa: T201 -- a tool


if __name__ == "__main__":
    main()
