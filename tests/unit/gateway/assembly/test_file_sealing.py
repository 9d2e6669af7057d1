"""What is owed on files, and what the marks are to say."""

from __future__ import annotations

import pickle

import pytest

from gateway.assembly.file_sealing import FileMarksOwed
from gateway.edge.gateway import SystemClock
from gateway.engine.file_seal import seal_process
from gateway.marks import CONSTRUCTORS, FILE_MARKS
from gateway.marks.audio_label import AudioLabel
from gateway.marks.audio_metadata import AudioMetadata
from gateway.marks.credentials import Signing
from gateway.nouns.mark import FileMarksOrder, MarkFamily, MarkKeys
from tests.media_kit import PRODUCER
from tests.sound_kit import wave

ALL = FileMarksOrder(label=True, metadata=True, credential=True, watermark=True)
EXCHANGE = "01J0000000000000000000000X"


def _sealer(order: FileMarksOrder = ALL, producer: str = PRODUCER, **more: object) -> FileMarksOwed:
    return FileMarksOwed(order, producer, SystemClock(), code_of=lambda _: "ABCD", **more)  # type: ignore[arg-type]


def test_what_cannot_be_made_is_not_owed() -> None:
    """No provider code, no metadata; no certificate, no credential."""
    assert _sealer(producer="").owed == (MarkFamily.LABEL, MarkFamily.WATERMARK)
    signed = _sealer(keys=MarkKeys(b"", Signing(certificate=b"pem", key=b"pem")))
    assert signed.owed == tuple(MarkFamily)
    assert _sealer(FileMarksOrder()).plan(EXCHANGE, "", model="m") is None
    assert _sealer(FileMarksOrder()).claim_alone(EXCHANGE, "zh") is None


@pytest.mark.parametrize(("sample", "words"), [("画一只猫", "人工智能"), ("a cat please", "AI")])
def test_a_claim_speaks_the_prompts_language(sample: str, words: str) -> None:
    """And names exchange, code, producer, model and sources."""
    made = _sealer().plan(EXCHANGE, sample, model="m", sources=(b"upload",))
    assert made is not None
    said = made.claim
    assert words in said.line
    assert "ABCD" in said.line
    assert said.label is not None
    assert (said.label.ContentProducer, said.label.ProduceID) == (PRODUCER, EXCHANGE)
    assert (said.exchange, said.model, said.sources) == (EXCHANGE, "m", (b"upload",))
    assert said.time_s > 1.7e9


def test_the_policy_decides_the_language_and_what_passes() -> None:
    """Also for files that are no answer."""
    sealer = _sealer(FileMarksOrder(label=True, language="en", unmarkable="pass"))
    alone = sealer.claim_alone(EXCHANGE, "zh")
    assert alone is not None
    assert alone.language == "en"
    assert sealer.passes


@pytest.mark.parametrize("owed", ["label", "metadata"])
def test_speech_is_marked_while_it_streams(owed: str) -> None:
    """If label or metadata are owed, and nothing that needs the whole file."""
    made = _sealer(FileMarksOrder(**{owed: True})).plan(EXCHANGE, "", model="m")  # type: ignore[arg-type]
    assert made is not None
    assert made.stream_mark("mp3", made.claim) is not None
    assert made.stream_mark("flac", made.claim) is None
    signed = _sealer(keys=MarkKeys(b"", Signing(certificate=b"pem", key=b"pem")))
    whole = signed.plan(EXCHANGE, "", model="m")
    assert whole is not None
    assert whole.stream_mark("mp3", whole.claim) is None


def test_a_fingerprint_alone_refuses_nothing() -> None:
    """There is a plan, so that pictures are looked at, and everything passes."""
    made = _sealer(FileMarksOrder(fingerprint=True)).plan(EXCHANGE, "", model="m")
    assert made is not None
    assert made.owed == ()
    assert made.passes


def test_what_is_delivered_unlabelled_keeps_what_is_implicit() -> None:
    """In files, and in sounds that stream."""
    made = _sealer().plan(EXCHANGE, "", model="m", unlabelled=True)
    assert made is not None
    assert made.unlabelled
    assert made.owed == ("watermark", "metadata")
    stream = made.stream_mark("wav", made.claim)
    assert stream is not None
    left = stream.push(wave())
    assert AudioMetadata().verify(left)
    assert not AudioLabel(FileMarksOrder(label=True)).verify(left)


def test_a_recipe_travels() -> None:
    """It is made anew in another process."""
    make = pickle.loads(pickle.dumps(seal_process(_sealer().recipe(1000))))
    assert callable(make())


def test_every_mark_has_a_constructor() -> None:
    """By its type."""
    assert set(CONSTRUCTORS) == set(FILE_MARKS)
