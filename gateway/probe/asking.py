"""Asks a running gateway many prompts, a few at once, and goes on where it was interrupted.

Every answer is a line of a file as soon as it is there; a prompt that has one is not asked again,
unless that was an error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple

import aiohttp
import msgspec

from gateway.matching.refusal_words import refuses
from gateway.nouns.errors import ConfigError
from gateway.probe.discrimination import Answered

_TRIES = 4
_LONGEST_PAUSE_S = 30.0
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})


class Target(NamedTuple):
    """Where to ask: base URL (with or without ``/v1``), key (empty: none), model, further request
    members, how many at once, and seconds for one answer."""

    url: str
    key: str = ""
    model: str = "default"
    concurrent: int = 4
    longest_s: float = 120.0


class _Line(msgspec.Struct, frozen=True):
    id: str
    model: str
    answer: Answered


def read_answers(path: Path, model: str) -> dict[str, Answered]:
    """Return the answers of a model in a file, by the id of their prompt, without a torn last line.

    Raises ConfigError for a file of something else.
    """
    found: dict[str, Answered] = {}
    lines = path.read_bytes().splitlines() if path.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            read = msgspec.json.decode(line, type=_Line)
        except msgspec.DecodeError:
            if number == len(lines):
                break
            raise ConfigError(f"{path}, line {number}: this is no answer of a probe.") from None
        if read.model == model and not read.answer.error:
            found[read.id] = read.answer
    return found


async def ask_all(
    target: Target,
    prompts: Mapping[str, str],
    keep: Path,
    progress: Callable[[int, int], None],
) -> Mapping[str, Answered]:
    """Return an answer for each prompt, by its id, asked now or read from the file ``keep``.

    Raises ConfigError if the file cannot be used.
    """
    answers = read_answers(keep, target.model)
    waiting = [name for name in prompts if name not in answers]
    whole, done = len(waiting), 0
    queue = iter(waiting)
    timeout = aiohttp.ClientTimeout(total=target.longest_s)
    with _appending(keep) as file:
        async with aiohttp.ClientSession(timeout=timeout) as session:

            async def work() -> None:
                nonlocal done
                for name in queue:
                    answer = await _ask(session, target, prompts[name])
                    answers[name] = answer
                    file.write(msgspec.json.encode(_Line(name, target.model, answer)) + b"\n")
                    file.flush()
                    done += 1
                    progress(done, whole)

            await asyncio.gather(*(work() for _ in range(min(target.concurrent, whole))))
    return answers


def _appending(path: Path) -> BinaryIO:
    """Open the file for further lines, behind a whole one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = path.read_bytes() if path.exists() else b""
        file = path.open("ab")
        file.truncate(held.rfind(b"\n") + 1)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from error
    return file


async def _ask(session: aiohttp.ClientSession, target: Target, prompt: str) -> Answered:
    """Ask one prompt, again where that may help."""
    answer = Answered(error="unreachable")
    for turn in range(_TRIES):
        answer, again_s = await _try(session, target, prompt)
        if again_s is None:
            break
        if turn + 1 < _TRIES:
            await asyncio.sleep(min(again_s or 0.5 * 2**turn, _LONGEST_PAUSE_S))
    return answer


async def _try(
    session: aiohttp.ClientSession, target: Target, prompt: str
) -> tuple[Answered, float | None]:
    """Return an answer, and after how many seconds to ask again (0: not said; None: not)."""
    url = target.url.rstrip("/").removesuffix("/v1") + "/v1/chat/completions"
    body = {"model": target.model, "messages": [{"role": "user", "content": prompt}]}
    headers = {"authorization": f"Bearer {target.key}"} if target.key else {}
    try:
        async with session.post(url, json=body, headers=headers) as reply:
            answer = read_answer(reply.status, await reply.read())
            again = reply.status in _AGAIN
            return answer, _pause_s(reply.headers.get("retry-after", "")) if again else None
    except (aiohttp.ClientError, TimeoutError) as error:
        return Answered(error=type(error).__name__), 0.0


def _pause_s(said: str) -> float:
    try:
        return max(0.0, min(float(said), _LONGEST_PAUSE_S))
    except ValueError:
        return 0.0


class _Message(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message = msgspec.field(default_factory=_Message)
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]


class _Failure(msgspec.Struct):
    code: str | int | None = None


class _Failed(msgspec.Struct):
    error: _Failure


def read_answer(status: int, body: bytes) -> Answered:
    """Return what a chat completion's answer says."""
    try:
        if status != 200:
            code = str(msgspec.json.decode(body, type=_Failed).error.code)
            blocked = status == 400 and code.startswith("content_filter")
            return Answered(refused="gateway") if blocked else Answered(error=f"{status} {code}")
        choice = msgspec.json.decode(body, type=_Completion).choices[0]
    except (msgspec.DecodeError, UnicodeDecodeError, IndexError):
        return Answered(error=f"{status} unreadable")
    text = choice.message.content or ""
    if choice.finish_reason == "content_filter":
        return Answered(text, refused="gateway")
    if choice.message.refusal or refuses(text):
        return Answered(text, refused="model")
    return Answered(text)
