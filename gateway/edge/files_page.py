"""``GET /sealgate/v1/files/NAME``: a sealed result that was re-hosted. The name is the key."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Response

from gateway.edge.kept_files import PATH, KeptFiles

_SAFE = {
    "cache-control": "private, max-age=3600",
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "referrer-policy": "no-referrer",
    "access-control-allow-origin": "*",
}
"""A file is shown, never run: a picture in SVG could hold a script."""


def files_router(kept: KeptFiles) -> APIRouter:
    """Return the router of re-hosted results."""
    router = APIRouter()

    @router.api_route(PATH + "{name}", methods=["GET", "HEAD"])
    async def file(name: str) -> Response:
        """Give a file back."""
        found = await asyncio.to_thread(kept.get, name)
        if found is None:
            return Response(status_code=404, headers={"cache-control": "no-store"})
        return Response(found.content, media_type=found.mime, headers=_SAFE)

    return router
