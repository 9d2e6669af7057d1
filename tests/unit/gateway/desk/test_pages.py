"""The desk over HTTP: the API, the page, its parts, and their headers."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import httpx
import jsonschema
import pytest
from starlette.applications import Starlette

from gateway.access.limits import Limiter
from gateway.config.settings import VerifySettings
from gateway.desk.inquiry import Desk
from gateway.desk.page import words
from gateway.desk.pages import API, SCHEMA, SECURITY, operator_pages, public_pages
from gateway.desk.report import FoundMark, MadeHere, Match, Report
from gateway.desk.turnstile import Turnstile
from gateway.nouns.mark import MarkFamily
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import ClaimState
from tests.ledger_kit import SetClock

EXCHANGE = "01K9ZZZZZZZZZZZZZZZZZZZZZZ"
MARK = FoundMark("text_label", MarkFamily.LABEL, ClaimState.INTACT, exchange=EXCHANGE, known=True)
MADE_HERE = Report(
    MediaFormat.TXT, MadeHere.YES, declared=False, marks=(MARK,),
    matches=(Match(EXCHANGE, "text", 0.97, 1_790_000_000_000_000_000),),
    time_ns=1_790_000_000_000_000_000, producer="P",
)  # fmt: skip
NOTHING = Report(MediaFormat.TXT, MadeHere.UNKNOWN, declared=False)
ZH = {"accept-language": "zh-CN"}


async def _at_once(_seconds: float) -> None:
    """Do not wait."""


class Counter:
    """A desk that knows texts with the word ``ours`` in them. ``given`` is what it was asked."""

    def __init__(self, **settings: Any) -> None:
        self.given: list[tuple[bytes, str]] = []
        self.desk = Desk(
            VerifySettings(**settings), 5.0, self._read, lambda name: None, SetClock(),
            asyncio.Semaphore(4), rest=_at_once,
        )  # fmt: skip

    async def _read(self, content: bytes, name: str, _manifest: bytes) -> Report:
        self.given.append((content, name))
        return MADE_HERE if b"ours" in content else NOTHING

    async def ask(
        self, method: str, path: str, *, operator: bool = False, **more: Any
    ) -> httpx.Response:
        """Send a request."""
        pages = operator_pages(self.desk) if operator else public_pages(self.desk)
        app = Starlette(routes=pages)
        transport = httpx.ASGITransport(app, client=("192.0.2.7", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://gate") as client:
            return await client.request(method, path, **more)


@pytest.mark.parametrize(
    "more",
    [
        {"json": {"text": "ours"}},
        {"content": b"ours", "headers": {"content-type": "text/plain"}},
        {"files": {"file": ("a.txt", b"ours")}},
        {"data": {"text": "ours"}},
    ],
    ids=["json", "body", "multipart", "form"],
)
async def test_the_api_takes_every_form(more: dict[str, Any]) -> None:
    """And answers by its published schema, without the exchange."""
    counter = Counter()
    got = await counter.ask("POST", API, **more)
    assert got.status_code == 200
    assert got.json()["made_here"] == "yes"
    assert EXCHANGE not in got.text
    assert got.headers["cache-control"] == "no-store"
    assert counter.given[0][0] == b"ours"
    jsonschema.validate(got.json(), (await counter.ask("GET", SCHEMA)).json())


async def test_operators_see_the_exchange() -> None:
    """By a schema of its own; and there is no page for them."""
    counter = Counter()
    got = await counter.ask("POST", API, json={"text": "ours"}, operator=True)
    assert got.json()["exchanges"][0]["exchange"] == EXCHANGE
    jsonschema.validate(got.json(), (await counter.ask("GET", SCHEMA, operator=True)).json())
    assert (await counter.ask("GET", "/verify", operator=True)).status_code == 404


async def test_errors_have_the_shape_of_all_errors() -> None:
    """In the reader's language; other people's URLs are named as the reason."""
    counter = Counter()
    got = await counter.ask("POST", API, json={"url": "http://127.0.0.1/keys"}, headers=ZH)
    assert (got.status_code, got.json()["error"]["param"]) == (400, "url")
    assert "格式有误" in got.json()["error"]["message"]
    assert counter.given == []
    got = await counter.ask("POST", API, json={"url": "/sealgate/v1/files/none.png"})
    assert got.status_code == 404


async def test_an_upload_above_the_limit() -> None:
    """413, on the API and on the page; a body of unknown length ends its connection."""
    counter = Counter(upload_bytes=1000)
    assert (await counter.ask("POST", API, content=bytes(1001))).status_code == 413

    async def endless() -> Any:
        while True:
            yield bytes(500)

    got = await counter.ask("POST", "/verify", content=endless())
    assert (got.status_code, got.headers["connection"]) == (413, "close")
    assert words("en")["error"] in got.text
    assert counter.given == []


async def test_the_rate_limit_on_page_and_api() -> None:
    """One count for both, by address; with the time to wait."""
    counter = Counter(requests_per_minute=2)
    gate = Turnstile(Limiter(), 2)
    counter.desk = dataclasses.replace(counter.desk, enter=gate.enter)
    assert (await counter.ask("POST", API, json={"text": "a"})).status_code == 200
    assert (await counter.ask("POST", "/verify", data={"text": "a"})).status_code == 200
    for path in (API, "/verify"):
        got = await counter.ask("POST", path, data={"text": "a"}, headers=ZH)
        assert got.status_code == 429
        assert int(got.headers["retry-after"]) == 30
        assert "您的地址查询过于频繁" in got.text
    assert (await counter.ask("GET", "/verify")).status_code == 200


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "fields", [{"data": {"text": "ours"}}, {"files": {"file": ("a", b"ours")}}]
)
async def test_the_form_without_script(language: str, fields: dict[str, Any]) -> None:
    """A plain post is answered with a whole page in the form's language."""
    got = await Counter().ask("POST", f"/verify?lang={language}", **fields)
    assert got.status_code == 200
    assert words(language)["verdict_yes"] in got.text
    assert words(language)["check"] in got.text
    assert EXCHANGE not in got.text
    assert got.headers["content-language"].startswith(language)


