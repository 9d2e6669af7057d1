"""A ledger per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger_kit import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A whole ledger in a folder of its own."""
    whole = Ledger(tmp_path / "state")
    yield whole
    whole.close()
