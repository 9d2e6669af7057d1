"""Snapshot: a folder with a copy of an installation's records, and the list that says it is whole.

What a running gateway moves goes one way, from the spool to the store, and the head is written
after the rows that it tells of. So the order of copying makes the copy consistent: the head, then
the spool, then the store, then the keys. What was on its way is in the spool's copy, in the store's
or in both, and a shipper knows by its id what is stored already; a keyring that was rotated
meanwhile still holds the older keys. The list is written last: without it a copy is not finished.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from shutil import copyfileobj

import msgspec

from gateway.ledger.chain import HEAD_FILE
from gateway.ledger.spool import SEGMENT_SUFFIX, spool_folder
from gateway.nouns.errors import ConfigError, NotPossible

LIST_FILE = "backup.json"
_FORM = "sealgate backup"
_VERSION = 1


class CopiedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a snapshot. ``sha256`` is hexadecimal."""

    size: int
    sha256: str


class SnapshotList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The list's form. ``store`` is ``sqlite`` or the name of a database that was not copied;
    ``files`` are by their paths in the folder; ``time`` is in UTC (RFC 3339)."""

    form: str
    version: int
    program: str
    time: str
    store: str
    files: dict[str, CopiedFile]


def begin_snapshot(folder: Path) -> None:
    """Make the folder, for its owner only; it may be there if it is empty. Raises NotPossible."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise NotPossible(
            f"{folder} is not empty: name a new folder, so that no older copy is lost. "
            f"{folder} 非空，请另指新目录。"
        )


def copy_head_and_spool(state: Path, folder: Path) -> None:
    """Copy what has to be copied before the store. A segment that goes meanwhile was stored."""
    if (state / HEAD_FILE).exists():
        copy_file(state / HEAD_FILE, folder / HEAD_FILE)
    spool = spool_folder(state)
    for segment in sorted(spool.rglob("*" + SEGMENT_SUFFIX)):
        target = folder / segment.relative_to(state)
        for each in reversed(target.relative_to(folder).parents):
            (folder / each).mkdir(exist_ok=True, mode=0o700)
        try:
            copy_file(segment, target)
        except FileNotFoundError:
            continue


def end_snapshot(folder: Path, *, store: str, program: str, time_ns: int) -> SnapshotList:
    """Write the list of all that is in the folder, durably, and return it."""
    moment = datetime.fromtimestamp(time_ns // 1_000_000_000, UTC).isoformat()
    files = {name: _seen(folder / name) for name in _names(folder)}
    listed = SnapshotList(_FORM, _VERSION, program, moment, store, files)
    draft = folder / f".{LIST_FILE}"
    with open(draft, "xb", opener=_private) as file:
        file.write(msgspec.json.format(msgspec.json.encode(listed)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / LIST_FILE)
    return listed


def read_list(folder: Path) -> SnapshotList:
    """Return a snapshot's list. Raises ConfigError: there is none, or it is a newer program's."""
    try:
        listed = msgspec.json.decode((folder / LIST_FILE).read_bytes(), type=SnapshotList)
    except (OSError, msgspec.DecodeError):
        raise ConfigError(
            f"{folder} is not a backup, or its making was interrupted: there is no whole "
            f"{LIST_FILE} in it. {folder} 不是完整的备份。"
        ) from None
    if (listed.form, listed.version) != (_FORM, _VERSION):
        raise ConfigError(f"{folder} was made by another or a newer program.")
    paths = {name: Path(name) for name in listed.files}
    outside = [name for name, path in paths.items() if path.is_absolute() or ".." in path.parts]
    if outside:
        raise ConfigError(f"{folder}: {outside[0]} does not stand inside of the backup.")
    return listed


def check_files(folder: Path, listed: SnapshotList) -> None:
    """Raise ConfigError for the first file that is not what was copied."""
    for name, copied in listed.files.items():
        try:
            same = _seen(folder / name) == copied
        except FileNotFoundError:
            same = False
        if not same:
            raise ConfigError(
                f"{folder / name} is missing or not what was copied: take another backup. "
                f"{folder / name} 缺失或已损坏，请使用另一份备份。"
            )


def copy_file(source: Path, target: Path) -> None:
    """Copy a file into a new one for its owner only, durably."""
    with source.open("rb") as here, open(target, "xb", opener=_private) as there:
        copyfileobj(here, there, 1 << 20)
        there.flush()
        os.fsync(there.fileno())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _names(folder: Path) -> Iterable[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _seen(path: Path) -> CopiedFile:
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return CopiedFile(path.stat().st_size, digest)
