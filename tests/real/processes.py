"""Starts a server as a process of its own, waits until it answers, and ends it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

STEP_S = 0.1
START_S = 90.0
END_S = 20.0


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def running(
    command: Sequence[str | Path], ready: str, log: Path, *, environ: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends. ``ready`` is a URL that answers once it serves.

    Raises AssertionError with the end of ``log`` if it does not get that far.
    """
    with log.open("wb") as said:
        child = subprocess.Popen(
            [str(part) for part in command],
            env=dict(environ),
            cwd=log.parent,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(child, ready, log)
        yield child
    finally:
        _end(child)


def _wait(child: subprocess.Popen[bytes], ready: str, log: Path) -> None:
    for _ in range(int(START_S / STEP_S)):
        try:
            with urllib.request.urlopen(ready, timeout=5):
                return
        except urllib.error.HTTPError as error:
            error.close()
            if error.code < 500:
                return
        except OSError:
            pass
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STEP_S)
            break
    end = log.read_text(errors="replace")[-2000:]
    raise AssertionError(f"{child.args} did not start ({child.poll()}):\n{end}")


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(END_S)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
