"""What is compared: proxies without any guard, and sealgate with an empty and a full policy."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.lists import write_terms
from tests.bench.processes import REPOSITORY, Subject, free_port, python

TERMS = 100_000

_POLICY = """\
version: 1
extends: cn-public
lexicons:
  - {{use: {terms}, owner: bench}}
"""


def model() -> Subject:
    """Return the model server behind all proxies."""
    port = free_port()
    return Subject("model", python("tests.bench.model", port), port)


def bare(upstream: int) -> Subject:
    """Return the raw-ASGI proxy: the yardstick."""
    port = free_port()
    return Subject("bare raw-ASGI proxy", python("tests.bench.bare_proxy", port, upstream), port)


def usual(upstream: int) -> Subject:
    """Return the proxy that most would write."""
    port = free_port()
    return Subject("FastAPI + httpx", python("tests.bench.usual_proxy", port, upstream), port)


def sealgate(name: str, upstream: int, state: Path, policy: str, *more: str) -> Subject:
    """Return the gateway with its own supervisor, worker and steward."""
    port = free_port()
    command = [
        str(Path(sys.executable).with_name("sealgate")), "serve",
        "--upstream", f"http://127.0.0.1:{upstream}", "--port", str(port),
        "--operations-port", str(free_port()), "--state", str(state), "--policy", policy,
        "--log-level", "warning", *more,
    ]  # fmt: skip
    return Subject(name, command, port)


def full_policy(folder: Path, *, terms: int = TERMS) -> str:
    """Write a policy with so many terms on top of `cn-public`; returns its path."""
    words = write_terms(folder / "terms.jsonl", terms)
    path = folder / "policy.yaml"
    path.write_text(_POLICY.format(terms=words), encoding="utf-8")
    return str(path)


def empty_sealgate(upstream: int, folder: Path) -> Subject:
    """Return the gateway with an empty policy."""
    return sealgate("sealgate, empty policy", upstream, folder / "empty", "empty")


def full_sealgate(upstream: int, folder: Path, *more: str) -> Subject:
    """Return the gateway with `cn-public`, 100,000 terms, label and durable record."""
    policy = full_policy(folder)
    return sealgate("sealgate, cn-public + 100,000 terms", upstream, folder / "full", policy, *more)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[Subject, Subject]]:
    """Start a model server and the full gateway in front of it, and give both; end them."""
    with ExitStack() as stack:
        behind = model()
        stack.callback(behind.end)
        behind.wait_until_it_answers()
        gateway = full_sealgate(behind.port, folder)
        stack.callback(gateway.end)
        gateway.wait_until_it_answers()
        yield behind, gateway


_LITELLM = """\
model_list:
{models}
general_settings: {{}}
litellm_settings: {{telemetry: false}}
"""


def litellm(upstream: int, folder: Path) -> Subject:
    """Return LiteLLM's proxy without any guard, from the environment that `make extras` makes."""
    port, config = free_port(), folder / "litellm.yaml"
    behind = f"http://127.0.0.1:{upstream}/v1"
    models = "\n".join(
        f"  - {{model_name: {name}, litellm_params: {{model: openai/{name}, api_base: '{behind}', "
        "api_key: sk-bench}}"
        for name in ("plain", "burst", "paced")
    )
    config.write_text(_LITELLM.format(models=models), encoding="utf-8")
    program = REPOSITORY / "var" / "real" / "litellm" / "bin" / "litellm"
    command = [str(program), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    env = {"LITELLM_MASTER_KEY": "sk-bench", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    return Subject("LiteLLM, no guard", command, port, env)
