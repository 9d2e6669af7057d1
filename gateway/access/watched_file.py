"""A file of the state folder that another process may replace while this one serves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from gateway.nouns.errors import ConfigError
from gateway.ports.clock import Clock

_RELOAD_S = 1.0
_Content = TypeVar("_Content")

Version = tuple[int, int, int] | None


def version_of(path: Path) -> Version:
    """Return what changes with a file's content; None if there is no file that can be seen."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def nobody(fault: str) -> None:
    """Tell nobody; the fault stands in `WatchedFile.fault` all the same."""
    del fault


class WatchedFile(Generic[_Content]):
    """What a file says, at most a second old. Looking at it costs no call of the system for most.

    ``read`` raises ConfigError if it cannot be read. When this is made, so does this; later the
    content stays as it was, `fault` says why until the file can be read again, ``tell`` is told
    once, and every second it is tried again.
    """

    def __init__(
        self,
        path: Path,
        read: Callable[[Path], _Content],
        clock: Clock,
        tell: Callable[[str], None] = nobody,
    ) -> None:
        self.fault: str | None = None
        self._path = path
        self._read = read
        self._clock = clock
        self._tell = tell
        self._checked_s = clock.monotonic_s()
        self._version = version_of(path)
        self._content = read(path)

    def content(self, at_most_s: float = _RELOAD_S) -> _Content:
        """Return what the file says, or said when it could last be read or was looked at less than
        ``at_most_s`` ago."""
        now_s = self._clock.monotonic_s()
        if now_s - self._checked_s >= at_most_s:
            self._checked_s = now_s
            self._look()
        return self._content

    def replaced(self, content: _Content) -> None:
        """Take what this process has just written."""
        self._version = version_of(self._path)
        self._content = content

    def _look(self) -> None:
        version = version_of(self._path)
        if version == self._version and self.fault is None:
            return
        try:
            self._content = self._read(self._path)
        except ConfigError as error:
            if self.fault is None:
                self._tell(error.detail)
            self.fault = error.detail
        else:
            self.fault = None
            self._version = version
