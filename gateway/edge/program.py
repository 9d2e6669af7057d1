"""What the supervisor runs: the promises between it and assembly."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import NamedTuple, Protocol

from gateway.config.settings import Settings
from gateway.edge.board import Board


class Place(NamedTuple):
    """Which worker of which generation a process is; numbers are unique among the living."""

    worker: int
    generation: int


class Ports(NamedTuple):
    """What a child gets: its listening socket, the pipe that closes when the parent dies, and the
    word to say once it listens. `worker.serve_worker` and `serve_operations` take them."""

    listener: socket.socket
    life: int
    listening: Callable[[], None]


class Program(Protocol):
    """What the supervisor runs; assembly makes it.

    A ConfigError from `load`, `prepare`, `work` or `steward` ends the program at its start; at a
    reload it keeps the running configuration.
    """

    def load(self) -> Settings:
        """Read settings and policy anew."""
        ...

    def prepare(self, settings: Settings) -> object:
        """Make, before any fork, what all children share (compiled lexicons, limits, keys)."""
        ...

    def policy_hash(self, prepared: object) -> str:
        """Return the hash of the policy in what was prepared."""
        ...

    def is_outdated(self, prepared: object) -> bool:
        """Return whether something in what was prepared has run out since."""
        ...

    def work(self, settings: Settings, prepared: object, place: Place, ports: Ports) -> None:
        """Be a worker: build the gateway and serve until told to end."""
        ...

    def steward(self, settings: Settings, prepared: object, board: Board, ports: Ports) -> None:
        """Be the steward: ship records and serve operations until told to end."""
        ...

    def child_ended(self, pid: int, worker: int | None) -> None:
        """A child is dead (``worker`` None: the steward): forget its limits and gauges."""
        ...

    def reloaded(self, *, accepted: bool) -> None:
        """A reload took place, or was refused."""
        ...
