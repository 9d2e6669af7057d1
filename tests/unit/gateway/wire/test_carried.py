"""What containers carry."""

from __future__ import annotations

from gateway.wire.carried import Carried


def test_nothing_is_carried_unless_said() -> None:
    """A file without marks reads as one."""
    assert Carried() == ((), (), False)
