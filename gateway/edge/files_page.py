"""``GET /sealgate/v1/files/NAME``: a sealed result that was re-hosted. The name is the key."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.edge.kept_files import PATH, KeptFiles

_SAFE = {
    "cache-control": "private, max-age=3600",
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    "referrer-policy": "no-referrer",
    "access-control-allow-origin": "*",
}
"""A file is shown, never run: a picture in SVG could hold a script."""


def files_page(kept: KeptFiles) -> Route:
    """Return the page of re-hosted results."""

    async def file(request: Request) -> Response:
        """Give a file back."""
        found = await asyncio.to_thread(kept.get, request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return Response(found.content, media_type=found.mime, headers=_SAFE)

    return Route(PATH + "{name}", file)
