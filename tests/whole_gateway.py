"""The whole program as a process, for tests that break it: `sealgate serve` with its real judge,
ledger and marks, in front of the scripted upstream."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from gateway.ledger.search import facts_of
from gateway.nouns.record import CloseFrame
from gateway.ports.store import StoredRecord
from gateway.stores.relational import RelationalStore
from tests.edge_kit import PATH, Got, ScriptedUpstream, ask

SEALGATE = Path(sys.executable).with_name("sealgate")
TERM = "绿皮大象"
KEY = "authorization: Bearer sk-somebody"
CHAT = {"model": "m", "messages": [{"role": "user", "content": "你好"}], "user": "u-1"}
BODY = json.dumps(CHAT).encode()
STREAM = json.dumps({**CHAT, "stream": True}).encode()
POLICY = """\
version: 1
extends: cn-public
lexicons:
  - {use: terms.jsonl, owner: tests}
"""
SETTINGS = """\
limits: {body_bytes: 1048576, frame_bytes: 262144, header_bytes: 16384, request_body_s: 1.5}
upstream: {connect_s: 1.0, first_byte_s: 1.0, idle_s: 1.0, retries: 0}
"""


async def ask_whole(whole: Whole, body: bytes, *lines: str, path: str = PATH) -> Got:
    """Ask the program with a provider's key."""
    return await ask(whole.port, body, KEY, *lines, path=path)


def event(text: str, **more: Any) -> bytes:
    """Return one content event."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None, **more}
    body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [choice]}  # fmt: skip
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Whole:
    """The program under test."""

    def __init__(self, folder: Path, upstream: ScriptedUpstream) -> None:
        self.upstream = upstream
        self.folder = folder
        self.port, self.operations = _free(), _free()
        self._errors = folder / "errors.txt"
        term = {"text": TERM, "category": "A1.h.other", "severity": 4}
        (folder / "terms.jsonl").write_text(json.dumps(term) + "\n")
        (folder / "policy.yaml").write_text(POLICY)
        (folder / "sealgate.yaml").write_text(
            f"{SETTINGS}port: {self.port}\noperations_port: {self.operations}\n"
            f"policy: {folder / 'policy.yaml'}\nstate: {folder / 'state'}\n"
        )

    def command(self, *words: str) -> list[str]:
        """Return a command of the program under these settings."""
        return [str(SEALGATE), *words, "--config", str(self.folder / "sealgate.yaml")]

    async def start(self) -> None:
        """Start, and wait until it is ready."""
        await asyncio.to_thread(self._launch)
        async with asyncio.timeout(60):
            while not await self._ready():
                assert self.process.poll() is None, self._errors.read_text()
                await asyncio.sleep(0.05)

    def _launch(self) -> None:
        url = f"http://127.0.0.1:{self.upstream.port}"
        with self._errors.open("ab") as errors:
            self.process = subprocess.Popen(
                self.command("serve", "--upstream", url),
                cwd=self.folder, stdout=subprocess.DEVNULL, stderr=errors,
            )  # fmt: skip

    async def _ready(self) -> bool:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            got = await ask(self.operations, b"", path="/readyz", method="GET")
            return got.status == 200
        return False

    async def stop(self) -> int:
        """End in order."""
        self.process.terminate()
        return await asyncio.to_thread(self.process.wait, 30)

    def children(self) -> list[int]:
        """The pids of the supervisor's children."""
        own = self.process.pid
        return [int(pid) for pid in Path(f"/proc/{own}/task/{own}/children").read_text().split()]

    def worker(self) -> int | None:
        """The pid of the worker: the child that listens on the data port."""
        inode = _listening_inode(self.port)
        for pid in self.children():
            with suppress(OSError):
                links = [str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir()]
                if f"socket:[{inode}]" in links:
                    return pid
        return None

    async def kill_all(self) -> None:
        """kill -9 of supervisor, workers and steward, in an order nobody can prepare for."""
        for pid in (*self.children(), self.process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(self.process.wait, 10)

    async def stored(self, identifier: str, seconds: float = 60.0) -> StoredRecord:
        """Return an exchange's record from the store, once it is complete there."""
        store = RelationalStore(str(self.folder / "state" / "ledger.db"))
        try:
            async with asyncio.timeout(seconds):
                record = store.read(identifier)
                while record is None or record.state == "open":
                    await asyncio.sleep(0.05)
                    record = store.read(identifier)
                return record
        finally:
            store.close()

    async def record(self, got: Got) -> CloseFrame:
        """Return how an exchange ended, from the store, once it was shipped."""
        facts = facts_of(await self.stored(got.headers["x-sealgate-exchange"].upper()))
        assert facts is not None
        assert facts.close is not None
        return facts.close

    def texts(self, got: Got) -> str:
        """Return a record's texts as the command line decrypts them."""
        identifier = got.headers["x-sealgate-exchange"].upper()
        words = ("ledger", "show", identifier, "--json", "--reason", "test")
        done = subprocess.run(
            self.command(*words), cwd=self.folder, capture_output=True, check=True
        )
        return str(json.loads(done.stdout)["texts"])

    def verify(self) -> None:
        """Prove the chain, and that no content is in the log."""
        done = subprocess.run(
            self.command("ledger", "verify"), cwd=self.folder, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        log = self._errors.read_text()
        assert TERM not in log
        assert "你好" not in log


def _listening_inode(port: int) -> str:
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[1].endswith(f":{port:04X}") and words[3] == "0A":
            return words[9]
    return ""
