"""How well the index of pictures selects, and how long a lookup takes, on SQLite and PostgreSQL.

    python -m tests.bench.picture_index [--size 100000] [--questions 40] [--store sqlite]...

A hundred made-up pictures are hashed. Each of N records gets the windows of one of them, with a
random half of the 256 bits flipped, the same ones in all windows: so the windows of one picture
hang together as in life, and two pictures have nothing in common. A question is one of the hundred
as it is, a tenth cropped off anywhere, at half size and as a JPEG of quality 50; its own record
lies among the N. A line per store: the grams of a picture, the probes of a question, how many
records one of them holds, the worst place of the right record among them (the finder looks at the
best hundred), the time of a lookup and of ``SELECT 1`` for each probe, and bytes per picture.
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

from gateway.matching.fingerprint import Fingerprinter
from gateway.matching.picture_hash import looks, sought
from gateway.matching.picture_index import bands
from gateway.nouns.picture import HASH_BYTES, Looks
from gateway.nouns.record import Fingerprint
from tests.bench.fingerprint import KEY
from tests.bench.fingerprint_filling import Filling, loading
from tests.bench.picture_changes import CHANGES, encoded
from tests.bench.picture_makers import made
from tests.postgresql_kit import own_schema

_CHANGE = CHANGES["off-centre, half size, JPEG 50"]
_BASES, _BATCH = 100, 2_000
_MOST_HOLDERS = 2_000


class Base(NamedTuple):
    """A picture: what is kept of it, and the bands that its changed copy is asked for by."""

    kept: Looks
    probes: tuple[int, ...]


def bases() -> list[Base]:
    """Return a hundred pictures that can be traced."""
    found: list[Base] = []
    number = 0
    while len(found) < _BASES:
        picture = made(number, grey=False)
        kept = looks(encoded(picture, compress_level=1))
        asked = sought(_CHANGE(picture, np.random.default_rng(number)))
        if kept and asked:
            found.append(Base(kept, asked[0].probes))
        number += 1
    return found


def filled(known: list[Base], size: int, maker: Fingerprinter) -> Iterator[tuple[int, list[Any]]]:
    """Give the fingerprints of so many records; the first hundred are the pictures themselves."""
    chance = np.random.default_rng(7)
    batch: list[Fingerprint] = []
    for place in range(size):
        rows = np.frombuffer(b"".join(known[place % len(known)].kept.windows), np.uint8)
        flips = chance.integers(0, 256, HASH_BYTES, np.uint8) * (place >= len(known))
        windows = [each.tobytes() for each in rows.reshape(-1, HASH_BYTES) ^ flips.astype(np.uint8)]
        grams = sorted(set(maker.picture_grams(bands(windows))))
        batch.append(Fingerprint(tuple(grams), b""))
        if len(batch) == _BATCH or place + 1 == size:
            yield place + 1 - len(batch), batch
            batch = []


def measured(filling: Filling, known: list[Base], maker: Fingerprinter) -> dict[str, Any]:
    """Return the line of one store."""
    lookups, plain, held, ranks = [], [], [], []
    for place, base in enumerate(known):
        grams = maker.picture_grams(base.probes)
        took, found = _timed(partial(filling.store.holders, grams, _MOST_HOLDERS))
        lookups.append(took)
        shared = Counter(each for places in found.values() for each in places)
        held.append(len(shared))
        as_good = sum(count >= shared[place] for count in shared.values())
        ranks.append(as_good if shared[place] else len(shared) + 1)
        with filling.store._transaction() as connection:
            plain.append(_timed(partial(_selects, connection, len(grams)))[0])
    return {
        "store": filling.name, "questions": len(known),
        "grams": round(median(len(set(bands(each.kept.windows))) for each in known)),
        "probes": round(median(len(each.probes) for each in known)),
        "records_held": [round(median(held)), max(held)], "worst_rank": max(ranks),
        "lost": sum(rank > 100 for rank in ranks),
        "lookup_ms": [round(median(lookups), 1), round(max(lookups), 1)],
        "plain_selects_ms": round(median(plain), 1),
        "bytes_per_picture": filling.bytes_used() // max(filling_size(filling), 1),
    }  # fmt: skip


def filling_size(filling: Filling) -> int:
    """Return how many records have a fingerprint."""
    with filling.store._transaction() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM fingerprints").scalar() or 0)


def _selects(connection: Any, count: int) -> None:
    for _ in range(count):
        connection.exec_driver_sql("SELECT 1").fetchall()


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return 1_000 * (time.perf_counter() - began), found


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description="Measures the index of pictures.")
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--store", action="append", choices=["sqlite", "postgresql"])
    said = parser.parse_args()
    known, maker = bases(), Fingerprinter(KEY)
    for name in said.store or ["sqlite", "postgresql"]:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            location = (
                str(Path(folder) / "ledger.db") if name == "sqlite"
                else stack.enter_context(own_schema())
            )  # fmt: skip
            filling = Filling(name, location)
            into = loading(filling)
            for place, batch in filled(known, said.size, maker):
                into.add(place, batch)
            into.finish()
            line = measured(filling, known[: said.questions], maker)
            sys.stdout.write(json.dumps({"pictures": said.size, **line}) + "\n")
            sys.stdout.flush()
            filling.store.close()


if __name__ == "__main__":
    main()
