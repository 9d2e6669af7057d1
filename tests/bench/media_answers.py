"""What it costs to judge the pictures of answers before they leave (`media: {answers: true}`).

    python -m tests.bench.media_answers [rounds]

Two gateways under `cn-public`, one that judges pictures of answers and one that does not, in front
of one upstream; a client asks the one and the other in turn for a picture that comes as a whole
answer, one at a time. Printed are the times of an answer, and what all processes of each gateway
took for a picture in processor time and in memory at the end.
"""

from __future__ import annotations

import http.client
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.bench import subjects
from tests.bench.processes import Subject

_ROUNDS = 30
_WARM_UP = 3
_POLICY = """\
version: 1
extends: cn-public
marks: {{producer: 001191110102MAD55U9H0F10002}}
media: {{answers: {answers}}}
"""


def _ask(port: int, model: str) -> float:
    """Return the milliseconds until a picture was there. Raises RuntimeError if none came."""
    began = time.perf_counter()
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    body = json.dumps({"model": model, "prompt": "a tree"})
    head = {"content-type": "application/json", "authorization": "Bearer sk-bench"}
    line.request("POST", "/v1/images/generations", body, head)
    answer = line.getresponse()
    content = answer.read()
    line.close()
    if answer.status != http.client.OK or b"b64_json" not in content:
        raise RuntimeError(f"{answer.status} {content[:200]!r}")
    return (time.perf_counter() - began) * 1000


def _gateway(stack: ExitStack, upstream: int, folder: Path, answers: str) -> Subject:
    policy = folder / f"{answers}.yaml"
    policy.write_text(_POLICY.format(answers=answers), encoding="utf-8")
    made = subjects.sealgate(answers, upstream, folder / answers, str(policy))
    stack.callback(made.end)
    made.wait_until_it_answers()
    return made


def main(rounds: int) -> None:
    """Ask in turn, and print a row for each."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        behind = subjects.model()
        stack.callback(behind.end)
        behind.wait_until_it_answers()
        gateways = [_gateway(stack, behind.port, folder, each) for each in ("false", "true")]
        print("| picture | answers judged | p50, ms | p90, ms | CPU a picture, ms | MiB |")  # noqa: T201
        print("|---|---|--:|--:|--:|--:|")  # noqa: T201
        for model in ("noise", "photograph"):
            _measure(model, gateways, rounds)


def _measure(model: str, gateways: list[Subject], rounds: int) -> None:
    for port in [each.port for each in gateways] * _WARM_UP:
        _ask(port, model)
    before = [sum(each.cpu_s().values()) for each in gateways]
    times: list[list[float]] = [[], []]
    for number in range(2 * rounds):
        turn = (number + number // 2) % 2
        times[turn].append(_ask(gateways[turn].port, model))
    for each, took, spent in zip(gateways, times, before, strict=True):
        cpu = (sum(each.cpu_s().values()) - spent) / rounds * 1000
        p50, p90 = (sorted(took)[int(rounds * share)] for share in (0.5, 0.9))
        memory = sum(each.private_mib().values())
        row = f"{p50:.0f} | {p90:.0f} | {cpu:.0f} | {memory:.0f}"
        print(f"| {model} | {each.name} | {row} |")  # noqa: T201 -- a program for people


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else _ROUNDS)
