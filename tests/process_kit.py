"""The whole program for tests: `sealgate serve` as a process of its own, with its own state folder.

Ports are the system's choice. Whoever starts a program here ends it, and nothing else.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import msgspec
from prometheus_client.parser import text_string_to_metric_families

from gateway.assembly import open_archive
from gateway.config.settings import Settings
from gateway.nouns.errors import ConfigError
from gateway.nouns.policy import Policy
from gateway.ports.operator import Archive, ChainReport, Shown
from tests.edge_kit import PATH, Client, Got, ask

SEALGATE = Path(sys.executable).with_name("sealgate")
TERM = "绿皮大象"
CATEGORY = "A1.h.other"
PROVIDER_KEY = "authorization: Bearer sk-somebody"
_PLACE = re.compile(rb"http://127\.0\.0\.1:(\d+)/(v1|metrics)\s")

T = TypeVar("T")


async def until(what: Callable[[], Awaitable[T]], seconds: float = 60.0) -> T:
    """Ask again and again until the answer is true, and return it; fails when the time is over."""
    async with asyncio.timeout(seconds):
        while True:
            found = await what()
            if found:
                return found
            await asyncio.sleep(0.05)


def chat(text: str = "你好", **more: Any) -> bytes:
    """Return a chat request's body."""
    messages = [{"role": "user", "content": text}]
    return json.dumps({"model": "m", "messages": messages, **more}, ensure_ascii=False).encode()


def event(text: str, **more: Any) -> bytes:
    """Return one content event of a stream."""
    delta = {"content": text} if text else {}
    choice = {"index": 0, "delta": delta, "finish_reason": None, **more}
    body = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [choice]}  # fmt: skip
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


FINISH = event("", finish_reason="stop")


def whole(text: str) -> bytes:
    """Return an answer in one piece."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [choice]}  # fmt: skip
    return json.dumps(body, ensure_ascii=False).encode()


def said(stream: bytes) -> str:
    """Return the content of all events of a stream's bytes, whatever it says beside."""
    text = ""
    for line in stream.splitlines():
        if line.startswith(b"data: {"):
            for choice in json.loads(line[6:]).get("choices", ()):
                text += choice["delta"].get("content") or ""
    return text


