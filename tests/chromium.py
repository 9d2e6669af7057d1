"""Debian's Chromium, driven over its own debugging protocol (Chrome DevTools Protocol)."""

from __future__ import annotations

import asyncio
import base64
import itertools
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.process_kit import until

_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--remote-debugging-port=0", "--remote-allow-origins=*",
)  # fmt: skip


class Tab:
    """One page. ``complaints`` is what its console said: broken policies, errors, missing files."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.complaints: list[str] = []

    async def listen(self) -> None:
        """Take what the browser says until it closes."""
        async for message in self._socket:
            said = message.json()
            if "id" in said:
                self._waiting.pop(said["id"]).set_result(said)
            elif said["method"] in {"Log.entryAdded", "Runtime.exceptionThrown"}:
                self.complaints.append(str(said["params"]))

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        answer = await asyncio.wait_for(self._waiting[number], 60)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    async def value(self, expression: str) -> Any:
        """Evaluate an expression in the page (works with the page's own scripts off, too)."""
        got = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in got, got
        return got["result"].get("value")

    async def becomes(self, expression: str) -> Any:
        """Wait until an expression is true."""
        return await until(lambda: self.value(expression), 60)

    async def open(self, url: str) -> None:
        """Go to a page and wait until it is there."""
        await self.call("Page.navigate", url=url)
        await self.becomes("document.readyState === 'complete' && !!document.querySelector('form')")

    async def picture(self) -> bytes:
        """Return a screenshot of the whole page, as PNG."""
        shot = await self.call("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])


@asynccontextmanager
async def browsing(folder: Path, *flags: str) -> AsyncIterator[Tab]:
    """Start a browser with its profile in ``folder``, and give its page."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("chromium is missing: apt-get install chromium")
    browser = await asyncio.create_subprocess_exec(
        program, *_FLAGS, *flags, f"--user-data-dir={folder}", "about:blank",
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with aiohttp.ClientSession() as session, _tab(session, folder) as tab:
            yield tab
    finally:
        browser.terminate()
        await asyncio.wait_for(browser.wait(), 20)


@asynccontextmanager
async def _tab(session: aiohttp.ClientSession, folder: Path) -> AsyncIterator[Tab]:
    note = folder / "DevToolsActivePort"

    async def port() -> str:
        return note.read_text().split("\n")[0] if note.exists() else ""

    where = f"http://127.0.0.1:{await until(port, 60)}/json/list"
    async with session.get(where) as got:
        pages = [each for each in await got.json() if each["type"] == "page"]
    async with session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
        tab = Tab(socket)
        listening = asyncio.ensure_future(tab.listen())
        for domain in ("Page", "Runtime", "Log"):
            await tab.call(f"{domain}.enable")
        yield tab
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
