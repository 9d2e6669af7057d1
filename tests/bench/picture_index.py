"""Pictures found among many: recall, false attributions and time, on SQLite and PostgreSQL.

    python -m tests.bench.picture_index [--size 100000] [--pictures 44] [--store sqlite]...
    python -m tests.bench.picture_index --store sqlite --folder DIR --pictures 0   # fills it alone
    python -m tests.bench.picture_index --store sqlite --folder DIR                # asks it

A hundred made-up pictures are hashed. Each of N records gets the windows of one of them, with a
random half of the 256 bits flipped, the same ones in all windows, and its detail: so the windows of
one picture hang together as in life, and the hashes of two pictures have nothing in common. The
first hundred records are the pictures themselves.

So many of them are asked for, changed in each way of `tests.bench.picture_changes`. A line per
store: for each change how many copies lead to their record, first and attributed; how many are
attributed to another; the time of a question, from file to answer, and the part of it that the
store's lookup takes; how many records a question holds; bytes per picture.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from gateway.ledger.finder import ATTRIBUTED, Finder
from gateway.matching.fingerprint import Fingerprinter
from gateway.matching.picture_hash import looks, sought
from gateway.nouns.picture import HASH_BYTES, Looks
from gateway.nouns.record import Fingerprint
from tests.bench.fingerprint import KEY
from tests.bench.fingerprint_filling import Filling, kept_file, loading
from tests.bench.picture_changes import CHANGES, encoded
from tests.bench.picture_makers import made
from tests.postgresql_kit import own_schema

_BASES, _BATCH = 100, 2_000
_MOST_HOLDERS = 2_000


class Base(NamedTuple):
    """A picture, and what is kept of it."""

    picture: Image.Image
    kept: Looks


def bases() -> list[Base]:
    """Return a hundred pictures that can be traced."""
    found: list[Base] = []
    number = 0
    while len(found) < _BASES:
        picture = made(number, grey=False)
        if kept := looks(encoded(picture, compress_level=1)):
            found.append(Base(picture, kept))
        number += 1
    return found


def filled(
    known: list[Base], size: int, maker: Fingerprinter
) -> Iterator[tuple[int, list[Fingerprint]]]:
    """Give the fingerprints of so many records; the first hundred are the pictures themselves."""
    chance = np.random.default_rng(7)
    none = Fingerprint((), b"")
    for start in range(0, size, _BATCH):
        batch = []
        for place in range(start, min(size, start + _BATCH)):
            kept = known[place % len(known)].kept
            rows = np.frombuffer(b"".join(kept.windows), np.uint8).reshape(-1, HASH_BYTES)
            flips = chance.integers(0, 256, HASH_BYTES, np.uint8) * (place >= len(known))
            windows = tuple(each.tobytes() for each in rows ^ flips.astype(np.uint8))
            batch.append(maker.with_pictures(none, [Looks(windows, kept.detail)]))
        yield start, batch


def fill(filling: Filling, known: list[Base], size: int, maker: Fingerprinter) -> None:
    """Load so many records."""
    into = loading(filling)
    for place, batch in filled(known, size, maker):
        into.add(place, batch)
    into.finish()


def measured(filling: Filling, known: list[Base], maker: Fingerprinter) -> dict[str, Any]:
    """Return the line of one store."""
    finder = Finder(filling.store, KEY)
    took: list[float] = []
    lookups: list[float] = []
    held: list[int] = []
    right: Counter[str] = Counter()
    false = 0
    for name, change in CHANGES.items():
        for place, base in enumerate(known):
            content = change(base.picture, np.random.default_rng(place))
            spent, matches = _timed(partial(finder.by_picture, content))
            took.append(spent)
            sure = [each.place for each in matches if each.confidence >= ATTRIBUTED]
            right[name] += sure[:1] == [place]
            false += len(set(sure) - {place})
            probes = {band for one in sought(content) for band in one.probes}
            grams = maker.picture_grams(sorted(probes))
            spent, found = _timed(partial(filling.store.holders, grams, _MOST_HOLDERS))
            lookups.append(spent)
            held.append(len({each for places in found.values() for each in places}))
    return {
        "store": filling.name, "asked_each": len(known), "attributed": dict(right),
        "of": len(took), "attributed_to_another": false,
        "ms": _spread(took), "lookup_ms": _spread(lookups),
        "records_held": [round(median(held)), max(held)],
        "bytes_per_picture": filling.bytes_used() // filling_size(filling),
    }  # fmt: skip


def _spread(took: list[float]) -> list[float]:
    """Return the median, 95 % and the most."""
    return [round(float(each), 1) for each in np.percentile(took, [50, 95, 100])]


def filling_size(filling: Filling) -> int:
    """Return how many records have a fingerprint."""
    with filling.store._transaction() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM fingerprints").scalar() or 0)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return 1_000 * (time.perf_counter() - began), found


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description="Measures the index of pictures.")
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--pictures", type=int, default=44, help="asked for, in each change")
    parser.add_argument("--store", action="append", choices=["sqlite", "postgresql"])
    parser.add_argument("--folder", type=Path, help="where what was filled (SQLite) is kept")
    said = parser.parse_args()
    known, maker = bases(), Fingerprinter(KEY)
    for name in said.store or ["sqlite", "postgresql"]:
        with ExitStack() as stack:
            folder = said.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
            location = (
                str(folder / f"pictures-{said.size}.db") if name == "sqlite"
                else stack.enter_context(own_schema())
            )  # fmt: skip
            kept = kept_file(folder, f"pictures-{name}", said.size)
            filling = Filling(name, location)
            if name != "sqlite" or not kept.exists():
                fill(filling, known, said.size, maker)
                kept.write_bytes(b"")
            if said.pictures:
                line = measured(filling, known[: said.pictures], maker)
                sys.stdout.write(json.dumps({"pictures": said.size, **line}) + "\n")
                sys.stdout.flush()
            filling.store.close()


if __name__ == "__main__":
    main()