class Numbers:
    """One scrape: sums over the series of a metric."""

    def __init__(self, text: str) -> None:
        self._samples = [
            (sample.name, sample.labels, sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        ]

    def sum(self, name: str, **labels: str) -> float:
        """Return the sum of all series of ``sealgate_NAME`` with these labels; 0 if there are
        none."""
        return sum(
            value
            for found, having, value in self._samples
            if found == "sealgate_" + name and labels.items() <= having.items()
        )


class Program:
    """`sealgate serve` in a folder: settings, policy and lexicon are files there.

    The log is read through a pipe, so that limits on files do not touch it.
    """

    def __init__(self, folder: Path, upstream_url: str, policy: Any, **settings: Any) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.policy_file = folder / "policy.yaml"
        self.settings = {
            "port": 0, "operations_port": 0, "state": str(self.state), "drain_s": 5.0,
            "policy": str(self.policy_file), "upstream": {"url": upstream_url}, **settings,
        }  # fmt: skip
        term = {"text": TERM, "category": CATEGORY, "severity": 4}
        (folder / "terms.jsonl").write_text(json.dumps(term) + "\n")
        self.write_policy(policy)
        self.write_settings()
        self.port = self.operations = 0
        self._log = self._screen = b""

    # -- its files

    def write_policy(self, policy: Any, to: Path | None = None) -> None:
        """Write a policy file: a document, or text as it is."""
        text = policy if isinstance(policy, str) else json.dumps(policy, ensure_ascii=False)
        (to or self.policy_file).write_text(text)

    def write_settings(self, **changes: Any) -> None:
        """Write the settings file."""
        self.settings.update(changes)
        (self.folder / "sealgate.yaml").write_text(json.dumps(self.settings))

    # -- its life

    async def start(self) -> None:
        """Start, and wait until all workers listen."""
        self._begin()
        places = await until(self._places, 60)
        self.port, self.operations = places["v1"], places["metrics"]

    def _begin(self) -> None:
        self._log = self._screen = b""
        environ = {k: v for k, v in os.environ.items() if not k.startswith("SEALGATE_")}
        self.process = subprocess.Popen(
            self.command("serve"), cwd=self.folder, env=environ,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._readers = [
            Thread(target=self._read, args=(name, pipe))
            for name, pipe in (("_screen", self.process.stdout), ("_log", self.process.stderr))
        ]
        for reader in self._readers:
            reader.start()

    async def _places(self) -> dict[str, int] | None:
        assert self.process.poll() is None, self.log
        found = {name.decode(): int(port) for port, name in _PLACE.findall(self._screen)}
        return found if len(found) == 2 else None

    def _read(self, name: str, pipe: Any) -> None:
        while data := pipe.read1(65536):
            setattr(self, name, getattr(self, name) + data)
        pipe.close()

    def signal(self, number: int) -> None:
        """Send the supervisor a signal."""
        self.process.send_signal(number)

    async def ended(self, seconds: float = 60.0) -> int:
        """Wait for the end; returns the exit code."""
        return await asyncio.to_thread(self.process.wait, seconds)

    async def stop(self) -> int:
        """End in order; returns the exit code."""
        self.process.terminate()
        return await self.ended()

    def leave_nothing(self) -> None:
        """End what still runs, however the test ended."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()  # its children see that by their pipe, and end
                self.process.wait(10)
        for reader in self._readers:
            reader.join(60)

    @property
    def log(self) -> str:
        """What it logged so far."""
        return self._log.decode()

    @property
    def workers(self) -> set[int]:
        """The process ids of the living workers, all generations."""
        found = {int(path.stem.rpartition("_")[2])
                 for path in (self.state / "metrics").glob("gauge_livemin_*.db")}  # fmt: skip
        return {pid for pid in found if Path(f"/proc/{pid}").exists()}

    @property
    def children(self) -> set[int]:
        """The process ids of all living children."""
        pid = self.process.pid
        return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))

    # -- talking to it

    async def ask(self, body: bytes, *lines: str, path: str = PATH) -> Got:
        """Send one request with a provider's key, unless ``lines`` has another."""
        if not any(line.startswith("authorization:") for line in lines):
            lines = (PROVIDER_KEY, *lines)
        return await ask(self.port, body, *lines, path=path)

    async def get(self, path: str, port: int = 0) -> Got:
        """Get a page of the operations listener, or of another port."""
        return await ask(port or self.operations, b"", path=path, method="GET")

    async def ready(self) -> dict[str, Any]:
        """Return what the operations listener's probe says."""
        answer: dict[str, Any] = json.loads((await self.get("/readyz")).body)
        return answer

    async def numbers(self) -> Numbers:
        """Scrape."""
        return Numbers((await self.get("/metrics")).body.decode())

    async def counted(self, name: str, least: float, **labels: str) -> Numbers:
        """Wait until a sum has reached a number, and return that scrape."""

        async def look() -> Numbers | None:
            numbers = await self.numbers()
            return numbers if numbers.sum(name, **labels) >= least else None

        return await until(look)

    # -- its command line

    def command(self, *words: str) -> list[str]:
        """Return a command under these settings."""
        return [str(SEALGATE), *words, "--config", str(self.folder / "sealgate.yaml")]

    async def run(self, *words: str) -> tuple[int, Any]:
        """Run a command with ``--json``; returns its exit code and what it said."""
        run = await asyncio.create_subprocess_exec(
            *self.command(*words), "--json", cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        out, errors = await run.communicate()
        assert run.returncode is not None
        return run.returncode, json.loads(out) if out.strip() else errors.decode()

    async def command_line(self, *words: str) -> tuple[int, str]:
        """Run a command as a person would; returns its exit code and all that it said."""
        run = await asyncio.create_subprocess_exec(
            *self.command(*words), cwd=self.folder, env={**os.environ, "SEALGATE_LANG": "en"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        out, _ = await run.communicate()
        assert run.returncode is not None
        return run.returncode, out.decode()

    # -- its ledger

    async def new_key(self, name: str, *words: str) -> tuple[str, str]:
        """Make a gateway key; returns its id and the key."""
        code, made = await self.run("key", "create", name, *words)
        assert code == 0, made
        return made["id"], made["key"]

    async def record(self, exchange: str, seconds: float = 60.0) -> Shown:
        """Return the record of an exchange once the ledger has it."""

        async def look() -> Shown | None:
            with suppress(ConfigError), self._archive() as archive:
                return archive.show(exchange.upper(), reason="test")
            return None  # the steward makes the ledger a moment after the start

        return await until(look, seconds)

    def verify(self) -> ChainReport:
        """Return what the chain says."""
        with self._archive() as archive:
            return archive.verify(lambda done, whole: None)

    @contextmanager
    def _archive(self) -> Iterator[Archive]:
        archive = open_archive(msgspec.convert(self.settings, Settings), Policy())
        try:
            yield archive
        finally:
            archive.close()


def answered(record: Shown) -> str:
    """Return the answer's text of a record."""
    return "".join(each.text for each in record.texts if each.part == "answer")


async def read_stream(client: Client, seconds: float = 60.0) -> bytes:
    """Return the rest of a chunked body."""
    body = b""
    while piece := await client.chunk(seconds):
        body += piece
    return body
