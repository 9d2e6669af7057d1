"""The ASGI application of a worker: the data plane, and the gateway's own pages around it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from gateway.edge.gateway import Gateway
from gateway.edge.proxy import Proxy


def own_pages(gateway: Gateway, pages: Sequence[BaseRoute] = ()) -> Starlette:
    """Return what is served below ``/sealgate/``: its version, and the pages given.

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

    app = Starlette(routes=[Route("/sealgate/v1/version", version), *pages])
    app.router.redirect_slashes = False  # it would lead to whatever host the client named
    return app


def make_app(gateway: Gateway, pages: Sequence[BaseRoute] = ()) -> Proxy:
    """Return the application that a worker serves: the proxy with the own pages behind it."""
    return Proxy(gateway, own_pages(gateway, pages))
