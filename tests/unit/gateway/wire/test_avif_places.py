"""The box of AVIF items' places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.avif_places import Extent, Place, Places, read_places, write_places
from gateway.wire.media_fault import MediaFault

NUMBERS = st.integers(0, 2**32 - 1)


def _places(methods: list[int]) -> st.SearchStrategy[Places]:
    which = NUMBERS if 2 in methods else st.just(0)
    extents = st.lists(st.builds(Extent, NUMBERS, NUMBERS, which), max_size=3).map(tuple)
    place = st.builds(Place, st.sampled_from(methods), st.just(0), extents)
    return st.dictionaries(st.integers(0, 2**16 - 1), place, max_size=5).map(Places)


PLACES = st.one_of(_places([0]), _places([0, 1]), _places([2]))


@given(PLACES)
def test_places_come_back(places: Places) -> None:
    """What is written is read."""
    assert read_places(write_places(places)) == places


def test_the_oldest_form_is_written_that_can_say_it() -> None:
    """Version 0 for places in the file, 1 for those in ``idat``, an index only for method 2."""
    forms = [
        write_places(Places({1: Place(method, 0, (Extent(1, 2, 0),))}))[:6] for method in range(3)
    ]
    assert forms == [b"\0\0\0\0\x44\0", b"\1\0\0\0\x44\0", b"\1\0\0\0\x44\4"]


def test_only_what_lies_behind_moves() -> None:
    """Offsets into ``idat`` and before the border stay."""
    places = Places(
        {
            1: Place(0, 0, (Extent(10, 5, 0), Extent(100, 5, 0))),
            2: Place(1, 0, (Extent(100, 5, 0),)),
        }
    )
    moved = places.moved(100, 7)
    assert moved.entries[1].extents == (Extent(10, 5, 0), Extent(107, 5, 0))
    assert moved.entries[2] == places.entries[2]


@given(st.binary(max_size=40))
def test_garbage_is_read_or_a_fault(body: bytes) -> None:
    """Nothing is read behind the end."""
    try:
        read_places(body)
    except MediaFault:
        return


def test_what_does_not_fit_is_a_fault() -> None:
    """Four bytes are written for an offset."""
    with pytest.raises(MediaFault, match="too_large"):
        write_places(Places({1: Place(0, 0, (Extent(2**32, 1, 0),))}))
