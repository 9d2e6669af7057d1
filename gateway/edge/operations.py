"""The operations listener: probes and metrics, on an address of its own (loopback by default)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.routing import BaseRoute

from gateway.edge.board import Board
from gateway.telemetry.folder import CONTENT_TYPE

_ELSEWHERE = {
    "error": {
        "message": "This is the operations listener (/metrics, /readyz, /livez). The API and "
        "/verify are on the data plane's port (8080 unless it is set).",
        "type": "invalid_request_error",
        "param": None,
        "code": "path_not_open",
    }
}


def operations_app(
    board: Board, render: Callable[[], bytes], pages: Sequence[BaseRoute] = ()
) -> FastAPI:
    """Return the application of the operations listener.

    ``render`` gives the metrics of all processes in Prometheus' text format. ``pages`` are those
    that the data plane has too (the desk).
    """
    app = FastAPI(title="sealgate operations", docs_url=None, redoc_url=None, openapi_url=None)
    app.router.routes.extend(pages)

    @app.exception_handler(404)
    async def elsewhere(_request: Request, _error: Exception) -> Response:
        """Whoever took this port for the API hears that it is another."""
        return JSONResponse(_ELSEWHERE, 404)

    @app.get("/metrics")
    def metrics() -> Response:
        """All workers' metrics, merged."""
        return Response(render(), media_type=CONTENT_TYPE)

    @app.get("/livez")
    @app.get("/health/liveliness")
    async def live() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/readyz")
    @app.get("/health/readiness")
    async def ready(response: Response) -> dict[str, object]:
        """Whether workers of the present generation take exchanges."""
        notice = board.read()
        status = _status(draining=notice.draining, ready=notice.ready)
        if status != "ok":
            response.status_code = 503
        response.headers["cache-control"] = "no-store"
        return {
            "status": status,
            "generation": notice.generation,
            "policy": notice.policy,
            "workers_ready": notice.ready,
            "workers_wanted": notice.wanted,
            "last_reload": "ok" if notice.last_reload_ok else "refused",
        }

    return app


def _status(*, draining: bool, ready: int) -> str:
    if draining:
        return "draining"
    return "ok" if ready else "starting"
