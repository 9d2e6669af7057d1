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
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.random import Generator
from numpy.typing import NDArray

from gateway.ledger.finder import ATTRIBUTED, Finder
from gateway.matching.fingerprint import Fingerprinter
from gateway.ports.store import StoredRecord
from gateway.stores.relational import RelationalStore
from gateway.stores.relational.findable import _keys
from tests.bench.answers import answers, edited, quote

KEY = bytes(range(32))
LENGTH = 380
"""Asked of the generator; the answers then have 500 characters on average, marks included."""

SHARES = (0.0, 0.1, 0.15)
_BATCH = 4_000
_KEPT_TEXTS = 4_000
_PROJECTED = 100_000_000


class Filling:
    """A store that grows. ``url`` is a path or a PostgreSQL URL; there a schema is made for it."""

    def __init__(self, name: str, location: str) -> None:
        self.name = name
        self.seconds = 0.0
        self._location = location
        self.store = RelationalStore(location)

    def add(self, place: int, batch: list[Any]) -> None:
        """Append fingerprints from this place on, each with a row."""
        rows = [_row(place + number) for number in range(len(batch))]
        began = time.perf_counter()
        with self.store.writing() as writing:
            writing.append(rows, {place + n: each for n, each in enumerate(batch)})
        self.seconds += time.perf_counter() - began

    def load(self, made: Iterator[tuple[int, list[Any]]]) -> None:
        """Fill an empty store past its port, sorted and without a transaction each: a million
        answers in minutes. Its tables are denser than those that grew."""
        began = time.perf_counter()
        if self.name == "sqlite":
            _load_sqlite(self._location, made)
        else:
            _load_postgresql(self._location, made)
        self.seconds += time.perf_counter() - began

    def bytes_used(self) -> int:
        """Return what the database takes for fingerprints, indexes and slack included."""
        with self.store._transaction() as connection:
            if self.name == "sqlite":
                statement = (
                    "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'gram_postings%' "
                    "OR name LIKE '%fingerprints%'"
                )
            else:
                statement = "SELECT pg_total_relation_size('fingerprints'::regclass)"
            return int(connection.exec_driver_sql(statement).scalar() or 0)


def _row(place: int) -> StoredRecord:
    return StoredRecord(
        f"{place:026d}", "", "", "", place, "closed", "passed", b"{}", b"", b"", place, b"h",
        facts_hash=b"f", contents_hash=b"c", subject_tag=b"s",
    )  # fmt: skip


def _load_sqlite(location: str, made: Iterator[tuple[int, list[Any]]]) -> None:
    keys: list[NDArray[np.int64]] = []
    with closing(sqlite3.connect(location)) as connection:
        connection.execute("PRAGMA synchronous=OFF").close()
        for place, batch in made:
            rows = [(place + n, b"", each.sketch, b"") for n, each in enumerate(batch)]
            connection.executemany("INSERT INTO fingerprints VALUES (?, ?, ?, ?)", rows)
            grams = np.array([gram for each in batch for gram in each.grams], np.int64)
            sizes = [len(each.grams) for each in batch]
            keys.append(grams << 32 | np.repeat(np.arange(place, place + len(batch)), sizes))
        ordered = np.sort(np.concatenate(keys))
        keys.clear()
        for start in range(0, len(ordered), 1 << 20):
            some = ordered[start : start + (1 << 20)]
            pairs = zip((some >> 32).tolist(), (some & 0xFFFFFFFF).tolist(), strict=True)
            connection.executemany("INSERT INTO gram_postings VALUES (?, ?)", pairs)
        connection.commit()


