"""Re-hosted results are shown, never run; who has no name gets nothing."""

from __future__ import annotations

from pathlib import Path

import httpx
from starlette.applications import Starlette

from gateway.edge.files_page import files_page
from gateway.edge.kept_files import PATH, KeptFile, KeptFiles


async def test_a_file_is_given_with_its_type(tmp_path: Path) -> None:
    """And with headers that keep a script in it from running."""
    kept = KeptFiles(tmp_path, keep_s=60, most_bytes=1000)
    name = kept.put(KeptFile(b"<svg/>", "image/svg+xml"))
    app = Starlette(routes=[files_page(kept)])
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        got = await client.get(PATH + name)
        head = await client.head(PATH + name)
        none = await client.get(PATH + "A" * 43)
    assert (got.status_code, got.content) == (200, b"<svg/>")
    assert got.headers["content-type"].startswith("image/svg+xml")
    assert "sandbox" in got.headers["content-security-policy"]
    assert (head.status_code, head.content) == (200, b"")
    assert none.status_code == 404
