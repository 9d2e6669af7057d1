"""The operations listener's pages."""

from __future__ import annotations

import httpx
import pytest

from gateway.edge.board import Board, Notice
from gateway.edge.operations import operations_app


async def _get(board: Board, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(operations_app(board, lambda: b"sealgate_up 1\n"))
    async with httpx.AsyncClient(transport=transport, base_url="http://o") as client:
        return await client.get(path)


async def test_metrics_in_prometheus_form() -> None:
    """The page is what telemetry renders, with its content type."""
    got = await _get(Board(), "/metrics")
    assert got.content == b"sealgate_up 1\n"
    assert got.headers["content-type"].startswith("text/plain; version=")


@pytest.mark.parametrize("path", ["/livez", "/health/liveliness"])
async def test_alive(path: str) -> None:
    """It lives if it answers."""
    assert (await _get(Board(), path)).json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("notice", "status", "word"),
    [(Notice(), 503, "starting"), (Notice(1, 1, 2), 200, "ok"),
     (Notice(1, 2, 2, draining=True), 503, "draining")],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/readyz", "/health/readiness"])
async def test_ready(notice: Notice, status: int, word: str, path: str) -> None:
    """Ready with one worker; not before the first, not while draining."""
    board = Board()
    board.write(notice)
    got = await _get(board, path)
    assert (got.status_code, got.json()["status"]) == (status, word)
    assert got.json()["workers_wanted"] == notice.wanted


async def test_no_other_page() -> None:
    """No documentation pages, nothing by accident."""
    for path in ("/docs", "/openapi.json", "/redoc", "/"):
        assert (await _get(Board(), path)).status_code == 404


async def test_a_client_on_the_wrong_port_is_told_so() -> None:
    """In the shape that clients of the API read."""
    error = (await _get(Board(), "/v1/models")).json()["error"]
    assert error["code"] == "path_not_open"
    assert "The API and /verify are on the data plane's port" in error["message"]
