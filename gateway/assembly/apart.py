"""Apart: work that leaves much memory behind is done in a process that ends."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn, TypeVar

from gateway.nouns.errors import ConfigError
from gateway.telemetry.logs import logger

T = TypeVar("T")

_LOG = logger("supervisor")


def apart(make: Callable[[], T], what: str) -> T:
    """Return what ``make`` returns (plain data, it is pickled), made in a forked process.

    Python gives the memory of small objects back only in whole arenas; a few that stay keep all
    that was taken beside them. Raises the ConfigError that ``make`` raises; and one naming
    ``what`` if the process cannot be started, or ends before it is done.
    """
    answer, tell = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        pid = os.fork()
    except OSError as error:
        os.close(answer)
        os.close(tell)
        raise ConfigError(f"{what}: no process for it: {error.strerror}.") from error
    if pid == 0:
        os.close(answer)
        _make(make, tell)
    os.close(tell)
    with os.fdopen(answer, "rb") as pipe:
        try:
            made: T | ConfigError = pickle.load(pipe)
        except (EOFError, pickle.UnpicklingError):
            made = ConfigError(f"{what}: the process for it ended before it was done.")
    os.waitpid(pid, 0)
    if isinstance(made, ConfigError):
        raise made
    return made


def _make(make: Callable[[], object], tell: int) -> NoReturn:
    """Be the process: answer and end, whatever happens."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, signal.SIG_DFL)
        made: object
        try:
            made = make()
        except ConfigError as error:
            made = error
        with suppress(BrokenPipeError), os.fdopen(tell, "wb") as pipe:
            pickle.dump(made, pipe, protocol=pickle.HIGHEST_PROTOCOL)
        code = 0
    except Exception as failure:  # noqa: BLE001 -- nothing may pass the fork
        _LOG.error("child failed", exc_info=failure)
    finally:
        sys.stderr.flush()
        os._exit(code)
