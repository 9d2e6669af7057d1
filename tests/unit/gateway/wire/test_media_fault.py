"""Faults of media."""

from __future__ import annotations

from gateway.wire.media_fault import MediaFault


def test_a_fault_says_its_reason() -> None:
    """The reason is a fixed word for the receipt."""
    fault = MediaFault("broken_ogg")
    assert (fault.reason, str(fault)) == ("broken_ogg", "broken_ogg")
