"""Work that is done in a process of its own: its answer comes back, or what went wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.assembly.apart import apart
from gateway.nouns.errors import ConfigError
from gateway.telemetry import logs


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_what_is_made_comes_back_from_another_process() -> None:
    """However large it is: more than a pipe holds."""
    files = _open_files()
    made, pid = apart(lambda: ("x" * 1_000_000, os.getpid()), "It")
    assert made == "x" * 1_000_000
    assert pid != os.getpid()
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    assert _open_files() == files


def test_what_is_wrong_with_the_settings_is_raised_here() -> None:
    """With its words and the place at fault."""

    def broken() -> object:
        raise ConfigError("own.jsonl, line 2: no.", param="lexicons")

    with pytest.raises(ConfigError, match="line 2") as error:
        apart(broken, "It")
    assert error.value.param == "lexicons"


def test_a_process_that_ends_early_is_told_as_what_it_did(tmp_path: Path) -> None:
    """Killed, or broken in a way of which nobody thought: then the log says so."""
    with pytest.raises(ConfigError, match="The word lists: the process for it ended"):
        apart(lambda: os.kill(os.getpid(), signal.SIGKILL), "The word lists")
    log = tmp_path / "log"

    def unthought() -> object:
        logs.configure("info", "json", log.open("w", buffering=1))
        raise RuntimeError("unthought of")

    with pytest.raises(ConfigError, match="ended before it was done"):
        apart(unthought, "The word lists")
    assert "RuntimeError" in log.read_text()


def test_a_signal_ends_it_as_if_nothing_were_set_up() -> None:
    """The handlers of the process that asks are not its own."""
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        with pytest.raises(ConfigError, match="ended before it was done"):
            apart(lambda: signal.raise_signal(signal.SIGTERM), "It")
    finally:
        signal.signal(signal.SIGTERM, before)


def test_no_process_to_spare_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is left open."""
    files = _open_files()

    def refused() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    with pytest.raises(ConfigError, match="no process for it: Resource temporarily"):
        apart(lambda: 1, "The word lists")
    assert _open_files() == files


def test_it_ends_with_the_process_that_asked() -> None:
    """Else it would hold that one's locks until its work is done."""
    script = (
        "import os, time; from gateway.assembly.apart import apart\n"
        "def work():\n"
        "    os.write(1, b'%d\\n' % os.getpid())\n"
        "    time.sleep(60)\n"
        "apart(work, 'It')\n"
    )
    asking = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert asking.stdout is not None
    made = int(asking.stdout.readline())
    asking.kill()
    asking.wait()
    with asking.stdout as pipe:
        assert pipe.read() == b""  # at its end only when both are gone
    end = time.monotonic() + 10
    while Path(f"/proc/{made}").exists() and time.monotonic() < end:
        time.sleep(0.02)
    state = Path(f"/proc/{made}/status")
    assert not state.exists() or "Z (zombie)" in state.read_text()
