"""Inputs: what reads the files of prompts under a policy, in a process of its own."""

from __future__ import annotations

from contextlib import nullcontext

import msgspec
import pytest

from gateway.assembly.inputs import Witnesses, bounds_of, check_ocr, media_reader
from gateway.config.settings import InputSettings, Settings
from gateway.edge.gateway import NoMediaReader, SystemClock
from gateway.edge.media_reading import EdgeMediaReader
from gateway.nouns.errors import ConfigError
from gateway.nouns.policy import MediaRules, Overlay, PictureJudgeUse, Policy, RecogniserUse
from gateway.nouns.segment import MediaPart
from gateway.nouns.verdict import Action
from models.rapid_ocr_runtime import missing_part
from tests.engine_kit import policy
from tests.input_kit import TERM, data_url, pdf

RULES = policy(x=Action.BLOCK)


def _reader(settings: Settings, policy: Policy) -> EdgeMediaReader | NoMediaReader:
    witnesses = Witnesses(policy, {})
    return media_reader(settings, policy, witnesses, SystemClock(), lambda name, seconds: None)


@pytest.mark.parametrize(
    "idle", [Policy(), Policy(media=MediaRules(read=False), rules=RULES.rules)]
)
async def test_what_judges_nothing_reads_nothing(idle: Policy) -> None:
    """No rules, or a policy that says so."""
    reader = _reader(Settings(), idle)
    assert isinstance(reader, NoMediaReader)
    part = MediaPart("file", ("x",), content="AAAA")
    assert await reader.read((part,), idle.media) == (part,)
    await reader.close()


async def test_files_are_read_in_a_process_within_their_bounds() -> None:
    """Time, memory and the bounds of the settings hold there."""
    inputs = InputSettings(chars=6, job_s=60.0)
    assert bounds_of(inputs).chars == 6
    reader = _reader(Settings(inputs=inputs), RULES)
    url = data_url(pdf(TERM, TERM), "application/pdf")
    (part,) = await reader.read((MediaPart("file", ("x",), content=url),), RULES.media)
    assert [passage.text for passage in part.passages] == [TERM, TERM[:2]]
    assert part.fault == "too_large"
    await reader.close()


async def test_overlays_have_their_own_models() -> None:
    """One that two policies use is there once; each policy's reader knows its own."""
    eyes, ears = (
        PictureJudgeUse(name=name, url="http://127.0.0.1:1", model="m") for name in ("eyes", "more")
    )
    more = msgspec.structs.replace(RULES, media=MediaRules(judges=(eyes, ears), ocr=True))
    base = msgspec.structs.replace(
        RULES, media=MediaRules(judges=(eyes,)), overlays=(Overlay(id="o", policy=more),)
    )
    witnesses = Witnesses(base, {})
    assert witnesses.names == {"eyes", "more"}
    assert witnesses.judges(base.media) == witnesses.judges(more.media)[:1]
    with pytest.raises(ConfigError, match=r"sealgate\[ocr\]") if missing_part() else nullcontext():
        check_ocr(base)
    reader = media_reader(Settings(), base, witnesses, SystemClock(), lambda name, seconds: None)
    assert isinstance(reader, EdgeMediaReader)
    assert set(reader._readers) == {base.media, more.media}
    await reader.close()


def test_words_in_pictures_need_their_extra() -> None:
    """A policy that asks for them where nothing can read them is refused, with the remedy."""
    check_ocr(RULES)
    asked = msgspec.structs.replace(RULES, media=MediaRules(ocr=True))
    if missing_part():
        with pytest.raises(ConfigError, match=r"sealgate\[ocr\]"):
            check_ocr(asked)
    else:
        check_ocr(asked)


async def test_who_looks_and_listens_is_named_and_its_key_kept() -> None:
    """Names and categories are known to the metrics, keys to the door."""
    judge = PictureJudgeUse(name="eyes", url="http://127.0.0.1:1", model="m", key="env:K")
    listens = RecogniserUse(url="http://127.0.0.1:1", model="m")
    rules = MediaRules(judges=(judge,), recogniser=listens)
    witnesses = Witnesses(Policy(media=rules), {"K": "secret"})
    assert witnesses.names == {"eyes", "recogniser"}
    assert "picture.sexual" in witnesses.categories
    assert witnesses.secrets == ["secret"]
    recogniser = witnesses.recogniser(rules)
    assert recogniser is not None
    with pytest.raises(ConnectionError):
        await recogniser.transcribe(b"x", "x.wav")
    await witnesses.close()
    assert Witnesses(Policy(), {}).names == frozenset()
    assert Witnesses(Policy(), {}).recogniser(MediaRules()) is None
