"""The supervisor with a small program, as a process of its own, for tests that kill and signal.

Run as ``python -m tests.serve_program CONFIG``: a JSON file with settings under ``settings`` and
what the program shall do: ``policy`` (a name it reports), ``broken`` (``load``, ``prepare``,
``work``: where a ConfigError is raised). Prints one JSON line with its addresses when it listens,
and appends what it is told to the file CONFIG.log. The policy that
CONFIG.outdated names has run out.
"""

from __future__ import annotations

import dataclasses
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec

from gateway.app import make_app
from gateway.config.settings import Settings
from gateway.edge.board import Board
from gateway.edge.gateway import Identity
from gateway.edge.operations import operations_app
from gateway.edge.program import Place, Ports
from gateway.edge.supervisor import Addresses, serve
from gateway.edge.worker import serve_operations, serve_worker
from gateway.nouns.errors import ConfigError
from gateway.nouns.policy import Policy
from gateway.telemetry.logs import configure
from tests.edge_kit import GatewayHere


class SmallProgram:
    """See gateway.edge.supervisor.Program."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._log = config.with_suffix(".log")

    def _read(self, where: str) -> dict[str, Any]:
        config: dict[str, Any] = msgspec.json.decode(self._config.read_bytes())
        if config.get("broken") == where:
            raise ConfigError(f"{where} is broken.")
        return config

    def _note(self, *words: object) -> None:
        with self._log.open("a") as log:
            log.write(" ".join(map(str, words)) + "\n")

    def load(self) -> Settings:
        """Read the file."""
        return msgspec.convert(self._read("load")["settings"], Settings)

    def prepare(self, settings: Settings) -> object:
        """Keep the policy's name."""
        return self._read("prepare")["policy"]

    def is_outdated(self, prepared: object) -> bool:
        """Return whether the file CONFIG.outdated names this policy."""
        named = self._config.with_suffix(".outdated")
        return named.exists() and named.read_text() == prepared

    def policy_hash(self, prepared: object) -> str:
        """Return the name."""
        return str(prepared)

    def work(self, settings: Settings, prepared: object, place: Place, ports: Ports) -> None:
        """Serve the gateway of the tests."""
        if self._read("work").get("broken") == "crash":
            raise RuntimeError("a worker that cannot live")
        here = GatewayHere(settings, Policy())
        identity = Identity("0", str(prepared), "", place.generation, place.worker)
        proxy = make_app(dataclasses.replace(here.gateway, identity=identity))
        serve_worker(
            proxy, settings, listener=ports.listener, life=ports.life, listening=ports.listening
        )
        self._note("worker left", place.worker, "journal closed", here.journal.closed)

    def steward(self, settings: Settings, prepared: object, board: Board, ports: Ports) -> None:
        """Serve operations; a thread stands for the shipper."""
        leave, done = threading.Event(), threading.Event()
        shipper = threading.Thread(target=lambda: (leave.wait(), done.set()))
        shipper.start()
        serve_operations(
            operations_app(board, lambda: b"# metrics\n"), settings,
            listener=ports.listener, life=ports.life, listening=ports.listening, leave=leave.set,
        )  # fmt: skip
        shipper.join(5)
        self._note("steward left", "shipped", done.is_set())

    def child_ended(self, pid: int, worker: int | None) -> None:
        """Note it."""
        self._note("ended", pid, worker)

    def reloaded(self, *, accepted: bool) -> None:
        """Note it."""
        self._note("reloaded", accepted)


def _announce(addresses: Addresses) -> None:
    sys.stdout.write(msgspec.json.encode(addresses).decode() + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until told to end."""
    configure("info", "json")
    program = SmallProgram(Path(sys.argv[1]))
    try:
        code = serve(program.load(), program, _announce)
    except ConfigError as error:
        sys.stderr.write(error.sentence() + "\n")
        code = 2
    sys.exit(code)


if __name__ == "__main__":
    main()
