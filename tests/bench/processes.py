"""Processes under test: start them, know their whole tree, read what they cost, end them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
REPOSITORY = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """Return a port that nobody has right now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Subject:
    """One program under test with everything it started."""

    def __init__(self, name: str, command: list[str], port: int, env: dict[str, str] | None = None):
        self.name = name
        self.port = port
        self._process = subprocess.Popen(
            command, cwd=REPOSITORY, env={**os.environ, **(env or {})},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def wait_until_it_answers(self, limit_s: float = 120.0) -> None:
        """Return once the port takes connections. Raises TimeoutError or RuntimeError (it died)."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self._process.returncode}")
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self.port), 1),
            ):
                time.sleep(0.5)
                return
            time.sleep(0.05)
        raise TimeoutError(self.name)

    def tree(self) -> list[int]:
        """Return the process and all its descendants."""
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError, ValueError):
                    parent = int(_stat(int(entry.name))[1])
                    children.setdefault(parent, []).append(int(entry.name))
        found, todo = [], [self._process.pid]
        while todo:
            one = todo.pop()
            found.append(one)
            todo += children.get(one, [])
        return found

    def cpu_s(self) -> dict[int, float]:
        """Return the CPU seconds (user and system) of every process of the tree."""
        out = {}
        for pid in self.tree():
            with contextlib.suppress(OSError):
                fields = _stat(pid)
                out[pid] = (int(fields[11]) + int(fields[12])) * _TICK_S
        return out

    def busiest(self, before: dict[int, float]) -> tuple[int, float]:
        """Return the process that worked most since a snapshot of `cpu_s`, and its CPU seconds."""
        spent = {pid: now - before.get(pid, 0.0) for pid, now in self.cpu_s().items()}
        pid = max(spent, key=lambda each: spent[each])
        return pid, spent[pid]

    def private_mib(self) -> dict[int, float]:
        """Return the memory of every process in MiB: its proportional share (PSS)."""
        out = {}
        for pid in self.tree():
            with contextlib.suppress(OSError):
                out[pid] = kib_by_kind(pid)["Pss"] / 1024
        return out

    def resident_mib(self) -> dict[int, float]:
        """Return the resident set of every process in MiB."""
        out = {}
        for pid in self.tree():
            with contextlib.suppress(OSError):
                pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
                out[pid] = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
        return out

    def end(self) -> None:
        """End the program and everything it started."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
                return


def kib_by_kind(pid: int | str) -> dict[str, int]:
    """Return the kibibytes of a process (or ``self``) by kind, as the kernel counts them."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()[1:]
    return {name: int(size.split()[0]) for name, _, size in (one.partition(":") for one in lines)}


def _stat(pid: int) -> list[str]:
    text = Path(f"/proc/{pid}/stat").read_text()
    return text[text.rindex(")") + 2 :].split()


def python(module: str, *words: object) -> list[str]:
    """Return the command that runs a module of the repository with this interpreter."""
    return [sys.executable, "-m", module, *(str(word) for word in words)]
