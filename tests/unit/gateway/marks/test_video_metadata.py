"""The label in films."""

from __future__ import annotations

from gateway.marks.video_metadata import VideoMetadata
from tests.sound_kit import CLAIM, film, wave


def test_film_holds_the_bare_json_under_its_key() -> None:
    """And a broken one says why it does not."""
    mark = VideoMetadata()
    content, receipt = mark.stamp(film(), CLAIM)
    assert receipt.status == "written"
    assert b"mdtaAIGC" in content
    assert [claim.label for claim in mark.verify(content)] == [CLAIM.label]
    broken = film()[:200]
    assert mark.stamp(broken, CLAIM) == (broken, ("video_metadata", "failed", "broken_boxes"))
    assert mark.stamp(wave(), CLAIM)[1].status == "failed"
    assert mark.verify(wave()) == mark.verify(broken) == []
