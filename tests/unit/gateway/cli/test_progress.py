"""The progress bar follows what is done, also where the whole grows."""

from __future__ import annotations

import pytest

from gateway.cli.progress import progress_bar


def test_the_bar_moves_and_prints_nothing_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    """It is on stderr, beside what the command prints."""
    with progress_bar("copying") as move:
        for done, whole in ((0, 0), (1, 2), (3, 3)):
            move(done, whole)
    told = capsys.readouterr()
    assert (told.out, "copying" in told.err) == ("", True)
