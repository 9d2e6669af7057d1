"""Results by URL: which addresses are public. (Fetching: tests/faults/test_results_by_url.py.)"""

from __future__ import annotations

import pytest

from gateway.config.settings import InputSettings, MediaSettings
from gateway.edge.result_fetch import is_public, prompt_fetcher, result_fetcher
from gateway.nouns.errors import MarkFailed
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
    fetcher = result_fetcher(MediaSettings(bytes=4000), own)
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
    fetcher = result_fetcher(settings, "https://api.example")
    assert await fetcher.fetch(f"http://127.0.0.1:{upstream.port}/x") == b"x"
    with pytest.raises(MarkFailed):
        await fetcher.fetch("http://127.0.0.1:1/x")
    await fetcher.close()


PROMPTS = InputSettings(hosts=("cdn.example", "10.0.0.1"), fetch_bytes=3)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("https://other.example/a.png", r"inputs\.hosts"),
        ("http://cdn.example/a.png", "not https"),
        ("https://cdn.example:8443/a.png", r"inputs\.hosts"),
        ("https://cdn.example.other.example/a", r"inputs\.hosts"),
        ("https://me@cdn.example/a.png", "http or https"),
        ("https://10.0.0.1/a.png", "private"),
        ("https://169.254.169.254/latest", r"inputs\.hosts"),
        ("https://2130706433/", r"inputs\.hosts"),
        ("file:///etc/passwd", "http or https"),
    ],
)
async def test_a_prompts_url_leads_to_listed_hosts_alone(url: str, word: str) -> None:
    """Over https, to a public address; nobody is asked before that is known."""
    fetcher = prompt_fetcher(PROMPTS)
    assert fetcher is not None
    with pytest.raises(MarkFailed, match=word):
        await fetcher.fetch(url)
    await fetcher.close()
    assert prompt_fetcher(InputSettings()) is None


async def test_a_listed_name_that_leads_inside_is_not_asked(upstream: ScriptedUpstream) -> None:
    """The very look-up that the connection uses is what counts (DNS rebinding); redirects too."""
    here = f"127.0.0.1:{upstream.port}"
    listed = prompt_fetcher(InputSettings(hosts=(f"localhost:{upstream.port}",)))
    inner = prompt_fetcher(InputSettings(inner_hosts=(here,), fetch_bytes=3))
    assert listed is not None
    assert inner is not None
    with pytest.raises(MarkFailed, match="cannot be fetched"):
        await listed.fetch(f"https://localhost:{upstream.port}/a")
    assert upstream.heard == []

    async def script(talk: Conversation) -> None:
        if talk.heard.path == "/away":
            away = f"location: http://localhost:{upstream.port}/x"
            await talk.whole(b"", away, status=302)
            return
        await talk.whole(b"abc", "content-type: image/png")

    upstream.script = script
    assert await inner.fetch(f"http://{here}/a") == b"abc"
    with pytest.raises(MarkFailed, match=r"inputs\.fetch_bytes"):
        await inner.fetch(f"http://{here}/a", 2)
    with pytest.raises(MarkFailed, match="not https"):
        await inner.fetch(f"http://{here}/away")
    assert all("cookie" not in each.headers for each in upstream.heard)
    await listed.close()
    await inner.close()
