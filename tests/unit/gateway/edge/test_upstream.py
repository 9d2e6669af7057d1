"""The way to the model API: URLs, failures, retries, decoders."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gateway.adapters import adapters
from gateway.config.settings import Limits, UpstreamSettings
from gateway.edge.routes import Target
from gateway.edge.upstream import Upstream, upstream_error
from gateway.nouns.errors import (
    ConfigError,
    SealgateError,
    UpstreamBroken,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from gateway.ports.adapter import RouteKind
from tests.edge_kit import WHOLE, Conversation, ScriptedUpstream
from tests.process_kit import until

ADAPTER = adapters()[0]


def _target(path: str = "/chat/completions", *, versioned: bool = True) -> Target:
    return Target(ADAPTER, RouteKind.GENERATE, path, path, versioned)


def _upstream(url: str, **more: object) -> Upstream:
    settings = UpstreamSettings(url=url, **more)  # type: ignore[arg-type]  # by name
    return Upstream(settings, Limits())


@pytest.mark.parametrize(
    ("base", "versioned", "url"),
    [
        ("https://api.x.com", True, "https://api.x.com/v1/chat/completions"),
        ("https://api.x.com/", True, "https://api.x.com/v1/chat/completions"),
        ("https://api.x.com/v1", True, "https://api.x.com/v1/chat/completions"),
        ("https://api.x.com/v1/", True, "https://api.x.com/v1/chat/completions"),
        ("http://h:8/api/paas/v4", True, "http://h:8/api/paas/v4/chat/completions"),
        ("https://h/v1beta/openai", True, "https://h/v1beta/openai/chat/completions"),
        ("https://h/compatible-mode/v1", True, "https://h/compatible-mode/v1/chat/completions"),
        ("https://h/prefix", True, "https://h/prefix/v1/chat/completions"),
        ("https://h/prefix", False, "https://h/prefix/chat/completions"),
    ],
)
def test_urls(base: str, url: str, *, versioned: bool) -> None:
    """A version in the base URL is kept and never doubled; none means /v1."""
    assert str(_upstream(base).url(_target(versioned=versioned))) == url


def test_query_goes_up_as_it_is() -> None:
    """The query string is not decoded and encoded again."""
    url = _upstream("http://h").url(_target(), b"a=%2F&b=+")
    assert str(url) == "http://h/v1/chat/completions?a=%2F&b=+"


@pytest.mark.parametrize(
    "url", ["", "api.x.com", "ftp://h", "https://", "https://u:p@h", "https://h?x=1", "https://h#f"]
)
def test_bad_urls(url: str) -> None:
    """A URL that cannot be meant is refused at the start, naming the setting."""
    with pytest.raises(ConfigError, match=r"upstream\.url"):
        _upstream(url)


def test_bad_certificates(tmp_path: Path) -> None:
    """A file that holds no certificates is refused at the start."""
    bad = tmp_path / "ca.pem"
    bad.write_text("no certificate")
    for path in (bad, tmp_path / "missing"):
        with pytest.raises(ConfigError, match=r"upstream\.ca_file"):
            _upstream("https://h", ca_file=str(path))


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (aiohttp.ConnectionTimeoutError(), UpstreamTimeout),
        (TimeoutError(), UpstreamTimeout),
        (aiohttp.ServerDisconnectedError(), UpstreamBroken),
        (aiohttp.ClientPayloadError(), UpstreamBroken),
        (ConnectionResetError(), UpstreamBroken),
    ],
)
def test_failures(failure: Exception, kind: type[SealgateError]) -> None:
    """What the library raises becomes ours."""
    assert type(upstream_error(failure)) is kind


async def test_connect_failures_are_tried_again(free_port: int) -> None:
    """A connection that cannot be made is tried once more, then it is unreachable."""
    upstream = _upstream(f"http://127.0.0.1:{free_port}", retries=1)
    await upstream.start()
    began = asyncio.get_running_loop().time()
    with pytest.raises(UpstreamUnreachable):
        await upstream.ask("POST", upstream.url(_target()), [], b"x")
    assert asyncio.get_running_loop().time() - began >= 0.05
    await upstream.close()


async def test_server_that_comes_late_is_reached(free_port: int) -> None:
    """If somebody listens at the second try the request goes through."""
    upstream = _upstream(f"http://127.0.0.1:{free_port}", retries=8)
    await upstream.start()
    asking = asyncio.create_task(upstream.ask("POST", upstream.url(_target()), [], b"x"))
    await asyncio.sleep(0.02)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", free_port)
    answer = await asking
    assert await answer.read() == b"ok"
    answer.close()
    await upstream.close()
    server.close()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "model")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert_file.write_bytes(made.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return cert_file, key_file


@pytest.mark.parametrize("trusted", [False, True])
async def test_certificates(certificate: tuple[Path, Path], *, trusted: bool) -> None:
    """A certificate that nobody vouches for is refused; with ca_file it is accepted."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    ca_file = str(certificate[0]) if trusted else ""
    asking = _upstream(f"https://127.0.0.1:{port}", retries=0, ca_file=ca_file)
    await asking.start()
    if trusted:
        answer = await asking.ask("GET", asking.url(_target("/models")), [], b"")
        assert await answer.read() == b"ok"
        answer.close()
    else:
        with pytest.raises(UpstreamUnreachable, match=r"upstream\.ca_file"):
            await asking.ask("GET", asking.url(_target("/models")), [], b"")
    await asking.close()
    server.close()


