"""The spool is whole or not written, bounded, and knows its living from its dead."""

from __future__ import annotations

import fcntl
import os
import resource
import shutil
import signal
from pathlib import Path

import pytest

from gateway.config.settings import LedgerSettings
from gateway.ledger.frames import MAGIC
from gateway.ledger.spool import Spool, is_alive, spool_bytes
from gateway.ledger.tail import list_spools
from gateway.nouns.errors import ConfigError, LedgerFailed
from tests.ledger_kit import SetClock


def spool(state: Path, **settings: object) -> tuple[Spool, SetClock]:
    """Return a worker's spool and its clock."""
    clock = SetClock()
    return Spool(state, "w0", LedgerSettings(**settings), clock), clock


def segments(state: Path) -> list[bytes]:
    """Return the bytes of all segments in their order."""
    return [path.read_bytes() for path in sorted((state / "spool").glob("*.spool"))]


def test_a_full_segment_is_followed_by_another(tmp_path: Path) -> None:
    """Bytes stay in order over the segments, and none is lost."""
    mine, _ = spool(tmp_path, segment_bytes=100)
    for number in range(20):
        mine.append(b"%02d" % number * 10)
    mine.close()
    parts = segments(tmp_path)
    assert len(parts) > 3
    joined = b"".join(part.removeprefix(MAGIC) for part in parts)
    assert joined == b"".join(b"%02d" % number * 10 for number in range(20))


def test_what_cannot_be_written_whole_is_cut_off_again(tmp_path: Path) -> None:
    """A write that the system takes only in part raises, leaves no trace, and the next one goes to
    a new segment."""
    mine, _ = spool(tmp_path)
    mine.append(b"first")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
        with pytest.raises(LedgerFailed, match="cannot be written"):
            mine.append(b"x" * 5_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, previous)
    mine.append(b"second")
    mine.close()
    assert segments(tmp_path) == [MAGIC + b"first", MAGIC + b"second"]


def test_admission_ends_before_running_entries_do(tmp_path: Path) -> None:
    """The reserve is for what runs already; the limit is for all."""
    mine, clock = spool(tmp_path, spool_limit_bytes=1_000, spool_reserve_bytes=400)
    mine.append(b"x" * 650)
    with pytest.raises(LedgerFailed, match="full"):
        mine.admit()
    mine.append(b"x" * 200)
    clock.now_s = 10.0
    with pytest.raises(LedgerFailed, match="spool_limit_bytes"):
        mine.append(b"x" * 200)
    mine.close()


def test_admission_comes_back_when_the_shipper_made_room(tmp_path: Path) -> None:
    """The size is looked up again after a second."""
    mine, clock = spool(tmp_path, spool_limit_bytes=1_000, spool_reserve_bytes=400)
    foreign = tmp_path / "spool" / "w1-X-000001.spool"
    foreign.write_bytes(b"x" * 900)
    clock.now_s = 2.0
    with pytest.raises(LedgerFailed):
        mine.admit()
    foreign.unlink()
    clock.now_s = 4.0
    mine.admit()
    mine.close()


def test_admission_needs_no_descriptor(tmp_path: Path) -> None:
    """Where none is left to list the folder with, what was known holds."""
    mine, clock = spool(tmp_path)
    clock.now_s = 2.0
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, limits[1]))
        with pytest.raises(OSError, match="Too many"):
            spool_bytes(mine.folder)
        mine.admit()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    mine.close()


def test_a_removed_segment_is_noticed(tmp_path: Path) -> None:
    """Within a second a new one is begun; without the folder nothing is taken any more."""
    mine, clock = spool(tmp_path)
    mine.append(b"lost")
    for path in mine.folder.glob("*.spool"):
        path.unlink()
    clock.now_s = 2.0
    mine.admit()
    mine.append(b"kept")
    assert segments(tmp_path) == [MAGIC + b"kept"]
    shutil.rmtree(mine.folder)
    clock.now_s = 4.0
    mine.admit()
    with pytest.raises(LedgerFailed, match="No new spool segment"):
        mine.append(b"refused")
    mine.close()


def test_an_old_segment_is_left_at_the_next_admission(tmp_path: Path) -> None:
    """So that a quiet worker's records do not stay in the spool for ever."""
    mine, clock = spool(tmp_path)
    mine.admit()
    mine.append(b"old")
    clock.now_s = 61.0
    mine.admit()
    mine.append(b"new")
    mine.close()
    assert segments(tmp_path) == [MAGIC + b"old", MAGIC + b"new"]


def test_a_lock_tells_the_living_from_the_dead(tmp_path: Path) -> None:
    """The lock is held until the worker closes, and a missing file means dead."""
    mine, _ = spool(tmp_path)
    lock = next((tmp_path / "spool").glob("*.lock"))
    assert is_alive(lock)
    mine.close()
    assert not is_alive(lock)
    lock.unlink()
    assert not is_alive(lock)


def test_a_lock_is_never_seen_before_it_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shipper takes a lock that nobody holds for a dead worker's, removes it, and then every
    segment that it has read: all that the living worker still writes there would be lost."""
    held, seen = fcntl.flock, []

    def look_and_hold(descriptor: int, how: int) -> None:
        seen.append(list_spools(tmp_path / "spool").spools)
        held(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", look_and_hold)
    mine, _ = spool(tmp_path)
    assert seen == [{}]
    monkeypatch.undo()
    assert is_alive(next((tmp_path / "spool").glob("*.lock")))
    mine.close()


def test_what_a_killed_worker_left_half_made_goes_with_the_next(tmp_path: Path) -> None:
    """Drafts of locks do not gather; those of other workers stay."""
    folder = tmp_path / "spool"
    folder.mkdir()
    for name in ("w0-X.draft", "w01-X.draft"):
        (folder / name).touch()
    spool(tmp_path)[0].close()
    assert [path.name for path in folder.glob("*.draft")] == ["w01-X.draft"]


async def test_with_always_settle_waits_for_the_disk(tmp_path: Path) -> None:
    """After `settle` everything written before it was synced, also over segments."""
    mine, _ = spool(tmp_path, fsync="always", segment_bytes=64)
    for number in range(10):
        mine.append(b"x" * 30)
        await mine.settle(mine.written)
        assert mine.written == 30 * (number + 1)
    mine.close()
    assert spool_bytes(tmp_path / "spool") == 300 + 8 * len(segments(tmp_path))


@pytest.mark.parametrize(
    ("worker", "settings", "named"),
    [
        ("../x", {}, "worker's name"),
        ("w0", {"fsync": "never"}, "ledger.fsync"),
        ("w0", {"spool_limit_bytes": 10, "spool_reserve_bytes": 10}, "spool_reserve_bytes"),
    ],
)
def test_wrong_settings_are_named(
    tmp_path: Path, worker: str, settings: dict[str, object], named: str
) -> None:
    """Each names the setting to mend."""
    with pytest.raises(ConfigError, match=named):
        Spool(tmp_path, worker, LedgerSettings(**settings), SetClock())
