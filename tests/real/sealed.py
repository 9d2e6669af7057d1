"""The gateway as users run it: a process, asked over its socket and its command line."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.real.clients import clean_environ
from tests.real.processes import STEP_S, free_port, running

PRODUCER = "001191110102MAD55U9H0F10002"
SHIPPED_S = 15.0


class Sealed(NamedTuple):
    """A running gateway."""

    url: str
    operations: str
    state: Path
    policy: str
    child: subprocess.Popen[bytes]

    def command(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """Run `sealgate` with its state folder and policy; the caller looks at the exit code."""
        places = ("--state", str(self.state), "--policy", self.policy)
        return subprocess.run(
            [sys.executable, "-m", "gateway.cli", *words, *places],
            env={**clean_environ(), "SEALGATE_LANG": "en", "SEALGATE_PRODUCER": PRODUCER},
            capture_output=True,
            timeout=60,
            check=False,
        )

    def record(self, exchange: str) -> dict[str, Any]:
        """Return a closed record, decrypted, once the shipper has carried it to the store."""
        words = ("ledger", "show", exchange, "--reason", "test", "--json")
        for _ in range(int(SHIPPED_S)):
            done = self.command(*words)
            if done.returncode == 0:
                found: dict[str, Any] = json.loads(done.stdout)
                if found["state"] != "open":
                    return found
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(STEP_S)
        raise AssertionError(f"no closed record of {exchange}: {done.stdout!r} {done.stderr!r}")

    def count(self, name: str, **labels: str) -> float:
        """Return the sum of a metric over all series that have these labels."""
        with urllib.request.urlopen(f"{self.operations}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        return sum(
            float(line.rsplit(" ", 1)[1])
            for line in lines
            if line.startswith((f"{name} ", f"{name}{{")) and all(each in line for each in wanted)
        )


@contextlib.contextmanager
def sealed(upstream: str, policy: str | Path, folder: Path, **variables: str) -> Iterator[Sealed]:
    """Run `sealgate serve` in front of ``upstream`` with ``policy``, its state in ``folder``.

    ``variables`` are further variables of its environment.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port, operations = free_port(), free_port()
    state = folder / "state"
    command = [
        sys.executable, "-m", "gateway.cli", "serve", "--upstream", upstream,
        "--policy", str(policy), "--state", state, "--port", str(port),
        "--operations-port", str(operations), "--log-level", "warning",
    ]  # fmt: skip
    environ = {**clean_environ(), **variables, "SEALGATE_PRODUCER": PRODUCER}
    url = f"http://127.0.0.1:{port}"
    log = folder / "sealgate.log"
    with running(command, f"{url}/readyz", log, environ=environ) as child:
        yield Sealed(url, f"http://127.0.0.1:{operations}", state, str(policy), child)