async def test_an_upstream_without_tls_is_no_matter_of_certificates() -> None:
    """Whoever writes https for http is not sent to look for authorities."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    asking = _upstream(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", retries=0)
    await asking.start()
    with pytest.raises(UpstreamUnreachable, match="is it http"):
        await asking.ask("GET", asking.url(_target("/models")), [], b"")
    await asking.close()
    server.close()


async def test_reading_is_paused_and_resumed(upstream: ScriptedUpstream) -> None:
    """Of an answer in many parts no more is taken than is read, and then the rest of it, whole."""
    part, count = b"x" * 1000, 30_000
    said: list[int] = []

    async def script(talk: Conversation) -> None:
        await talk.start_stream()
        for number in range(count):
            await talk.chunk(part)
            said.append(number)
        await talk.end_stream()

    async def waits() -> bool:
        before = len(said)
        await asyncio.sleep(0.1)
        return before > 0 and len(said) == before

    upstream.script = script
    asking = _upstream(f"http://127.0.0.1:{upstream.port}")
    await asking.start()
    answer = await asking.ask("POST", asking.url(_target()), [], b"x")
    await until(waits, 20)
    assert len(said) < count
    assert await answer.read_whole(len(part) * count) == part * count
    answer.close()
    await asking.close()


async def test_body_is_read_twice_after_read_whole(upstream: ScriptedUpstream) -> None:
    """An error's body is looked at and then given once more to whoever reads."""

    async def script(talk: Conversation) -> None:
        await talk.whole(WHOLE, status=400)

    upstream.script = script
    asking = _upstream(f"http://127.0.0.1:{upstream.port}")
    await asking.start()
    answer = await asking.ask("POST", asking.url(_target()), [(b"x-a", b"b")], b"x")
    assert await answer.read_whole(1000) == WHOLE
    assert await answer.read() == WHOLE
    assert await answer.read() == b""
    answer.close()
    again = await asking.ask("POST", asking.url(_target()), [], b"x")
    with pytest.raises(UpstreamBroken):
        await again.read_whole(5)
    again.close()
    await asking.close()
    assert upstream.heard[0].headers["x-a"] == "b"


async def test_nothing_is_added_to_the_request(upstream: ScriptedUpstream) -> None:
    """Only host and length are the library's own header lines; no cookie comes back."""

    async def script(talk: Conversation) -> None:
        await talk.whole(WHOLE, "set-cookie: a=b; path=/")

    upstream.script = script
    asking = _upstream(f"http://127.0.0.1:{upstream.port}")
    await asking.start()
    for _ in range(2):
        answer = await asking.ask("POST", asking.url(_target()), [], b"x")
        await answer.read_whole(1000)
        answer.close()
    await asking.close()
    assert set(upstream.heard[1].headers) == {"host", "content-length"}


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_proxy_of_the_environment(
    upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """The environment's proxy is asked, unless it is of a kind that is not known."""
    monkeypatch.setenv("http_proxy", f"{scheme}://127.0.0.1:{upstream.port}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    if scheme == "socks5":
        with pytest.raises(ConfigError, match="http_proxy"):
            _upstream("http://model.example")
        return
    asking = _upstream("http://model.example")
    await asking.start()
    answer = await asking.ask("POST", asking.url(_target()), [], b"x")
    assert await answer.read() == WHOLE
    answer.close()
    await asking.close()
    assert upstream.heard[0].path == "http://model.example/v1/chat/completions"
    for url, trust in (("http://127.0.0.1:9", True), ("http://model.example", False)):
        direct = _upstream(url, trust_environment=trust)
        assert direct.proxy == ""


def test_tls_is_checked_by_default() -> None:
    """Without a file of certificates the system's are asked for."""
    context = _upstream("https://h").tls
    assert context is not None
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
