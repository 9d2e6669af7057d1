"""Fingerprints in the relational store: how each database finds records by their grams.

SQLite keeps a row per gram and record in a table that is its own index. PostgreSQL keeps the grams
of a record as an array under an inverted index (GIN). There a key that few records hold costs about
50 bytes and a further record under it two, so grams are cut to as many bits as the table needs: the
shorter ones of the first 65,536 records share keys from the start. What shares a key by chance is a
candidate more, which its sketch refutes.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from gateway.nouns.record import Fingerprint
from gateway.stores.relational.schema import FINGERPRINTS

_AT_ONCE = 400

_GENERATIONS = ((1 << 16, 20), (1 << 21, 24), (1 << 63, 28))
"""PostgreSQL: below which place a gram is cut to how many bits."""

_FUZZY = 4
"""PostgreSQL's limit is a soft one: so many times what is asked for, at least that much comes."""

_HOLDERS_SQLITE = (
    "SELECT chain_seq FROM gram_postings WHERE gram = ? ORDER BY chain_seq DESC LIMIT ?"
)
_SETTINGS_POSTGRESQL = (
    "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true), "
    "set_config('gin_fuzzy_search_limit', %s, true)"
)
_HOLDERS_POSTGRESQL = (
    "SELECT asked.gram, held.chain_seq FROM unnest(%s::integer[]) AS asked(gram) "
    "CROSS JOIN LATERAL (SELECT chain_seq FROM fingerprints "
    "WHERE grams @> ARRAY[asked.gram] LIMIT %s) AS held"
)
_READ_POSTGRESQL = (
    "SELECT chain_seq, sketch, pictures FROM fingerprints WHERE chain_seq = ANY(%s::bigint[])"
)


def keep_fingerprints(connection: Connection, fingerprints: Mapping[int, Fingerprint]) -> None:
    """Insert fingerprints by place."""
    if not fingerprints:
        return
    arrays = connection.dialect.name == "postgresql"
    rows = [
        {
            "chain_seq": place,
            "grams": _keys(each.grams, place) if arrays else _packed(each.grams),
            "sketch": each.sketch,
            "pictures": each.pictures,
        }
        for place, each in fingerprints.items()
    ]
    connection.execute(insert(FINGERPRINTS), rows)
    if not arrays:
        # Sorted and past the statement compiler: this is the largest table by far.
        postings = sorted(
            (gram, place) for place, each in fingerprints.items() for gram in each.grams
        )
        # A posting of what stood at the same place before, and lost its row, serves as well.
        insert_new = "INSERT OR IGNORE INTO gram_postings (gram, chain_seq) VALUES (?, ?)"
        _many(connection, insert_new, postings)


def blank_fingerprints(connection: Connection, places: Sequence[int]) -> None:
    """Empty what confirms a record: it is not found any more, whatever postings are left."""
    mine = FINGERPRINTS.c.chain_seq.in_(places)
    connection.execute(update(FINGERPRINTS).where(mine).values(sketch=b"", pictures=b""))


def drop_fingerprints(connection: Connection, places: Sequence[int]) -> int:
    """Delete fingerprints; returns how many grams went."""
    mine = FINGERPRINTS.c.chain_seq.in_(places)
    rows = connection.execute(select(FINGERPRINTS.c.chain_seq, FINGERPRINTS.c.grams).where(mine))
    held = {row[0]: _unpacked(row[1]) for row in rows}
    if connection.dialect.name == "sqlite":
        postings = sorted((gram, place) for place, grams in held.items() for gram in grams)
        _many(connection, "DELETE FROM gram_postings WHERE gram = ? AND chain_seq = ?", postings)
    connection.execute(delete(FINGERPRINTS).where(mine))
    return sum(map(len, held.values()))


def find_holders(
    connection: Connection, grams: Collection[int], limit: int
) -> dict[int, list[int]]:
    """Return the places of the records that hold each gram, at most ``limit`` per gram."""
    found: dict[int, list[int]] = {}
    if connection.dialect.name == "sqlite":
        # Past SQLAlchemy, whose share of a read of a few rows is ten times the database's.
        cursor = connection.connection.cursor()
        for gram in grams:
            cursor.execute(_HOLDERS_SQLITE, (gram, limit))
            if rows := cursor.fetchall():
                found[gram] = [row[0] for row in rows]
        cursor.close()
        return found
    meant: dict[int, list[int]] = {}
    for gram in grams:
        for number in range(len(_GENERATIONS)):
            meant.setdefault(_key(gram, number), []).append(gram)
    # The planner takes a gram for common and would read the whole table instead of the index; and
    # it would compile the statement (200 ms) because it takes that for expensive. The index would
    # gather all holders of a stock phrase, 20 ms for each hundred thousand, before the first of
    # them is looked at: beyond a limit it leaves most of them out. All of it is sent at once: each
    # answer that is waited for is dear where the machine is busy.
    driver: Any = connection.connection.driver_connection
    with driver.pipeline():
        driver.execute(_SETTINGS_POSTGRESQL, [str(_FUZZY * limit)])
        answer = driver.execute(_HOLDERS_POSTGRESQL, [list(meant), limit])
    for key, place in answer.fetchall():
        for gram in meant[key]:
            found.setdefault(gram, []).append(place)
    return found


def read_fingerprints(connection: Connection, places: Iterable[int]) -> dict[int, Fingerprint]:
    """Return the fingerprints at these places, without their grams."""
    found: dict[int, Fingerprint] = {}
    asked = list(places)
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor(binary=True)  # as text the sketches would be twice as long
        for place, sketch, pictures in cursor.execute(_READ_POSTGRESQL, [asked]).fetchall():
            found[place] = Fingerprint((), sketch, pictures)
        return found
    columns = (FINGERPRINTS.c.chain_seq, FINGERPRINTS.c.sketch, FINGERPRINTS.c.pictures)
    for start in range(0, len(asked), _AT_ONCE):
        some = asked[start : start + _AT_ONCE]
        wanted = select(*columns).where(FINGERPRINTS.c.chain_seq.in_(some))
        for place, sketch, pictures in connection.execute(wanted):
            found[place] = Fingerprint((), sketch, pictures)
    return found


def _many(connection: Connection, statement: str, rows: list[tuple[int, int]]) -> None:
    if rows:
        connection.exec_driver_sql(statement, rows)


def _keys(grams: Sequence[int], place: int) -> list[int]:
    """Return the keys of the index for a record's grams."""
    number = next(n for n, (below, _) in enumerate(_GENERATIONS) if place < below)
    return sorted({_key(gram, number) for gram in grams})


def _key(gram: int, number: int) -> int:
    return number << 28 | (gram & 0xFFFFFFFF) >> (32 - _GENERATIONS[number][1])


def _packed(grams: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(grams)}i", *grams)


def _unpacked(grams: Any) -> Sequence[int]:
    if isinstance(grams, bytes):
        return struct.unpack(f"<{len(grams) // 4}i", grams)
    return list(grams)
