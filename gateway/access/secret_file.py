"""Small secrets and tables in the state folder: made once, private, replaced as a whole.

Whoever reads such a file sees one version of it, never half of one, whatever is killed meanwhile.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.config.state_owner import give_to_owner
from gateway.nouns.errors import ConfigError

SECRET_BYTES = 32


def load_secret(path: Path) -> bytes:
    """Return the 32 bytes of a secret file, made now (mode 0600) if there is none.

    Two processes that make it at once get the same bytes. Raises ConfigError if the file is not of
    that length or cannot be read or written.
    """
    try:
        if not path.exists():
            _make_once(path)
        secret = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"The secret file {path} cannot be used: {error.strerror}.") from error
    if len(secret) != SECRET_BYTES:
        raise ConfigError(
            f"The secret file {path} has {len(secret)} bytes instead of {SECRET_BYTES}: put it "
            "back from a backup."
        )
    return secret


def replace_file(path: Path, data: bytes) -> None:
    """Write a file (mode 0600) in one step that survives a loss of power. Raises OSError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        _write(draft, data)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file's lock, which the system takes back when the process dies."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(path, flags, 0o600)
    try:
        give_to_owner(descriptor, path.parent)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make_once(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        _write(draft, secrets.token_bytes(SECRET_BYTES))
        os.link(draft, path)
    except FileExistsError:
        return  # another process was first: its bytes count
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        give_to_owner(descriptor, path.parent)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
