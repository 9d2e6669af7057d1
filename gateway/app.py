"""The ASGI application of a worker: the data plane, and the gateway's own pages around it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.desk.front_page import front_page
from gateway.desk.pages import PAGE
from gateway.edge.gateway import Gateway
from gateway.edge.own_pages import error_response
from gateway.edge.proxy import Proxy
from gateway.nouns.errors import MethodRefused, NothingHere


def own_pages(gateway: Gateway, pages: Sequence[BaseRoute] = ()) -> Starlette:
    """Return what is served below ``/sealgate/``, its version and the pages given, and at ``/``.

    A page's path is whole (``/sealgate/v1/guard``); who may ask is the page's own affair.
    """

    async def version(_: Request) -> JSONResponse:
        """Which program and policy this worker serves under."""
        identity = gateway.identity
        return JSONResponse(
            {
                "version": identity.version,
                "policy": identity.policy,
                "generation": identity.generation,
            }
        )

    async def nothing(request: Request, reason: Exception) -> Response:
        """Say that there is no such page, or that it takes other methods."""
        methods = getattr(reason, "headers", None) or {}
        error = MethodRefused(f"It takes {methods['Allow']}.") if methods else NothingHere()
        answer = error_response(gateway, error, request.scope["headers"])
        answer.headers.update({**methods, "cache-control": "no-store"})
        return answer

    reads_marks = any(isinstance(each, Route) and each.path == PAGE for each in pages)
    front = front_page(reads_marks=reads_marks)
    app = Starlette(
        routes=[front, Route("/sealgate/v1/version", version), *pages],
        exception_handlers={404: nothing, 405: nothing},
    )
    app.router.redirect_slashes = False  # it would lead to whatever host the client named
    return app


def make_app(gateway: Gateway, pages: Sequence[BaseRoute] = ()) -> Proxy:
    """Return the application that a worker serves: the proxy with the own pages behind it."""
    return Proxy(gateway, own_pages(gateway, pages))
