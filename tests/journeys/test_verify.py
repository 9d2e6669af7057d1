"""The desk in the whole program: what an SDK got is cut, copied, forged, and asked about."""

from __future__ import annotations

import asyncio
import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.edge_kit import Client, Conversation, Got, ScriptedUpstream, ask, request_bytes
from tests.journeys.conftest import Launch
from tests.process_kit import Program, until, whole

API = "/sealgate/v1/verify"
PRODUCER = "001191110102MAD55U9H0F10002"
STORY = (
    "清晨，海边的小镇还没有醒来。灯塔看守人照例走上一百二十级台阶，擦亮玻璃，记下风向。他翻开那本旧册子，"
    "发现昨夜有人在末页写了一句话：请留意第三盏灯。他抬头望去，海面上果然有三点灯光，缓缓靠岸。那是失踪多年"
    "的渔船，船上的人都老了，却都在笑。从那天起，灯塔的册子里多了一个栏目，叫作归来。"
)
OTHER = (
    "今年的番茄长得不好，雨水太多，叶子发黄。邻居说应该早一点搭棚，可是棚子的材料又涨价了。我打算明年改种"
    "豆角和南瓜，它们不挑地方，也不怕雨。菜园旁边的那口井还能用，水很清，夏天用来浇地正合适。"
)
TEXT = "text/plain"
FORM = "multipart/form-data; boundary=XyZ"


def request(body: bytes, kind: str, path: str) -> bytes:
    """Return a post of a body of this type."""
    plain = request_bytes(body, path=path)
    return plain.replace(b"application/json", kind.encode(), 1)


async def post(port: int, body: bytes, kind: str = TEXT, path: str = API) -> Got:
    """Send it on a connection of its own."""
    async with Client.to(port) as client:
        await client.send(request(body, kind, path))
        return await client.get()


async def tell(talk: Conversation) -> None:
    """Tell the story."""
    await talk.whole(whole(STORY))


@pytest.fixture
async def program(launch: Launch, upstream: ScriptedUpstream) -> Program:
    """Two workers under cn-public, with a provider code."""
    upstream.script = tell
    return await launch(
        "version: 1\nextends: cn-public\n", workers=2, producer=PRODUCER,
        verify={"requests_per_minute": 0, "upload_bytes": 4_000_000},
    )  # fmt: skip


async def generate(program: Program) -> tuple[str, str]:
    """Ask with the official SDK; returns the text as an application gets it, and the exchange."""

    def call() -> tuple[str, str]:
        with openai.OpenAI(
            base_url=f"http://127.0.0.1:{program.port}/v1", api_key="sk-somebody", max_retries=0
        ) as client:
            got = client.chat.completions.with_raw_response.create(
                model="m", messages=[{"role": "user", "content": "讲个故事"}]
            )
            content = got.parse().choices[0].message.content
            return content or "", got.headers["x-sealgate-exchange"]

    text, exchange = await asyncio.to_thread(call)
    await program.record(exchange)
    return text, exchange


async def verify(program: Program, text: str, port: int = 0) -> dict[str, Any]:
    """Return the answer to a text."""
    got = await post(port or program.port, text.encode())
    assert got.status == 200, got.body
    answer: dict[str, Any] = json.loads(got.body)
    return answer


async def post_form(program: Program, field: str, content: bytes, language: str) -> Got:
    """Send the page's form as a browser without script does."""
    body = (
        b"--XyZ\r\nContent-Disposition: form-data; name=" + field.encode() + b"\r\n\r\n"
        + content + b"\r\n--XyZ--\r\n"
    )  # fmt: skip
    return await post(program.port, body, FORM, f"/verify?lang={language}")


