"""Intake: what was taken and is in no event stays at hand where it may pass unread."""

from __future__ import annotations

import pytest

from gateway.engine.intake import Intake
from gateway.nouns.errors import UpstreamBroken
from tests.line_protocol import LineAnswer


def test_what_is_in_no_event_stays_at_hand() -> None:
    """Half an event, and then one that cannot be read: both are there, and nothing else."""
    intake = Intake(LineAnswer(), keep=True)
    assert len(intake.push(b"T 0 content hello\ngar")) == 1
    assert intake.unread == b"gar"
    with pytest.raises(UpstreamBroken):
        intake.push(b"bage\nmore")
    assert intake.unread == b"garbage\nmore"


def test_the_end_reads_what_is_left() -> None:
    """An event whose end never came is read at the end of the stream."""
    intake = Intake(LineAnswer(), keep=True)
    assert intake.push(b"T 0 content hel") == []
    intake.end()
    assert [event.raw for event in intake.read_on() or ()] == [b"T 0 content hel"]
    assert intake.unread == b""


def test_nothing_is_kept_where_everything_is_judged() -> None:
    """A judged stream keeps no second copy of what it reads."""
    intake = Intake(LineAnswer(), keep=False)
    intake.push(b"T 0 content hello\n#")
    assert intake.unread == b""
    intake.end()
    assert len(intake.read_on() or ()) == 1
