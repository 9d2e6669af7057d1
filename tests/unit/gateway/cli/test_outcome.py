"""Errors end with a sentence and the exit code that scripts know."""

from __future__ import annotations

import pytest

from gateway.cli.outcome import Exit, reporting
from gateway.nouns.errors import ConfigError, LedgerFailed, SealgateError


@pytest.mark.parametrize(
    ("error", "code"),
    [(ConfigError("f.yaml, line 3"), Exit.USAGE), (LedgerFailed("disk full"), Exit.FAILED)],
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