async def test_generated_cut_copied_and_forged(program: Program, tmp_path: Path) -> None:
    """Whole and in part it was made here; its label on another text, or an invented one, makes
    nothing ours. Nobody but the operator hears of the exchange."""
    text, exchange = await generate(program)
    label = text.split("\n\n")[0]
    for known in (text, STORY, STORY[20:90], f"他说：“{STORY[40:100]}”"):
        answer = await verify(program, known)
        assert (answer["made_here"], answer["service"]) == ("yes", PRODUCER), known
        assert exchange not in json.dumps(answer)
    for unknown in (f"{label}\n\n{OTHER}", f"{label[:-12]} · 0000-0000-0\n\n{OTHER}", OTHER):
        answer = await verify(program, unknown)
        assert (answer["made_here"], answer["date"], answer["service"]) == ("unknown", None, None)
    told = await verify(program, STORY[20:90], program.operations)
    assert told["exchanges"][0]["exchange"] == exchange
    part = tmp_path / "part.txt"
    part.write_text(STORY[20:90], encoding="utf-8")
    code, found = await program.run("trace", str(part))
    assert (code, found[0]["exchange"]) == (0, exchange)
    await program.counted("verify_requests_total", 4, verified="yes")
    await program.counted("verify_requests_total", 3, verified="unknown")
    assert "灯塔" not in program.log
    assert "番茄" not in program.log


async def test_the_form_without_script(program: Program) -> None:
    """A plain post, answered in either language; what was handed in does not come back."""
    text, exchange = await generate(program)
    for language, words in (("zh", "是，由本服务生成"), ("en", "Yes, made here")):
        got = await post_form(program, "text", text.encode(), language)
        page = got.body.decode()
        assert got.status == 200
        assert words in page
        assert exchange not in page
        assert "default-src 'none'" in got.headers["content-security-policy"]
    page = (await post_form(program, "text", b"<script>alert(1)</script>", "zh")).body.decode()
    assert "alert(1)" not in page
    assert (await ask(program.port, b"", path="/verify", method="GET")).status == 200


@pytest.mark.long
async def test_hostile_uploads(program: Program) -> None:
    """A hundred megabytes are refused and not kept, bombs and nonsense are answered; the gateway
    serves on."""
    before = resident(program)
    async with Client.to(program.port) as client:
        head = request(b"", TEXT, API)
        await client.send(head.replace(b"content-length: 0", b"content-length: 100000000"))
        sending = asyncio.ensure_future(flood(client))
        got = await client.get()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    assert got.status == 413
    assert resident(program) - before < 60_000_000
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "x")
        packed.writestr("word/document.xml", bytes(300_000_000))
    for content in (
        bomb.getvalue(),
        b"\0" * 1_000_000,
        b"[" * 1_000_000,
        "\u200b".encode() * 90_000,
    ):
        got = await post(program.port, content, "application/x")
        assert (got.status, json.loads(got.body)["made_here"]) == (200, "unknown")
    assert resident(program) - before < 120_000_000
    assert (
        await program.ask(b'{"model":"m","messages":[{"role":"user","content":"hi"}]}')
    ).status == 200


async def flood(client: Client) -> None:
    """Write a hundred megabytes."""
    for _ in range(1000):
        await client.send(bytes(100_000))


def resident(program: Program) -> int:
    """Return the bytes of memory that all processes have in use."""
    pids = {program.process.pid, *program.children}
    fields = [Path(f"/proc/{pid}/statm").read_text().split() for pid in pids]
    return sum(int(each[1]) - int(each[2]) for each in fields) * 4096


@pytest.mark.long
async def test_the_rate_limit_holds_over_all_workers(
    launch: Launch, upstream: ScriptedUpstream
) -> None:
    """Five a minute from one address, whichever worker answers."""
    program = await launch(workers=2, verify={"requests_per_minute": 5})

    async def once() -> int:
        return (await post(program.port, b"text")).status

    statuses = [await once() for _ in range(12)]
    assert statuses.count(200) in {5, 6}  # one place comes back every twelve seconds
    assert set(statuses) == {200, 429}
    got = await post(program.port, b"text")
    if got.status == 429:
        assert 1 <= int(got.headers["retry-after"]) <= 12
    await program.counted("verify_requests_total", 5, verified="limited")


@pytest.mark.long
async def test_a_closed_desk(launch: Launch, upstream: ScriptedUpstream) -> None:
    """Answers nobody but the operator."""
    program = await launch(verify={"open": False})
    for path in ("/verify", API):
        assert (await post(program.port, b"text", TEXT, path)).status == 404

    async def operator() -> bool:
        return (await post(program.operations, b"text")).status == 200

    await until(operator)