def _load_postgresql(location: str, made: Iterator[tuple[int, list[Any]]]) -> None:
    with psycopg.connect(location) as connection, connection.cursor() as cursor:
        cursor.execute("DROP INDEX fingerprints_by_gram")
        columns = "fingerprints (chain_seq, grams, sketch, pictures)"
        with cursor.copy(f"COPY {columns} FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["int8", "int4[]", "bytea", "bytea"])
            each_with_place = (
                (place + n, each) for place, batch in made for n, each in enumerate(batch)
            )
            for place, each in each_with_place:
                copy.write_row((place, _keys(each.grams, place), each.sketch, b""))
        cursor.execute("SET maintenance_work_mem = '1GB'")
        cursor.execute(
            "CREATE INDEX fingerprints_by_gram ON fingerprints USING gin (grams) "
            "WITH (fastupdate = off)"
        )
        cursor.execute("ANALYZE fingerprints")


class Asking:
    """Asks one store and counts."""

    def __init__(self, filling: Filling, texts: dict[int, str]) -> None:
        self._finder = Finder(filling.store, KEY)
        self._texts = texts
        self.took: list[float] = []

    def found(self, asked: str) -> list[tuple[int, float]]:
        """Return places and confidences."""
        began = time.perf_counter()
        matches = self._finder.by_words(asked)
        self.took.append(time.perf_counter() - began)
        return [(each.place, each.confidence) for each in matches]

    def recall(self, share: float, chance: Generator, count: int, *, chinese: bool) -> float:
        """Return how often the exchange quoted from comes first, attributed."""
        mine = [place for place in self._texts if (place % 4 != 3) == chinese]
        hit = 0
        for place in chance.choice(mine, count).tolist():
            asked = edited(quote(self._texts[place], chance), share, chance)
            found = self.found(asked)
            hit += bool(found) and found[0][0] == place and found[0][1] >= ATTRIBUTED
        return hit / count

    def false_alarms(self, count: int, chance: Generator) -> int:
        """Return how many of so many quotes of texts never answered are attributed."""
        foreign = answers(int(chance.integers(1 << 30)), count, LENGTH)
        quotes = (quote(text, chance) for text in foreign)
        return sum(any(sure >= ATTRIBUTED for _, sure in self.found(each)) for each in quotes)


def fingerprints(sizes: list[int]) -> Iterator[tuple[int, list[str], list[Any]]]:
    """Give batches of answers with their fingerprints; a batch ends at each size."""
    maker = Fingerprinter(KEY)
    source = answers(5, sizes[-1], LENGTH)
    place = 0
    while place < sizes[-1]:
        end = min(place + _BATCH, next(size for size in sizes if size > place))
        texts = [next(source) for _ in range(end - place)]
        yield place, texts, maker.of_each([[text] for text in texts])
        place = end


def measure(
    filling: Filling, size: int, texts: dict[int, str], quotes: int, unrelated: int, chars: float
) -> dict[str, Any]:
    """Return one line of the table."""
    chance = np.random.default_rng(11)
    asking = Asking(filling, texts)
    asking.recall(0.1, chance, 10, chinese=True)  # warms what a running program has warm
    asking.took.clear()
    line: dict[str, Any] = {"store": filling.name, "answers": size}
    for chinese, tongue in ((True, "zh"), (False, "en")):
        for share in SHARES:
            found = asking.recall(share, chance, quotes, chinese=chinese)
            line[f"recall_{tongue}_{round(share * 100)}"] = round(found, 4)
    took = np.array(asking.took) * 1000
    line |= {f"ms_p{p}": round(float(np.percentile(took, p)), 1) for p in (50, 95, 99)}
    line["ms_max"] = round(float(took.max()), 1)
    if unrelated:
        line["unrelated"] = unrelated
        line["false"] = asking.false_alarms(unrelated, chance)
    used = filling.bytes_used() / size
    line["characters"] = round(chars, 1)
    line["bytes_per_answer"] = round(used)
    line["bytes_per_500"] = round(used * 500 / chars)
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


def run_loaded(arguments: argparse.Namespace, folder: Path) -> None:
    """Load and measure one size, one store after the other."""
    size = max(arguments.size)
    every = max(1, size // _KEPT_TEXTS) | 1
    for name in arguments.store:
        kept: dict[int, str] = {}
        characters = 0

        def made() -> Iterator[tuple[int, list[Any]]]:
            nonlocal characters
            for place, texts, batch in fingerprints([size]):
                characters += sum(map(len, texts))
                mine = {place + n: text for n, text in enumerate(texts) if (place + n) % every == 0}
                kept.update(mine)  # noqa: B023 -- used up within this turn
                yield place, batch

        filling = Filling(name, str(folder / "ledger.db") if name == "sqlite" else arguments.url)
        filling.load(made())
        line = measure(
            filling, size, kept, arguments.quotes, arguments.unrelated, characters / size
        )
        tell(line | {"loaded": True})
        filling.store.close()


def run(arguments: argparse.Namespace, folder: Path) -> None:
    """Fill and measure."""
    sizes = sorted(arguments.size)
    where = {"sqlite": str(folder / "ledger.db"), "postgresql": arguments.url}
    fillings = [Filling(name, where[name]) for name in arguments.store]
    lines: dict[str, list[dict[str, Any]]] = {each.name: [] for each in fillings}
    kept: dict[int, str] = {}
    characters = 0
    for place, texts, made in fingerprints(sizes):
        characters += sum(map(len, texts))
        every = max(1, sizes[-1] // _KEPT_TEXTS) | 1 if place >= sizes[0] else 1
        kept |= {place + n: text for n, text in enumerate(texts) if (place + n) % every == 0}
        for filling in fillings:
            filling.add(place, made)
        end = place + len(texts)
        if end not in sizes:
            continue
        for filling in fillings:
            foreign = arguments.unrelated if end == sizes[0] else 0
            line = measure(filling, end, kept, arguments.quotes, foreign, characters / end)
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
    parser.add_argument("--load", action="store_true", help="load one size in bulk")
    parser.add_argument("--folder", type=Path, help="where the SQLite file goes")
    arguments = parser.parse_args()
    arguments.size = arguments.size or [10_000]
    arguments.store = arguments.store or ["sqlite"]
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        (run_loaded if arguments.load else run)(arguments, Path(folder))


if __name__ == "__main__":
    main()
