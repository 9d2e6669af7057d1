"""The proxy that most would write: FastAPI, httpx, StreamingResponse. No guard of any kind.

Run as ``python -m tests.bench.usual_proxy PORT UPSTREAM_PORT``.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import httpx
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

app = FastAPI()
client = httpx.AsyncClient(timeout=600, limits=httpx.Limits(max_connections=None))


@app.api_route("/{path:path}", methods=["GET", "POST"])
async def forward(path: str, request: Request) -> StreamingResponse:
    """Forward one request and stream its answer."""
    headers = {k: v for k, v in request.headers.items() if k not in ("host", "content-length")}
    upstream = client.build_request(
        request.method, f"http://127.0.0.1:{sys.argv[2]}/{path}", headers=headers,
        content=await request.body(),
    )  # fmt: skip
    answer = await client.send(upstream, stream=True)

    async def chunks() -> AsyncIterator[bytes]:
        async for data in answer.aiter_raw():
            yield data
        await answer.aclose()

    kept = {k: v for k, v in answer.headers.items() if k == "content-type"}
    return StreamingResponse(chunks(), status_code=answer.status_code, headers=kept)


if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False,
        loop="uvloop", http="httptools",
    )  # fmt: skip
