"""Kept files: sealed results that clients fetch by URL, for a while.

The name in the URL is the only key: the disk has its hash as the file's name and the content
encrypted under it, so the folder alone shows nobody anything, and every worker can serve what
another one kept.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.nouns.errors import Overloaded

PATH = "/sealgate/v1/files/"
_NAME = re.compile(r"[A-Za-z0-9_-]{43}")
_NONCE_BYTES = 12
_BETWEEN_PURGES_S = 30.0


class KeptFile(NamedTuple):
    """A file and its media type."""

    content: bytes
    mime: str


class KeptFiles:
    """The files in one folder. Every call works on the disk: call it from a thread."""

    def __init__(
        self,
        folder: Path,
        *,
        keep_s: float,
        most_bytes: int,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._keep_s = keep_s
        self._most_bytes = most_bytes
        self._now_s = now_s
        self._purged_s = 0.0
        self._size = 0

    def put(self, kept: KeptFile) -> str:
        """Keep a file and return its name. Raises Overloaded if there is no room."""
        self._purge()
        if self._size + len(kept.content) > self._most_bytes:
            raise Overloaded("No more results can be kept (media.kept_bytes).", retry_after_s=60.0)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = secrets.token_urlsafe(32)
        path, key = self._of(name)
        nonce = os.urandom(_NONCE_BYTES)
        plain = kept.mime.encode("ascii") + b"\0" + kept.content
        part = path.with_suffix(".part")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(nonce + AESGCM(key).encrypt(nonce, plain, None))
            part.replace(path)
        except OSError:
            with suppress(OSError):
                part.unlink()
            raise Overloaded("A result cannot be kept: the state folder takes no files.") from None
        self._size += len(kept.content)
        return name

    def get(self, name: str) -> KeptFile | None:
        """Return a file; None if there is none of this name, or no longer."""
        if not _NAME.fullmatch(name):
            return None
        path, key = self._of(name)
        try:
            if path.stat().st_mtime + self._keep_s < self._now_s():
                return None
            sealed = path.read_bytes()
            plain = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except (OSError, InvalidTag, ValueError):
            return None
        mime, _, content = plain.partition(b"\0")
        return KeptFile(content, mime.decode("ascii", "replace"))

    def _of(self, name: str) -> tuple[Path, bytes]:
        secret = name.encode("ascii")
        place = blake2b(secret, digest_size=20, person=b"sealgate.place").hexdigest()
        return self._folder / f"{place}.file", blake2b(
            secret, digest_size=32, person=b"sealgate.file"
        ).digest()

    def _purge(self) -> None:
        """Delete what is over its time, and see how much there is; every now and then."""
        now_s = self._now_s()
        if now_s - self._purged_s < _BETWEEN_PURGES_S:
            return
        self._purged_s = now_s
        self._size = 0
        for path in self._folder.glob("*.*"):
            with suppress(OSError):
                facts = path.stat()
                if facts.st_mtime + self._keep_s < now_s:
                    path.unlink()
                else:
                    self._size += facts.st_size
