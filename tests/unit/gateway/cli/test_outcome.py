"""Errors end with a sentence and the exit code that scripts know."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.outcome import Exit, reporting
from gateway.nouns.errors import ConfigError, LedgerFailed, NotPossible, SealgateError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("f.yaml, line 3"), Exit.USAGE),
        (NotPossible("no such key"), Exit.USAGE),
        (LedgerFailed("disk full"), Exit.FAILED),
    ],
)
def test_errors_become_exit_codes(
    error: SealgateError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The detail is told on stderr."""
    with pytest.raises(SystemExit) as ended, reporting():
        raise error
    assert ended.value.code == code
    assert error.detail in capsys.readouterr().err


def test_what_is_not_ours_is_not_hidden() -> None:
    """A programming error stays one."""
    with pytest.raises(ZeroDivisionError), reporting():
        raise ZeroDivisionError


def test_a_full_disk_is_a_sentence() -> None:
    """What the system refuses while a command writes is told, without a traceback."""
    command = [sys.executable, "-c", "from gateway.cli import main; main(['schema', 'settings'])"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == Exit.FAILED
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
