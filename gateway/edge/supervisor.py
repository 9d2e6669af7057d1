"""The supervisor: the parent of all processes. It binds, forks, watches, reloads and drains.

No event loop here and no thread, so that forking is safe: one wait for signals and pipes, and a
table of children. Workers of a generation share a listening socket; a reload forks a whole new
generation, and only when that listens is the old one told to drain, so no connection is refused.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from typing import NamedTuple

from gateway.config.settings import Settings
from gateway.edge.board import Board, Notice
from gateway.edge.children import EXIT_CONFIG, Body, Child, Children, Kind
from gateway.edge.listener import bind_listener
from gateway.edge.program import Place, Ports, Program
from gateway.nouns.errors import ConfigError, SealgateError
from gateway.telemetry.logs import logger

_LOG = logger("supervisor")
_BACKOFF_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_HEALTHY_S = 30.0
_FIRST_TRIES = 5
"""So many failures in a row before all have listened once end the program: it cannot start."""

EXIT_FAILED = 3
_BACKLOG = 2048
_GRACE_S = 15.0
"""Beyond the drain time a child that was told to end gets this long before it is killed."""

_START_S = 120.0
"""A child that is not ready by then is killed, and started again like one that died."""

_CHECK_S = 600.0
"""So long may a configuration take to be tried; then the reload is refused."""


class Addresses(NamedTuple):
    """Where the gateway listens, with the real port numbers."""

    data: tuple[str, int]
    operations: tuple[str, int]


class _Course(NamedTuple):
    """What one generation runs."""

    settings: Settings
    prepared: object
    generation: int


class Supervisor:
    """The parent process. Make one per process and `run` it."""

    def __init__(
        self,
        settings: Settings,
        program: Program,
        announce: Callable[[Addresses], None] = lambda _: None,
    ) -> None:
        """``announce`` is called once, when all workers listen for the first time."""
        self._program = program
        self._announce = announce
        self._board = Board()
        self._course = _Course(settings, None, 1)
        self._previous: _Course | None = None
        self._restarts: list[float] = []
        self._failures = 0
        self._last_worker_s = 0.0
        self._announced = False
        self._draining = False
        self._reload_wanted = False
        self._outdated = 0
        self._last_reload_ok = True
        self._exit_code = 0

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT and return the exit code.

        0; 2 if a child could not start with this configuration; 3 if processes failed again and
        again before all listened. Raises ConfigError before anything was forked.
        """
        settings = self._course.settings
        with ExitStack() as stack:
            # Bound first: a second gateway on the same ports must not touch anything of the first.
            self._data = stack.enter_context(bind_listener(settings.host, settings.port, "port"))
            self._operations = stack.enter_context(
                bind_listener(settings.operations_host, settings.operations_port, "operations_port")
            )
            self._course = self._course._replace(prepared=self._program.prepare(settings))
            for listener in (self._data, self._operations):
                listener.listen(_BACKLOG)
            self._children = stack.enter_context(closing(Children()))
            self._children.listen()
            self._start_missing()
            while self._children or not self._draining:
                self._turn()
        return self._exit_code

    def _turn(self) -> None:
        """One turn: what was signalled, who ended, what is due."""
        for name in self._children.wait(self._until_next()):
            if name in {signal.SIGTERM, signal.SIGINT}:
                self._drain()
            elif name == signal.SIGHUP:
                self._reload_wanted = True
        for child, code in self._children.reap():
            self._ended(child, code)
        now_s = time.monotonic()
        if not self._draining:
            self._check_reload()
            if any(moment <= now_s for moment in self._restarts):
                self._restarts = [moment for moment in self._restarts if moment > now_s]
                self._start_missing()
            self._promote()
        else:
            self._wind_up(now_s)
        self._kill_overdue(now_s)
        self._write_board()

    def _until_next(self) -> float:
        return max(0.0, min([1.0, *(moment - time.monotonic() for moment in self._restarts)]))

    # -- starting and ending

    def _present(self) -> list[Child]:
        """The workers of the present generation that are not leaving."""
        return [
            child
            for child in self._children.of(Kind.WORKER)
            if child.generation == self._course.generation and not child.leaving
        ]

    def _start_missing(self) -> None:
        """Fork what is missing; later what the system has no room for now."""
        if not self._fork_missing():
            self._start_later(0.0)

    def _fork_missing(self) -> bool:
        """Fork the steward if there is none, and workers up to the number wanted; False if the
        system has no room for all."""
        course = self._course
        made = self._start_steward()
        for _ in range(course.settings.workers - len(self._present())):
            place = Place(self._children.free_number(), course.generation)
            made &= self._fork(Kind.WORKER, place.worker, partial(self._work, course, place))
        return made

    def _start_steward(self) -> bool:
        """Fork the steward if there is none; False if the system has no room for it."""
        there = bool(self._children.of(Kind.STEWARD))
        return there or self._fork(Kind.STEWARD, 0, partial(self._steward, self._course))

    def _fork(self, kind: Kind, number: int, body: Body) -> bool:
        """Fork a child of the present generation; False if the system has no room for it."""
        try:
            self._children.fork(kind, number, self._course.generation, body)
        except OSError as error:
            _LOG.error("no room for a process", mode=kind.value, detail=error.strerror)
            return False
        return True

    def _work(
        self, course: _Course, place: Place, life: int, listening: Callable[[], None]
    ) -> None:
        self._operations.close()
        ports = Ports(self._data, life, listening)
        self._program.work(course.settings, course.prepared, place, ports)

    def _steward(self, course: _Course, life: int, listening: Callable[[], None]) -> None:
        self._data.close()
        ports = Ports(self._operations, life, listening)
        self._program.steward(course.settings, course.prepared, self._board, ports)

    def _ended(self, child: Child, code: int) -> None:
        """A child is dead: forget it, and replace it unless it was to end."""
        if child.kind is Kind.CHECKER:
            self._checked(accepted=code == 0 and not child.leaving)
            return
        worker = child.number if child.kind is Kind.WORKER else None
        self._program.child_ended(child.pid, worker)
        expected = child.leaving and code == 0
        write = _LOG.info if expected else _LOG.warning
        write(
            "child ended", mode=child.kind.value, worker=child.number, pid=child.pid,
            exit_code=code, generation=child.generation,
        )  # fmt: skip
        if worker is not None:
            self._last_worker_s = time.monotonic()
        if self._draining:
            if child.kind is Kind.STEWARD:
                self._steward_left(child)
        elif child.leaving:
            self._restarts.append(0.0)
        elif self._previous is not None and child.generation == self._course.generation:
            self._fall_back()
        elif code == EXIT_CONFIG and not self._announced:
            self._exit_code = EXIT_CONFIG
            self._drain()
        else:
            self._start_later(time.monotonic() - child.started_s)

    def _start_later(self, lived_s: float) -> None:
        """Start what is missing after a pause, the longer the more often something lived short."""
        self._failures = 0 if lived_s > _HEALTHY_S else self._failures + 1
        if not self._announced and self._failures >= _FIRST_TRIES:
            _LOG.error("not started", reason="its processes fail again and again; see above")
            self._exit_code = EXIT_FAILED
            self._drain()
            return
        pause_s = _BACKOFF_S[min(self._failures, len(_BACKOFF_S)) - 1] if self._failures else 0.0
        self._restarts.append(time.monotonic() + pause_s)

    def _drain(self) -> None:
        """End in order; a second request ends the workers at once."""
        if self._draining:
            for child in self._children.of(Kind.WORKER):
                child.send(signal.SIGKILL)
            return
        _LOG.info("draining", seconds=self._course.settings.drain_s)
        self._draining = True
        self._restarts.clear()
        self._data.close()
        for child in (*self._children.of(Kind.WORKER), *self._children.of(Kind.CHECKER)):
            child.leave()

    def _wind_up(self, now_s: float) -> None:
        """While draining: a steward as long as there are workers; it ends last, in order."""
        if self._children.of(Kind.WORKER):
            if any(moment <= now_s for moment in self._restarts):
                self._restarts.clear()
                if not self._start_steward():
                    self._restarts.append(now_s + _BACKOFF_S[3])
            return
        for child in self._children.of(Kind.STEWARD):
            if child.ready:  # earlier it would die of it
                child.leave()

    def _steward_left(self, child: Child) -> None:
        """The steward ended during a drain: somebody has to ship what the workers still write.
        After the last worker a failed one is left to the next start, which finds the spool."""
        now_s = time.monotonic()
        if self._children.of(Kind.WORKER):
            self._restarts.append(now_s if child.leaving else now_s + _BACKOFF_S[3])
        elif child.leaving_since_s is not None and child.leaving_since_s < self._last_worker_s:
            self._start_steward()

    def _kill_overdue(self, now_s: float) -> None:
        """Kill who does not end, and who does not come to listen."""
        settings = self._course.settings
        for child in [each for kind in Kind for each in self._children.of(kind)]:
            allowed_s = _CHECK_S if child.kind is Kind.CHECKER else _START_S
            late = _is_over(child.leaving_since_s, settings.drain_s, now_s)
            late |= _is_over(child.retiring_since_s, settings.upstream.total_s, now_s)
            if late or (not child.ready and now_s - child.started_s > allowed_s):
                child.send(signal.SIGKILL)

    # -- reload

    def _check_reload(self) -> None:
        """Try the new configuration in a child of its own, if a reload is wanted and none runs."""
        if self._outdated != self._course.generation and self._program.is_outdated(
            self._course.prepared
        ):
            self._outdated = self._course.generation  # a reload that is refused is not tried again
            self._reload_wanted = True
        busy = self._previous is not None or self._children.of(Kind.CHECKER)
        if self._reload_wanted and self._announced and not busy:
            self._reload_wanted = False
            if not self._fork(Kind.CHECKER, 0, self._try):
                self._checked(accepted=False)

    def _try(self, _life: int, _listening: Callable[[], None]) -> None:
        self._program.prepare(self._program.load())

    def _checked(self, *, accepted: bool) -> None:
        """The checker ended: begin a new generation, or stay."""
        if self._draining:
            return
        self._last_reload_ok = accepted
        if accepted:
            try:
                self._begin_generation()
            except (SealgateError, OSError, MemoryError) as error:
                _LOG.error("reload refused", detail=str(error))
                self._last_reload_ok = accepted = False
        if not accepted:
            _LOG.error("reload refused", reason="the running configuration stays")
            self._program.reloaded(accepted=False)

    def _begin_generation(self) -> None:
        settings = self._program.load()
        before = self._course.settings
        if _places(settings) != _places(before):
            raise ConfigError("host, port and state change only with a restart.")
        prepared = self._program.prepare(settings)
        self._previous = self._course
        self._course = _Course(settings, prepared, self._course.generation + 1)
        if not self._fork_missing():
            self._fall_back()

    def _promote(self) -> None:
        """Once all workers of the present generation listen: say so, let the old ones go."""
        present = self._present()
        if sum(child.ready for child in present) < self._course.settings.workers:
            return
        if not self._announced:
            self._announced = True
            self._announce(
                Addresses(self._data.getsockname()[:2], self._operations.getsockname()[:2])
            )
        if self._previous is None:
            return
        self._previous = None
        for child in self._children.of(Kind.WORKER):
            if child.generation != self._course.generation:
                child.retire()
        for child in self._children.of(Kind.STEWARD):
            if child.generation != self._course.generation:
                child.leave()
        _LOG.info("reloaded", generation=self._course.generation)
        self._program.reloaded(accepted=True)

    def _fall_back(self) -> None:
        """A worker of the new generation died before all listened: keep the old generation."""
        failed = self._course.generation
        if self._previous is not None:
            self._course, self._previous = self._previous, None
        for child in self._children.of(Kind.WORKER):
            if child.generation == failed:
                child.leave()
        self._last_reload_ok = False
        _LOG.error("reload refused", reason="a new worker did not start", generation=failed)
        self._program.reloaded(accepted=False)

    def _write_board(self) -> None:
        course = self._course if self._previous is None else self._previous
        ready = [
            child
            for child in self._children.of(Kind.WORKER)
            if child.ready and child.generation == course.generation
        ]
        self._board.write(
            Notice(
                course.generation, len(ready), course.settings.workers, self._draining,
                self._last_reload_ok, self._program.policy_hash(course.prepared),
            )
        )  # fmt: skip


def _is_over(since_s: float | None, allowed_s: float, now_s: float) -> bool:
    """Return whether a child had its time, and the grace, since it was told."""
    return since_s is not None and now_s - since_s > allowed_s + _GRACE_S


def _places(settings: Settings) -> tuple[object, ...]:
    """What cannot change while running."""
    return (
        settings.host, settings.port, settings.operations_host, settings.operations_port,
        settings.state,
    )  # fmt: skip


def serve(
    settings: Settings, program: Program, announce: Callable[[Addresses], None] = lambda _: None
) -> int:
    """Run the whole gateway until it is told to end; returns the process's exit code."""
    return Supervisor(settings, program, announce).run()
