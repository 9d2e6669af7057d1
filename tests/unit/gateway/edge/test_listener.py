"""Binding a listener."""

from __future__ import annotations

import socket

import pytest

from gateway.edge.listener import bind_listener
from gateway.nouns.errors import ConfigError


def test_bound_and_not_yet_heard(free_port: int) -> None:
    """The port is ours, and nobody can connect before somebody listens."""
    with bind_listener("127.0.0.1", free_port, "port") as listener:
        assert listener.getsockname() == ("127.0.0.1", free_port)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", free_port), 1)


def test_a_taken_port_is_told_with_the_remedy() -> None:
    """The sentence names the setting, the address and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = rf"^port: 127\.0\.0\.1:{port} .*set another .SEALGATE_PORT"
        with pytest.raises(ConfigError, match=told):
            bind_listener("127.0.0.1", port, "port")
