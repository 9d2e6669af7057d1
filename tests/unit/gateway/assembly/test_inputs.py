"""Inputs: what reads the files of prompts under a policy, in a process of its own."""

from __future__ import annotations

import pytest

from gateway.assembly.inputs import bounds_of, media_reader
from gateway.edge.gateway import NoMediaReader
from gateway.nouns.policy import MediaRules, Policy
from gateway.nouns.segment import MediaPart
from gateway.nouns.verdict import Action
from gateway.settings import InputSettings, Settings
from tests.engine_kit import policy
from tests.input_kit import TERM, data_url, pdf

RULES = policy(x=Action.BLOCK)


@pytest.mark.parametrize(
    "idle", [Policy(), Policy(media=MediaRules(read=False), rules=RULES.rules)]
)
async def test_what_judges_nothing_reads_nothing(idle: Policy) -> None:
    """No rules, or a policy that says so."""
    reader = media_reader(Settings(), idle)
    assert isinstance(reader, NoMediaReader)
    part = MediaPart("file", ("x",), content="AAAA")
    assert await reader.read((part,)) == (part,)
    await reader.close()


async def test_files_are_read_in_a_process_within_their_bounds() -> None:
    """Time, memory and the bounds of the settings hold there."""
    inputs = InputSettings(chars=6, job_s=60.0)
    assert bounds_of(inputs).chars == 6
    reader = media_reader(Settings(inputs=inputs), RULES)
    url = data_url(pdf(TERM, TERM), "application/pdf")
    (part,) = await reader.read((MediaPart("file", ("x",), content=url),))
    assert [passage.text for passage in part.passages] == [TERM, TERM[:2]]
    assert part.fault == "too_large"
    await reader.close()
