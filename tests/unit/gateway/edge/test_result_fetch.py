"""Results by URL: which addresses are public. (Fetching: tests/faults/test_results_by_url.py.)"""

from __future__ import annotations

import pytest

from gateway.edge.result_fetch import ResultFetcher, is_public
from gateway.nouns.errors import MarkFailed
from gateway.settings import MediaSettings
from tests.edge_kit import Conversation, ScriptedUpstream


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2001:4860:4860::8888", True), ("127.0.0.1", False),
        ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False), ("100.64.0.1", False),
        ("169.254.169.254", False), ("0.0.0.0", False), ("224.0.0.1", False), ("::1", False),
        ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("255.255.255.255", False),
        ("name", False),
    ],
)  # fmt: skip
def test_public_addresses(address: str, public: bool) -> None:
    """Everybody can reach them, and not through a translator."""
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("lines", "status", "size", "word"),
    [
        (("content-type: text/html",), 200, 9, "file"),
        (("content-type: image/png",), 404, 9, "file"),
        (("content-type: image/png", "content-encoding: gzip"), 200, 9, "encoding"),
        (("content-type: image/png",), 200, 5000, "media.bytes"),
        (("location: /again",), 302, 0, "redirects"),
    ],
)
async def test_what_is_no_file_is_refused(
    upstream: ScriptedUpstream, lines: tuple[str, ...], status: int, size: int, word: str
) -> None:
    """Pages, errors, encodings, too much, and circles."""

    async def script(talk: Conversation) -> None:
        await talk.whole(bytes(size), *lines, status=status)

    upstream.script = script
    own = f"http://127.0.0.1:{upstream.port}"
    fetcher = ResultFetcher(MediaSettings(bytes=4000), own)
    with pytest.raises(MarkFailed, match=word):
        await fetcher.fetch(own + "/x")
    await fetcher.close()
    assert all("authorization" not in heard.headers for heard in upstream.heard)


async def test_hosts_may_be_named(upstream: ScriptedUpstream) -> None:
    """Then http and private addresses are fine, for that port alone."""

    async def script(talk: Conversation) -> None:
        await talk.whole(b"x", "content-type: image/png")

    upstream.script = script
    settings = MediaSettings(hosts=(f"127.0.0.1:{upstream.port}",))
    fetcher = ResultFetcher(settings, "https://api.example")
    assert await fetcher.fetch(f"http://127.0.0.1:{upstream.port}/x") == b"x"
    with pytest.raises(MarkFailed):
        await fetcher.fetch("http://127.0.0.1:1/x")
    await fetcher.close()
