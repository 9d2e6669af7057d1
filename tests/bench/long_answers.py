"""How long a long answer stops a worker: ``python -m tests.bench.long_answers [TOKENS]``.

An answer that is not streamed, of so many tokens (8,000) with twenty `top_logprobs` each, is read,
judged under `cn-public` and written. It prints the longest stretch in which no other stream of the
worker could have gone on, and all of it; CPU milliseconds of the thread, the least of some rounds.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from collections.abc import Callable

from filters.lexicon import Entry
from gateway.config.policy_file import read_policy
from gateway.ports.session import Release
from tests.properties.corpus import ADAPTER, admission, bench

_ROUNDS = 5
_TOP = 20
_WORDS = ("the", " spring", " park", "花", "都开了", " walk", "ing", " of", "\n", "，", " 123", "x")


def answer(tokens: int) -> bytes:
    """Return the body of such an answer."""
    chance = random.Random(1)

    def token() -> str:
        return chance.choice(_WORDS) + chance.choice(_WORDS)

    def entry(text: str) -> dict[str, object]:
        return {"token": text, "logprob": -chance.random(), "bytes": list(text.encode())}

    said = [token() for _ in range(tokens)]
    entries = [
        {**entry(text), "top_logprobs": [entry(text), *(entry(token()) for _ in range(_TOP - 1))]}
        for text in said
    ]
    message = {"role": "assistant", "content": "".join(said)}
    choice = {"index": 0, "message": message, "finish_reason": "stop",
              "logprobs": {"content": entries, "refusal": None}}  # fmt: skip
    body = {"id": "c", "object": "chat.completion", "model": "m", "choices": [choice]}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def portions(raw: bytes) -> list[float]:
    """Return the seconds of CPU of each step of an answer's session."""
    policy = read_policy("cn-public").policy
    judge = bench(policy, [Entry(text="赌博", category="A1.h.other", severity=3)]).judge
    question = {"model": "m", "messages": [{"role": "user", "content": "hello"}], "logprobs": True}
    admitted = admission(question)
    read = ADAPTER.answer(admitted.request, content_type="application/json")
    session = judge.output(admitted, judge.input(admitted), read)
    spent: list[float] = []

    def step(act: Callable[[], Release]) -> Release:
        start = time.thread_time()
        release = act()
        spent.append(time.thread_time() - start)
        return release

    step(lambda: session.feed(raw, 0.0))
    release = step(lambda: session.finish(0.0))
    while release.more:
        release = step(lambda: session.go_on(0.0))
    assert release.done
    return spent


def main() -> None:
    """Measure and print."""
    raw = answer(int(sys.argv[1]) if len(sys.argv) > 1 else 8_000)
    portions(answer(10))
    gc.freeze()
    gc.set_threshold(20_000)  # as a worker has it
    rounds = [portions(raw) for _ in range(_ROUNDS)]
    longest, whole = min(map(max, rounds)), min(map(sum, rounds))
    print(  # noqa: T201 -- the benchmark's own output
        f"{len(raw) / 1e6:.1f} MB: the longest of {len(rounds[0])} steps {longest * 1000:.1f} ms, "
        f"all {whole * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main()
