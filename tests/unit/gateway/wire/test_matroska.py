"""Matroska: tags before the clusters, and places written anew."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire.matroska import (
    CLUSTER,
    CRC,
    CUES,
    EBML,
    SEEKHEAD,
    SEGMENT,
    TAGS,
    children,
    element,
    element_at,
    segment_of,
    tag_values,
    with_tag,
)
from gateway.wire.media_fault import MediaFault
from tests.sound_kit import film, packets

KINDS = {
    "plain": (),
    "cues first": (("cues_to_front", "1"),),
    "live": (("live", "1"),),
}


@pytest.mark.parametrize("options", KINDS.values(), ids=list(KINDS))
def test_a_tag_stands_before_the_clusters(options: tuple[tuple[str, str], ...]) -> None:
    """Found again, the other tags kept, every packet where it belongs."""
    content = film("matroska", seconds=3.0, options=options, audio="aac")
    marked = with_tag(with_tag(content, "AIGC", b"1"), "aigc", b"2")
    assert tag_values(marked, "AIGC") == [b"2"]
    assert packets(marked) == packets(content)
    kinds = [each.id for each in children(marked, segment_of(marked))]
    assert kinds[0] == SEEKHEAD
    assert kinds.index(TAGS) < kinds.index(CLUSTER)
    with av.open(BytesIO(marked)) as file:
        assert file.metadata["title"] == "Film"


def test_seeking_finds_its_clusters() -> None:
    """The cues name the new places: a jump lands where it did before."""
    content = film("matroska", seconds=3.0, audio="aac")
    marked = with_tag(content, "AIGC", b"x" * 5000)
    landed = []
    for each in (content, marked):
        with av.open(BytesIO(each)) as file:
            file.seek(2_000_000)
            landed.append(next(file.decode(video=0)).pts)
    assert landed[0] == landed[1]
    segment = segment_of(marked)
    clusters = {
        each.start - segment.body for each in children(marked, segment) if each.id == CLUSTER
    }
    (cues,) = [each for each in children(marked, segment) if each.id == CUES]
    places = {
        int.from_bytes(marked[row.body : row.end], "big")
        for point in children(marked, cues)
        for spot in children(marked, point)
        if spot.id == 0xB7
        for row in children(marked, spot)
        if row.id == 0xF1
    }
    assert places
    assert places <= clusters


def test_a_clusters_own_position_and_sum_move_with_it() -> None:
    """mkvmerge writes the position into each cluster; the sum over it is made anew."""
    tracks = element(0x1654AE6B, b"")
    cluster = element(CLUSTER, element(CRC, b"\0" * 4) + element(0xA7, b"\0\x10") + b"\xe7\x81\0")
    content = element(EBML, b"") + element(SEGMENT, tracks + cluster)
    marked = with_tag(content, "AIGC", b"1")
    segment = segment_of(marked)
    (moved,) = [each for each in children(marked, segment) if each.id == CLUSTER]
    found = {each.id: marked[each.body : each.end] for each in children(marked, moved)}
    assert int.from_bytes(found[0xA7], "big") == moved.start - segment.body
    assert found[CRC] != b"\0" * 4


@pytest.mark.parametrize(
    "content", [b"", element(EBML, b""), element(EBML, b"") + b"\x18\x53\x80\x67"]
)
def test_what_is_no_film_is_refused(content: bytes) -> None:
    """No header, no segment, no tracks."""
    with pytest.raises(MediaFault):
        with_tag(content, "AIGC", b"1")
    with pytest.raises(MediaFault):
        with_tag(element(EBML, b"") + element(SEGMENT, b""), "AIGC", b"1")


@given(st.binary(max_size=200))
def test_garbage_is_a_fault_and_nothing_else(body: bytes) -> None:
    """Whatever a segment holds is read or refused."""
    content = element(EBML, b"") + element(SEGMENT, element(0x1654AE6B, b"") + body)
    with suppress(MediaFault):
        assert tag_values(with_tag(content, "AIGC", b"1"), "AIGC")[-1:] == [b"1"]
    assert element_at(content, 0, len(content)).id == EBML
