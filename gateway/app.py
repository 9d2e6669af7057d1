"""The ASGI application of a worker: the data plane, and the gateway's own pages around it."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI

from gateway.edge.gateway import Gateway
from gateway.edge.proxy import Proxy


def own_pages(gateway: Gateway, routers: Sequence[APIRouter] = ()) -> FastAPI:
    """Return what is served below ``/sealgate/``: its version, and the routers given.

    A router's paths are whole (``/sealgate/v1/guard``); who may ask is the router's own affair.
    """
    app = FastAPI(
        title="sealgate",
        version=gateway.identity.version,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # it would lead to whatever host the client named
    )

    @app.get("/sealgate/v1/version")
    async def version() -> dict[str, object]:
        """Which program and policy this worker serves under."""
        identity = gateway.identity
        return {
            "version": identity.version,
            "policy": identity.policy,
            "generation": identity.generation,
        }

    for router in routers:
        app.include_router(router)
    return app


def make_app(gateway: Gateway, routers: Sequence[APIRouter] = ()) -> Proxy:
    """Return the application that a worker serves: the proxy with the own pages behind it."""
    return Proxy(gateway, own_pages(gateway, routers))
