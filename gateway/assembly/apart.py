"""Apart: work that leaves much memory behind is done in a process that ends."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import NoReturn, TypeVar

from gateway.nouns.errors import ConfigError
from gateway.telemetry.logs import logger

T = TypeVar("T")

_LOG = logger("supervisor")


def apart(make: Callable[[], T], what: str) -> T:
    """Return what ``make`` returns (plain data, it is pickled), made in a forked process.

    Python gives the memory of small objects back only in whole arenas; a few that stay keep all
    that was taken beside them. The process ends with this one, whose locks and pipes it has too.
    Raises the ConfigError that ``make`` raises; and one naming ``what`` if the process cannot be
    started, or ends before it is done.
    """
    (answer, tell), (life, alive) = os.pipe(), os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        pid = os.fork()
    except OSError as error:
        for end in (answer, tell, life, alive):
            os.close(end)
        raise ConfigError(f"{what}: no process for it: {error.strerror}.") from error
    if pid == 0:
        os.close(answer)
        os.close(alive)
        _make(make, tell, life)
    os.close(tell)
    os.close(life)
    with os.fdopen(answer, "rb") as pipe:
        try:
            made: T | ConfigError = pickle.load(pipe)
        except (EOFError, pickle.UnpicklingError):
            made = ConfigError(f"{what}: the process for it ended before it was done.")
    os.waitpid(pid, 0)
    os.close(alive)
    if isinstance(made, ConfigError):
        raise made
    return made


def _make(make: Callable[[], object], tell: int, life: int) -> NoReturn:
    """Be the process: answer and end, whatever happens."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, signal.SIG_DFL)
        Thread(target=_end_with, args=(life,), daemon=True).start()
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


def _end_with(life: int) -> None:
    """End this process when nobody holds the other end of a pipe any more."""
    os.read(life, 1)
    os._exit(1)
