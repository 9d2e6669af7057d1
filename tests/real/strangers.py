"""The upstream servers, none of them ours: a mock server, an inference server, a proxy."""

from __future__ import annotations

import contextlib
import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.real.clients import KEY, clean_environ
from tests.real.environments import HERE, HOME, NODE, fingerprint, python
from tests.real.processes import free_port, running

FIXTURES = HERE / "fixtures"


class Aimock:
    """The mock server, which keeps a journal of the requests it got."""

    def __init__(self, url: str) -> None:
        self.url = url

    def journal(self) -> list[dict[str, Any]]:
        """Return all requests so far, oldest first."""
        request = urllib.request.Request(
            f"{self.url}/__aimock/journal", headers={"authorization": f"Bearer {KEY}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            entries: list[dict[str, Any]] = json.load(answer)
        return entries

    def asked(self, text: str) -> list[dict[str, Any]]:
        """Return the requests in whose messages ``text`` stands."""
        return [entry for entry in self.journal() if text in _spoken(entry)]


def _spoken(entry: dict[str, Any]) -> str:
    return json.dumps(entry.get("body"), ensure_ascii=False)


@contextlib.contextmanager
def aimock(folder: Path) -> Iterator[Aimock]:
    """Run the mock server with our fixtures, one character per event."""
    port = free_port()
    command = [
        NODE / "node_modules" / ".bin" / "llmock", "-p", str(port), "-f", FIXTURES / "aimock.json",
        "-c", "1", "--log-level", "warn", "--validate-on-load", "--journal-max", "20000",
    ]  # fmt: skip
    environ = {**clean_environ(), "AIMOCK_API_KEYS": KEY}
    url = f"http://127.0.0.1:{port}"
    with running(command, f"{url}/health", folder / "aimock.log", environ=environ):
        yield Aimock(url)


def tiny_model() -> Path:
    """Make the tiny model (once for each version of what makes it) and return its folder."""
    maker = HERE / "tiny_model.py"
    lines = FIXTURES / "tiny_model.json"
    folder = HOME / "model"
    stamp = folder / ".made"
    wanted = fingerprint(maker, lines)
    if not stamp.is_file() or stamp.read_text() != wanted:
        command = [python("transformers").program("python"), maker, lines, folder]
        done = subprocess.run(
            [str(part) for part in command],
            env=clean_environ(), capture_output=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode(errors="replace")[-3000:]
        stamp.write_text(wanted)
    return folder


@contextlib.contextmanager
def transformers(folder: Path) -> Iterator[str]:
    """Run `transformers serve` with the tiny model; gives its address."""
    model = tiny_model()
    hub = folder / "hub"
    hub.mkdir()
    port = free_port()
    command = [
        python("transformers").program("transformers"), "serve", model,
        "--host", "127.0.0.1", "--port", str(port), "--device", "cpu",
    ]  # fmt: skip
    environ = {
        **clean_environ(),
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_CACHE": str(hub),
        "OMP_NUM_THREADS": "1",
    }
    url = f"http://127.0.0.1:{port}"
    with running(command, f"{url}/health", folder / "transformers.log", environ=environ):
        yield url


@contextlib.contextmanager
def litellm(folder: Path, model_url: str) -> Iterator[str]:
    """Run LiteLLM's proxy with answers of its own, and those of the inference server behind it.

    Gives its address. Its key is `KEY`.
    """
    port = free_port()
    written = (FIXTURES / "litellm.yaml").read_text(encoding="utf-8")
    written = written.replace("MODEL_URL", model_url).replace("MODEL_PATH", str(tiny_model()))
    config = folder / "litellm.yaml"
    config.write_text(written, encoding="utf-8")
    command = [
        python("litellm").program("litellm"), "--config", config,
        "--host", "127.0.0.1", "--port", str(port), "--telemetry", "False",
    ]  # fmt: skip
    environ = {
        **clean_environ(),
        "LITELLM_MASTER_KEY": KEY,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "NO_DOCS": "True",
    }
    url = f"http://127.0.0.1:{port}"
    log = folder / "litellm.log"
    with running(command, f"{url}/health/liveliness", log, environ=environ):
        yield url
