"""Asking: what an answer says, going on after an interruption, and asking again."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import msgspec
import pytest

from gateway.nouns.errors import ConfigError
from gateway.probe.asking import Target, ask_all, read_answer, read_answers
from gateway.probe.discrimination import Answered
from tests.edge_kit import Conversation, ScriptedUpstream


def whole(text: str | None, **more: object) -> bytes:
    """Return a chat completion."""
    message = {"role": "assistant", "content": text, **more}
    return json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode()


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, whole("Swimming is fun."), Answered("Swimming is fun.")),
        (200, whole("Sorry, I can't help with that."),
         Answered("Sorry, I can't help with that.", "model")),
        (200, whole("I’m sorry, but no."), Answered("I’m sorry, but no.", "model")),
        (200, whole("抱歉，我无法回答。"), Answered("抱歉，我无法回答。", "model")),
        (200, whole("我不能不说他很好"), Answered("我不能不说他很好")),
        (200, whole(None, refusal="no"), Answered("", "model")),
        (200, b'{"choices":[{"message":{"content":"x"},"finish_reason":"content_filter"}]}',
         Answered("x", "gateway")),
        (400, b'{"error":{"code":"content_filter"}}', Answered(refused="gateway")),
        (400, b'{"error":{"code":"bad"}}', Answered(error="400 bad")),
        (401, b'{"error":{"code":null}}', Answered(error="401 None")),
        (200, b'{"choices":[]}', Answered(error="200 unreadable")),
        (502, b"<html>", Answered(error="502 unreadable")),
        (200, b"\xff", Answered(error="200 unreadable")),
    ],
)  # fmt: skip
def test_an_answer_is_read(status: int, body: bytes, expected: Answered) -> None:
    """Refused by the gateway, by the model, or not; an error is neither."""
    assert read_answer(status, body) == expected


async def test_it_goes_on_where_it_was_interrupted(
    upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    """Answers of the same model are not asked again; a torn line is; errors are; each once."""
    keep, fails = tmp_path / "kept.jsonl", ["b"]
    running, most = 0, 0

    async def answer(talk: Conversation) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        asked = json.loads(talk.heard.body)["messages"][0]["content"]
        if asked in fails:
            fails.remove(asked)
            await talk.whole(b"{}", "retry-after: 0", status=503)
        else:
            await talk.whole(whole(f"about {asked}"))
        running -= 1

    upstream.script = answer
    target = Target(f"http://127.0.0.1:{upstream.port}/v1/", "k", "m", concurrent=2)
    done: list[tuple[int, int]] = []
    first = await ask_all(
        target, {"1": "a", "2": "b", "3": "c", "4": "a"}, keep, lambda *at: done.append(at)
    )
    told = {name: each.text for name, each in first.items()}
    assert told == {"1": "about a", "2": "about b", "3": "about c", "4": "about a"}
    assert done[-1] == (4, 4)
    assert most <= 2
    assert len(upstream.heard) == 5
    assert upstream.heard[0].headers["authorization"] == "Bearer k"
    torn = keep.read_bytes()
    keep.write_bytes(torn[: torn.rindex(b"\n", 0, -1) + 20])
    again = await ask_all(target, {"1": "a", "2": "b", "3": "c", "4": "a"}, keep, lambda *_: None)
    assert again == first
    assert len(upstream.heard) == 6
    assert len(read_answers(keep, "m")) == 4
    assert read_answers(keep, "other") == {}


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    """It is not written over."""
    path = tmp_path / "other.jsonl"
    path.write_bytes(b"something\nelse\n")
    with pytest.raises(ConfigError, match="line 1"):
        read_answers(path, "m")
    line = {"id": "p", "model": "m", "answer": msgspec.to_builtins(Answered(error="500 x"))}
    path.write_bytes(json.dumps(line).encode() + b"\n")
    assert read_answers(path, "m") == {}
