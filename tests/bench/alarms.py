"""False alarms of a policy on your own texts: `python -m tests.bench.alarms FOLDER...`.

Reads every .txt file, one text a line (`--join 40`: so many lines to a text, as code and logs want
it), and judges it by a preset or a policy file as the gateway would, question and answer. Prints,
per folder and family of filters, what was found by rules that only record and by rules that act
(block, redact, veil), beside what is aimed at; then the rules and the entries that found most;
then, with `--hits N`, N places of each with the text around. Whether a find is false a reader says.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from gateway.assembly.kit import build_kit
from gateway.config.policy_file import load_policy
from gateway.engine.ruling import Ruler
from gateway.nouns.finding import Finding
from gateway.nouns.segment import Direction, FieldClass
from gateway.nouns.verdict import Action
from gateway.ports.filter import Filter

RECORDED, ACTED = 100_000, 5_000_000
"""Characters in which at most one false alarm is aimed at, by what the rule does. Personal data and
secrets: `RECORDED` for both."""

_AROUND = 48


class Hit(NamedTuple):
    """One find: the strictest rule of the policy, whether it acts, and the place."""

    folder: str
    filter: str
    found: str
    rule: str
    acts: bool
    context: str


class Judge:
    """Judges texts by a policy: each finding once, by the strictest rule of either side."""

    def __init__(self, policy: str, only: Sequence[str] = ()) -> None:
        read = load_policy(policy)
        filters: list[Filter] = [each for each, _ in build_kit(read).filters]
        self._filters = [each for each in filters if not only or each.name in only]
        self._rulers = [Ruler(read, side, third_party=True) for side in Direction]

    def hits(self, folder: str, text: str) -> Iterator[Hit]:
        """Yield what is found in a text."""
        for each in self._filters:
            for one in each.scan(text, 0, True).findings:
                yield self._hit(folder, each.name, text, one)

    def _hit(self, folder: str, name: str, text: str, one: Finding) -> Hit:
        ruled = [
            each
            for ruler in self._rulers
            for each in ruler.ruled(one.category, one.severity, FieldClass.CONTENT)
        ]
        first = max(ruled, key=lambda each: each.action, default=None)
        acts = first is not None and first.action > Action.FLAG
        before, span = text[max(0, one.start - _AROUND) : one.start], text[one.start : one.end]
        around = f"{before}>>{span}<<{text[one.end : one.end + _AROUND]}".replace("\n", "\\n")
        found = f"{one.rule or one.category} ({one.category}, {one.severity})"
        return Hit(folder, name, found, first.rule.id if first else "none", acts, around)


def texts(folder: Path, join: int) -> Iterator[str]:
    """Yield the texts of a folder's .txt files (or of one file), ``join`` lines each."""
    for path in sorted(folder.rglob("*.txt")) if folder.is_dir() else [folder]:
        with path.open(encoding="utf-8", errors="replace") as lines:
            while held := list(islice(lines, join)):
                yield "".join(held).rstrip("\n")


def measured(judge: Judge, folders: Iterable[Path], join: int) -> tuple[dict[str, int], list[Hit]]:
    """Return the characters of each folder, and all hits."""
    sizes: dict[str, int] = {}
    hits: list[Hit] = []
    for folder in folders:
        size = 0
        for text in texts(folder, join):
            size += len(text)
            hits += judge.hits(folder.name, text)
        sizes[folder.name] = size
    return sizes, hits


def rows(sizes: dict[str, int], hits: list[Hit]) -> Iterator[tuple[str, ...]]:
    """Yield one row per folder and filter: finds, and in how many characters one is aimed at."""
    for folder, size in sizes.items():
        for name in sorted({hit.filter for hit in hits}):
            of = [hit.acts for hit in hits if hit.folder == folder and hit.filter == name]
            acted = sum(of)
            yield (
                folder, f"{size:,}", name,
                str(len(of) - acted), f"{(len(of) - acted) * RECORDED / max(size, 1):.3f}",
                str(acted), f"{acted * RECORDED / max(size, 1):.3f}",
                f"{acted * ACTED / max(size, 1):.2f}",
            )  # fmt: skip


def _say(line: str = "") -> None:
    print(line)  # noqa: T201 -- a tool


def _report(sizes: dict[str, int], hits: list[Hit], shown: int, most: int) -> None:
    heads = ("folder", "characters", "filter", "recorded", "per 100,000", "acted", "per 100,000",
             "per 5,000,000")  # fmt: skip
    for row in (heads, *rows(sizes, hits)):
        _say("  ".join(cell.rjust(13) for cell in row))
    _say("\nrules of the policy")
    for (rule, acts), count in Counter((hit.rule, hit.acts) for hit in hits).most_common():
        _say(f"{count:7} {'acts' if acts else 'records'} {rule}")
    for name in sorted({hit.filter for hit in hits}):
        _say(f"\n{name}")
        of = [hit for hit in hits if hit.filter == name]
        for (found, acts), count in Counter((h.found, h.acts) for h in of).most_common(most):
            _say(f"{count:7} {'acts' if acts else 'records'} {found}")
            for hit in [each for each in of if each.found == found][:shown]:
                _say(f"          {hit.folder}: {hit.context}")


def main() -> None:
    """Judge folders and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    words.add_argument("--policy", default="cn-public", help="a preset or a policy file")
    words.add_argument("--join", type=int, default=1, help="lines to a text")
    words.add_argument("--hits", type=int, default=0, help="places shown of each entry")
    words.add_argument("--most", type=int, default=40, help="entries shown of each filter")
    words.add_argument("--only", action="append", default=[], help="a filter, by its name")
    said = words.parse_args()
    sizes, hits = measured(Judge(said.policy, said.only), said.folders, max(1, said.join))
    _report(sizes, hits, said.hits, said.most)


if __name__ == "__main__":
    main()
