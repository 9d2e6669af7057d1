"""Personal data and secrets: what they cost, what they find, what they mistake.

``python -m tests.bench.personal_data`` prints all of it; ``--base COMMIT`` measures the filters of
another commit beside these, in turn, and prints the ratio. Costs are CPU time, the least of many
rounds: microseconds per delta of four characters, as a stream brings them, and per 1,000 characters
of a whole text. With a base, what both find in generated texts is compared too, finding by finding,
in the whole text and in every delta.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from filters.personal_data import PersonalDataFilter
from filters.secrets import SecretsFilter
from gateway.ports.filter import Filter
from tests.bench.personal_corpus import ABSENT, PRESENT, lines

_ROOT = Path(__file__).resolve().parents[2]
_WORKER = Path(__file__).with_name("personal_cost.py")
_ROUNDS = 12
_PERSONS = 200
_HARMLESS = 400_000
_COMPARED = 400

Costs = dict[tuple[str, str], tuple[float, float]]
"""``(filter, text) -> (µs per delta, µs per 1,000 characters)``"""


class _Worker:
    """A process that measures the filters of one tree, one round at a time."""

    def __init__(self, tree: Path) -> None:
        environment = os.environ | {"PYTHONPATH": str(tree)}
        self._process = subprocess.Popen(
            [sys.executable, str(_WORKER)], cwd=tree, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.least: Costs = {}

    def _ask(self, line: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def find(self, text: str) -> Any:
        """Return all that its filters find in a text, whole and cut."""
        return self._ask(json.dumps(text))

    def measure(self) -> None:
        """Run one round and keep what was the least so far."""
        for name, text, delta, whole in self._ask(""):
            before = self.least.get((name, text), (delta, whole))
            self.least[name, text] = (min(before[0], delta), min(before[1], whole))

    def end(self) -> None:
        """Let it go."""
        self._process.communicate()


def costs(base: str = "") -> list[tuple[str, ...]]:
    """Return a row per filter and text; with ``base``, the other commit's figures and the ratio,
    after what both find."""
    with tempfile.TemporaryDirectory() as folder:
        trees = [_ROOT]
        if base:
            packed = subprocess.run(
                ["git", "archive", base, "filters", "gateway", "models", "policies"],
                cwd=_ROOT, check=True, capture_output=True,
            ).stdout  # fmt: skip
            with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
                archive.extractall(folder, filter="data")
            trees.append(Path(folder))
        workers = [_Worker(tree) for tree in trees]
        for _ in range(_ROUNDS):
            for worker in workers:
                worker.measure()
        rows = [*_compared(*workers)] if base else []
        for worker in workers:
            worker.end()
    now, *others = (worker.least for worker in workers)
    for (name, text), (delta, whole) in now.items():
        row = [f"{name}, {text}", f"{delta:.2f} µs per delta", f"{whole:.1f} µs per 1,000"]
        for other in others:
            was = other[name, text]
            row += [f"was {was[0]:.2f} and {was[1]:.1f}", f"x {delta / was[0]:.2f}"]
        rows.append(tuple(row))
    return rows


def _texts(name: str, rng: random.Random) -> str:
    """Return a text of some lines of a corpus, or of some persons."""
    if name in ABSENT:
        return "\n".join(ABSENT[name](rng) for _ in range(6))
    said = [PRESENT[kind] for kind in rng.choices(list(PRESENT), k=4)]
    return rng.choice("，\n ").join(sentence.format(make(rng)) for sentence, make in said)


def _compared(here: _Worker, there: _Worker) -> Iterator[tuple[str, ...]]:
    for name in ("persons", *ABSENT):
        rng = random.Random(name)
        texts = [_texts(name, rng) for _ in range(_COMPARED)]
        other = sum(here.find(text) != there.find(text) for text in texts)
        yield f"found otherwise than before: {name}", f"{other} of {_COMPARED} texts"


def rows() -> list[tuple[str, str, str]]:
    """Return ``(what, figure, meaning)`` lines: recall per kind, then false alarms per corpus."""
    judges = (PersonalDataFilter(), SecretsFilter())
    return [*_recall(judges), *_false_alarms(judges)]


def _recall(judges: Sequence[Filter]) -> Iterator[tuple[str, str, str]]:
    for name, (sentence, make) in PRESENT.items():
        rng = random.Random(name)
        kind = name.partition(",")[0]
        category = kind if kind.startswith("secret.") else f"personal_data.{kind}"
        found = 0
        for _ in range(_PERSONS):
            value = make(rng)
            text = sentence.format(value)
            at = text.index(value)
            found += any(
                one.category == category and one.start < at + len(value) and at < one.end
                for judge in judges
                for one in judge.scan(text, 0, True).findings
            )
        yield f"found: {name}", f"{found / _PERSONS:.1%}", f"of {_PERSONS} generated"


def _false_alarms(judges: Sequence[Filter]) -> Iterator[tuple[str, str, str]]:
    for name, make in ABSENT.items():
        text = lines(make, _HARMLESS)
        found = [one.category for judge in judges for one in judge.scan(text, 0, True).findings]
        kinds = ", ".join(f"{kind} {count}" for kind, count in Counter(found).most_common(4))
        rate = len(found) / len(text) * 100_000
        yield f"false alarms: {name}", f"{rate:.2f} in 100,000", kinds or "none"


def main() -> None:
    """Print the tables."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--base", default="", metavar="COMMIT", help="measure this one beside it")
    said = words.parse_args()
    for row in (*rows(), *costs(said.base)):
        print(" | ".join(row), flush=True)  # noqa: T201 -- a command


if __name__ == "__main__":
    main()
