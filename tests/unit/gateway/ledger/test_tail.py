"""Tails read what is written, wait for what is being written, and skip what is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.ledger.frames import MAGIC, FrameType, bound, write_frame
from gateway.ledger.tail import SegmentTail, SpoolTail, list_spools
from tests.ledger_kit import Ledger, facts


def frame(number: int, payload: bytes = b"payload") -> bytes:
    """Return a frame with this sequence."""
    return write_frame(bound(FrameType.ANSWER, bytes(16), number), payload)


def sequences(tail: SegmentTail, *, final: bool) -> list[int]:
    """Read once; return the sequences that came."""
    return [each.sequence for each in tail.read(final=final)]


def test_a_cut_frame_of_the_living_is_waited_for(tmp_path: Path) -> None:
    """Its rest may come, and then the frame is read."""
    path = tmp_path / "s.spool"
    path.write_bytes(MAGIC + frame(1) + frame(2)[:10])
    tail = SegmentTail(path)
    assert sequences(tail, final=False) == [1]
    assert sequences(tail, final=False) == []
    assert not tail.finished
    path.write_bytes(MAGIC + frame(1) + frame(2))
    assert sequences(tail, final=False) == [2]
    tail.close()


def test_a_cut_frame_of_the_dead_is_left_out(tmp_path: Path) -> None:
    """The segment counts as finished, without damage."""
    path = tmp_path / "s.spool"
    path.write_bytes(MAGIC + frame(1) + frame(2)[:-1])
    tail = SegmentTail(path)
    assert sequences(tail, final=True) == [1]
    sequences(tail, final=True)
    assert tail.finished
    assert tail.damage == 0
    tail.close()


def test_a_broken_frame_is_tried_again_then_skipped_and_counted(tmp_path: Path) -> None:
    """What follows it is read; the damage is known."""
    broken = bytearray(frame(2))
    broken[-1] ^= 1
    path = tmp_path / "s.spool"
    path.write_bytes(MAGIC + frame(1) + bytes(broken) + frame(3))
    tail = SegmentTail(path)
    seen = [number for _ in range(10) for number in sequences(tail, final=True)]
    assert seen == [1, 3]
    assert tail.damage == 1
    assert tail.finished
    tail.close()


@pytest.mark.parametrize(
    ("head", "damage"), [(b"", 0), (MAGIC[:5], 0), (MAGIC[:-1] + b"9", 1), (b"\0" * 20, 1)]
)
def test_what_begins_as_no_segment_of_ours_is_kept_aside(
    tmp_path: Path, head: bytes, damage: int
) -> None:
    """A newer program may have written it: to remove it would be to lose its records. One that was
    never begun has none."""
    spool = SpoolTail(tmp_path, "w0-X")
    path = tmp_path / "w0-X-000001.spool"
    path.write_bytes(head)
    spool.look([path])
    (segment,) = spool.segments
    assert sequences(segment, final=True) == []
    assert (segment.finished, segment.damage) == (True, damage)
    spool.remove(segment)
    assert (tmp_path / "damaged" / path.name).exists() == bool(damage)
    assert not path.exists()


def test_a_frame_larger_than_a_stretch_is_read(tmp_path: Path) -> None:
    """A body of megabytes comes in one frame."""
    path = tmp_path / "s.spool"
    path.write_bytes(MAGIC + frame(1) + frame(2, b"x" * 3_000_000) + frame(3))
    tail = SegmentTail(path)
    seen = [number for _ in range(5) for number in sequences(tail, final=True)]
    assert seen == [1, 2, 3]
    tail.close()


def test_a_segment_begun_between_listing_and_death_is_not_missed(ledger: Ledger) -> None:
    """Of a dead worker the folder is listed once more before anything is recovered."""
    folder = ledger.state / "spool"
    listed = list_spools(folder)
    (spool_name, paths) = next(iter(listed.spools.items()))
    ledger.journal.open(facts(1))
    (folder / f"{spool_name}-000002.spool").write_bytes(MAGIC + frame(1))
    ledger.journal.close()
    tail = SpoolTail(folder, spool_name)
    tail.look(paths)
    assert [each.path.name[-12:] for each in tail.segments] == ["000001.spool", "000002.spool"]
    for each in tail.segments:
        each.close()
