"""Runs the demo model in a process of its own that ends with the one that started it.

The parent keeps the write end of a pipe; when it is gone, by whatever death, the child reads the
end of the pipe and stops. The port is bound before the child starts, so no request comes too early.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys

import uvicorn

from gateway.demo.app import DemoModel

HOST = "127.0.0.1"


class DemoServer:
    """A running demo model. ``url`` is where it answers."""

    def __init__(self, child: subprocess.Popen[bytes], port: int) -> None:
        self._child = child
        self.url = f"http://{HOST}:{port}/v1"

    def stop(self) -> None:
        """End the process and wait for it."""
        if self._child.stdin is not None and not self._child.stdin.closed:
            self._child.stdin.close()
        try:
            self._child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


def start_demo() -> DemoServer:
    """Start the demo model on a free port of the loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, 0))
        listener.listen(256)
        descriptor = listener.fileno()
        child = subprocess.Popen(
            [sys.executable, "-m", "gateway.demo", "--descriptor", str(descriptor)],
            pass_fds=(descriptor,),
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        return DemoServer(child, listener.getsockname()[1])


def serve_socket(listener: socket.socket, *, until_stdin_ends: bool = True) -> None:
    """Serve on a bound socket; blocks."""
    config = uvicorn.Config(
        DemoModel(), log_level="error", access_log=False, lifespan="off", ws="none"
    )
    asyncio.run(_serve(uvicorn.Server(config), listener, until_stdin_ends=until_stdin_ends))


async def _serve(
    server: uvicorn.Server, listener: socket.socket, *, until_stdin_ends: bool
) -> None:
    def ended() -> None:
        if not os.read(0, 4096):
            server.should_exit = True
            server.force_exit = True

    if until_stdin_ends:
        asyncio.get_running_loop().add_reader(0, ended)
    await server.serve(sockets=[listener])
