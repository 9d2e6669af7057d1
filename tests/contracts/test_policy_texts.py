"""The sentences that the program ships: both languages, both directions, nothing left empty."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from gateway.marks.text_label import language_of

SENTENCES = msgspec.json.decode(
    (Path(__file__).parents[2] / "policies" / "refusals" / "sentences.json").read_bytes(),
    type=dict[str, dict[str, dict[str, str]]],
)


def test_every_family_that_can_refuse_has_a_sentence() -> None:
    """The five areas of GB/T 45654-2025, our own families, and one for all others."""
    areas = {"A1", "A2", "A3", "A4", "A5"}
    own = {"self_harm", "malware", "personal_data", "secret", "hidden_text", "guard"}
    faults = {"filter_error", "held_text_limit", "unjudged"}
    assert set(SENTENCES) == areas | own | faults | {"default"}


@pytest.mark.parametrize("family", SENTENCES)
def test_a_family_speaks_both_languages_in_both_directions(family: str) -> None:
    """Each sentence is in the language it says, one line, and not too long to show."""
    assert set(SENTENCES[family]) == {"input", "output"}
    for sentences in SENTENCES[family].values():
        assert set(sentences) == {"zh", "en"}
        for language, sentence in sentences.items():
            assert language_of(sentence) == language
            assert 10 <= len(sentence) <= 300
            assert sentence == sentence.strip()
            assert "\n" not in sentence
