"""The fingerprint, measured: recall, false attributions, bytes and time, against size.

    python -m tests.bench.fingerprint --size 10000 --size 100000
    python -m tests.bench.fingerprint --size 1000000 --store postgresql --url postgresql://...

Fills a SQLite file and a PostgreSQL schema of its own with made-up answers (`tests.bench.answers`)
through the store's own port, stops at each size, and asks for quotes of them: 40 Chinese
characters or 20 English words, untouched and with 10 and 15 % of the characters edited. Prints
JSON lines; the last line projects to a hundred million answers.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import msgspec
import numpy as np
from numpy.random import Generator

from gateway.ledger.finder import ATTRIBUTED, Finder
from gateway.matching.fingerprint import Fingerprinter, normalise
from gateway.nouns.record import Fingerprint
from tests.bench.answers import answers, edited, quote
from tests.bench.fingerprint_filling import Filling, Kept, kept_file, loading
from tests.bench.oddities import Oddities

KEY = bytes(range(32))
LENGTH = 380
"""Asked of the generator; the answers then have 500 characters on average, marks included."""

SHARES = (0.0, 0.1, 0.15)
_SCALES = (0.5, 1.0, 1.0, 2.0, 4.0)
"""Of the lengths of foreign quotes: from 20 characters or 10 words to 160 or 80."""

_ODD_EACH = 100
_BATCH = 4_000
_KEPT_TEXTS = 4_000
_PROJECTED = 100_000_000


class Asking:
    """Asks one store and counts."""

    def __init__(self, filling: Filling, texts: dict[int, str], size: int) -> None:
        self._finder = Finder(filling.store, KEY)
        self._texts = texts
        self._answers = [place for place in texts if place < size]
        self._odd = sorted(place for place in texts if place >= size)
        self.took: list[float] = []
        self.spent: list[float] = []

    def found(self, asked: str) -> list[tuple[int, float]]:
        """Return places and confidences."""
        began, worked = perf_counter(), process_time()
        matches = self._finder.by_words(asked)
        self.took.append(perf_counter() - began)
        self.spent.append(process_time() - worked)
        return [(each.place, each.confidence) for each in matches]

    def recall(self, share: float, chance: Generator, count: int, *, chinese: bool) -> float:
        """Return how often the exchange quoted from comes first, attributed."""
        mine = [place for place in self._answers if (place % 4 != 3) == chinese]
        return self._recall(mine, share, chance, count)

    def recall_by_kind(
        self, chance: Generator, count: int, *, scale: int
    ) -> dict[str, list[float]]:
        """Return the same of texts that are no prose, by their kinds, for each of `SHARES`, quoted
        so many times as long."""
        kinds = list(Oddities().kinds)
        return {
            kind: [
                self._recall(self._odd[number :: len(kinds)], share, chance, count, scale)
                for share in SHARES
            ]
            for number, kind in enumerate(kinds)
        }

    def _recall(
        self, mine: list[int], share: float, chance: Generator, count: int, scale: int = 1
    ) -> float:
        hit = 0
        size = {"ideographs": 40 * scale, "words": 20 * scale}
        for place in chance.choice(mine, count).tolist():
            asked = edited(quote(self._texts[place], chance, **size), share, chance)
            found = self.found(asked)
            hit += bool(found) and found[0][0] == place and found[0][1] >= ATTRIBUTED
        return round(hit / count, 4)

    def false_alarms(self, count: int, seed: int) -> dict[str, Any]:
        """Return how many quotes of texts never answered are attributed, by their kinds; and of how
        many of these the record says the very words."""
        asked: Counter[str] = Counter()
        false: Counter[str] = Counter()
        verbatim = 0
        for kind, text in foreign_quotes(count, seed):
            asked[kind] += 1
            found = self._finder.by_words(text)[:1]
            if not found or found[0].confidence < ATTRIBUTED:
                continue
            passage = normalise(text[found[0].start : found[0].end])
            same = passage in normalise(self._texts.get(found[0].place, ""))
            verbatim += same
            false[kind] += not same
        return {
            "unrelated": asked.total(), "false": false.total(), "verbatim": verbatim,
            "false_at_most": round(most_of(false.total()) / asked.total(), 7),
            "unrelated_by_kind": dict(asked), "false_by_kind": dict(+false),
        }  # fmt: skip


def foreign_quotes(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """Give quotes of texts that no index holds: of sixteen five of answers, one long one of pieces
    of four, two stitched from two, eight that are no prose; of several lengths."""
    chance = np.random.default_rng(seed)
    prose = answers(int(chance.integers(1 << 30)), 4 * count, LENGTH)
    odd = Oddities().texts(int(chance.integers(1 << 30)), count)
    for number in range(count):
        scale = _SCALES[number % len(_SCALES)]
        size = {"ideographs": round(40 * scale), "words": round(20 * scale)}
        if number % 16 == 2:
            parts = (quote(next(prose), chance, ideographs=100, words=50) for _ in range(4))
            yield "long", " ".join(parts)
        elif number % 8 < 3:
            yield "answers", quote(next(prose), chance, **size)
        elif number % 8 == 3:
            half = {name: each // 2 for name, each in size.items()}
            parts = (quote(next(prose), chance, **half) for _ in range(2))
            yield "stitched", " ".join(parts)
        else:
            kind, text = next(odd)
            yield kind, quote(text, chance, **size)


def most_of(count: int) -> float:
    """Return the most that a mean can be of which so many were seen (Poisson, one-sided, 95 %)."""
    low, high = 0.0, 10.0 + 3.0 * count
    while high - low > 1e-6:
        mean = (low + high) / 2
        terms = np.cumprod([1.0, *[mean / n for n in range(1, count + 1)]])
        low, high = (mean, high) if np.exp(-mean) * terms.sum() > 0.05 else (low, mean)
    return high


def fingerprints(sizes: list[int]) -> Iterator[tuple[int, list[str], list[Fingerprint]]]:
    """Give batches of answers with their fingerprints; a batch ends at each size."""
    maker = Fingerprinter(KEY)
    source = answers(5, sizes[-1], LENGTH)
    place = 0
    while place < sizes[-1]:
        end = min(place + _BATCH, next(size for size in sizes if size > place))
        texts = [next(source) for _ in range(end - place)]
        yield place, texts, maker.of_each([[text] for text in texts])
        place = end


def odd_ones(place: int) -> tuple[dict[int, str], list[Fingerprint]]:
    """Return texts that are no prose, by the places from this one on, and their fingerprints."""
    texts = [text for _, text in Oddities().texts(6, _ODD_EACH)]
    made = Fingerprinter(KEY).of_each([[text] for text in texts])
    return dict(enumerate(texts, place)), made


def measure(filling: Filling, size: int, kept: Kept, flags: argparse.Namespace) -> dict[str, Any]:
    """Return one line of the table."""
    chance = np.random.default_rng(flags.seed)
    asking = Asking(filling, kept.texts, size)
    asking.recall(0.1, chance, 10, chinese=True)  # warms what a running program has warm
    asking.took.clear()
    asking.spent.clear()
    line: dict[str, Any] = {"store": filling.name, "answers": size}
    for chinese, tongue in ((True, "zh"), (False, "en")):
        for share in SHARES:
            found = asking.recall(share, chance, flags.quotes, chinese=chinese)
            line[f"recall_{tongue}_{round(share * 100)}"] = found
    took = np.array(asking.took) * 1000
    line |= {f"ms_p{p}": round(float(np.percentile(took, p)), 1) for p in (50, 95, 99)}
    line["ms_max"] = round(float(took.max()), 1)
    spent = np.array(asking.spent) * 1000  # of this process: a database of its own comes on top
    line |= {f"cpu_ms_p{p}": round(float(np.percentile(spent, p)), 1) for p in (50, 95)}
    if flags.kinds:
        line["recall_by_kind"] = asking.recall_by_kind(chance, flags.kinds, scale=1)
        line["quoted_twice_as_long"] = asking.recall_by_kind(chance, flags.kinds, scale=2)
    if flags.unrelated:
        line |= asking.false_alarms(flags.unrelated, flags.seed)
    used = filling.bytes_used() / (size + len(asking._odd))
    line["characters"] = round(kept.characters, 1)
    line["bytes_per_answer"] = round(used)
    line["bytes_per_500"] = round(used * 500 / kept.characters)
    line["ms_to_store"] = round(1000 * filling.seconds / size, 2)
    return line


def projection(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the last two sizes say of a hundred million, on the same machine: bytes as they
    are, time by the power of size that they show."""
    before, last = lines[-2], lines[-1]
    growth = last["answers"] / before["answers"]
    power = max(0.0, float(np.log(last["ms_p95"] / before["ms_p95"]) / np.log(growth)))
    factor = (_PROJECTED / last["answers"]) ** power
    return {
        "store": last["store"], "answers": _PROJECTED, "projected": True,
        "power": round(power, 2), "ms_p95": round(last["ms_p95"] * factor),
        "gigabytes": round(last["bytes_per_answer"] * _PROJECTED / 1e9),
    }  # fmt: skip


