"""A plain relay between gateway and upstream that notes what passes and who hangs up."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType

WAIT_S = 20.0


class Relay:
    """Forwards connections to ``port`` of loopback. Use it as a context manager.

    ``answered`` counts bytes that came from the upstream; `left` waits until the gateway hangs up
    while the upstream is still speaking.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self._left = threading.Event()
        self._ended = threading.Event()
        self.answered = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def left(self) -> bool:
        """Wait until the gateway closed a connection that the upstream held open."""
        return self._left.wait(WAIT_S)

    def __enter__(self) -> Relay:
        self._begin(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        for each in (self._listener, *self._sockets):
            _hang_up(each)
        for thread in self._threads:
            thread.join(WAIT_S)

    def _begin(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            self._sockets += [near, far]
            self._begin(self._carry, near, far, False)
            self._begin(self._carry, far, near, True)

    def _carry(self, source: socket.socket, target: socket.socket, answering: bool) -> None:
        try:
            while data := source.recv(65536):
                self.answered += len(data) if answering else 0
                target.sendall(data)
        except OSError:
            pass
        if not answering and not self._ended.is_set():
            self._left.set()
        _hang_up(target)


def _hang_up(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
