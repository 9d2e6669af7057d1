"""The front page: in the reader's language, without a script, and without a word of this house."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import httpx
import pytest
from starlette.applications import Starlette

from gateway.desk.front_page import front_page


async def got(path: str = "/", *, reads_marks: bool = True, accept: str = "") -> httpx.Response:
    """The page as a browser gets it."""
    transport = httpx.ASGITransport(Starlette(routes=[front_page(reads_marks=reads_marks)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://g") as client:
        return await client.get(path, headers={"accept-language": accept})


@pytest.mark.parametrize(
    ("path", "accept", "language", "said"),
    [
        ("/", "", "en", "A gateway in front of an AI service"),
        ("/", "zh-CN,en;q=0.5", "zh-CN", "人工智能服务的安全网关"),
        ("/?lang=en", "zh-CN", "en", "Programs"),
        ("/?lang=zh", "en", "zh-CN", "程序接入"),
    ],
)
async def test_it_speaks_the_readers_language(
    path: str, accept: str, language: str, said: str
) -> None:
    """What is asked for outright comes before what the browser likes."""
    page = await got(path, accept=accept)
    assert page.headers["content-language"] == language
    assert f'<html lang="{language}">' in page.text
    assert said in page.text


async def test_it_needs_nothing_else() -> None:
    """No script, nothing from elsewhere; the browser is told to allow its own style alone."""
    page = await got()
    policy = page.headers["content-security-policy"]
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style is not None
    assert f"'sha256-{b64encode(sha256(style[1].encode()).digest()).decode()}'" in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"<script|https?:|src=", page.text)
    assert re.findall(r'href="([^"]*)"', page.text) == ["/?lang=zh", "/verify", "/livez", "/readyz"]


async def test_it_leads_nowhere_where_marks_are_not_read() -> None:
    """A policy of the operator: then there is no such page."""
    assert "/verify" not in (await got(reads_marks=False)).text
