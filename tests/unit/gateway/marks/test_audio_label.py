"""The audible label."""

from __future__ import annotations

import sys

import pytest

from gateway.marks.audio_label import AudioLabel
from gateway.nouns.mark import FileMarksOrder, LabelPosition
from tests.sound_kit import CLAIM, pcm, sound, wave


@pytest.mark.parametrize("at", LabelPosition)
@pytest.mark.parametrize("audio", ["rhythm", "speech"])
def test_the_label_stands_where_it_is_owed(audio: str, at: LabelPosition) -> None:
    """Once; and what was labelled at one end only is not labelled at the other."""
    mark = AudioLabel(FileMarksOrder(label=True, audio=audio, at=at))
    content, receipt = mark.stamp(wave(), CLAIM)
    assert receipt.status == "written"
    assert [claim.detail for claim in mark.verify(content)] == [
        "rhythm" if audio == "rhythm" else "speech zh"
    ]
    assert mark.stamp(content, CLAIM) == (content, ("audio_label", "written", "it was there"))
    if at is not LabelPosition.BOTH:
        both = AudioLabel(FileMarksOrder(label=True, audio=audio, at=LabelPosition.BOTH))
        assert both.stamp(content, CLAIM)[0] != content


def test_words_are_in_the_readers_language() -> None:
    """The order decides, else the claim."""
    order = FileMarksOrder(label=True, audio="speech")
    content, _ = AudioLabel(order).stamp(pcm(), CLAIM._replace(language="en"))
    assert [claim.detail for claim in AudioLabel(order).verify(content)] == ["speech en"]


def test_without_pyav_wave_is_labelled_and_mp3_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """What needs the extra says how to install it; it is not passed as marked."""
    mark = AudioLabel(FileMarksOrder(label=True))
    content = sound("mp3", "libmp3lame")
    monkeypatch.setitem(sys.modules, "av", None)
    assert mark.stamp(wave(), CLAIM)[1].status == "written"
    same, receipt = mark.stamp(content, CLAIM)
    assert (same, receipt.status) == (content, "failed")
    assert receipt.detail == "needs_media_extra: pip install 'sealgate[media]'"


def test_silence_and_garbage() -> None:
    """Nothing is heard in nothing."""
    mark = AudioLabel(FileMarksOrder(label=True))
    assert mark.verify(b"") == mark.verify(b"\0" * 1001) == mark.verify(wave()) == []
    assert mark.stamp(b"", CLAIM)[1].status == "failed"
