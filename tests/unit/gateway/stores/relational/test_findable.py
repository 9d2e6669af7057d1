"""Both databases keep and drop the grams of many records; `tests/contracts` has the rest."""

from __future__ import annotations

from pathlib import Path

from gateway.nouns.record import Fingerprint
from gateway.stores.relational import RelationalStore
from gateway.stores.relational.findable import _key, _keys


def test_a_sweep_removes_what_is_owed_in_portions(tmp_path: Path) -> None:
    """More records than one portion; grams shared with others stay theirs."""
    store = RelationalStore(str(tmp_path / "ledger.db"))
    with store.writing() as writing:
        writing.append([], {place: Fingerprint((-7, place), b"s") for place in range(250)})
        writing.drop_contents(range(230), "erased")
    assert store.sweep() == 460
    assert sorted(store.holders([-7], 1_000)[-7]) == list(range(230, 250))
    assert store.holders([5], 10) == {}
    assert store.sweep() == 0
    store.close()


def test_keys_grow_with_the_table_and_do_not_mix() -> None:
    """20, 24 and 28 bits; a key says of which generation it is, and fits 32 bits with a sign."""
    grams = [-(2**31), -1, 0, 2**31 - 1]
    places = (0, 1 << 16, 1 << 21)
    for number, place in enumerate(places):
        keys = _keys(grams, place)
        assert keys == sorted({_key(gram, number) for gram in grams})
        assert {key >> 28 for key in keys} == {number}
        assert max(keys) < 2**31
    assert len(_keys([1, 2, 3], 0)) == 1
    assert len(_keys([16, 32, 48], 1 << 21)) == 3
