"""Parts for tests of the edge: a scripted upstream, a gateway on a socket, a client.

The session here lets everything pass: what the engine decides has tests of its own.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import msgspec
import uvicorn

from gateway.adapters import adapters, opened
from gateway.app import make_app
from gateway.config.settings import Settings
from gateway.edge.gateway import Gateway, Identity
from gateway.edge.proxy import Proxy
from gateway.edge.routes import RouteTable
from gateway.edge.upstream import Upstream
from gateway.edge.worker import server_config
from gateway.nouns.policy import OpenPath, Policy
from gateway.nouns.record import CloseFrame
from tests.edge_doubles import Counts, Notebook, Notes, OpenDoor, PassAll

FIRST = b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"one"}}]}\n\n'
SECOND = b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"two"}}]}\n\n'
DONE = b"data: [DONE]\n\n"
SSE = (FIRST, SECOND, DONE)
WHOLE = b'{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"one"}}]}'
CHAT = b'{"model":"m","messages":[{"role":"user","content":"hi"}]}'
CHAT_STREAM = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}'
PATH = "/v1/chat/completions"


# -- the scripted upstream


class Heard(NamedTuple):
    """One request as the upstream got it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Conversation:
    """One request at the scripted upstream, and the bytes it says back."""

    def __init__(
        self, heard: Heard, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.heard = heard
        self._reader = reader
        self._writer = writer

    async def raw(self, data: bytes) -> None:
        """Say bytes as they are."""
        self._writer.write(data)
        await self._writer.drain()

    async def head(self, status: int = 200, *lines: str) -> None:
        """Say a status line and header lines."""
        await self.raw("\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode())

    async def whole(self, body: bytes, *lines: str, status: int = 200) -> None:
        """Say a whole answer, JSON unless a line says otherwise."""
        if not any(line.lower().startswith("content-type") for line in lines):
            lines = (*lines, "content-type: application/json")
        await self.head(status, *lines, f"content-length: {len(body)}")
        await self.raw(body)

    async def start_stream(self, *lines: str) -> None:
        """Begin a chunked event stream."""
        await self.head(
            200, "content-type: text/event-stream", "transfer-encoding: chunked", *lines
        )

    async def chunk(self, data: bytes) -> None:
        """Say one chunk."""
        await self.raw(b"%x\r\n%s\r\n" % (len(data), data))

    async def end_stream(self) -> None:
        """End the chunked body."""
        await self.raw(b"0\r\n\r\n")

    async def stream(self, *events: bytes) -> None:
        """Say a whole event stream, one chunk each."""
        await self.start_stream()
        for event in events:
            await self.chunk(event)
        await self.end_stream()

    def reset(self) -> None:
        """Break the connection with a reset."""
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._writer.transport.abort()

    async def left(self, seconds: float = 60.0) -> None:
        """Wait until the gateway closes the connection."""
        async with asyncio.timeout(seconds):
            with suppress(ConnectionError):
                while await self._reader.read(65536):
                    pass


Script = Callable[[Conversation], Awaitable[None]]


async def say_whole(talk: Conversation) -> None:
    """The usual whole answer."""
    await talk.whole(WHOLE)


async def say_stream(talk: Conversation) -> None:
    """The usual stream."""
    await talk.stream(*SSE)


class ScriptedUpstream:
    """A model API that does what the test says. ``heard`` are the requests it got."""

    def __init__(self) -> None:
        self.script: Script = say_whole
        self.heard: list[Heard] = []
        self.connections = 0
        self.failure: BaseException | None = None
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.port = 0

    async def start(self, host: str = "127.0.0.1") -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, host, 0, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Close."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen, and close at the end. Raises what went wrong in the script."""
        await self.start()
        try:
            yield
        finally:
            await self.close()
        if self.failure is not None:
            raise self.failure

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while heard := await _read_request(reader):
                self.heard.append(heard)
                await self.script(Conversation(heard, reader, writer))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        except Exception as failure:  # noqa: BLE001 -- the fixture raises it at the end
            self.failure = failure
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            writer.close()


async def _read_request(reader: asyncio.StreamReader) -> Heard | None:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    method, path, _ = lines[0].split(" ", 2)
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(": ")
        if name:
            headers[name.lower()] = value
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Heard(method, path, headers, body)


# -- the gateway on a socket


class GatewayHere:
    """A gateway under test, served in this loop, with its doubles in reach."""

    def __init__(self, settings: Settings, policy: Policy) -> None:
        self.journal = Notebook()
        self.judge = PassAll()
        self.door = OpenDoor()
        self.counts = Counts()
        protocols = adapters(
            frame_limit=settings.limits.frame_bytes, answer_limit=settings.limits.answer_bytes
        )
        self.gateway = Gateway(
            settings=settings,
            policy=policy,
            identity=Identity("0", "hash", "", 1, 0),
            routes=RouteTable(protocols, policy.paths, opened()),
            fallback=protocols[0],
            access=self.door,
            judge=self.judge,
            journal=self.journal,
            upstream=Upstream(settings.upstream, settings.limits),
            meter=self.counts,
        )
        self.proxy: Proxy = make_app(self.gateway)
        self.server = uvicorn.Server(server_config(self.proxy, settings))
        self.port = 0

    @property
    def entry(self) -> Notes:
        """The only record."""
        assert len(self.journal.entries) == 1
        return self.journal.entries[0]

    async def quiet(self, seconds: float = 60.0) -> None:
        """Wait until no exchange runs."""
        async with asyncio.timeout(seconds):
            await self.proxy.quiet()

    async def closed(self) -> CloseFrame:
        """Return the last frame of the only record, once its exchange ended."""
        await self.quiet()
        assert self.entry.closed is not None
        return self.entry.closed


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.listening.set()

    @asynccontextmanager
    async def running(self, listener: socket.socket) -> AsyncIterator[None]:
        task = asyncio.create_task(self._serve([listener]))
        try:
            async with asyncio.timeout(60):
                await self.listening.wait()
            yield
        finally:
            self.should_exit = True
            for connection in tuple(self.server_state.connections):
                connection.transport.abort()
            await task


@asynccontextmanager
async def _on_a_port(server: _Server) -> AsyncIterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    async with server.running(listener):
        yield listener.getsockname()[1]


@asynccontextmanager
async def serving_app(proxy: Proxy, settings: Settings) -> AsyncIterator[int]:
    """Serve an application of one's own making; gives its port."""
    async with _on_a_port(_Server(server_config(proxy, settings))) as port:
        yield port


@asynccontextmanager
async def serving(settings: Settings, policy: Policy | None = None) -> AsyncIterator[GatewayHere]:
    """Serve a gateway on a free port of loopback."""
    here = GatewayHere(settings, policy or Policy())
    server = here.server = _Server(server_config(here.proxy, settings))
    async with _on_a_port(server) as here.port:
        yield here
    assert here.counts.in_flight == 0
    assert here.door.running == 0


# -- a client that sees every byte


class Got(NamedTuple):
    """A whole HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The error object's code."""
        return str(msgspec.json.decode(self.body)["error"]["code"])


class Client:
    """A raw HTTP/1.1 client on one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    @asynccontextmanager
    async def to(
        cls, port: int, *, limit: int = 1 << 20, host: str = "127.0.0.1"
    ) -> AsyncIterator[Client]:
        """Connect."""
        reader, writer = await asyncio.open_connection(host, port, limit=limit)
        try:
            yield cls(reader, writer)
        finally:
            writer.transport.abort()

    async def send(self, data: bytes) -> None:
        """Send bytes."""
        self.writer.write(data)
        await self.writer.drain()

    async def post(self, body: bytes, *lines: str, path: str = PATH) -> None:
        """Send a POST with a JSON body."""
        await self.send(request_bytes(body, *lines, path=path))

    async def head(self, seconds: float = 60.0) -> tuple[int, dict[str, str]]:
        """Read a status line and headers."""
        async with asyncio.timeout(seconds):
            head = await self.reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        return int(lines[0].split(" ")[1]), headers

    async def chunk(self, seconds: float = 60.0) -> bytes:
        """Read one chunk of a chunked body; b"" is the end."""
        async with asyncio.timeout(seconds):
            size = int(await self.reader.readline(), 16)
            data = await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        return data

    async def get(self, seconds: float = 60.0) -> Got:
        """Read a whole answer."""
        status, headers = await self.head(seconds)
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while piece := await self.chunk(seconds):
                body += piece
        else:
            async with asyncio.timeout(seconds):
                body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return Got(status, headers, body)


def request_bytes(
    body: bytes, *lines: str, path: str = PATH, method: str = "POST", length: bool = True
) -> bytes:
    """Return a request's bytes."""
    named = any(line.startswith("content-type:") for line in lines)
    kind = () if named else ("content-type: application/json",)
    head = [f"{method} {path} HTTP/1.1", "host: g", *kind, *lines]
    if length:
        head.append(f"content-length: {len(body)}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


async def ask(port: int, body: bytes, *lines: str, path: str = PATH, method: str = "POST") -> Got:
    """Send one request on a connection of its own and read its answer."""
    async with Client.to(port) as client:
        await client.send(request_bytes(body, *lines, path=path, method=method))
        return await client.get()


async def still_alive(here: GatewayHere, upstream: ScriptedUpstream) -> None:
    """After any fault the next exchange works."""
    upstream.script = say_whole
    assert (await ask(here.port, CHAT)).body == WHOLE


def open_path(path: str, kind: str, *methods: str) -> OpenPath:
    """Return a line of a policy's ``paths``."""
    return OpenPath(path=path, kind=kind, methods=methods or ("POST",))
