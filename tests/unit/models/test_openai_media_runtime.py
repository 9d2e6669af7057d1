"""The runtime that looks and listens, against a real server on the loopback."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from models.http_link import HttpLink
from models.openai_media_runtime import OpenAIMediaRuntime


class Server:
    """Remembers what it was asked and answers what it was told."""

    def __init__(self) -> None:
        self.asked: Any = None
        self.key: str | None = None
        self.answer: Any = {}
        self.status = 200
        self.url = ""

    async def serve(self, request: web.Request) -> web.Response:
        """Answer."""
        self.key = request.headers.get("authorization")
        if request.content_type.startswith("multipart/"):
            form = await request.post()
            upload = form["file"]
            assert isinstance(upload, web.FileField)
            self.asked = {"model": form["model"], "name": upload.filename,
                          "file": upload.file.read()}  # fmt: skip
        else:
            self.asked = await request.json()
        return web.json_response(self.answer, status=self.status)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server that listens."""
    one = Server()
    application = web.Application()
    for path in ("moderations", "chat/completions", "audio/transcriptions"):
        application.router.add_post(f"/v1/{path}", one.serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield one
    await runner.cleanup()


@pytest.fixture
async def runtime(server: Server) -> AsyncIterator[OpenAIMediaRuntime]:
    """A runtime that asks it."""
    one = OpenAIMediaRuntime(server.url + "/v1/", "m", "k", link=HttpLink())
    yield one
    await one.close()


PART = {
    "type": "image_url",
    "image_url": {"url": "data:image/jpeg;base64," + base64.b64encode(b"j").decode()},
}


async def test_a_picture_is_scored(server: Server, runtime: OpenAIMediaRuntime) -> None:
    """By the moderations endpoint."""
    server.answer = {"results": [{"flagged": True, "category_scores": {"sexual": 0.5}}]}
    assert await runtime.moderate(b"j", deadline_s=5) == {"sexual": 0.5}
    assert (server.asked, server.key) == ({"model": "m", "input": [PART]}, "Bearer k")


async def test_a_picture_is_described(server: Server, runtime: OpenAIMediaRuntime) -> None:
    """By a chat model that sees it alone."""
    server.answer = {"choices": [{"message": {"content": "safe"}}]}
    assert await runtime.describe(b"j", deadline_s=5) == "safe"
    assert server.asked["messages"] == [{"role": "user", "content": [PART]}]


async def test_a_sound_is_written_down(server: Server, runtime: OpenAIMediaRuntime) -> None:
    """The upload has a name, by which its format is known."""
    server.answer = {"text": "words"}
    assert await runtime.transcribe(b"s", "sound.wav", deadline_s=5) == "words"
    assert server.asked == {"model": "m", "name": "sound.wav", "file": b"s"}


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        ({"results": []}, 200, ValueError),
        ({"results": [{"category_scores": {}}]}, 200, ValueError),
        ({"choices": []}, 200, ValueError),
        ({"text": 1}, 200, ValueError),
        ({}, 400, ValueError),
        ({}, 429, ConnectionError),
        ({}, 500, ConnectionError),
    ],
)
async def test_what_is_no_clear_answer_is_an_error(
    server: Server, runtime: OpenAIMediaRuntime, answer: Any, status: int, error: type[Exception]
) -> None:
    """Whatever was asked."""
    server.answer, server.status = answer, status
    for ask in (
        runtime.moderate(b"j", deadline_s=5),
        runtime.describe(b"j", deadline_s=5),
        runtime.transcribe(b"s", "x.wav", deadline_s=5),
    ):
        with pytest.raises(error):
            await ask


async def test_no_answer_in_time_is_an_error_and_five_of_them_open_the_breaker(
    server: Server,
) -> None:
    """Then nobody waits any more."""
    runtime = OpenAIMediaRuntime(server.url, "m", link=HttpLink(concurrent=1))
    for _ in range(5):
        with pytest.raises(TimeoutError):
            await runtime.moderate(b"j", deadline_s=0.0)
    with pytest.raises(ConnectionError, match="failed repeatedly"):
        await runtime.moderate(b"j", deadline_s=5)
    await runtime.close()
