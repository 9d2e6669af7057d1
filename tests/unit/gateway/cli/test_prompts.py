"""The prompts of the start screen show what they promise, with what ships."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from filters.lexicon import compile_lexicon, load_lists
from filters.personal_data import PersonalDataFilter
from gateway.config.policy_file import POLICIES
from gateway.nouns.policy import LexiconUse

SHOWN = """
from gateway.cli.prompts import BLOCK, REDACTION, VEIL
from gateway.demo.script import INVENTED_PHONE, reply
print(BLOCK.text); print(VEIL.text); print(reply(REDACTION.text)); print(INVENTED_PHONE)
"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_prompts_hold_what_the_filters_find(language: str) -> None:
    """A shipped term in the first, a number in the others, in both languages."""
    done = subprocess.run(
        [sys.executable, "-c", SHOWN],
        env={**os.environ, "SEALGATE_LANG": language},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    block, veil, answer, phone = done.stdout.splitlines()
    lexicon = compile_lexicon(load_lists([LexiconUse(use="shipped/harms")], policies=POLICIES))
    assert max(found.severity for found in lexicon.scan(block, 0, True).findings) >= 3
    personal = PersonalDataFilter()
    for text in (veil, answer):
        found = [each.category for each in personal.scan(text, 0, True).findings]
        assert found == ["personal_data.mobile"], text
    assert phone in answer
