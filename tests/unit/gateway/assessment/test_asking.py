"""Asking: retries, refusals by everybody, and when to stop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import msgspec
import pytest
from aiohttp import web

from gateway.assessment.asking import TRIES, GivenUp, NoAnswer, Target, ask_all, read_answer
from gateway.assessment.folder import Answer
from gateway.assessment.questions import Question
from gateway.assessment.standard import Bank
from gateway.nouns.errors import ConfigError

Reply = Callable[[str], web.Response]
QUESTIONS = [
    Question(id=f"g-{n}", bank=Bank.GENERATION, kind="A1.a", text=f"q{n}", origin="operator")
    for n in range(6)
]


def _said(text: str | None, finish: str = "stop") -> bytes:
    message = {"role": "assistant", "content": text}
    return msgspec.json.encode({"choices": [{"message": message, "finish_reason": finish}]})


class Upstream:
    """A server of the protocol that answers as a test says, and remembers who asked."""

    def __init__(self) -> None:
        self.reply: Reply = lambda text: web.Response(body=_said(f"to {text}"))
        self.asked: list[str] = []
        self.keys: set[str] = set()
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one request."""
        text = (await request.json())["messages"][0]["content"]
        self.asked.append(text)
        self.keys.add(request.headers.get("authorization", ""))
        return self.reply(text)


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    """Run an upstream on loopback."""
    made = Upstream()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


async def _no_pause(seconds: float) -> None:
    assert seconds <= 30


async def _ask(upstream: Upstream, key: str = "") -> tuple[list[Answer], list[str]]:
    told: list[Answer] = []
    target = Target(f"{upstream.url}/v1", key, "m", 3, 20.0)
    lost = await ask_all(target, QUESTIONS, told.append, sleep=_no_pause)
    return told, [one.id for one in lost]


async def test_every_question_is_asked_once(upstream: Upstream) -> None:
    """With the key, a few at a time."""
    told, lost = await _ask(upstream, "sk-1")
    assert {one.id: one.text for one in told} == {one.id: f"to {one.text}" for one in QUESTIONS}
    assert (lost, upstream.keys, len(upstream.asked)) == ([], {"Bearer sk-1"}, 6)


async def test_what_fails_is_tried_again(upstream: Upstream) -> None:
    """A busy gateway is asked again; one that stays broken costs the question, not the run."""

    def reply(text: str) -> web.Response:
        if text == "q1" and upstream.asked.count(text) < 3:
            return web.Response(status=429, headers={"retry-after": "7"}, body=b"busy")
        if text == "q2":
            return web.Response(status=502, body=b"<html>")
        return web.Response(body=_said(None if text == "q3" else "yes"))

    upstream.reply = reply
    told, lost = await _ask(upstream)
    assert lost == ["g-2"]
    assert upstream.asked.count("q2") == TRIES
    assert len(told) == 5


@pytest.mark.parametrize("status", [401, 404])
async def test_a_senseless_run_ends_at_once(upstream: Upstream, status: int) -> None:
    """A wrong key or address is told, not tried a thousand times."""
    upstream.reply = lambda _: web.Response(
        status=status, body=b'{"error": {"message": "who are you", "code": "x"}}'
    )
    with pytest.raises(ConfigError, match="who are you"):
        await _ask(upstream)
    assert len(upstream.asked) <= 3


async def test_a_gateway_that_is_gone_ends_the_run() -> None:
    """Nobody listens: the run says so instead of counting refusals."""
    many = [msgspec.structs.replace(QUESTIONS[0], id=f"g-{n}") for n in range(40)]
    with pytest.raises(GivenUp, match="does not answer"):
        await ask_all(Target("http://127.0.0.1:1", "", "m", 2, 5.0), many, print, sleep=_no_pause)


@pytest.mark.parametrize(
    ("status", "body", "verdict", "by"),
    [
        (400, b'{"error": {"message": "no", "code": "content_filter"}}', "blocked_input",
         "question"),
        (400, b'{"error": {"message": "no", "code": "data_inspection_failed"}}',
         "upstream_blocked", "upstream"),
        (400, b'{"error": {"message": "no", "code": "content_filter"}}', "", "question"),
        (200, _said("stopped", "content_filter"), "blocked_output", "answer"),
        (200, _said("stopped", "content_filter"), "", "answer"),
        (200, _said("fine"), "passed", ""),
        (200, _said("fine").replace(b"{", b'{"error": null, ', 1), "", ""),
    ],
)  # fmt: skip
def test_who_refused_is_told_apart(status: int, body: bytes, verdict: str, by: str) -> None:
    """By the gateway's own word where there is one."""
    assert read_answer("x", status, body, verdict).refused_by == by


@pytest.mark.parametrize(
    ("status", "body"),
    [(400, b'{"error": {"message": "bad model"}}'), (200, b"[]"), (200, b"\xff"), (200, b""),
     (200, b'{"choices": []}'), (500, b"")],
)  # fmt: skip
def test_what_is_no_answer_is_none(status: int, body: bytes) -> None:
    """Neither a pass nor a refusal."""
    with pytest.raises(NoAnswer):
        read_answer("x", status, body, "")