async def test_an_empty_form() -> None:
    """Is told what to do."""
    got = await Counter().ask("POST", "/verify?lang=zh", data={"text": " "})
    assert got.status_code == 400
    assert words("zh")["error"] in got.text


async def test_a_hostile_name_and_text() -> None:
    """Neither comes back."""
    name = '"><script>alert(1)</script>.png'
    got = await Counter().ask(
        "POST", "/verify", files={"file": (name, b"<script>alert(2)</script>")}
    )
    assert "alert(" not in got.text


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_security_headers(method: str) -> None:
    """On the form and on its answers: nothing from elsewhere, no frame, nothing kept."""
    got = await Counter().ask(method, "/verify")
    for name, value in SECURITY.items():
        assert got.headers[name] == value
    assert "unsafe" not in got.headers["content-security-policy"]
    assert got.headers["cache-control"] == "no-store"
    assert got.headers["vary"] == "accept-language"


async def test_the_parts_of_the_page() -> None:
    """Style, script and icon, with their types; nothing else lies there."""
    counter = Counter()
    for name, kind in (
        ("page.css", "text/css"), ("page.js", "text/javascript"), ("icon.svg", "image/svg+xml"),
    ):  # fmt: skip
        got = await counter.ask("GET", f"/sealgate/verify/{name}")
        assert got.status_code == 200
        assert got.headers["content-type"].startswith(kind)
        assert got.headers["x-content-type-options"] == "nosniff"
    for name in ("page.html", "words.json", "page.py", "..%2fpage.py"):
        assert (await counter.ask("GET", f"/sealgate/verify/{name}")).status_code == 404


async def test_the_language_of_the_browser() -> None:
    """Unless the link says otherwise."""
    counter = Counter()
    assert words("zh")["title"] in (await counter.ask("GET", "/verify", headers=ZH)).text
    assert words("en")["title"] in (await counter.ask("GET", "/verify?lang=en", headers=ZH)).text
