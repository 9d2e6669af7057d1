"""The matrix of marks: every cell is right, and the page says what was found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.nouns.mark import MarkFamily
from gateway.nouns.media import MediaFormat
from tests.bench import matrix
from tests.document_kit import signing

pytestmark = pytest.mark.judges

ROOT = Path(__file__).parents[2]


def test_every_reader_reads_every_mark_and_the_page_is_current() -> None:
    """All formats, all marks, in the order in which they are put on."""
    command = [sys.executable, "-m", "tests.bench.matrix", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=500)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()[-8000:]
    assert set(matrix.MAKERS) == set(MediaFormat)


def test_a_mark_that_is_not_there_is_a_wrong_cell(tmp_path: Path) -> None:
    """A file on which nothing was put says no in every column but the last."""
    stamper = matrix.Stamper([], [])
    trial = matrix.stamped(tmp_path, MediaFormat.PNG, stamper, signing())
    for family in MarkFamily:
        assert not matrix.READ[family](trial).good, family
