"""A process beside a worker: takes orders from a socket, one at a time, and answers them.

It seals files, or reads them for the desk: what it is started with says which.

It is started anew (never forked: libraries with threads of their own do not survive a fork), runs
with low priority and bounded memory, and holds nothing but the keys that marks need. Whatever a
hostile file does to it, it dies alone: orders come as pickles from its parent, but it can answer
with bytes and words only.
"""

from __future__ import annotations

import os
import pickle
import resource
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from gateway.nouns.errors import MarkFailed

NICENESS = 15
LENGTH_BYTES = 8
Payload = bytes | memoryview
Make = Callable[[], Callable[[Any], Any]]
"""Makes what carries out orders: a picklable order in, a value that msgspec can write out."""


class Reply(NamedTuple):
    """What the process answers: what it made of the order (MessagePack of the type that its parent
    expects), or why there is nothing (words without content)."""

    done: msgspec.Raw
    problem: str = ""


class Setup(NamedTuple):
    """What a process is started with. ``make`` is called in it, once; it must be picklable."""

    make: Make
    memory_bytes: int


def frame(payload: Payload) -> tuple[bytes, Payload]:
    """Return a payload's length prefix and the payload."""
    return len(payload).to_bytes(LENGTH_BYTES, "big"), payload


def packed(order: object) -> list[Payload]:
    """Return an order as it goes over the socket: how many frames follow, its pickle, and what it
    holds as `pickle.PickleBuffer`, which is sent from where it lies."""
    buffers: list[pickle.PickleBuffer] = []
    head = pickle.dumps(order, 5, buffer_callback=buffers.append)
    return [str(len(buffers)).encode(), head, *(each.raw() for each in buffers)]


def _receive(link: socket.socket, count: int) -> bytearray:
    """Return exactly so many bytes. Raises EOFError if the other side is gone."""
    data = bytearray(count)
    view, at = memoryview(data), 0
    while at < count:
        got = link.recv_into(view[at:])
        if not got:
            raise EOFError
        at += got
    return data


def _receive_frame(link: socket.socket) -> bytearray:
    return _receive(link, int.from_bytes(_receive(link, LENGTH_BYTES), "big"))


def _receive_order(link: socket.socket) -> Any:
    """Return an order that was `packed`; what was a buffer is bytes now."""
    count, head = int(_receive_frame(link)), _receive_frame(link)
    return pickle.loads(head, buffers=[bytes(_receive_frame(link)) for _ in range(count)])


def _send(link: socket.socket, payload: bytes) -> None:
    for part in frame(payload):
        link.sendall(part)


def _humble(memory_bytes: int) -> None:
    """Give way to whoever serves, where the system lets us; never take more memory than allowed."""
    with suppress(OSError):
        os.nice(NICENESS)
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(link: socket.socket) -> None:
    """Serve orders until the other side hangs up."""
    setup: Setup = pickle.loads(_receive_frame(link))  # from our own parent
    _humble(setup.memory_bytes)
    carry_out = setup.make()
    _send(link, b"ready")
    while True:
        order = _receive_order(link)
        reply: tuple[Any, str]
        try:
            reply = (carry_out(order), "")
        except MarkFailed as problem:
            reply = (None, problem.detail)
        del order
        _send(link, msgspec.msgpack.encode(reply))


def main() -> None:
    """Serve on the socket whose number is the argument."""
    with socket.socket(fileno=int(sys.argv[1])) as link, suppress(EOFError, OSError):
        run(link)


if __name__ == "__main__":
    main()
