"""The application of a worker: the proxy with the gateway's own pages behind it."""

from __future__ import annotations

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from gateway.app import make_app
from gateway.edge.proxy import Proxy
from gateway.nouns.policy import Policy
from tests.conftest import settings_for
from tests.edge_kit import GatewayHere


def _app(*pages: BaseRoute) -> Proxy:
    return make_app(GatewayHere(settings_for(9, {}), Policy()).gateway, pages)


async def _get(app: Proxy, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://g") as client:
        return await client.get(path)


async def test_version_page() -> None:
    """The gateway says what it is and under which policy it serves."""
    got = await _get(_app(), "/sealgate/v1/version")
    assert got.json() == {"version": "0", "policy": "hash", "generation": 1}


async def test_the_root_says_what_this_is() -> None:
    """And leads to the page that reads marks where that is served, nowhere else."""

    async def verify(_: Request) -> JSONResponse:
        """Stand for the page."""
        return JSONResponse("")

    alone, whole = await _get(_app(), "/"), await _get(_app(Route("/verify", verify)), "/")
    assert (alone.status_code, "/verify" in alone.text) == (200, False)
    assert 'href="/verify"' in whole.text


async def test_pages_are_served() -> None:
    """What assembly adds is there, below /sealgate/ only."""

    async def hello(_: Request) -> JSONResponse:
        """Say it."""
        return JSONResponse("hello")

    app = _app(Route("/sealgate/v1/hello", hello), Route("/v1/hello", hello))
    assert (await _get(app, "/sealgate/v1/hello")).json() == "hello"
    assert (await _get(app, "/v1/hello")).status_code == 404


async def test_nobody_is_led_elsewhere() -> None:
    """A slash too many is another path, not a redirect to the host that the client named."""
    assert (await _get(_app(), "/sealgate/v1/version/")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/sealgate/v1/nosuch", 404, "not_found"),
        ("POST", "/sealgate/v1/version", 405, "method_not_allowed"),
    ],
)
async def test_what_is_not_there_is_told_as_any_error(
    method: str, path: str, status: int, code: str
) -> None:
    """With the object and the code that clients read, in the language that they want."""
    transport = httpx.ASGITransport(_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://g") as client:
        got = await client.request(method, path, headers={"accept-language": "zh"})
    assert (got.status_code, got.json()["error"]["code"]) == (status, code)
    assert got.json()["error"]["message"].startswith(("网关", "该路径"))
    assert ("allow" in got.headers) is (status == 405)


async def test_no_documentation_pages() -> None:
    """Nothing is published that nobody asked for."""
    for path in ("/sealgate/docs", "/sealgate/openapi.json", "/docs"):
        assert (await _get(_app(), path)).status_code == 404
