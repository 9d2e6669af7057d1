"""The data plane's application, called without a server."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.edge.proxy import Proxy
from gateway.nouns.policy import AnswerStyle, Policy
from tests.conftest import settings_for
from tests.edge_kit import PATH, GatewayHere


async def _call(
    proxy: Proxy, path: str, method: str = "GET", *headers: tuple[bytes, bytes]
) -> tuple[int, dict[bytes, bytes], bytes]:
    said: list[Any] = []
    scope = {
        "type": "http", "method": method, "raw_path": path.encode(), "path": path,
        "query_string": b"", "headers": list(headers), "root_path": "", "http_version": "1.1",
        "asgi": {"version": "3.0"}, "scheme": "http", "server": None, "client": None,
    }  # fmt: skip

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    await proxy(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in said)
    return said[0]["status"], dict(said[0]["headers"]), body


def _here(**changes: Any) -> GatewayHere:
    return GatewayHere(settings_for(9, changes), Policy())


@pytest.mark.parametrize(
    ("language", "word"),
    [(b"zh-CN,zh;q=0.9", "网关"), (b"en", "gateway"), (b"de", "gateway"), (b"ZH", "网关")],
)
async def test_language_of_our_own_words(language: bytes, word: str) -> None:
    """The client's first language decides between Chinese and English."""
    status, _, body = await _call(
        _here().proxy, "/v1/nothing", "GET", (b"accept-language", language)
    )
    assert status == 404
    assert word in body.decode()


async def test_the_policys_language_comes_first() -> None:
    """Who turns a client away speaks as the policy says, whatever the client would rather read."""
    here = GatewayHere(settings_for(9, {}), Policy(answer=AnswerStyle(language="zh")))
    _, _, body = await _call(here.proxy, "/v1/nothing", "GET", (b"accept-language", b"en"))
    assert "网关" in body.decode()


async def test_turned_away_is_counted_and_has_an_id() -> None:
    """Who is turned away has an exchange id to ask with, and is counted."""
    here = _here()
    _, headers, _ = await _call(here.proxy, "/v1/nothing")
    assert len(headers[b"x-sealgate-exchange"]) == 26
    assert [fact.error for fact in here.counts.facts] == ["path_not_open"]
    assert here.counts.in_flight == 0
    assert here.journal.entries == []


async def test_limit_is_shared_among_workers() -> None:
    """The limit of exchanges is for all workers together."""
    here = _here(limits={"exchanges": 5}, workers=2)
    assert here.gateway.settings.limits.exchanges == 5
    assert here.proxy.most == 3


@pytest.mark.parametrize("path", ["/sealgate/v1/version", "/sealgate/%76", "/sealgate/./x"])
async def test_own_pages_only_in_plain_form(path: str) -> None:
    """What is below /sealgate/ is ours, unless the path plays tricks."""
    status, _, body = await _call(_here().proxy, path)
    assert status == (200 if path.endswith("version") else 404)
    assert (b"path_not_open" in body) is not path.endswith("version")


async def test_pages_for_people_are_ours() -> None:
    """By their exact path; the own application answers, no protocol."""
    seen: list[str] = []

    async def own(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["path"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    proxy = Proxy(_here().gateway, own)
    assert (await _call(proxy, "/verify"))[0] == 204
    assert (await _call(proxy, "/verify/x"))[0] == 404
    assert (await _call(proxy, "/v1/verify"))[0] == 404
    assert (await _call(proxy, "/"))[0] == 204
    assert (await _call(proxy, "/", "POST"))[0] == 404
    assert seen == ["/verify", "/"]


async def test_health_takes_only_reading_methods() -> None:
    """A POST to a probe is not a probe."""
    assert (await _call(_here().proxy, "/livez", "POST"))[0] == 404
    assert (await _call(_here().proxy, "/livez", "HEAD"))[0] == 200


async def test_ready_tells_under_what_it_serves() -> None:
    """The probe names version, policy, generation and worker."""
    _, _, body = await _call(_here().proxy, "/readyz")
    assert body == (b'{"status":"ok","version":"0","generation":1,"policy":"hash","worker":0}')


async def test_websocket_scope_is_closed() -> None:
    """A server that speaks WebSocket gets a policy violation."""
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    async def receive() -> Any:
        return {}

    await _here().proxy({"type": "websocket", "raw_path": PATH.encode()}, receive, send)
    assert said == [{"type": "websocket.close", "code": 1008}]


async def test_lifespan_opens_and_closes_all() -> None:
    """The pool opens with the server; at its end the journal is closed."""
    here = _here()
    said: list[Any] = []

    async def receive() -> Any:
        return {}

    async def send(message: Any) -> None:
        said.append(message["type"])

    await here.proxy({"type": "lifespan"}, receive, send)
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert here.journal.closed
    assert here.proxy.draining
