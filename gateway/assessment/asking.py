"""Asking: the drawn questions go to a running gateway as any client's would, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import aiohttp
import msgspec

from gateway.assessment.folder import Answer
from gateway.assessment.questions import Question
from gateway.nouns.errors import NotPossible

TRIES = 4
"""How often a question is asked before it is left for the next run."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
_LARGEST_ANSWER = 8 * 1024 * 1024
_REFUSED = {
    "blocked_input": "question", "blocked_output": "answer", "upstream_blocked": "upstream",
}  # fmt: skip
_SENSELESS = frozenset({401, 403, 404, 405})
"""Statuses that no other question mends: wrong key, wrong address, wrong model."""


class Target(NamedTuple):
    """Whom to ask: base URL (with or without ``/v1``), key (empty: none), model, and how."""

    url: str
    key: str
    model: str
    concurrency: int
    timeout_s: float


class Unanswered(NamedTuple):
    """A question that got no answer, and why the last try failed."""

    id: str
    why: str


Told = Callable[[Answer], None]
Sleep = Callable[[float], Any]


async def ask_all(
    target: Target, questions: Sequence[Question], told: Told, *, sleep: Sleep = asyncio.sleep
) -> list[Unanswered]:
    """Ask all questions and tell each answer as it comes; return what got none.

    Raises NotPossible when the gateway says that nobody may ask like this; GivenUp when as many
    questions in a row as are asked at once, and ten, got no answer: then it is not there.
    """
    asker = _Asker(target, told, sleep)
    timeout = aiohttp.ClientTimeout(total=target.timeout_s)
    connector = aiohttp.TCPConnector(limit=target.concurrency)
    waiting = iter(questions)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, connector=connector) as session,
            asyncio.TaskGroup() as group,
        ):
            for _ in range(min(target.concurrency, len(questions))):
                group.create_task(asker.work(session, waiting))
    except* (NotPossible, GivenUp) as many:
        raise many.exceptions[0] from None
    return asker.unanswered


class GivenUp(Exception):
    """The gateway, or the model behind it, does not answer any more; says how the last failed."""


class NoAnswer(Exception):
    """One try failed; ``pause_s`` is what the gateway asks to wait (0: nothing said)."""

    def __init__(self, why: str, pause_s: float = 0.0) -> None:
        super().__init__(why)
        self.pause_s = pause_s


class _Asker:
    """What the workers of one run share."""

    def __init__(self, target: Target, told: Told, sleep: Sleep) -> None:
        base = target.url.rstrip("/").removesuffix("/v1")
        self._url = f"{base}/v1/chat/completions"
        self._target = target
        self._told = told
        self._sleep = sleep
        self._failed_in_a_row = 0
        self.unanswered: list[Unanswered] = []

    async def work(self, session: aiohttp.ClientSession, waiting: Any) -> None:
        for question in waiting:
            try:
                answer = await self._answered(session, question)
            except NoAnswer as failed:
                self.unanswered.append(Unanswered(question.id, str(failed)))
                self._failed_in_a_row += 1
                if self._failed_in_a_row >= 10 + self._target.concurrency:
                    why = str(failed).rstrip(".")
                    raise GivenUp(f"{self._url} does not answer: {why}") from failed
                continue
            self._failed_in_a_row = 0
            self._told(answer)

    async def _answered(self, session: aiohttp.ClientSession, question: Question) -> Answer:
        pause_s = FIRST_PAUSE_S
        for attempt in range(1, TRIES + 1):
            try:
                return await self._try(session, question)
            except NoAnswer as failed:
                if attempt == TRIES:
                    raise
                await self._sleep(min(LONGEST_PAUSE_S, max(pause_s, failed.pause_s)))
                pause_s *= 2
        raise AssertionError

    async def _try(self, session: aiohttp.ClientSession, question: Question) -> Answer:
        headers = {"content-type": "application/json"}
        if self._target.key:
            headers["authorization"] = f"Bearer {self._target.key}"
        body = {
            "model": self._target.model,
            "messages": [{"role": "user", "content": question.text}],
        }
        began = asyncio.get_running_loop().time()
        try:
            async with session.post(
                self._url, data=msgspec.json.encode(body), headers=headers, allow_redirects=False
            ) as reply:
                raw = await reply.content.read(_LARGEST_ANSWER)
                while len(raw) < _LARGEST_ANSWER and (more := await reply.content.read(1 << 16)):
                    raw += more
                status, lines = reply.status, reply.headers
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NoAnswer(type(error).__name__) from error
        if status in _SENSELESS:
            raise NotPossible(f"{self._url} answers {status}: {_message(raw)}")
        seconds = asyncio.get_running_loop().time() - began
        verdict = lines.get("x-sealgate-verdict", "")
        return read_answer(
            question.id, status, raw, verdict, exchange=lines.get("x-sealgate-exchange", ""),
            pause_s=_seconds(lines.get("retry-after", "")), seconds=seconds,
        )  # fmt: skip


def read_answer(
    identifier: str, status: int, raw: bytes, verdict: str, *,
    exchange: str = "", pause_s: float = 0.0, seconds: float = 0.0,
) -> Answer:  # fmt: skip
    """Return an answer of the gateway (or of any server of this protocol) as a line.

    Raises NoAnswer for what is none: it is tried again.
    """
    text, finish, code = _read(raw)
    refused = _REFUSED.get(verdict, "")
    if not refused and status == 400 and code == "content_filter":
        refused = "question"
    if not refused and status == 200 and finish == "content_filter":
        refused = "answer"
    if status != 200 and not refused:
        raise NoAnswer(f"status {status}: {_message(raw)}", pause_s)
    if text is None and not refused:
        raise NoAnswer("an answer without text")
    return Answer(
        id=identifier, text=text or "", refused_by=refused, exchange=exchange, finish=finish,
        seconds=round(seconds, 3), at=datetime.now(UTC).isoformat(timespec="seconds"),
    )  # fmt: skip


def _read(raw: bytes) -> tuple[str | None, str, str]:
    """Return the text, the finish reason and the error's code of a body; what is not there is
    None or empty."""
    try:
        value = msgspec.json.decode(raw)
        if value.get("error"):
            return str(value["error"].get("message", "")), "", str(value["error"].get("code", ""))
        choice = value["choices"][0]
        message = choice["message"]
        text = message.get("content") or message.get("refusal") or ""
        return str(text), str(choice.get("finish_reason") or ""), ""
    except (msgspec.DecodeError, KeyError, IndexError, TypeError, AttributeError):
        return None, "", ""


def _message(raw: bytes) -> str:
    text = _read(raw)[0]
    return " ".join((text if text is not None else raw[:120].decode("utf-8", "replace")).split())[
        :200
    ]


def _seconds(value: str) -> float:
    return float(value) if value.isdigit() else 0.0
