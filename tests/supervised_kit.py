"""A supervised gateway of scripted parts, in processes of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def ends(pid: int, seconds: float = 60.0) -> bool:
    """Wait until a process is gone (or a zombie of somebody else)."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


class Running:
    """One supervised gateway in a process of its own."""

    def __init__(self, folder: Path, upstream_port: int, broken: str = "", **settings: Any) -> None:
        self.config = folder / "config.json"
        self.errors = folder / "errors.txt"
        self.settings = {
            "port": 0, "operations_port": 0, "drain_s": 5.0, "workers": 1,
            "upstream": {"url": f"http://127.0.0.1:{upstream_port}"}, **settings,
        }  # fmt: skip
        self.write("first", broken)
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.serve_program", str(self.config)],
                cwd=ROOT, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip
        self.port = 0
        self.operations = 0
        self.seen: set[int] = set()

    def write(self, policy: str, broken: str = "", **settings: Any) -> None:
        """Change the configuration file."""
        self.settings.update(settings)
        config = {"settings": self.settings, "policy": policy, "broken": broken}
        self.config.write_text(json.dumps(config))

    def come_up(self) -> None:
        """Wait for the line with the addresses."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.errors.read_text()
        data, operations = json.loads(line)
        self.port, self.operations = data[1], operations[1]

    def children(self) -> list[int]:
        """The pids of the living children."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        found = [int(word) for word in path.read_text().split()]
        self.seen.update(found)
        return found

    def log(self) -> list[str]:
        """What the program noted."""
        path = self.config.with_suffix(".log")
        return path.read_text().splitlines() if path.exists() else []

    def end(self) -> None:
        """Leave nothing behind, whatever the test did."""
        with suppress(FileNotFoundError):
            self.children()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=60)
        for pid in self.seen:
            if not ends(pid, 8.0):
                os.kill(pid, signal.SIGKILL)
