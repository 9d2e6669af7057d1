"""Tail: reads the spools of all workers, living and dead, as far as they are written.

A segment is read forward only. A frame cut at the end of a living spool is one being written; at
the end of a dead one it never was released, and is left out. A whole frame with a wrong checksum is
tried again a few times (an erasure may be overwriting it), then skipped and counted.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from gateway.ledger.frames import HEADER_BYTES, MAGIC, Frame, read_frames
from gateway.ledger.journal import KeyPayload
from gateway.ledger.spool import LOCK_SUFFIX, SEGMENT_SUFFIX, is_alive

_STRETCH = 1 << 20
_TRIES = 5


class SegmentTail:
    """One segment, and how far it was read. ``keys`` are those of its KEY frames by their ids;
    ``users`` are exchanges with frames here that are not in the store yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0
        self.damage = 0
        self.finished = False
        self.keys: dict[bytes, KeyPayload] = {}
        self.users: set[bytes] = set()
        self._descriptor = os.open(path, os.O_RDONLY)
        self._tries = 0

    def size(self) -> int:
        """Return the bytes in the file now."""
        return os.fstat(self._descriptor).st_size

    def piece(self, offset: int, length: int) -> bytes:
        """Return bytes of the file again."""
        return os.pread(self._descriptor, length, offset)

    def payload(self, offset: int, length: int) -> bytes:
        """Return the payload of the frame at an offset again."""
        return self.piece(offset + HEADER_BYTES, length)

    def read(self, *, final: bool) -> list[Frame]:
        """Return the next frames, at most about a megabyte. ``final``: nobody writes here any more;
        then ``finished`` is set when all of it was read."""
        if self.offset == 0:
            head = self.piece(0, len(MAGIC))
            if head != MAGIC:
                self.finished = final
                self.damage += final and not MAGIC.startswith(head)  # another program's, perhaps
                return []
            self.offset = len(MAGIC)
        stretch = self.piece(self.offset, _STRETCH)
        parsed = read_frames(stretch, self.offset)
        if not parsed.frames and not parsed.bad and parsed.needed > len(stretch) >= HEADER_BYTES:
            stretch = self.piece(self.offset, parsed.needed)
            parsed = read_frames(stretch, self.offset)
        self.offset += parsed.consumed
        if parsed.bad:
            self._skip(parsed.needed)
        elif final and parsed.consumed == len(stretch) < _STRETCH:
            self.finished = True
        elif final and not parsed.frames:
            self.finished = True  # the end was cut while being written
        return parsed.frames

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def _skip(self, length: int) -> None:
        self._tries += 1
        if self._tries < _TRIES:
            return
        self._tries = 0
        self.damage += 1
        size = self.size()  # a length that cannot be leaves no way to find the next frame
        self.offset = size if length <= HEADER_BYTES else min(self.offset + length, size)


class SpoolTail:
    """One worker's life: its lock and its segments, oldest first."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.alive = True
        self.segments: list[SegmentTail] = []
        self._lock_path = folder / (name + LOCK_SUFFIX)
        self._known: set[str] = set()

    def look(self, paths: list[Path]) -> None:
        """Note whether the worker lives, then open the segments that are new.

        Of a dead worker the folder is listed once more: it may have begun a segment after the
        caller's listing, and what it wrote last must not be missed.
        """
        self.alive = is_alive(self._lock_path)
        if not self.alive:
            paths = list(self._lock_path.parent.glob(f"{self.name}-*{SEGMENT_SUFFIX}"))
        for path in sorted(paths):
            if path.name not in self._known:
                self._known.add(path.name)
                self.segments.append(SegmentTail(path))

    def is_final(self, segment: SegmentTail) -> bool:
        """True if nobody writes to this segment any more."""
        return not self.alive or segment is not self.segments[-1]

    def is_read(self) -> bool:
        """True if the worker is dead and everything it wrote was read."""
        return not self.alive and all(segment.finished for segment in self.segments)

    def remove(self, segment: SegmentTail) -> None:
        """Delete a segment that is not needed any more; a damaged one is kept aside."""
        segment.close()
        self.segments.remove(segment)
        if segment.damage:
            aside = segment.path.parent / "damaged"
            aside.mkdir(exist_ok=True, mode=0o700)
            segment.path.replace(aside / segment.path.name)
        else:
            segment.path.unlink(missing_ok=True)

    def remove_lock(self) -> None:
        """Delete the lock file of a worker that is dead and done with."""
        self._lock_path.unlink(missing_ok=True)


class Listed(NamedTuple):
    """What lies in the spool folder: segments by spool name, and their bytes in all."""

    spools: dict[str, list[Path]]
    size: int


def list_spools(folder: Path) -> Listed:
    """Return the spools in a folder. A lock file without segments is a spool too."""
    spools: dict[str, list[Path]] = {}
    size = 0
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return Listed(spools, 0)
    for entry in entries:
        if entry.name.endswith(SEGMENT_SUFFIX):
            name = entry.name.removesuffix(SEGMENT_SUFFIX).rpartition("-")[0]
            spools.setdefault(name, []).append(Path(entry.path))
            size += entry.stat().st_size
        elif entry.name.endswith(LOCK_SUFFIX):
            spools.setdefault(entry.name.removesuffix(LOCK_SUFFIX), [])
    return Listed(spools, size)
