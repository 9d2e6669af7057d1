"""The supervisor's own decisions; tests/faults/test_processes.py runs it with real processes."""

from __future__ import annotations

import socket

import pytest

from gateway.config.settings import Settings
from gateway.edge.supervisor import Addresses, Supervisor, serve
from gateway.nouns.errors import ConfigError


class Preparing:
    """A program that fails before anything is forked."""

    def __init__(self, failure: ConfigError | None = None) -> None:
        self._failure = failure
        self.prepared = 0

    def prepare(self, settings: Settings) -> object:
        """Fail, or count."""
        self.prepared += 1
        if self._failure is not None:
            raise self._failure
        return None


@pytest.mark.parametrize("key", ["port", "operations_port"])
def test_taken_port_names_its_setting(key: str) -> None:
    """A port that somebody has is a configuration error before anything is forked."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = {"port": 0, "operations_port": 0, key: taken.getsockname()[1]}
        program = Preparing()
        with pytest.raises(ConfigError, match=f"^{key}: 127.0.0.1:"):
            serve(Settings(**ports), program)  # type: ignore[arg-type]  # fails before more
        assert program.prepared == 0


def test_unknown_host_names_its_setting() -> None:
    """A host name that does not exist is one too."""
    settings = Settings(host="nowhere.invalid", port=0)
    with pytest.raises(ConfigError, match=r"^port: nowhere\.invalid:0"):
        Supervisor(settings, Preparing()).run()  # type: ignore[arg-type]


def test_failed_preparation_keeps_no_port(free_port: int) -> None:
    """What is wrong with the policy ends the start, and the port is free again."""
    announced: list[Addresses] = []
    with pytest.raises(ConfigError, match="policy"):
        serve(
            Settings(port=free_port, operations_port=0),
            Preparing(ConfigError("policy")),  # type: ignore[arg-type]
            announced.append,
        )
    assert announced == []
    socket.create_server(("127.0.0.1", free_port)).close()
