"""Children: the table of forked processes, and the one wait for what happens to them.

A child closes its parent's pipes, takes default signals, and learns of its parent's death by a pipe
whose other end only the parent holds. Signals are blocked over a fork, so none is taken by the
wrong process.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import NoReturn

from gateway.edge.heap import give_back
from gateway.nouns.errors import ConfigError
from gateway.telemetry.logs import logger

EXIT_CONFIG = 2
"""Exit code of a child that met a ConfigError: starting it again would not help."""

RETIRE = signal.SIGUSR1
"""Tells a worker of an old generation to end with its last stream, however long that takes."""

_EXIT_BROKEN = 70
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
_LOG = logger("supervisor")

Body = Callable[[int, Callable[[], None]], None]
"""What a child is: gets the life pipe and the word to say once it is ready; returns at its end."""


class Kind(Enum):
    """What a child is for. The checker tries new settings before a reload."""

    WORKER = "worker"
    STEWARD = "steward"
    CHECKER = "checker"


class Child:
    """One living child."""

    def __init__(self, kind: Kind, number: int, generation: int, pid: int, pipe: int) -> None:
        self.kind = kind
        self.number = number
        self.generation = generation
        self.pid = pid
        self.pipe = pipe
        self.ready = False
        self.started_s = time.monotonic()
        self.leaving_since_s: float | None = None
        self.retiring_since_s: float | None = None

    @property
    def leaving(self) -> bool:
        """True if it was told to end, at once or with its last stream."""
        return self.leaving_since_s is not None or self.retiring_since_s is not None

    def leave(self) -> None:
        """Tell it to end in order, also if it was retiring."""
        if self.leaving_since_s is None:
            self.leaving_since_s = time.monotonic()
            self.send(signal.SIGTERM)

    def retire(self) -> None:
        """Tell it to take nothing new and to end with its last stream."""
        if not self.leaving:
            self.retiring_since_s = time.monotonic()
            self.send(RETIRE)

    def send(self, name: signal.Signals) -> None:
        """Send it a signal; it may be gone already."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, name)


class Children:
    """All living children of this process. Make it once, and `listen` before the first fork."""

    def __init__(self) -> None:
        self._living: dict[int, Child] = {}
        self._life = os.pipe()
        self._wake = os.pipe()
        os.set_blocking(self._wake[0], False)
        os.set_blocking(self._wake[1], False)
        self._before: dict[signal.Signals, object] = {}

    def __bool__(self) -> bool:
        return bool(self._living)

    def of(self, kind: Kind) -> list[Child]:
        """Return the living children of a kind."""
        return [child for child in self._living.values() if child.kind is kind]

    def free_number(self) -> int:
        """Return the smallest worker number that no living worker has."""
        taken = {child.number for child in self.of(Kind.WORKER)}
        return next(number for number in range(len(taken) + 1) if number not in taken)

    def listen(self) -> None:
        """Take over the signals: from now on `wait` returns them."""
        for name in _SIGNALS:
            self._before[name] = signal.signal(name, lambda *_: None)
        signal.set_wakeup_fd(self._wake[1], warn_on_full_buffer=False)

    def wait(self, seconds: float) -> list[int]:
        """Wait for a signal, a child's word or the time; returns the signals that came."""
        pipes = {c.pipe: c for c in self._living.values() if not c.ready and c.pipe >= 0}
        readable, _, _ = select.select([self._wake[0], *pipes], [], [], seconds)
        for pipe in readable:
            child = pipes.get(pipe)
            if child is not None:
                child.ready = os.read(pipe, 1) == b"r"
                os.close(pipe)
                child.pipe = -1
        if self._wake[0] not in readable:
            return []
        return list(os.read(self._wake[0], 512))

    def reap(self) -> list[tuple[Child, int]]:
        """Return the children that ended, with their exit codes (a signal's number negative)."""
        ended = []
        for child in tuple(self._living.values()):
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if pid:
                del self._living[pid]
                if child.pipe >= 0:
                    os.close(child.pipe)
                ended.append((child, os.waitstatus_to_exitcode(status)))
        return ended

    def fork(self, kind: Kind, number: int, generation: int, body: Body) -> Child:
        """Fork a child that runs ``body`` and then exits; it never returns from here.

        Raises OSError if the system has no room for it.
        """
        give_back()
        ready, say_ready = os.pipe()
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            pid = os.fork()
        except OSError:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            os.close(ready)
            os.close(say_ready)
            raise
        if pid == 0:
            os.close(ready)
            self._be_child(body, say_ready)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        os.close(say_ready)
        child = self._living[pid] = Child(kind, number, generation, pid, ready)
        return child

    def _be_child(self, body: Body, say_ready: int) -> NoReturn:
        code = _EXIT_BROKEN
        try:
            self._leave_parent_behind()
            body(self._life[0], lambda: _say(say_ready))
            code = 0
        except ConfigError as error:
            _LOG.error("bad configuration", detail=error.sentence(), code=error.code)
            code = EXIT_CONFIG
        except BaseException as failure:  # noqa: BLE001 -- the task supervisor: nothing may pass fork
            _LOG.error("child failed", exc_info=failure)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _leave_parent_behind(self) -> None:
        signal.set_wakeup_fd(-1)
        for name in (signal.SIGTERM, signal.SIGCHLD):
            signal.signal(name, signal.SIG_DFL)
        for name in (signal.SIGINT, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        os.close(self._life[1])
        for end in (*self._wake, *(c.pipe for c in self._living.values() if c.pipe >= 0)):
            os.close(end)
        self._living.clear()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def close(self) -> None:
        """Kill who still lives, wait for them, and give the signals back."""
        for child in self._living.values():
            child.send(signal.SIGKILL)
        for child in self._living.values():
            os.waitpid(child.pid, 0)
        self._living.clear()
        if self._before:
            signal.set_wakeup_fd(-1)
        for name, before in self._before.items():
            signal.signal(name, before)  # type: ignore[arg-type]  # what signal.signal returned
        for end in (*self._life, *self._wake):
            os.close(end)


def _say(say_ready: int) -> None:
    os.write(say_ready, b"r")
    os.close(say_ready)
