"""Two listeners: what is for operators is not on the data plane, and the other way round."""

from __future__ import annotations

from tests.edge_kit import PATH, Client, Conversation, ScriptedUpstream, ask
from tests.journeys.conftest import Launch
from tests.process_kit import PROVIDER_KEY, chat, whole

SPELLINGS = ("/metrics", "/v1/metrics", "/sealgate/metrics", "/sealgate/../metrics",
             "/sealgate/v1/../../metrics", "/%6detrics", "//metrics", "/metrics/")  # fmt: skip


async def test_each_serves_its_own(launch: Launch, upstream: ScriptedUpstream) -> None:
    """No spelling finds the numbers on the data plane, no protocol is on the operations listener,
    and both answer the probes."""
    program = await launch()
    for spelling in SPELLINGS:
        got = await program.get(spelling, program.port)
        assert got.status in {403, 404, 405}, spelling
        assert b"sealgate_" not in got.body, spelling
    for path in (PATH, "/v1/models", "/sealgate/v1/guard", "/chat/completions"):
        assert (await program.get(path)).status == 404, path
        posted = await ask(program.operations, chat(), path=path)
        assert posted.status == 404, path
    for path in ("/livez", "/readyz", "/health/liveliness", "/health/readiness"):
        assert (await program.get(path)).status == 200
        assert (await program.get(path, program.port)).status == 200
    got = await program.get("/metrics")
    assert got.headers["content-type"].startswith("text/plain")
    for word in ("/docs", "/redoc", "/openapi.json"):
        for port in (program.port, program.operations):
            assert (await program.get(word, port)).status in {403, 404}


async def test_no_page_shows_a_user(launch: Launch, upstream: ScriptedUpstream) -> None:
    """Neither texts nor keys nor users are on the operations pages or in the log."""
    program = await launch()
    secrets = ("只有我知道的一句话", "user-77", "sk-very-private")
    sentence, user, key = secrets
    await program.ask(chat(sentence, user=user), f"authorization: Bearer {key}")
    await program.counted("exchanges_total", 1)
    pages = [await program.get(page) for page in ("/metrics", "/readyz", "/livez")]
    shown = "".join(got.body.decode() for got in pages) + program.log
    assert "exchange" in program.log
    assert [word for word in secrets if word in shown] == []


async def test_both_families_of_addresses(launch: Launch, upstream: ScriptedUpstream) -> None:
    """A listener on `::` serves both, and an upstream may be an IPv6 address."""
    there = ScriptedUpstream()
    await there.start("::1")

    async def script(talk: Conversation) -> None:
        await talk.whole(whole("好的"))

    there.script = script
    program = await launch(host="::", upstream={"url": f"http://[::1]:{there.port}"})
    for host in ("::1", "127.0.0.1"):
        async with Client.to(program.port, host=host) as client:
            await client.post(chat(), PROVIDER_KEY)
            assert (await client.get()).status == 200
    assert {heard.headers["host"] for heard in there.heard} == {f"[::1]:{there.port}"}
    await there.close()
    assert upstream.heard == []
