"""A sealing process, run here in a thread: orders in, replies out, until the end."""

from __future__ import annotations

import ctypes
import os
import pickle
import resource
import socket
import struct
import threading

import msgspec
import pytest

from gateway.edge import media_child
from gateway.edge.media_child import LENGTH_BYTES, Payload, Reply, Setup, frame, packed, run
from gateway.engine.file_seal import seal_process
from gateway.ports.adapter import Coding
from gateway.ports.session import Sealed, SealOrder
from tests.media_kit import claim, png, recipe


def _say(link: socket.socket, *payloads: Payload) -> bytes:
    link.sendall(b"".join(part for each in payloads for part in frame(each)))
    length = int.from_bytes(link.recv(LENGTH_BYTES, socket.MSG_WAITALL), "big")
    return link.recv(length, socket.MSG_WAITALL)


def test_orders_are_answered_until_the_other_side_hangs_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A file that cannot be read is a reply with words, and the process goes on."""
    humbled: list[int] = []
    monkeypatch.setattr(media_child, "_humble", humbled.append)
    ours, theirs = socket.socketpair()
    ended = threading.Event()

    def serve() -> None:
        with pytest.raises(EOFError):
            run(theirs)
        ended.set()

    thread = threading.Thread(target=serve)
    thread.start()
    with ours, theirs:
        assert _say(ours, pickle.dumps(Setup(seal_process(recipe()), 77))) == b"ready"
        order = SealOrder(1, ("!",), Coding.BASE64, "", claim())
        bad = msgspec.msgpack.decode(_say(ours, *packed(order)), type=Reply)
        raw = order._replace(parts=(pickle.PickleBuffer(png()),), coding=Coding.RAW)
        good = msgspec.msgpack.decode(_say(ours, *packed(raw)), type=Reply)
        ours.shutdown(socket.SHUT_WR)
        thread.join(10)
    assert bad.problem == "A file is not base64."
    assert good.problem == ""
    assert b"metadata\0" in msgspec.msgpack.decode(good.done, type=Sealed).data
    assert humbled == [77]
    assert ended.is_set()


def _refuse_setpriority() -> None:
    """Have the system call refused, as units of systemd may (seccomp(2))."""
    number = {"x86_64": 141, "aarch64": 140}[os.uname().machine]
    load, if_equal, answer = 0x20, 0x15, 0x06
    refused, allowed = (answer, 0, 0, 0x50001), (answer, 0, 0, 0x7FFF0000)
    steps = ((load, 0, 0, 0), (if_equal, 0, 1, number), refused, allowed)
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    system = ctypes.CDLL(None)
    assert system.prctl(38, 1, 0, 0, 0) == 0
    assert system.prctl(22, 2, program) == 0


def test_where_it_may_not_give_way_it_works_all_the_same() -> None:
    """A system that refuses the courtesy does not keep files from being sealed."""
    pid = os.fork()
    if not pid:
        try:
            _refuse_setpriority()
            media_child._humble(1 << 40)
            os._exit(0 if os.getpriority(os.PRIO_PROCESS, 0) < media_child.NICENESS else 2)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_a_process_is_humble() -> None:
    """It gives way, and its memory is bounded; tried in a child, for it cannot be undone."""
    pid = os.fork()
    if not pid:
        media_child._humble(1 << 40)
        well = os.nice(0) >= media_child.NICENESS
        bounded = resource.getrlimit(resource.RLIMIT_AS) == (1 << 40, 1 << 40)
        os._exit(0 if well and bounded else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
