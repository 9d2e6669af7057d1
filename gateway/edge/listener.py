"""The listening sockets, bound once by the supervisor and inherited by who serves them."""

from __future__ import annotations

import socket

from gateway.nouns.errors import ConfigError


def bind_listener(host: str, port: int, key: str) -> socket.socket:
    """Return a bound socket. Raises ConfigError naming the setting (``key``)."""
    listener: socket.socket | None = None
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, proto)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.settimeout(0)
    except OSError as error:
        if listener is not None:
            listener.close()
        raise ConfigError(
            f"{key}: {host}:{port} cannot be listened on ({error.strerror}); "
            f"stop what uses it, or set another (SEALGATE_{key.upper()}=..., or the flag "
            f"--{key.replace('_', '-')})."
        ) from error
    return listener
