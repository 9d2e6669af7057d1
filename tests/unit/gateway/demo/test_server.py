"""The demo model runs in a process of its own and does not outlive its parent."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from gateway.demo.server import start_demo

PARENT = """
import sys, time
from gateway.demo.server import start_demo
print(start_demo().url, flush=True)
time.sleep(60)
"""


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as reply:
        body: bytes = reply.read()
    return body


def test_it_answers_at_once_and_ends_when_told() -> None:
    """The port is bound before the process starts."""
    demo = start_demo()
    assert json.loads(_get(f"{demo.url}/models"))["data"][0]["id"] == "sealgate-demo"
    demo.stop()
    with pytest.raises(urllib.error.URLError):
        _get(f"{demo.url}/models")


def test_it_ends_with_a_parent_that_was_killed() -> None:
    """No signal handler runs then, but the pipe between them closes.

    The child holds the same standard output: it ends when both are gone.
    """
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        assert _get(f"{url}/models")
        parent.send_signal(signal.SIGKILL)
        parent.communicate(timeout=60)
    with pytest.raises(urllib.error.URLError):
        _get(f"{url}/models")
