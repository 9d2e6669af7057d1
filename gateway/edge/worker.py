"""A worker: one process, one event loop, one uvicorn server on the inherited socket.

The steward runs on the same server, with the operations listener instead of the data plane.
"""

from __future__ import annotations

import asyncio
import gc
import math
import os
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import uvicorn
import uvloop

from gateway.config.settings import Settings
from gateway.edge.children import RETIRE
from gateway.edge.connection import http_protocol
from gateway.edge.proxy import Proxy

KEEP_CONNECTION_S = 75
"""How long an idle client connection stays open: longer than usual clients and load balancers keep
theirs, so that it is they who close."""

_COLLECT_AFTER = 20_000
"""So many new containers start a collection; the interpreter's own figure, 700, is several per
answer. What an exchange leaves behind is freed by count, so collections find next to nothing."""


class _Server(uvicorn.Server):
    """uvicorn's server with its signals left to us, and a word when it listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals alone: the supervisor speaks to this process."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets=sockets)
        self._listening()

    def cut(self) -> None:
        """End what still runs, as uvicorn does at the end of its own patience."""
        for task in self.server_state.tasks:
            task.cancel()


def serve_worker(
    proxy: Proxy,
    settings: Settings,
    *,
    listener: socket.socket,
    life: int,
    listening: Callable[[], None],
) -> None:
    """Serve the data plane until SIGTERM or the supervisor's death, then drain. Blocks.

    After `RETIRE` (a reload) it ends with its last stream, without hurry.

    ``proxy`` is what `gateway.app.make_app` returns. ``life`` is a pipe's end that closes when the
    supervisor dies. ``listening`` is called once connections are accepted.
    """

    def leave() -> None:
        proxy.draining = True

    _serve(proxy, settings, listener=listener, life=life, listening=listening, leave=leave)


def serve_operations(
    app: Any,
    settings: Settings,
    *,
    listener: socket.socket,
    life: int,
    listening: Callable[[], None],
    leave: Callable[[], None],
) -> None:
    """Serve the operations listener until SIGTERM; ``leave`` is called when it begins to end."""
    _serve(app, settings, listener=listener, life=life, listening=listening, leave=leave)


def server_config(app: Any, settings: Settings) -> uvicorn.Config:
    """Return uvicorn's configuration: our protocol class, no logs and headers of its own."""
    return uvicorn.Config(
        app,
        loop="none",
        http=http_protocol(settings.limits),
        ws="none",
        lifespan="auto",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_CONNECTION_S,
        timeout_graceful_shutdown=max(1, round(settings.drain_s)),
    )


def _serve(
    app: Any,
    settings: Settings,
    *,
    listener: socket.socket,
    life: int,
    listening: Callable[[], None],
    leave: Callable[[], None],
) -> None:
    server = _Server(server_config(app, settings), listening)

    def end() -> None:
        if server.should_exit:  # it was retiring, and waits with the longer patience
            asyncio.get_running_loop().call_later(settings.drain_s, server.cut)
        leave()
        server.should_exit = True

    def retire() -> None:
        server.config.timeout_graceful_shutdown = math.ceil(settings.upstream.total_s)
        leave()
        server.should_exit = True

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, end)
        loop.add_signal_handler(RETIRE, retire)
        loop.add_reader(life, end_with_supervisor)
        await server.serve(sockets=[listener])

    def end_with_supervisor() -> None:
        asyncio.get_running_loop().remove_reader(life)
        os.close(life)
        end()

    gc.freeze()  # lexicons and code live as long as the process: never look through them
    gc.set_threshold(_COLLECT_AFTER)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
