"""Generated files that come as URLs: fetched, sealed and hosted here, or refused."""

from __future__ import annotations

import base64
import json
from urllib.parse import unquote, urlsplit

import pytest

from gateway.config.settings import MediaSettings
from gateway.edge.result_fetch import result_fetcher
from gateway.nouns.errors import MarkFailed
from gateway.nouns.mark import FileMarksOrder
from tests.conftest import settings_for
from tests.edge_kit import Conversation, ScriptedUpstream, ask
from tests.media_kit import (
    TERM,
    client,
    png,
    serving_media,
)


def names(*urls: str) -> bytes:
    """A whole answer that names its pictures by URL."""
    return json.dumps({"data": [{"url": url} for url in urls]}).encode()


async def hosts(upstream: ScriptedUpstream, answer: bytes, **files: bytes) -> None:
    """Have the upstream answer with a body, and serve files below /pictures/."""

    async def script(talk: Conversation) -> None:
        name = unquote(talk.heard.path.removeprefix("/pictures/"))
        if name in files:
            await talk.whole(files[name], "content-type: image/png")
        elif name.startswith("go-"):
            await talk.whole(b"", f"location: {name[3:].replace('|', '/')}", status=302)
        else:
            await talk.whole(answer)

    upstream.script = script


@pytest.mark.parametrize("urls", ["rehost", pytest.param("data", marks=pytest.mark.long)])
async def test_a_result_by_url_is_sealed(upstream: ScriptedUpstream, urls: str) -> None:
    """Hosted here under a name that cannot be guessed, or given as data."""
    own = f"http://127.0.0.1:{upstream.port}/pictures/a"
    await hosts(upstream, names(own), a=png())
    order = FileMarksOrder(label=True, metadata=True, urls=urls)
    async with serving_media(settings_for(upstream.port, {}), order=order) as here:
        async with client(here) as official:
            got = await official.images.generate(model="m", prompt="x")
        assert got.data is not None
        url = got.data[0].url or ""
        if urls == "data":
            sealed = base64.b64decode(url.removeprefix("data:image/png;base64,"))
        else:
            assert url.startswith(f"http://127.0.0.1:{here.port}/sealgate/v1/files/")
            path = url.partition(str(here.port))[2]
            file = await ask(here.port, b"", path=path, method="GET")
            sealed = file.body
            assert file.headers["content-type"] == "image/png"
            assert file.headers["x-content-type-options"] == "nosniff"
            other = await ask(here.port, b"", path=path[:-1] + "_", method="GET")
            assert other.status == 404
        frame = await here.closed()
    assert sealed.startswith(png()[:-12])
    assert b"metadata\0" in sealed
    assert ("note_metadata", "written") in {(one.mark, one.status) for one in frame.receipts}


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/", "https://127.0.0.1/x", "https://10.0.0.7/x",
        "https://[::1]/x", "https://[::ffff:10.0.0.7]/x", "https://[64:ff9b::a00:7]/x",
        "https://2130706433/x", "https://localhost/x", "http://example.com/x", "ftp://example.com/",
        "https://user@example.com/x", "https://0x7f.1/x", "http://127.0.0.1:1/x",
        "http://HOST/pictures/go-https:||10.0.0.7|x", "http://HOST/pictures/go-http:||127.0.0.1:1|",
        "http://HOST/pictures/go-file:|||etc|passwd",
    ],
)  # fmt: skip
async def test_a_result_inside_our_network_is_never_fetched(
    upstream: ScriptedUpstream, url: str
) -> None:
    """However its address is spelled, and wherever a redirect leads."""
    url = url.replace("HOST", f"127.0.0.1:{upstream.port}")
    if url.startswith("https:") and "127.0.0.1/" in url:
        url = url.replace("127.0.0.1", f"127.0.0.1:{upstream.port + 1}")
    fetcher = result_fetcher(MediaSettings(fetch_s=5.0), f"http://127.0.0.1:{upstream.port}")
    await hosts(upstream, b"{}")
    try:
        with pytest.raises(MarkFailed) as caught:
            await fetcher.fetch(url)
    finally:
        await fetcher.close()
    assert "media.hosts" in caught.value.detail or "http or https" in caught.value.detail
    assert url not in caught.value.detail


async def test_a_task_of_dashscope(upstream: ScriptedUpstream) -> None:
    """Its id passes; once it succeeded, its pictures are sealed when they are asked for."""
    picture = f"http://127.0.0.1:{upstream.port}/pictures/a"
    given = {"output": {"task_id": "t-1", "task_status": "PENDING"}, "request_id": "r"}
    done = {"output": {"task_id": "t-1", "task_status": "SUCCEEDED", "results": [{"url": picture}],
                       "end_time": "2026-01-02 03:04:05.678"}, "request_id": "r"}  # fmt: skip

    async def script(talk: Conversation) -> None:
        if talk.heard.path == "/pictures/a":
            await talk.whole(png(), "content-type: image/png")
        else:
            body = given if talk.heard.method == "POST" else done
            await talk.whole(json.dumps(body).encode())

    upstream.script = script
    ask_for = {"model": "wanx-v1", "input": {"prompt": "a cat"}, "parameters": {"n": 1}}
    path = "/api/v1/services/aigc/text2image/image-synthesis"
    async with serving_media(settings_for(upstream.port, {})) as here:
        body = json.dumps(ask_for).encode()
        first = await ask(here.port, body, "x-dashscope-async: enable", path=path)
        second = await ask(here.port, b"", path="/api/v1/tasks/t-1", method="GET")
        refused = await ask(
            here.port, json.dumps({**ask_for, "input": {"prompt": f"画{TERM}"}}).encode(), path=path
        )
        await here.quiet()
        url = json.loads(second.body)["output"]["results"][0]["url"]
        file = await ask(here.port, b"", path=urlsplit(url).path, method="GET")
    assert json.loads(first.body)["output"] == given["output"]
    assert b"metadata\0" in file.body
    assert [heard.path for heard in upstream.heard] == [path, "/api/v1/tasks/t-1", "/pictures/a"]
    assert refused.status == 400
    assert json.loads(refused.body)["code"] == "DataInspectionFailed"