def tell(line: dict[str, Any]) -> None:
    """Print a line of the table at once."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def run_loaded(flags: argparse.Namespace, folder: Path) -> None:
    """Load one size into all stores in one pass, unless it is kept there, and measure."""
    size = max(flags.size)
    where = {"sqlite": str(folder / f"ledger-{size}.db"), "postgresql": flags.url}
    fillings = {name: Filling(name, where[name]) for name in flags.store}
    files = {name: kept_file(folder, name, size) for name in flags.store}
    if missing := [fillings[name] for name in flags.store if not files[name].exists()]:
        for name, kept in load(missing, size):
            files[name].write_bytes(msgspec.json.encode(kept))
    for name, filling in fillings.items():
        kept = msgspec.json.decode(files[name].read_bytes(), type=Kept)
        tell(measure(filling, size, kept, flags) | {"loaded": True})
        filling.store.close()


def load(fillings: list[Filling], size: int) -> Iterator[tuple[str, Kept]]:
    """Load stores past their ports; give each with what to remember when it is complete."""
    began = perf_counter()
    texts: dict[int, str] = {}
    characters = 0
    every = max(1, size // _KEPT_TEXTS) | 1
    loads = [loading(filling) for filling in fillings]
    for place, some, batch in fingerprints([size]):
        characters += sum(map(len, some))
        texts |= {place + n: text for n, text in enumerate(some) if (place + n) % every == 0}
        for each in loads:
            each.add(place, batch)
    odd, batch = odd_ones(size)
    for filling, each in zip(fillings, loads, strict=True):
        each.add(size, batch)
        each.finish()
        filling.seconds = perf_counter() - began
        yield filling.name, Kept(texts | odd, characters / size)


def run(flags: argparse.Namespace, folder: Path) -> None:
    """Fill through the stores' port and measure at each size."""
    sizes = sorted(flags.size)
    where = {"sqlite": str(folder / "ledger.db"), "postgresql": flags.url}
    fillings = [Filling(name, where[name]) for name in flags.store]
    lines: dict[str, list[dict[str, Any]]] = {each.name: [] for each in fillings}
    texts, odd = odd_ones(sizes[-1])
    characters = 0
    for filling in fillings:
        filling.add(sizes[-1], odd)
    for place, some, made in fingerprints(sizes):
        characters += sum(map(len, some))
        every = max(1, sizes[-1] // _KEPT_TEXTS) | 1 if place >= sizes[0] else 1
        texts |= {place + n: text for n, text in enumerate(some) if (place + n) % every == 0}
        for filling in fillings:
            filling.add(place, made)
        end = place + len(some)
        if end not in sizes:
            continue
        for filling in fillings:
            kept = Kept(texts, characters / end)
            line = measure(filling, end, kept, flags)
            lines[filling.name].append(line)
            tell(line)
    for told in lines.values():
        if len(told) > 1:
            tell(projection(told))
    for filling in fillings:
        filling.store.close()


def main() -> None:
    """Read the flags and run."""
    parser = argparse.ArgumentParser(description="Measures the fingerprint.")
    parser.add_argument("--size", type=int, action="append", help="answers; may be repeated")
    parser.add_argument("--store", action="append", choices=["sqlite", "postgresql"])
    parser.add_argument("--url", default="postgresql://127.0.0.1:5432/test")
    parser.add_argument("--quotes", type=int, default=300, help="per language and share of edits")
    parser.add_argument("--unrelated", type=int, default=0, help="quotes of texts never answered")
    parser.add_argument("--kinds", type=int, default=0, help="quotes per kind that is no prose")
    parser.add_argument("--load", action="store_true", help="load one size in bulk")
    parser.add_argument("--seed", type=int, default=11, help="of the quotes")
    parser.add_argument(
        "--folder", type=Path, help="where the SQLite file goes; what was loaded there is kept"
    )
    arguments = parser.parse_args()
    arguments.size = arguments.size or [10_000]
    arguments.store = arguments.store or ["sqlite"]
    if arguments.load and arguments.folder:
        run_loaded(arguments, arguments.folder)
        return
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        (run_loaded if arguments.load else run)(arguments, Path(folder))


if __name__ == "__main__":
    main()
