"""Open files: a stream takes two sockets, and many systems let a process begin with 1,024."""

from __future__ import annotations

import resource
from contextlib import suppress

_PER_EXCHANGE = 2
_OF_ITS_OWN = 256
"""Listeners, spool, metrics, pipes and what is being read, at most, besides the exchanges."""


def allow_open_files() -> int:
    """Let this process and its children have as many open files as the system lets them, and
    return how many that is."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # some systems name a hard limit that they do not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return allowed if allowed != resource.RLIM_INFINITY else 1 << 30


def open_files_of(exchanges: int) -> int:
    """Return how many files a worker has open with so many exchanges at once."""
    return exchanges * _PER_EXCHANGE + _OF_ITS_OWN
