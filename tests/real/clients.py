"""The clients: official packages, unmodified, each run in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.real.environments import HERE, NODE, python

JOURNEYS_PY = HERE / "clients" / "journeys.py"
JOURNEYS_MJS = HERE / "clients" / "journeys.mjs"
RUN_S = 120
KEY = "sk-upstream-0123456789abcdef"


class Client(NamedTuple):
    """A client: its name and the command that plays journeys with it."""

    name: str
    command: tuple[str | Path, ...]

    @property
    def is_node(self) -> bool:
        """Whether it is the Node package."""
        return self.name.startswith("node")

    def play(
        self, base_url: str, journeys: Sequence[dict[str, Any]], *, key: str = KEY
    ) -> dict[str, Any]:
        """Play journeys against ``base_url`` (with `/v1`) and return their outcomes by name."""
        asked = {"base_url": base_url, "key": key, "journeys": list(journeys)}
        done = subprocess.run(
            [str(part) for part in self.command],
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=RUN_S,
            env=clean_environ(),
            check=False,
        )
        assert done.returncode == 0, f"{self.name}: {done.stderr.decode(errors='replace')[-3000:]}"
        outcomes: dict[str, Any] = json.loads(done.stdout)
        return outcomes


def clean_environ() -> dict[str, str]:
    """Return the environment without what would send clients elsewhere."""
    dropped = ("OPENAI_", "SEALGATE_", "LITELLM_", "HF_", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def _node(major: int) -> Client:
    return Client(f"node-{major}", ("node", JOURNEYS_MJS, NODE / "node_modules", f"openai{major}"))


CLIENTS = (
    Client("python-3", (sys.executable, JOURNEYS_PY)),
    Client("python-2", (python("openai-2").program("python"), JOURNEYS_PY)),
    Client("python-1", (python("openai-1").program("python"), JOURNEYS_PY)),
    _node(7),
    _node(6),
    _node(4),
)
NEWEST = (CLIENTS[0], CLIENTS[3])
"""The newest of each language: where the version cannot matter, these two are enough."""


def by_name(client: Client) -> str:
    """Return the name, as the id of a test's parameter."""
    return client.name
